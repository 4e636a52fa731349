package dev.millrace.examples.showcase;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.failure.FailureKind;
import dev.millrace.guard.ExpectedLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.event.Level;

/** The page's answers, byte by byte, to clients that are no browser. */
@Timeout(120)
class WhatThePageMayBeAskedTest {
  private static final Pattern REFERENCE =
      Pattern.compile("(?:src|href|from) ?=? ?[\"']([^\"'#]+)");

  @Test
  void everyFileItNamesIsThereAndNothingElseIsNamed() throws Exception {
    try (Shown shown = new Shown()) {
      for (String path : new Resources().paths()) {
        Shown.Answer answer = shown.get(path);
        assertEquals(200, answer.status(), path);
        assertPolicy(answer);
        Matcher references = REFERENCE.matcher(answer.body());
        while (references.find()) {
          String named = references.group(1).replaceFirst("^\\./", "/");
          if (named.startsWith("/")) {
            assertNotNull(new Resources().at(named), path + " names " + named);
          } else {
            // The SVG name space is a name and no address.
            assertTrue(!named.contains("//") || named.contains("www.w3.org"), named);
          }
        }
      }
    }
  }

  /** Nothing inline and nothing from elsewhere may run, and no other page may have this one. */
  private static void assertPolicy(Shown.Answer answer) {
    String policy = answer.field("Content-Security-Policy");
    assertTrue(policy.startsWith("default-src 'none'; "), policy);
    assertTrue(policy.contains("script-src 'self';"), policy);
    assertTrue(policy.contains("frame-ancestors 'none'"), policy);
    assertTrue(!policy.contains("unsafe"), policy);
    assertEquals("nosniff", answer.field("X-Content-Type-Options"));
    assertEquals("no-store", answer.field("Cache-Control"));
    assertEquals("same-origin", answer.field("Cross-Origin-Resource-Policy"));
  }

  @Test
  void headHasTheSameFieldsAndNoBody() throws Exception {
    try (Shown shown = new Shown()) {
      for (String path : new String[] {"/", "/model", "/style.css"}) {
        Shown.Answer get = shown.get(path);
        Shown.Answer head = shown.ask("HEAD", path);
        assertEquals(200, head.status());
        assertEquals("", head.body());
        assertEquals(get.field("Content-Length"), head.field("Content-Length"));
        assertEquals(
            get.body().getBytes(StandardCharsets.UTF_8).length,
            Integer.parseInt(get.field("Content-Length")));
      }
      Shown.Answer events = shown.ask("HEAD", "/events");
      assertEquals(200, events.status());
      assertEquals("text/event-stream", events.field("Content-Type"));
      assertEquals("", events.body());
      assertEquals(0, shown.onLoop(() -> shown.showcase.watchers().size()));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/, GET, POST",
    "/model, GET, DELETE",
    "/events, GET, POST",
    "/advice/en, GET, PUT",
    "/guests/open, POST, GET",
    "/server/close, POST, HEAD",
    "/lab/econnreset-on-read, POST, GET"
  })
  void withAnotherMethodThoseThatMayAreNamed(String path, String allowed, String wrong)
      throws Exception {
    try (Shown shown = new Shown()) {
      String names = allowed.equals("GET") ? "GET, HEAD, OPTIONS" : "POST, OPTIONS";
      Shown.Answer answer = shown.ask(wrong, path, "Origin: " + shown.origin());
      assertEquals(405, answer.status());
      assertEquals(names, answer.field("Allow"));
      answer = shown.ask("OPTIONS", path, "Origin: " + shown.origin());
      assertEquals(204, answer.status());
      assertEquals(names, answer.field("Allow"));
      assertNull(answer.field("Content-Length"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          POST | /guests/dance          | 404 | no guest knows how to 'dance'
          POST | /guests/open?count=0   | 400 | count is '0', allowed is 1 to 100
          POST | /guests/open?count=101 | 400 | count is '101', allowed is 1 to 100
          POST | /guests/open?count=-1  | 400 | count is '-1', allowed is 1 to 100
          POST | /guests/open?count=    | 400 | count is '', allowed is 1 to 100
          POST | /guests/open?count=1e1 | 400 | count is '1e1', allowed is 1 to 100
          POST | /server/close?count=x  | 400 | count is 'x', allowed is 1 to 100
          POST | /lab/no-such           | 404 | no experiment is called 'no-such'
          POST | /lab/any?lang=fr       | 400 | lang is 'fr', allowed is en, de or ja
          GET  | /advice/fr             | 404 | there is no advice in 'fr'
          GET  | /nothing               | 404 | 404 Not Found
          GET  | /../style.css          | 404 | 404 Not Found
          """)
  void whatIsWrongIsToldInOneLine(String method, String path, int status, String line)
      throws Exception {
    try (Shown shown = new Shown()) {
      Shown.Answer answer = shown.ask(method, path, "Origin: " + shown.origin());
      assertEquals(status, answer.status());
      assertEquals(line + "\n", answer.body());
      assertEquals("text/plain; charset=utf-8", answer.field("Content-Type"));
    }
  }

  @Test
  void eachKindIsExplainedInEachLanguage() throws Exception {
    try (Shown shown = new Shown()) {
      for (String language : new String[] {"en", "de", "ja"}) {
        Object advice = shown.get("/advice/" + language).json();
        for (FailureKind kind : FailureKind.values()) {
          for (String part : new String[] {"what", "why", "prevent", "fault"}) {
            Object text = JsonText.at(advice, "kinds", kind.symbol(), part);
            assertTrue(text instanceof String s && !s.isBlank(), language + " " + kind);
          }
        }
      }
    }
  }

  @Test
  void guestsDoWhatTheyAreToldAndTheServerSeesIt() throws Exception {
    try (Shown shown = new Shown();
        Shown.Watcher watcher = new Shown.Watcher(shown)) {
      assertEquals("No guest is here: open some first.", said(shown, "/guests/reset?count=1"));
      assertEquals("7 guests came.", said(shown, "/guests/open?count=7"));
      watcher.until(s -> open(s) == 7);
      assertEquals("1 guest sent 64 KiB.", said(shown, "/guests/send"));
      Object sent = watcher.until(s -> in(s) == 65_536);
      assertEquals(7, open(sent));
      assertEquals("2 guests reset the connection.", said(shown, "/guests/reset?count=2"));
      Object reset = watcher.until(s -> open(s) == 5);
      assertEquals(2, JsonText.numberAt(reset, "failures", "totals", "ECONNRESET"));
      assertEquals("1 guest half-closed.", said(shown, "/guests/half-close"));
      watcher.until(s -> open(s) == 4);
      assertEquals("The server closes 2 connections.", said(shown, "/server/close?count=2"));
      Object closed = watcher.until(s -> open(s) == 2);
      assertEquals(
          2,
          ((List<?>) JsonText.at(closed, "records"))
              .stream()
                  .filter(r -> "asked for on the page".equals(JsonText.at(r, "reason")))
                  .count());
      assertEquals("1 guest stopped reading.", said(shown, "/guests/stop"));
      assertEquals("1 guest began to read again.", said(shown, "/guests/resume?count=9"));
      assertEquals("2 guests closed.", said(shown, "/guests/close?count=100"));
      Object end = watcher.until(s -> open(s) == 0);
      // Nobody but those seven came, and each left a record.
      assertEquals(7, JsonText.numberAt(end, "servers", 0, "accepted"));
    }
  }

  @Test
  void aFloodOfThoseWhoDoNotReadIsQueuedToTheHighWaterMarkAndNoFurther() throws Exception {
    try (Shown shown = new Shown();
        Shown.Watcher watcher = new Shown.Watcher(shown)) {
      said(shown, "/guests/open?count=2");
      said(shown, "/guests/flood?count=2");
      Object full = watcher.until(s -> JsonText.numberAt(s, "servers", 0, "queued") > 0);
      // High water and one read buffer each.
      assertTrue(JsonText.numberAt(full, "servers", 0, "queued") <= 2 * (128 << 10), "bounded");
    }
  }

  @Test
  void moreGuestsThanAHundredAreNotLetIn() throws Exception {
    try (Shown shown = new Shown();
        Shown.Watcher watcher = new Shown.Watcher(shown)) {
      assertEquals("90 guests came.", said(shown, "/guests/open?count=90"));
      assertEquals("10 guests came.", said(shown, "/guests/open?count=90"));
      assertEquals(
          "There are 100 guests, and no more are let in.", said(shown, "/guests/open?count=1"));
      watcher.until(s -> open(s) == 100);
    }
  }

  private static String said(Shown shown, String path) throws Exception {
    Shown.Answer answer = shown.post(path);
    assertEquals(200, answer.status(), answer::toString);
    return (String) JsonText.at(answer.json(), "said");
  }

  private static long open(Object snapshot) {
    return JsonText.numberAt(snapshot, "servers", 0, "open");
  }

  /** What the echo's connections received that are open. */
  private static long in(Object snapshot) {
    return ((List<?>) JsonText.at(snapshot, "connections"))
        .stream()
            .filter(c -> JsonText.at(c, "server").equals("echo"))
            .mapToLong(c -> JsonText.numberAt(c, "in"))
            .sum();
  }

  // ---- the lab

  @Test
  void aRealExperimentIsATimelineInTheLanguageThatWasAsked() throws Exception {
    try (Shown shown = new Shown()) {
      Object timeline = shown.post("/lab/econnreset-on-read?lang=de").json();
      assertEquals("AS_EXPECTED", JsonText.at(timeline, "outcome"), timeline::toString);
      assertEquals("ECONNRESET", JsonText.at(timeline, "kind"));
      Object german = shown.get("/advice/de").json();
      assertEquals(
          JsonText.at(german, "kinds", "ECONNRESET", "what"),
          JsonText.at(timeline, "advice", "what"));
      assertTrue(((List<?>) JsonText.at(timeline, "steps")).size() > 4, timeline::toString);
    }
  }

  /** One that waits to be let go, and one that fails. */
  private static final class Held implements Lab {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    @Override
    public List<Offer> offers() {
      return List.of(
          new Offer("held", "waits", "NONE", null), new Offer("broken", "fails", "NONE", null));
    }

    @Override
    public String run(String name, Locale language) {
      if (name.equals("broken")) {
        throw new IllegalStateException("broken on purpose");
      }
      begun.countDown();
      try {
        released.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts an experiment", e);
      }
      return "{\"name\":\"held\"}";
    }
  }

  @Test
  void anotherExperimentMeanwhileIsRefusedAndTheLoopServesOn() throws Exception {
    Held lab = new Held();
    try (Shown shown = new Shown(lab, 0)) {
      CompletableFuture<Shown.Answer> first =
          CompletableFuture.supplyAsync(() -> unchecked(shown, "/lab/held"));
      assertTrue(lab.begun.await(Shown.PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
      Shown.Answer second = shown.post("/lab/held");
      assertEquals(409, second.status());
      assertEquals("'held' is under way; one experiment at a time\n", second.body());
      assertEquals("1", second.field("Retry-After"));
      assertEquals(200, shown.get("/").status());
      lab.released.countDown();
      assertEquals(
          "{\"name\":\"held\"}", first.get(Shown.PATIENCE_MILLIS, TimeUnit.MILLISECONDS).body());
      assertEquals(200, shown.post("/lab/held").status());
    }
  }

  private static Shown.Answer unchecked(Shown shown, String path) {
    try {
      return shown.post(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whoAskedForOneAndWentAwayIsForgotten() throws Exception {
    Held lab = new Held();
    try (Shown shown = new Shown(lab, 0)) {
      try (Socket client = Shown.connect(shown.port())) {
        Shown.send(
            client,
            "POST /lab/held HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\n\r\n");
        assertTrue(lab.begun.await(Shown.PATIENCE_MILLIS, TimeUnit.MILLISECONDS));
        client.setSoLinger(true, 0);
      }
      shown.until("the client is gone", () -> shown.showcase.http().stats().open() == 0);
      lab.released.countDown();
      // The answer has nobody to go to, and the next one may ask.
      Shown.Answer next = shown.post("/lab/held");
      while (next.status() == 409) {
        next = shown.post("/lab/held");
      }
      assertEquals(200, next.status());
    }
  }

  @Test
  @ExpectedLog(level = Level.ERROR, containing = "experiment failed name=broken")
  void anExperimentThatThrowsIsOurFaultAndTheNextMayBeAsked() throws Exception {
    Held lab = new Held();
    lab.released.countDown();
    try (Shown shown = new Shown(lab, 0)) {
      Shown.Answer answer = shown.post("/lab/broken");
      assertEquals(500, answer.status());
      assertEquals("'broken' failed; the server's log says why\n", answer.body());
      assertEquals(200, shown.post("/lab/held").status());
    }
  }
}
