package dev.millrace.bench.peer;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * What every server of HTTP answers to {@code GET /}: the same body and type, its length, and the
 * date, which RFC 9110 (6.6.1) asks of a server that has a clock. Nothing else is added, also where
 * a server's own benchmark names the server.
 */
public final class Hello {
  /** The path that is asked for. */
  public static final String PATH = "/";

  /** The body. */
  public static final String TEXT = "Hello, World!\n";

  static final String TYPE = "text/plain; charset=utf-8";

  static final byte[] BYTES = TEXT.getBytes(StandardCharsets.US_ASCII);

  /** RFC 9110, 5.6.7: two digits of the day, always GMT. */
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Hello() {}

  /** The date as a head field has it, which is another one each second. */
  static String date(long epochMillis) {
    return DATE.format(Instant.ofEpochMilli(epochMillis));
  }
}
