package dev.millrace.examples.showcase;

import dev.millrace.EventLoop;
import dev.millrace.examples.http.Exchange;
import dev.millrace.examples.http.Method;
import dev.millrace.examples.http.Pages;
import dev.millrace.examples.http.RequestHead;
import dev.millrace.examples.http.Status;
import dev.millrace.examples.lab.Advice;
import dev.millrace.failure.FailureKind;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * The page's side of the HTTP server.
 *
 * <table>
 * <caption>What may be asked</caption>
 * <tr><td>{@code GET /}, its files</td><td>the page</td></tr>
 * <tr><td>{@code GET /model}</td><td>what does not change: states, kinds, experiments</td></tr>
 * <tr><td>{@code GET /advice/LANG}</td><td>what each kind is, in English, German or Japanese</td></tr>
 * <tr><td>{@code GET /events}</td><td>snapshots, as server-sent events</td></tr>
 * <tr><td>{@code POST /guests/DEED?count=N}</td><td>has guests do something</td></tr>
 * <tr><td>{@code POST /server/close?count=N}</td><td>has the server close echo connections</td></tr>
 * <tr><td>{@code POST /lab/NAME?lang=LANG}</td><td>runs an experiment: its timeline</td></tr>
 * </table>
 *
 * <p>Everything else is the HTTP example's own, once {@link SameOrigin} has nothing against it.
 *
 * <p>The loop's thread.
 */
final class Page implements Pages {
  private static final String GUESTS = "/guests/";
  private static final String LAB = "/lab/";
  private static final String ADVICE = "/advice/";
  private static final Map<String, Locale> LANGUAGES =
      Map.of("en", Locale.ENGLISH, "de", Locale.GERMAN, "ja", Locale.JAPANESE);

  private final SameOrigin sameOrigin;
  private final Resources resources;
  private final Watchers watchers;
  private final LabDesk desk;
  private final Guests guests;
  private final IntFunction<String> closeByServer;
  private final byte[] model;
  private final Map<String, byte[]> advice = new HashMap<>();

  /**
   * All of it.
   *
   * @param model what does not change, as JSON
   * @param closeByServer closes so many echo connections, and says in a sentence what came of it
   */
  Page(
      SameOrigin sameOrigin,
      Resources resources,
      Watchers watchers,
      LabDesk desk,
      Guests guests,
      IntFunction<String> closeByServer,
      String model) {
    this.sameOrigin = sameOrigin;
    this.resources = resources;
    this.watchers = watchers;
    this.desk = desk;
    this.guests = guests;
    this.closeByServer = closeByServer;
    this.model = model.getBytes(StandardCharsets.US_ASCII);
    LANGUAGES.forEach(
        (path, language) -> advice.put(path, advice(language).getBytes(StandardCharsets.US_ASCII)));
  }

  /** The words around what is said of a kind, and that of each kind. */
  private static String advice(Locale language) {
    Advice texts = Advice.of(language);
    Json json = new Json().object().name("headings").object();
    for (Advice.Heading heading : Advice.Heading.values()) {
      json.member(heading.name(), texts.heading(heading));
    }
    json.endObject().name("kinds").object();
    for (FailureKind kind : FailureKind.values()) {
      json.name(kind.symbol()).object().member("what", texts.what(kind));
      json.member("why", texts.why(kind)).member("prevent", texts.prevent(kind));
      json.member("fault", texts.fault(kind.fault())).endObject();
    }
    return json.endObject().endObject().toString();
  }

  @Override
  public boolean answer(Exchange exchange) {
    RequestHead request = exchange.request();
    String refusal = sameOrigin.refusal(request);
    if (refusal != null) {
      Answers.line(exchange, Status.FORBIDDEN, refusal);
      return true;
    }
    String path = request.path();
    Resources.Resource resource = resources.at(path);
    if (resource != null) {
      if (isAllowed(exchange, Method.GET)) {
        Answers.file(exchange, resource);
      }
    } else if (path.equals("/model")) {
      if (isAllowed(exchange, Method.GET)) {
        Answers.json(exchange, model);
      }
    } else if (path.startsWith(ADVICE)) {
      if (isAllowed(exchange, Method.GET)) {
        advice(exchange, path.substring(ADVICE.length()));
      }
    } else if (path.equals("/events")) {
      if (isAllowed(exchange, Method.GET)) {
        watch(exchange);
      }
    } else if (path.startsWith(GUESTS)) {
      if (isAllowed(exchange, Method.POST)) {
        guests(exchange, path.substring(GUESTS.length()));
      }
    } else if (path.equals("/server/close")) {
      if (isAllowed(exchange, Method.POST)) {
        int count = count(exchange);
        if (count > 0) {
          Answers.json(exchange, said(closeByServer.apply(count)));
        }
      }
    } else if (path.startsWith(LAB)) {
      if (isAllowed(exchange, Method.POST)) {
        lab(exchange, path.substring(LAB.length()));
      }
    } else {
      return false;
    }
    return true;
  }

  /** Whether the method is this one; else the client has been told. HEAD may be where GET may. */
  private static boolean isAllowed(Exchange exchange, Method allowed) {
    Method method = exchange.request().method();
    if (method == allowed || (method == Method.HEAD && allowed == Method.GET)) {
      return true;
    }
    Status status = method == Method.OPTIONS ? Status.NO_CONTENT : Status.METHOD_NOT_ALLOWED;
    String names = allowed == Method.GET ? "GET, HEAD, OPTIONS" : "POST, OPTIONS";
    Answers.line(exchange, status, "allowed is " + names, "Allow", names);
    return false;
  }

  private void watch(Exchange exchange) {
    if (watchers.hasRoom()) {
      watchers.add(exchange, Answers.with());
    } else {
      String line = Watchers.MOST + " watch already, and no more may; close another page";
      Answers.line(exchange, Status.SERVICE_UNAVAILABLE, line, "Retry-After", "5");
    }
  }

  private void guests(Exchange exchange, String name) {
    Guests.Deed deed = Guests.Deed.of(name);
    if (deed == null) {
      Answers.line(exchange, Status.NOT_FOUND, "no guest knows how to '" + name + "'");
      return;
    }
    int count = count(exchange);
    if (count > 0) {
      EventLoop here = exchange.connection().loop();
      guests
          .loop()
          .execute(
              () -> {
                String said = said(guests.perform(deed, count));
                here.execute(() -> Answers.json(exchange, said));
              });
    }
  }

  private void advice(Exchange exchange, String language) {
    byte[] texts = advice.get(language);
    if (texts != null) {
      Answers.json(exchange, texts);
    } else {
      Answers.line(exchange, Status.NOT_FOUND, "there is no advice in '" + language + "'");
    }
  }

  private void lab(Exchange exchange, String name) {
    String wanted = parameter(exchange, "lang", "en");
    Locale language = LANGUAGES.get(wanted);
    if (language == null) {
      String line = "lang is '" + wanted + "', allowed is en, de or ja";
      Answers.line(exchange, Status.BAD_REQUEST, line);
      return;
    }
    desk.run(name, language, exchange);
  }

  /** How many; 0 if it can't be, and the client has been told. */
  private static int count(Exchange exchange) {
    String digits = parameter(exchange, "count", "1");
    int count = digits.matches("[0-9]{1,3}") ? Integer.parseInt(digits) : 0;
    if (count < 1 || count > Guests.MOST) {
      String line = "count is '" + digits + "', allowed is 1 to " + Guests.MOST;
      Answers.line(exchange, Status.BAD_REQUEST, line);
      return 0;
    }
    return count;
  }

  /** A parameter's value as it stands; nothing here needs to be decoded. */
  private static String parameter(Exchange exchange, String name, String otherwise) {
    String query = exchange.request().query();
    if (query != null) {
      for (String each : query.split("&", -1)) {
        if (each.startsWith(name + "=")) {
          return each.substring(name.length() + 1);
        }
      }
    }
    return otherwise;
  }

  private static String said(String sentence) {
    return new Json().object().member("said", sentence).endObject().toString();
  }
}
