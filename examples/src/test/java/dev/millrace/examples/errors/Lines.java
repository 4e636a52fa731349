package dev.millrace.examples.errors;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.zip.GZIPOutputStream;

/** Log lines that tests make up. */
final class Lines {
  static final long NOON = Instant.parse("2026-11-21T12:00:00Z").toEpochMilli();

  private Lines() {}

  static String event(long millis, String pairs) {
    return json(millis, "connection failed", pairs);
  }

  static String window(long millis, String pairs) {
    return json(millis, "connections failed", pairs);
  }

  /** As logback's encoder writes it; pairs are {@code key=value;key=value}. */
  static String json(long millis, String message, String pairs) {
    StringBuilder line = new StringBuilder();
    line.append("{\"timestamp\":").append(millis).append(",\"level\":\"DEBUG\"");
    line.append(",\"threadName\":\"millrace-1\",\"loggerName\":\"some.Logger\"");
    if (!pairs.isEmpty()) {
      line.append(",\"kvpList\": [");
      String next = "";
      for (String pair : pairs.split(";", -1)) {
        int equals = pair.indexOf('=');
        line.append(next).append("{\"").append(pair, 0, equals).append("\":\"");
        line.append(pair, equals + 1, pair.length()).append("\"}");
        next = ",";
      }
      line.append(']');
    }
    line.append(",\"formattedMessage\":\"").append(message).append("\",\"throwable\":null}\n");
    return line.toString();
  }

  static Reading read(String... lines) {
    return read(String.join("", lines).getBytes(UTF_8));
  }

  static Reading read(byte[] log) {
    return read(log, NOON);
  }

  /** A log that was last written then. */
  static Reading read(byte[] log, long lastChangeMillis) {
    Reading reading = new Reading(ZoneOffset.UTC);
    try {
      reading.read(
          "some.log", new ByteArrayInputStream(log), Instant.ofEpochMilli(lastChangeMillis));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return reading;
  }

  static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toByteArray();
  }
}
