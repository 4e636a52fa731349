package dev.millrace.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.LoopOptions;
import dev.millrace.ShutdownReport;
import dev.millrace.guard.ExpectedLog;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trials;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

/** Answers that somebody else gives: at once, later, and without a known end. */
@Timeout(60)
class PagesOfOnesOwnTest {
  private static final String TEXT = "text/plain";

  /** Answers at once, later, in a stream, or not at all, by the path; and keeps what it streams. */
  private static final class Sample implements Pages {
    final List<AnswerStream> streams = new ArrayList<>();
    final List<String> ended = new ArrayList<>();
    final CompletableFuture<Exchange> kept = new CompletableFuture<>();

    @Override
    public boolean answer(Exchange exchange) {
      switch (exchange.request().path()) {
        case "/now" -> exchange.respond(Status.OK, TEXT, bytes("now"), "X-Own", "yes");
        case "/later" -> later(exchange, Duration.ofMillis(20), "later");
        case "/kept" -> kept.complete(exchange);
        case "/twice" -> {
          exchange.respond(Status.FORBIDDEN, TEXT, bytes("no"));
          exchange.respond(Status.OK, TEXT, bytes("yes"));
          assertNull(exchange.stream(TEXT, () -> {}));
          assertFalse(exchange.isOpen());
        }
        case "/stream" -> {
          int number = streams.size();
          streams.add(exchange.stream(TEXT, () -> ended.add("ended " + number)));
        }
        case "/three" -> three(exchange);
        case "/throws" -> throw new IllegalStateException("thrown on purpose");
        case "/liar" -> {
          exchange.respond(Status.OK, TEXT, bytes("x"));
          return false;
        }
        default -> {
          return false;
        }
      }
      return true;
    }

    private static void later(Exchange exchange, Duration delay, String text) {
      exchange
          .connection()
          .loop()
          .schedule(delay, () -> exchange.respond(Status.OK, TEXT, bytes(text)));
    }

    /** Three pieces, and the end. */
    private void three(Exchange exchange) {
      AnswerStream stream = exchange.stream(TEXT, () -> ended.add("three"));
      if (stream != null) {
        for (String piece : new String[] {"one ", "two ", "three"}) {
          assertTrue(stream.write(ByteBuffer.wrap(bytes(piece))));
        }
        stream.end();
        assertFalse(stream.write(ByteBuffer.wrap(bytes("four"))));
        assertFalse(stream.isTaken());
        stream.end(); // a second time changes nothing
      }
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static Served served(Pages pages) throws Exception {
    HttpSettings settings = HttpSettings.defaults();
    return new Served(settings, new HttpService(settings, pages));
  }

  @Test
  void atOnceWithFieldsOfItsOwnAndWithoutBodyForHead() throws Exception {
    try (Served served = served(new Sample())) {
      Answer answer = served.ask("GET", "/now");
      assertEquals("now", answer.body());
      assertEquals("yes", answer.field("X-Own"));
      assertEquals("3", answer.field("Content-Length"));
      Answer head = served.ask("HEAD", "/now");
      assertEquals("", head.body());
      assertEquals("3", head.field("Content-Length"));
    }
  }

  @Test
  void whatIsNoneOfItsIsTheServersOwnButForTheHello() throws Exception {
    try (Served served = served(new Sample())) {
      assertEquals("ok\n", served.ask("GET", "/healthz").body());
      assertEquals(404, served.ask("GET", "/").status());
      assertEquals(404, served.ask("GET", "/nothing").status());
    }
  }

  @Test
  void theFirstAnswerCounts() throws Exception {
    try (Served served = served(new Sample())) {
      Answer answer = served.ask("GET", "/twice");
      assertEquals(403, answer.status());
      assertEquals("no", answer.body());
    }
  }

  @Test
  void answersStayInOrderHoweverLateOneIs() throws Exception {
    try (Served served = served(new Sample())) {
      StringBuilder all = new StringBuilder();
      for (String path : new String[] {"later", "now", "three", "later", "three", "now"}) {
        all.append("GET /").append(path).append(" HTTP/1.1\r\nHost: h\r\n");
        all.append("\r\n");
      }
      all.append("GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
      Answer.Reader reader = served.untilClosed(all.toString());
      for (String body :
          new String[] {"later", "now", "one two three", "later", "one two three", "now", "ok\n"}) {
        Answer answer = reader.next("GET");
        assertNotNull(answer, reader.rest());
        assertEquals(body, answer.body());
      }
      assertTrue(reader.isAtEnd());
    }
  }

  @Test
  void aBodyThatNobodyWantedIsReadPastBehindALateAnswer() throws Exception {
    try (Served served = served(new Sample())) {
      Answer.Reader reader =
          served.untilClosed(
              "POST /later HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
                  + "GET /now HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
      assertEquals("later", reader.next("POST").body());
      assertEquals("now", reader.next("GET").body());
    }
  }

  @Test
  void aStreamToAClientOfHttp10EndsWithItsConnection() throws Exception {
    try (Served served = served(new Sample());
        Socket client = served.connect()) {
      Served.send(client, "GET /three HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
      String all = new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertTrue(all.contains("Connection: close\r\n"), all);
      assertFalse(all.contains("Transfer-Encoding"), all);
      assertTrue(all.endsWith("\r\n\r\none two three"), all);
    }
  }

  @Test
  void headOfAStreamIsItsHead() throws Exception {
    Sample sample = new Sample();
    try (Served served = served(sample)) {
      Answer answer = served.ask("HEAD", "/three");
      assertEquals(200, answer.status());
      assertEquals(TEXT, answer.field("Content-Type"));
      assertEquals(List.of(), sample.ended);
    }
  }

  @Test
  void aStreamWhoseClientGoesIsOver() throws Exception {
    Sample sample = new Sample();
    try (Served served = served(sample)) {
      try (Socket client = served.connect()) {
        Served.send(client, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
        assertEquals('H', client.getInputStream().read());
      }
      while (served.server.stats().open() > 0) {
        Thread.onSpinWait();
      }
      assertEquals(List.of("ended 0"), onLoop(served, () -> List.copyOf(sample.ended)));
      assertEquals(
          false, onLoop(served, () -> sample.streams.get(0).write(ByteBuffer.wrap(bytes("late")))));
    }
  }

  @Test
  void aShutdownEndsAStreamInGoodOrderAndWaitsForALateAnswer() throws Exception {
    Sample sample = new Sample();
    try (Served served = served(sample)) {
      CompletableFuture<ShutdownReport> report;
      try (Socket stream = served.connect();
          Socket late = served.connect()) {
        Served.send(stream, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
        InputStream in = stream.getInputStream();
        assertEquals('H', in.read());
        Served.send(late, "GET /kept HTTP/1.1\r\nHost: h\r\n\r\n");
        Exchange kept = sample.kept.get(30, TimeUnit.SECONDS);
        report = served.server.shutdown(Duration.ofSeconds(20));
        String all = "H" + new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        assertTrue(all.endsWith("\r\n\r\n0\r\n\r\n"), all);
        onLoop(
            served,
            () -> {
              kept.respond(Status.OK, TEXT, bytes("kept"));
              return null;
            });
        Answer answer = new Answer.Reader(late.getInputStream().readAllBytes()).next("GET");
        assertEquals("kept", answer.body());
        assertTrue(answer.isLast());
      }
      assertEquals(0, report.get(30, TimeUnit.SECONDS).cut());
    }
  }

  @Test
  void aClientThatGoesBeforeItsLateAnswerIsNoError() throws Exception {
    Sample sample = new Sample();
    try (Served served = served(sample)) {
      Exchange kept;
      try (Socket client = served.connect()) {
        Served.send(client, "GET /kept HTTP/1.1\r\nHost: h\r\n\r\n");
        kept = sample.kept.get(30, TimeUnit.SECONDS);
        client.setSoLinger(true, 0);
      }
      while (served.server.stats().open() > 0) {
        Thread.onSpinWait();
      }
      assertEquals(
          false,
          onLoop(
              served,
              () -> {
                kept.respond(Status.OK, TEXT, bytes("kept"));
                return kept.isOpen();
              }));
    }
  }

  @Test
  @ExpectedLog(level = Level.ERROR, containing = "handler threw", atLeast = 2)
  void aPageThatThrowsOrLiesIsOurFault() throws Exception {
    try (Served served = served(new Sample())) {
      assertEquals(500, served.ask("GET", "/throws").status());
      Answer.Reader reader = served.untilClosed("GET /liar HTTP/1.1\r\nHost: h\r\n\r\n");
      assertEquals("x", reader.next("GET").body());
    }
  }

  /**
   * The loop holds one such answer at a time: the second client's waits, its page is asked once.
   */
  @Test
  void anAnswerThatFindsNoRoomIsGivenOnceAndWhole() {
    int budget = 256 << 10;
    int large = 200 << 10;
    Trials.of(
            trial -> {
              int[] asked = new int[1];
              HttpSettings settings = HttpSettings.defaults();
              trial.limits(settings.limits().withHardLimitBytes(budget));
              trial.serverHost().buffers(2_000, 2_000);
              trial.clientHost().buffers(2_000, 2_000);
              trial.server(
                  new HttpService(
                      settings,
                      exchange -> {
                        asked[0]++;
                        exchange.respond(Status.OK, TEXT, new byte[large]);
                        assertEquals(asked[0] == 2, exchange.connection().queuedBytes() == 0);
                        return true;
                      }));
              String get = "GET /any HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
              SimPeer first =
                  trial.peer(
                      p ->
                          p.send(get)
                              .stopReading()
                              .pause(Duration.ofSeconds(2))
                              .resumeReading()
                              .awaitEnd());
              SimPeer second = trial.peer(Duration.ofSeconds(1), p -> p.send(get).awaitEnd());
              trial.check(() -> assertEquals(2, asked[0]));
              for (SimPeer each : List.of(first, second)) {
                trial.check(
                    () -> {
                      // Of so much only the beginning is kept as text.
                      String text = each.receivedText();
                      assertTrue(text.startsWith("HTTP/1.1 200 OK\r\n"), text);
                      int head = text.indexOf("\r\n\r\n") + 4;
                      assertEquals(large, each.receivedBytes() - head);
                    });
              }
            })
        .loopOptions(dice -> LoopOptions.defaults().withBudgetBytes(budget))
        .seeds(1, 20);
  }

  private interface Task<T> {
    T run() throws Exception;
  }

  private static <T> T onLoop(Served served, Task<T> task) throws Exception {
    CompletableFuture<T> done = new CompletableFuture<>();
    served
        .server
        .loop()
        .execute(
            () -> {
              try {
                done.complete(task.run());
              } catch (Exception | AssertionError e) {
                done.completeExceptionally(e);
              }
            });
    return done.get(30, TimeUnit.SECONDS);
  }
}
