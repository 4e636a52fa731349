package dev.millrace.examples.http;

import java.util.Locale;
import java.util.Set;

/** The fields behind a chunked body. */
final class Trailers {
  /**
   * What says how a message is framed, where it goes or who may read it is never sent behind it
   * (RFC 9110 section 6.5.1): a recipient that merged it into the head would believe it.
   */
  private static final Set<String> NEVER =
      Set.of(
          "authorization",
          "cache-control",
          "connection",
          "content-encoding",
          "content-length",
          "content-range",
          "content-type",
          "host",
          "keep-alive",
          "set-cookie",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private Trailers() {}

  /** Of the fields that came, those that may be sent: lines that each end with CR LF. */
  static String toSend(String received) {
    if (received.isEmpty()) {
      return received;
    }
    StringBuilder lines = new StringBuilder(received.length());
    for (String line : received.split("\r\n", 0)) {
      String name = line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT);
      if (!NEVER.contains(name)) {
        lines.append(line).append("\r\n");
      }
    }
    return lines.toString();
  }
}
