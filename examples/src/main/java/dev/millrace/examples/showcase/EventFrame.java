package dev.millrace.examples.showcase;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Frames of an event stream (HTML Living Standard, 9.2): lines of fields, and an empty one behind
 * each event.
 */
final class EventFrame {
  /** The media type of a stream of these. */
  static final String TYPE = "text/event-stream";

  private EventFrame() {}

  /**
   * An event.
   *
   * @param name a word, without line breaks
   * @param data what it says; a line break in it begins a new field, and arrives as a line feed
   */
  static ByteBuffer event(String name, String data) {
    StringBuilder text = new StringBuilder(data.length() + 32);
    text.append("event: ").append(name).append('\n');
    for (String line : data.split("\r\n|\r|\n", -1)) {
      text.append("data: ").append(line).append('\n');
    }
    return bytes(text.append('\n'));
  }

  /** How long a client waits before it comes again when the stream has broken. */
  static ByteBuffer retry(long millis) {
    return bytes(new StringBuilder("retry: ").append(millis).append("\n\n"));
  }

  private static ByteBuffer bytes(StringBuilder text) {
    return ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
  }
}
