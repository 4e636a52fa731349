package dev.millrace.examples.kv;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where a reply ends, of RESP2 and RESP3, and what its parts are; the bytes themselves are what is
 * compared. See redis.io, "Redis serialization protocol specification".
 */
final class RespFrames {
  private RespFrames() {}

  /** The index behind the reply that starts at {@code from}, or -1 if it is not all there. */
  static int end(byte[] bytes, int from, int to) {
    int line = endOfLine(bytes, from, to);
    if (line < 0) {
      return -1;
    }
    return switch (bytes[from]) {
      case '+', '-', ':', '_', ',', '#', '(' -> line;
      case '$', '=', '!' -> {
        long length = number(bytes, from + 1, line - 2);
        long end = length < 0 ? line : line + length + 2;
        yield end <= to ? (int) end : -1;
      }
      case '*', '~', '>', '%' -> {
        long parts = number(bytes, from + 1, line - 2) * (bytes[from] == '%' ? 2 : 1);
        int at = line;
        for (long i = 0; i < parts && at >= 0; i++) {
          at = end(bytes, at, to);
        }
        yield at;
      }
      default -> throw new AssertionError("no RESP at " + from + ": " + text(bytes, from, line));
    };
  }

  /** The parts of an array, map, set or push; none of anything else. */
  static List<byte[]> parts(byte[] frame) {
    List<byte[]> parts = new ArrayList<>();
    if ("*~>%".indexOf(frame[0]) >= 0) {
      for (int at = endOfLine(frame, 0, frame.length); at < frame.length; ) {
        int end = end(frame, at, frame.length);
        parts.add(Arrays.copyOfRange(frame, at, end));
        at = end;
      }
    }
    return parts;
  }

  /** What a bulk, simple string, error or number says, without its marks; null is {@code null}. */
  static String content(byte[] frame) {
    int line = endOfLine(frame, 0, frame.length);
    if ("$=!".indexOf(frame[0]) < 0) {
      return text(frame, 1, line - 2, StandardCharsets.ISO_8859_1);
    }
    return line == frame.length && frame[1] == '-'
        ? null
        : text(frame, line, frame.length - 2, StandardCharsets.ISO_8859_1);
  }

  private static long number(byte[] bytes, int from, int to) {
    return Long.parseLong(text(bytes, from, to, StandardCharsets.ISO_8859_1));
  }

  private static int endOfLine(byte[] bytes, int from, int to) {
    for (int i = from; i + 1 < to; i++) {
      if (bytes[i] == '\r' && bytes[i + 1] == '\n') {
        return i + 2;
      }
    }
    return -1;
  }

  private static String text(byte[] bytes, int from, int to, Charset charset) {
    return new String(bytes, from, to - from, charset);
  }

  /**
   * For people: control bytes and what is not ASCII as escapes, and not more than they can read.
   */
  static String text(byte[] bytes) {
    return text(bytes, 0, bytes.length);
  }

  private static String text(byte[] bytes, int from, int to) {
    StringBuilder text = new StringBuilder("\"");
    for (int i = from; i < to; i++) {
      if (i - from == 200) {
        return text.append("\"… of ").append(to - from).append(" bytes").toString();
      }
      int b = bytes[i] & 0xff;
      switch (b) {
        case '\r' -> text.append("\\r");
        case '\n' -> text.append("\\n");
        case '"', '\\' -> text.append('\\').append((char) b);
        default ->
            text.append(
                b >= ' ' && b < 127 ? String.valueOf((char) b) : String.format("\\x%02x", b));
      }
    }
    return text.append('"').toString();
  }
}
