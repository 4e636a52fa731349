package dev.millrace.examples.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes heads of responses, and the bodies of short ones, into one buffer that a service has once:
 * what is in it leaves by {@code Connection.write} before the next one begins.
 *
 * <p>An answer is written as a whole or not at all, so that one which finds no room can be given
 * again. Values are this server's own or were checked by the parser: none holds a line's end.
 */
final class ResponseWriter {
  private static final byte[] DATE = ascii("Date: ");
  private static final byte[] CONTENT_LENGTH = ascii("Content-Length: ");
  private static final byte[] CLOSE = ascii("Connection: close\r\n");
  private static final byte[] KEEP_ALIVE = ascii("Connection: keep-alive\r\n");
  private static final byte[] CRLF = ascii("\r\n");

  /** A long has no more digits, with its sign. */
  private static final int MAX_DIGITS = 20;

  /** More than any head here but for a Location, and than any short body. */
  private static final int FIRST_BYTES = 1 << 10;

  private final byte[] date;
  private byte[] bytes = new byte[FIRST_BYTES];
  private ByteBuffer buffer = ByteBuffer.wrap(bytes);
  private int size;

  /** Writes answers with this date, which somebody else keeps right. */
  ResponseWriter(byte[] date) {
    this.date = date;
  }

  /**
   * Begins an answer.
   *
   * @param to the request; what its client takes for granted need not be said (RFC 9112 section
   *     9.3)
   * @param isKept whether the connection stays open behind this answer
   */
  ResponseWriter begin(Status status, RequestHead to, boolean isKept) {
    size = 0;
    put(status.line).put(DATE).put(date).put(CRLF);
    if (!isKept) {
      put(CLOSE);
    } else if (to.minorVersion() == 0) {
      put(KEEP_ALIVE);
    }
    return this;
  }

  /** A field; the name without the colon. */
  ResponseWriter field(String name, String value) {
    return put(name).put(": ").put(value).put(CRLF);
  }

  /** The field that says where the body ends. */
  ResponseWriter contentLength(long bytes) {
    return put(CONTENT_LENGTH).put(bytes).put(CRLF);
  }

  /** The empty line behind the fields. */
  ResponseWriter endHead() {
    return put(CRLF);
  }

  /** A chunk's size and data; moves the source's position to its limit. */
  ResponseWriter chunk(ByteBuffer data) {
    int n = data.remaining();
    put(Integer.toHexString(n)).put(CRLF);
    reserve(n);
    data.get(bytes, size, n);
    size += n;
    return put(CRLF);
  }

  ResponseWriter put(byte[] more) {
    reserve(more.length);
    System.arraycopy(more, 0, bytes, size, more.length);
    size += more.length;
    return this;
  }

  /** Text of ASCII, or of a head as it came: a byte for each character. */
  ResponseWriter put(String text) {
    return put(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private ResponseWriter put(long number) {
    reserve(MAX_DIGITS);
    int digits = 1;
    for (long n = number; n >= 10; n /= 10) {
      digits++;
    }
    long n = number;
    for (int at = size + digits - 1; at >= size; at--) {
      bytes[at] = (byte) ('0' + n % 10);
      n /= 10;
    }
    size += digits;
    return this;
  }

  /** Begins with nothing: for what goes between heads. */
  ResponseWriter clear() {
    size = 0;
    return this;
  }

  /** How many bytes are written. */
  int size() {
    return size;
  }

  /** What is written, until the next beginning. */
  ByteBuffer buffer() {
    return buffer.clear().limit(size);
  }

  private void reserve(int more) {
    if (size + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
      buffer = ByteBuffer.wrap(bytes);
    }
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
