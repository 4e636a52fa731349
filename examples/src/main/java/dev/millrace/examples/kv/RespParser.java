package dev.millrace.examples.kv;

/**
 * Finds requests in bytes: the multibulk form of RESP that clients send, and the inline form for
 * people with a telnet. One per connection; it knows no socket and no clock, and keeps no bytes,
 * only how far it has looked into a request that is not complete yet.
 *
 * <pre>
 *   *2\r\n  $4\r\n  ECHO\r\n  $5\r\n  hello\r\n            ECHO hello\r\n
 *   |       |       |         |
 *   |       |       |         header of the next argument
 *   |       |       so many bytes, then two more that nobody looks at, as in Redis
 *   |       header of an argument
 *   header of the request
 * </pre>
 *
 * <p>Errors are in Redis' words (processMultibulkBuffer and processInlineBuffer). After one there
 * is no way to tell where the next request begins: the connection has to be closed.
 */
public final class RespParser {
  /** Redis' PROTO_INLINE_MAX_SIZE: so many bytes without the end of a line are too many. */
  static final int MAX_LINE_BYTES = 64 << 10;

  /** No header of the request was read yet. */
  private static final long UNKNOWN = -1;

  private final int maxBulkBytes;
  private final int maxRequestBytes;

  // How far we are in a request that is there in part; places are counted from its beginning.

  /** Arguments whose headers were not read yet, or UNKNOWN. */
  private long argsLeft = UNKNOWN;

  /** Where the line begins whose end is looked for. */
  private int line;

  /** There is no end of the line before this place. */
  private int looked;

  /** With fewer bytes there is nothing new to be seen. */
  private long wanted = 1;

  private String error;

  /**
   * Bounds.
   *
   * @param maxBulkBytes the longest argument (proto-max-bulk-len)
   * @param maxRequestBytes the longest request, all of it: what the connection keeps for us
   */
  public RespParser(int maxBulkBytes, int maxRequestBytes) {
    this.maxBulkBytes = maxBulkBytes;
    this.maxRequestBytes = maxRequestBytes;
  }

  /**
   * What is wrong with the input.
   *
   * @return to be put behind {@code -ERR }; null if nothing is
   */
  public String error() {
    return error;
  }

  /**
   * Takes the next request.
   *
   * @param in what is not consumed yet; the request is, if there is one
   * @param args gets the request
   * @return true if {@code args} has it, at least one argument; false if it is not complete, or if
   *     there is an {@link #error()}
   */
  public boolean next(Input in, Args args) {
    while (error == null && in.size() - in.position() >= wanted) {
      int request = in.position();
      boolean isMultibulk = in.at(request) == '*';
      if (looked == 0 && isMultibulk) {
        in.load(request, request + 1);
        int end = whole(in, args);
        if (end >= 0) {
          in.position(end);
          return true;
        }
      }
      if (isMultibulk ? !hasAll(in, request) : !hasLine(in, request)) {
        if (error == null && in.size() - request >= maxRequestBytes) {
          error = "Protocol error: too big request";
        }
        return false;
      }
      in.load(request, request + line);
      if (isMultibulk) {
        args.begin(in.bytes());
        if (argsLeft == 0) {
          whole(in, args);
        }
      } else {
        split(in, args, request + line);
      }
      in.position(request + line);
      forget();
      if (error == null && args.count() > 0) {
        return true;
      } // else an empty line, or an array of no elements: no command, and no answer
    }
    return false;
  }

  private void forget() {
    argsLeft = UNKNOWN;
    line = 0;
    looked = 0;
    wanted = 1;
  }

  // ---- multibulk

  /**
   * The usual case in one pass: a well-formed request that is in the window as a whole. Returns the
   * offset behind it; -1 if it is anything else, which {@link #hasAll} looks at with more care.
   */
  private int whole(Input in, Args args) {
    byte[] b = in.bytes();
    int shift = in.start();
    int end = in.loadedEnd() - shift;
    int at = in.position() - shift + 1;
    args.begin(b);
    // The array is padded: to read a few bytes behind the end is safe, and found out afterwards.
    int n = b[at++] - '0';
    if (n <= 0 || n > 9) {
      return -1;
    }
    for (int c; (c = b[at++]) != '\r'; ) {
      int digit = c - '0';
      if (digit < 0 || digit > 9 || n > 100_000_000 || at >= end) {
        return -1;
      }
      n = n * 10 + digit;
    }
    at++;
    while (n-- > 0) {
      if (at + 3 >= end || b[at] != '$') {
        return -1;
      }
      int length = b[at + 1] - '0';
      if (length < 0 || length > 9) {
        return -1;
      }
      at += 2;
      for (int c; (c = b[at++]) != '\r'; ) {
        int digit = c - '0';
        if (digit < 0 || digit > 9 || length == 0 || length > 100_000_000 || at >= end) {
          return -1; // a leading zero among others
        }
        length = length * 10 + digit;
      }
      at++;
      int to = at + length;
      if (to + 2 > end || length > maxBulkBytes) {
        return -1;
      }
      args.add(at, to);
      at = to + 2;
    }
    return at + shift;
  }

  /** Goes on with a request, header by header; true if all of it is there, up to {@link #line}. */
  private boolean hasAll(Input in, int request) {
    while (argsLeft != 0) {
      int end = endOfLine(in, request, '\r');
      if (end < 0) {
        if (in.size() - request - line > MAX_LINE_BYTES) {
          error =
              argsLeft == UNKNOWN
                  ? "Protocol error: too big mbulk count string"
                  : "Protocol error: too big bulk count string";
        }
        return false;
      }
      if (in.size() < end + 2) {
        looked = end - request;
        wanted = looked + 2L; // the line feed, which nobody looks at
        return false;
      }
      int next = end + 2 - request;
      if (argsLeft == UNKNOWN) {
        long n = number(in, request, end, Integer.MAX_VALUE);
        if (n == NOT_A_NUMBER) {
          error = "Protocol error: invalid multibulk length";
          return false;
        }
        argsLeft = Math.max(n, 0);
      } else {
        int first = in.at(request + line);
        if (first != '$') {
          error = "Protocol error: expected '$', got '" + (char) (first & 0xff) + "'";
          return false;
        }
        long n = number(in, request, end, maxBulkBytes);
        if (n < 0) {
          error = "Protocol error: invalid bulk length";
          return false;
        }
        if (next + n + 2 > maxRequestBytes) {
          error = "Protocol error: too big request";
          return false;
        }
        next += (int) n + 2;
        argsLeft--;
      }
      line = next;
      looked = next;
      wanted = argsLeft == 0 ? next : next + 1;
      if (in.size() - request < wanted) {
        return false;
      }
    }
    return true;
  }

  private static final long NOT_A_NUMBER = Long.MIN_VALUE;

  /** The number in the line, behind its first character; NOT_A_NUMBER also if it is too large. */
  private long number(Input in, int request, int end, int max) {
    int from = request + line + 1;
    if (end - from > Numbers.MAX_LENGTH) {
      return NOT_A_NUMBER;
    }
    in.load(from, end);
    byte[] b = in.bytes();
    if (!Numbers.isLong(b, from - in.start(), end - in.start())) {
      return NOT_A_NUMBER;
    }
    long n = Numbers.toLong(b, from - in.start(), end - in.start());
    return n > max ? NOT_A_NUMBER : n;
  }

  /** The offset of the next such byte; -1 if there is none, and next time it is looked further. */
  private int endOfLine(Input in, int request, char byteWanted) {
    int from = request + looked;
    while (from < in.size()) {
      in.load(from, from + 1);
      byte[] b = in.bytes();
      int end = in.loadedEnd();
      for (int i = from - in.start(); i < end - in.start(); i++) {
        if (b[i] == byteWanted) {
          return i + in.start();
        }
      }
      from = end;
    }
    looked = in.size() - request;
    wanted = looked + 1L;
    return -1;
  }

  // ---- inline

  /** Whether the line is complete; {@link #line} is behind it then. */
  private boolean hasLine(Input in, int request) {
    int end = endOfLine(in, request, '\n');
    if (end < 0) {
      if (in.size() - request > MAX_LINE_BYTES) {
        error = "Protocol error: too big inline request";
      }
      return false;
    }
    line = end + 1 - request;
    return true;
  }

  /**
   * Splits a line into arguments as Redis does (sdssplitargs): blanks between, quotes around, with
   * escapes in double ones. What is unescaped gets shorter, so it is written back to its own place.
   */
  private void split(Input in, Args args, int lineEnd) {
    byte[] b = in.bytes();
    int p = in.position() - in.start();
    int end = lineEnd - in.start() - 1;
    if (end > p && b[end - 1] == '\r') {
      end--;
    }
    b[end] = 0; // the end for all that follows, as any NUL in the line is
    args.begin(b);
    while (true) {
      while (isSpace(b[p])) {
        p++;
      }
      if (b[p] == 0) {
        return;
      }
      p = splitOne(b, p, args);
      if (p < 0) {
        error = "Protocol error: unbalanced quotes in request";
        return;
      }
    }
  }

  /** Takes the argument that begins at {@code p}; returns the place behind it, or -1. */
  private static int splitOne(byte[] b, int p, Args args) {
    int from = p;
    int to = p;
    byte quote = 0;
    while (true) {
      byte c = b[p];
      if (quote == 0) {
        if (c == 0 || c == ' ' || c == '\n' || c == '\r' || c == '\t') {
          args.add(from, to);
          return p;
        }
        if (c == '"' || c == '\'') {
          quote = c;
        } else {
          b[to++] = c;
        }
      } else if (c == 0) {
        return -1;
      } else if (c == quote) {
        if (b[p + 1] != 0 && !isSpace(b[p + 1])) {
          return -1;
        }
        args.add(from, to);
        return p + 1;
      } else if (c != '\\') {
        b[to++] = c;
      } else if (quote == '\'') {
        if (b[p + 1] == '\'') {
          p++;
        }
        b[to++] = b[p];
      } else if (b[p + 1] == 'x' && hex(b[p + 2]) >= 0 && hex(b[p + 3]) >= 0) {
        b[to++] = (byte) (hex(b[p + 2]) << 4 | hex(b[p + 3]));
        p += 3;
      } else if (b[p + 1] != 0) {
        p++;
        b[to++] = unescaped(b[p]);
      } else {
        b[to++] = c;
      }
      p++;
    }
  }

  private static byte unescaped(byte c) {
    return switch (c) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'b' -> '\b';
      case 'a' -> 7;
      default -> c;
    };
  }

  private static int hex(byte c) {
    return c < 0 ? -1 : Character.digit(c, 16);
  }

  private static boolean isSpace(byte c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }
}
