package dev.millrace.examples.showcase;

import dev.millrace.examples.http.Exchange;
import dev.millrace.examples.http.Status;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Answers of the page, each with the fields that keep it to itself. */
final class Answers {
  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain; charset=utf-8";

  /**
   * What every answer says. All there is comes from here and goes here: no other origin may be
   * asked for anything, framed by or frame this page, and nothing is kept, as another version may
   * be started at the same address a moment later.
   */
  private static final String[] FIELDS = {
    "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
            + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options", "nosniff",
    "Referrer-Policy", "no-referrer",
    "Cross-Origin-Resource-Policy", "same-origin",
    "Cross-Origin-Opener-Policy", "same-origin",
    "Cache-Control", "no-store",
  };

  private Answers() {}

  /** A file of the page. */
  static void file(Exchange exchange, Resources.Resource resource) {
    exchange.respond(Status.OK, resource.type(), resource.content(), FIELDS);
  }

  /** JSON. */
  static void json(Exchange exchange, String json) {
    json(exchange, json.getBytes(StandardCharsets.UTF_8));
  }

  /** The same where it is bytes already. */
  static void json(Exchange exchange, byte[] json) {
    exchange.respond(Status.OK, JSON, json, FIELDS);
  }

  /** One line, for people. */
  static void line(Exchange exchange, Status status, String line, String... fields) {
    byte[] content = (line + "\n").getBytes(StandardCharsets.UTF_8);
    exchange.respond(status, TEXT, content, with(fields));
  }

  /** These fields and those of every answer. */
  static String[] with(String... fields) {
    String[] all = Arrays.copyOf(FIELDS, FIELDS.length + fields.length);
    System.arraycopy(fields, 0, all, FIELDS.length, fields.length);
    return all;
  }
}
