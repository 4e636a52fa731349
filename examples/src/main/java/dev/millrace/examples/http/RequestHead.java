package dev.millrace.examples.http;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A request's line and its header fields, filled by {@link HeadParser#parse}. It owns a copy of
 * their bytes, so it stays as it is, also after {@code onData} has returned, until the next request
 * is parsed into it. Only what returns a String allocates.
 */
public final class RequestHead {
  /** A small request's head; the array grows with what comes and is kept for what comes next. */
  private static final int FIRST_BYTES = 256;

  /** A small request's fields; as many again are added when they are used up. */
  private static final int FIRST_FIELDS = 16;

  private byte[] bytes = new byte[FIRST_BYTES + Ascii.PADDING];

  /** How many bytes are copied. Those behind the head's end are the next message's. */
  private int copied;

  /** Where each field's line begins. */
  private int[] lines = new int[FIRST_FIELDS];

  private int fields;

  // The parser writes these.
  Method method = Method.OTHER;
  int lineStart;
  int targetStart;
  int targetEnd;
  int hostStart;
  int hostEnd;
  int minorVersion;
  long contentLength;
  boolean isChunked;
  boolean isKeepAlive;
  boolean expectsContinue;
  int length;

  /** Takes no bytes yet. */
  public RequestHead() {}

  /**
   * What is asked for.
   *
   * @return the method; {@code OTHER} for a token that is none of those known
   */
  public Method method() {
    return method;
  }

  /**
   * The version's second number.
   *
   * @return 0 for HTTP/1.0, 1 for HTTP/1.1 and for those after it, which are read as 1.1 (RFC 9110
   *     section 2.5)
   */
  public int minorVersion() {
    return minorVersion;
  }

  /**
   * Whether the connection may carry another request after this one.
   *
   * @return false after {@code Connection: close}, and in HTTP/1.0 without {@code Connection:
   *     keep-alive} (RFC 9112 section 9.3)
   */
  public boolean isKeepAlive() {
    return isKeepAlive;
  }

  /**
   * Whether the client waits for {@code 100 Continue} before it sends its body.
   *
   * @return true if it asked for that and announced a body; never in HTTP/1.0, where it has no
   *     meaning (RFC 9110 section 10.1.1)
   */
  public boolean expectsContinue() {
    return expectsContinue && hasBody();
  }

  /**
   * The body's length as announced.
   *
   * @return what Content-Length says; -1 if there is none
   */
  public long contentLength() {
    return contentLength;
  }

  /**
   * Whether the body comes in chunks.
   *
   * @return true if so; then there is no Content-Length
   */
  public boolean isChunked() {
    return isChunked;
  }

  /**
   * Whether bytes of a body follow the head.
   *
   * @return true if the body is chunked or of a length that is not 0
   */
  public boolean hasBody() {
    return isChunked || contentLength > 0;
  }

  /**
   * How many bytes the head took, an empty line before it and the one at its end included.
   *
   * @return what {@link HeadParser#parse} consumed
   */
  public int length() {
    return length;
  }

  /**
   * Compares the target, query included, without allocating.
   *
   * @param ascii what it may be
   * @return true if it is that, byte by byte
   */
  public boolean targetIs(byte[] ascii) {
    return targetEnd - targetStart == ascii.length && targetStartsWith(ascii);
  }

  /**
   * Compares the target's beginning without allocating.
   *
   * @param ascii what it may begin with
   * @return true if it does
   */
  public boolean targetStartsWith(byte[] ascii) {
    if (ascii.length > targetEnd - targetStart) {
      return false;
    }
    for (int i = 0; i < ascii.length; i++) {
      if (bytes[targetStart + i] != ascii[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * The target as it was sent, nothing decoded; of one in absolute form what follows the authority,
   * so that both forms read the same (RFC 9112 section 3.2.2).
   *
   * @return a path that begins with {@code /}, and its query; {@code *} of OPTIONS; a host and port
   *     of CONNECT
   */
  public String target() {
    return Ascii.text(bytes, targetStart, targetEnd);
  }

  /**
   * The target without its query.
   *
   * @return what comes before the first {@code ?}, nothing decoded
   */
  public String path() {
    return Ascii.text(bytes, targetStart, pathEnd());
  }

  /**
   * The target's query.
   *
   * @return what comes after the first {@code ?}, nothing decoded; null if there is none
   */
  public String query() {
    int end = pathEnd();
    return end == targetEnd ? null : Ascii.text(bytes, end + 1, targetEnd);
  }

  /**
   * Whom the request is for: the authority of a target in absolute form, or else the Host field.
   *
   * @return host and port as they were sent; empty if HTTP/1.0 said none
   */
  public String host() {
    return Ascii.text(bytes, hostStart, hostEnd);
  }

  /**
   * The value of a field, by a search through all of them.
   *
   * @param lowerCaseName the field's name in lower case
   * @return the value without the white space around it, of several their list (RFC 9110 section
   *     5.3); null if there is none
   */
  public String header(String lowerCaseName) {
    String value = null;
    for (int i = 0; i < fields; i++) {
      int colon = lines[i] + lowerCaseName.length();
      if (colon < length
          && bytes[colon] == ':'
          && Ascii.equalsIgnoreCase(bytes, lines[i], colon, lowerCaseName)) {
        int from = colon + 1;
        int to = Ascii.endOfValue(bytes, from, length);
        from = Ascii.skipSpaces(bytes, from, to);
        String next = Ascii.text(bytes, from, Ascii.trimSpaces(bytes, from, to));
        value = value == null ? next : value + ", " + next;
      }
    }
    return value;
  }

  /**
   * The request's line, for a log.
   *
   * @return method, target and version as they were sent; they hold visible characters only
   */
  @Override
  public String toString() {
    int end = lineStart;
    while (end < length && bytes[end] != '\r') {
      end++;
    }
    return Ascii.text(bytes, lineStart, end);
  }

  /** Forgets the last head, but not its array. */
  void clear() {
    copied = 0;
    fields = 0;
    method = Method.OTHER;
    lineStart = 0;
    hostStart = 0;
    hostEnd = 0;
    contentLength = -1;
    isChunked = false;
    expectsContinue = false;
    length = 0;
  }

  byte[] bytes() {
    return bytes;
  }

  /**
   * Copies what is new of {@code in}, which begins with the bytes already copied, as far as the
   * array reaches; a full array grows.
   *
   * @return how many bytes are here now
   */
  int copy(ByteBuffer in) {
    int room = bytes.length - Ascii.PADDING;
    if (copied == room && in.remaining() > room) {
      room *= 2;
      bytes = Arrays.copyOf(bytes, room + Ascii.PADDING);
    }
    int upTo = Math.min(in.remaining(), room);
    in.get(in.position() + copied, bytes, copied, upTo - copied);
    copied = upTo;
    return upTo;
  }

  /** Takes a field's line into the index, and says how many there are now. */
  int add(int line) {
    if (fields == lines.length) {
      lines = Arrays.copyOf(lines, 2 * fields);
    }
    lines[fields] = line;
    return ++fields;
  }

  /**
   * Gives a target in absolute form that has no path the one it means: {@code *} for OPTIONS, else
   * a slash before the query that may follow the authority (RFC 9110 section 4.2.3, RFC 9112
   * section 3.2.4). It is written behind the head, where nothing is needed any more.
   */
  void addPath() {
    int query = targetEnd - targetStart;
    if (length + 1 + query > bytes.length) {
      bytes = Arrays.copyOf(bytes, length + 1 + query + Ascii.PADDING);
    }
    bytes[length] = (byte) (method == Method.OPTIONS && query == 0 ? '*' : '/');
    System.arraycopy(bytes, targetStart, bytes, length + 1, query);
    targetStart = length;
    targetEnd = length + 1 + query;
  }

  private int pathEnd() {
    int end = targetStart;
    while (end < targetEnd && bytes[end] != '?') {
      end++;
    }
    return end;
  }
}
