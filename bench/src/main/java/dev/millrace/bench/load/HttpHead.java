package dev.millrace.bench.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The head of an HTTP answer, byte by byte, as strictly as RFC 9112 lets a client be: lines end
 * with CR and LF, a name is a token without a space before its colon, and no line is continued on
 * the next. The status has to be 200, and the body has to be announced by one {@code
 * Content-Length}.
 *
 * <pre>
 *     STATUS -> LINE_BEGIN -> NAME -> VALUE -> LINE_BEGIN -> ... -> END
 * </pre>
 *
 * <p>It keeps its bytes, so that the next answer can be compared with it.
 */
final class HttpHead {
  /** RFC 9112, 4: the reason may be anything, also nothing; the space before it has to be there. */
  private static final byte[] STATUS_LINE = "HTTP/1.1 200 ".getBytes(US_ASCII);

  private static final int HTTP_BYTES = "HTTP/".length();

  private static final byte[] CONTENT_LENGTH = "content-length".getBytes(US_ASCII);
  private static final byte[] TRANSFER_ENCODING = "transfer-encoding".getBytes(US_ASCII);

  /** RFC 9110, 5.6.2: what a token may have beside letters and digits. */
  private static final String TOKEN_SIGNS = "!#$%&'*+-.^_`|~";

  /** Of a line that is wrong, so much is told. */
  private static final int MOST_TOLD = 100;

  private enum State {
    STATUS,
    LINE_BEGIN,
    NAME,
    VALUE,
    END
  }

  private byte[] bytes = new byte[256];
  private final int mostBytes;
  private int length;
  private State state = State.STATUS;

  /** Where the line began that is being read. */
  private int line;

  /** Where its name ends. */
  private int colon;

  /** Its last byte was a CR, so LF has to follow. */
  private boolean isReturned;

  private int contentLength = -1;

  /**
   * An empty head.
   *
   * @param mostBytes a longer one is wrong
   */
  HttpHead(int mostBytes) {
    this.mostBytes = mostBytes;
  }

  void clear() {
    length = 0;
    state = State.STATUS;
    line = 0;
    isReturned = false;
    contentLength = -1;
  }

  /**
   * Takes bytes as far as the head goes.
   *
   * @return whether it is complete
   * @throws WrongAnswerException if it is not what was expected
   */
  boolean take(ByteBuffer in) throws WrongAnswerException {
    while (state != State.END && in.hasRemaining()) {
      take(in.get());
    }
    return state == State.END;
  }

  /** The bytes of the body; at least 0, once the head is complete. */
  int contentLength() {
    return contentLength;
  }

  int length() {
    return length;
  }

  void copyTo(byte[] to) {
    System.arraycopy(bytes, 0, to, 0, length);
  }

  private void take(byte b) throws WrongAnswerException {
    if (length == mostBytes) {
      throw new WrongAnswerException("its head does not end in %d bytes".formatted(mostBytes));
    }
    if (length == bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.min(2 * length, mostBytes));
    }
    bytes[length++] = b;
    if (isReturned != (b == '\n')) {
      throw wrong(isReturned ? "a CR without an LF" : "an LF without a CR");
    }
    if (isReturned) {
      isReturned = false;
      lineEnd();
    } else if (b == '\r') {
      isReturned = true;
    } else {
      takeInLine(b);
    }
  }

  private void takeInLine(byte b) throws WrongAnswerException {
    switch (state) {
      case STATUS -> {
        // What is no HTTP at all may have no line end; another status is told with its reason.
        if (length <= HTTP_BYTES && b != STATUS_LINE[length - 1]) {
          throw wrongStatus();
        }
      }
      case LINE_BEGIN -> {
        if (b == ' ' || b == '\t') {
          throw wrong("a line that goes on in the next");
        }
        state = State.NAME;
        takeInName(b);
      }
      case NAME -> takeInName(b);
      case VALUE -> {
        if ((b >= 0 && b < ' ' && b != '\t') || b == 127) {
          throw wrong("the control character 0x%02x".formatted(b));
        }
      }
      default -> throw new IllegalStateException("it is complete");
    }
  }

  private void takeInName(byte b) throws WrongAnswerException {
    if (b == ':' && length - 1 > line) {
      colon = length - 1;
      state = State.VALUE;
    } else if (!isToken(b)) {
      throw wrong("a name with 0x%02x".formatted(b));
    }
  }

  private static boolean isToken(byte b) {
    return (b >= 'a' && b <= 'z')
        || (b >= 'A' && b <= 'Z')
        || (b >= '0' && b <= '9')
        || (b > 0 && TOKEN_SIGNS.indexOf(b) >= 0);
  }

  private void lineEnd() throws WrongAnswerException {
    switch (state) {
      case STATUS -> {
        if (length < STATUS_LINE.length
            || !Arrays.equals(bytes, 0, STATUS_LINE.length, STATUS_LINE, 0, STATUS_LINE.length)) {
          throw wrongStatus();
        }
        state = State.LINE_BEGIN;
      }
      case NAME -> throw wrong("a line without a colon");
      case VALUE -> {
        field();
        state = State.LINE_BEGIN;
      }
      case LINE_BEGIN -> {
        if (contentLength < 0) {
          throw new WrongAnswerException("its head has no Content-Length");
        }
        state = State.END;
      }
      default -> throw new IllegalStateException("it is complete");
    }
    line = length;
  }

  /** A line is complete. */
  private void field() throws WrongAnswerException {
    if (isNamed(TRANSFER_ENCODING)) {
      throw wrong("expected a Content-Length and no Transfer-Encoding");
    }
    if (!isNamed(CONTENT_LENGTH)) {
      return;
    }
    if (contentLength >= 0) {
      throw wrong("a second Content-Length");
    }
    int at = colon + 1;
    int end = length - 2;
    while (at < end && isBlank(bytes[at])) {
      at++;
    }
    while (end > at && isBlank(bytes[end - 1])) {
      end--;
    }
    long n = at == end ? -1 : 0;
    for (; at < end; at++) {
      n = bytes[at] < '0' || bytes[at] > '9' ? Long.MAX_VALUE : 10 * n + bytes[at] - '0';
      if (n > LoadOptions.LARGEST_SIZE) {
        break;
      }
    }
    if (n < 0 || n > LoadOptions.LARGEST_SIZE) {
      throw wrong("expected digits, up to " + LoadOptions.LARGEST_SIZE);
    }
    contentLength = (int) n;
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }

  private boolean isNamed(byte[] name) {
    if (colon - line != name.length) {
      return false;
    }
    for (int i = 0; i < name.length; i++) {
      // Letters alone differ in this bit between upper and lower case; '-' has it.
      if ((bytes[line + i] | 0x20) != name[i]) {
        return false;
      }
    }
    return true;
  }

  private WrongAnswerException wrongStatus() {
    return wrong("expected '" + new String(STATUS_LINE, US_ASCII).strip() + "'");
  }

  /** With the line as far as it has come. */
  private WrongAnswerException wrong(String why) {
    String text = new String(bytes, line, Math.min(length - line, MOST_TOLD), ISO_8859_1);
    return new WrongAnswerException(
        "'%s': %s".formatted(text.strip().replaceAll("[^ -~]", "?"), why));
  }
}
