package dev.millrace.examples.http;

import java.nio.ByteBuffer;

/**
 * Reads the head of a request: its line and its header fields. One parser serves one connection,
 * request after request.
 *
 * <p>It takes a head in any pieces: until the head is complete nothing is consumed, and the caller
 * offers the same bytes again with what came after them, as the core does with what a handler
 * leaves. Each byte is looked at once, however small the pieces are.
 *
 * <p>What is wrong is found at the first byte that cannot be right, so the answer does not depend
 * on the pieces either.
 */
public final class HeadParser {
  /** What {@link #parse} answers while bytes are missing. */
  public static final int INCOMPLETE = 0;

  /** What {@link #parse} answers when the head is there. */
  public static final int COMPLETE = 200;

  /**
   * More than any method in the IANA's registry has (UPDATEREDIRECTREF, 17); one that is longer
   * than any known is answered 501 (RFC 9112 section 3).
   */
  static final int MAX_METHOD_BYTES = 20;

  /** Browsers send some twenty fields, proxies add a few; nginx and Tomcat allow as many or so. */
  static final int MAX_FIELDS = 100;

  /** What the parts of a head answer when they are read: on with the next part. */
  private static final int GO_ON = -1;

  private static final int VERSION_BYTES = 8;
  private static final int EMPTY_LINE_BYTES = 2;

  private static final long HTTP_1_1 = Ascii.word("HTTP/1.1");
  private static final long HTTP_1_0 = Ascii.word("HTTP/1.0");

  private static final long GET = Ascii.word("GET");
  private static final long PUT = Ascii.word("PUT");
  private static final long HEAD = Ascii.word("HEAD");
  private static final long POST = Ascii.word("POST");
  private static final long PATCH = Ascii.word("PATCH");
  private static final long TRACE = Ascii.word("TRACE");
  private static final long DELETE = Ascii.word("DELETE");
  private static final long OPTIONS = Ascii.word("OPTIONS");
  private static final long CONNECT = Ascii.word("CONNECT");

  private static final Name HOST = Name.of("host");
  private static final Name EXPECT = Name.of("expect");
  private static final Name CONNECTION = Name.of("connection");
  private static final Name CONTENT_LENGTH = Name.of("content-length");
  private static final Name TRANSFER_ENCODING = Name.of("transfer-encoding");

  private static final Name CONTINUE = Name.of("100-continue");
  private static final Name CLOSE = Name.of("close");
  private static final Name KEEP_ALIVE = Name.of("keep-alive");
  private static final Name CHUNKED = Name.of("chunked");

  /** What a version and its line's end look like; for a 0 any digit may stand. */
  private static final String VERSION_LINE = "HTTP/0.0\r\n";

  /** Where in it the major version is. */
  private static final int MAJOR = 5;

  /**
   * Where in the head the parser is.
   *
   * <pre>
   *            SP           SP             CR LF             ':'           CR LF
   *   METHOD -----> TARGET -----> VERSION -------> FIELD_NAME ---> FIELD_VALUE
   *   ^    |                                       |   ^                |
   *   +----+ CR LF, once                           |   +----------------+
   *                                                +--> complete, by CR LF
   * </pre>
   */
  private enum Phase {
    /** Of the request line. */
    METHOD,
    /** Of the request line. */
    TARGET,
    /** Of the request line, and its end. */
    VERSION,
    /** At the start of a line, which may be the empty one, or in a name. */
    FIELD_NAME,
    /** Behind the colon. */
    FIELD_VALUE
  }

  private final int maxHeaderBytes;
  private final int maxUriBytes;

  /** What is being read, if a head is incomplete. */
  private Phase phase = Phase.METHOD;

  /** The first byte that was not looked at; 0 between two heads. */
  private int looked;

  /** Where the method, the target, the version or the field line begins that is being read. */
  private int start;

  private int colon;

  /** Where the header section began. */
  private int section;

  private boolean hadEmptyLine;
  private int hosts;
  private boolean hasCoding;
  private boolean hasUnknownCoding;
  private boolean isChunkedLast;
  private boolean saidClose;
  private boolean saidKeepAlive;

  /**
   * Makes one with its bounds.
   *
   * @param maxHeaderBytes most bytes of all header fields together, the empty line at their end
   *     included; beyond it the answer is 431
   * @param maxUriBytes most bytes of the target; beyond it the answer is 414
   */
  public HeadParser(int maxHeaderBytes, int maxUriBytes) {
    this.maxHeaderBytes = maxHeaderBytes;
    this.maxUriBytes = maxUriBytes;
  }

  /**
   * The largest head that passes: what a connection has to be able to keep of unconsumed input.
   *
   * @param maxHeaderBytes as for the constructor
   * @param maxUriBytes as for the constructor
   * @return bytes
   */
  public static int maxHeadBytes(int maxHeaderBytes, int maxUriBytes) {
    int line = EMPTY_LINE_BYTES + MAX_METHOD_BYTES + 1 + maxUriBytes + 1 + VERSION_BYTES + 2;
    return line + maxHeaderBytes;
  }

  /**
   * Whether a part of a head was seen, so that the client owes us the rest of it. An empty line
   * before the request line is no part.
   *
   * @return false before the first byte and after a head was complete
   */
  public boolean isInHead() {
    return phase != Phase.METHOD || looked > start;
  }

  /**
   * Reads on.
   *
   * @param in the input from the head's first byte on, also those bytes offered before; its
   *     position moves behind the head if that is complete, and stays otherwise
   * @param head is filled; the same one until the head is complete
   * @return {@link #INCOMPLETE}, {@link #COMPLETE}, or the status to answer: 400, 414, 431, 501 or
   *     505. After that nobody knows where the next request begins, and the parser has started anew
   */
  public int parse(ByteBuffer in, RequestHead head) {
    if (looked == 0) {
      begin(head);
    }
    int available = in.remaining();
    int end;
    int status;
    do {
      end = head.copy(in);
      status = step(head, end);
    } while (status == INCOMPLETE && end < available);
    if (status == INCOMPLETE) {
      return INCOMPLETE;
    }
    if (status == COMPLETE) {
      in.position(in.position() + head.length);
    }
    if (phase != Phase.METHOD) {
      phase = Phase.METHOD;
    }
    looked = 0;
    start = 0;
    return status;
  }

  private void begin(RequestHead head) {
    head.clear();
    hadEmptyLine = false;
    hosts = 0;
    hasCoding = false;
    hasUnknownCoding = false;
    isChunkedLast = false;
    saidClose = false;
    saidKeepAlive = false;
  }

  /**
   * Reads as far as the bytes reach, from the phase in which it paused. Within one call the phase
   * is in which of these lines we are; it is written down for the next call only.
   */
  private int step(RequestHead head, int end) {
    byte[] b = head.bytes();
    Phase from = phase;
    int status = GO_ON;
    if (from == Phase.METHOD) {
      status = method(head, b, end);
    }
    if (status == GO_ON && (from == Phase.METHOD || from == Phase.TARGET)) {
      status = target(head, b, end);
    }
    if (status == GO_ON && from != Phase.FIELD_NAME && from != Phase.FIELD_VALUE) {
      status = version(head, b, end);
    }
    if (status != GO_ON) {
      return status;
    }
    int bound = section + maxHeaderBytes;
    status = fields(head, b, Math.min(end, bound), from == Phase.FIELD_VALUE);
    return status == INCOMPLETE && end >= bound ? 431 : status;
  }

  private int pause(Phase now, int at) {
    phase = now;
    looked = at;
    return INCOMPLETE;
  }

  // ---- the request line

  private int method(RequestHead head, byte[] b, int end) {
    int at = looked;
    while (true) {
      at = endOfToken(b, at, end);
      if (at - start > MAX_METHOD_BYTES) {
        return 501;
      }
      if (at == end) {
        return pause(Phase.METHOD, at);
      }
      if (at > start) {
        break;
      }
      // Some old clients send an empty line behind a body: one is let pass (RFC 9112 section 2.2).
      if (b[at] != '\r' || hadEmptyLine) {
        return 400;
      }
      if (at + 1 == end) {
        return pause(Phase.METHOD, at);
      }
      if (b[at + 1] != '\n') {
        return 400;
      }
      hadEmptyLine = true;
      at += EMPTY_LINE_BYTES;
      start = at;
    }
    if (b[at] != ' ') {
      return 400;
    }
    head.method = methodOf(b, start, at - start);
    head.lineStart = start;
    start = at + 1;
    looked = start;
    return GO_ON;
  }

  private static int endOfToken(byte[] b, int from, int end) {
    int at = Ascii.endOfWord(b, from, end);
    while (at < end && Ascii.isToken(b[at])) {
      at++;
    }
    return Math.min(at, end);
  }

  private static Method methodOf(byte[] b, int at, int length) {
    if (length > 7) {
      return Method.OTHER;
    }
    long name = Ascii.word(b, at, length);
    if (name == GET) {
      return Method.GET;
    } else if (name == POST) {
      return Method.POST;
    } else if (name == HEAD) {
      return Method.HEAD;
    } else if (name == PUT) {
      return Method.PUT;
    } else if (name == DELETE) {
      return Method.DELETE;
    } else if (name == OPTIONS) {
      return Method.OPTIONS;
    } else if (name == PATCH) {
      return Method.PATCH;
    } else if (name == TRACE) {
      return Method.TRACE;
    } else if (name == CONNECT) {
      return Method.CONNECT;
    }
    return Method.OTHER;
  }

  private int target(RequestHead head, byte[] b, int end) {
    int at = Math.min(Ascii.endOfTarget(b, looked, end), end);
    if (at - start > maxUriBytes) {
      return 414;
    }
    if (at == end) {
      return pause(Phase.TARGET, at);
    }
    if (b[at] != ' ' || at == start) {
      return 400;
    }
    head.targetStart = start;
    head.targetEnd = at;
    start = at + 1;
    return GO_ON;
  }

  private int version(RequestHead head, byte[] b, int end) {
    int lineEnd = start + VERSION_BYTES;
    long version = end < lineEnd + 2 ? 0 : Ascii.word(b, start);
    boolean isUsual =
        (version == HTTP_1_1 || version == HTTP_1_0)
            && b[lineEnd] == '\r'
            && b[lineEnd + 1] == '\n';
    if (!isUsual) {
      int status = unusualVersion(b, start, end);
      if (status == INCOMPLETE) {
        return pause(Phase.VERSION, end);
      }
      if (status != GO_ON) {
        return status;
      }
    }
    // A higher minor version is read as the highest we know (RFC 9110 section 2.5).
    head.minorVersion = version == HTTP_1_0 ? 0 : 1;
    section = lineEnd + 2;
    start = section;
    looked = section;
    return isTargetRight(head, b) ? GO_ON : 400;
  }

  /**
   * Looks at a version byte by byte, as far as it is there. A major version that is not 1 is
   * answered 505, also where no minor one follows, as HTTP/2 and HTTP/3 are written.
   */
  private static int unusualVersion(byte[] b, int from, int end) {
    for (int i = 0; i < VERSION_LINE.length(); i++) {
      if (from + i == end) {
        return INCOMPLETE;
      }
      byte is = b[from + i];
      if (i == MAJOR + 1 && is == '\r' && b[from + MAJOR] != '1') {
        if (from + i + 1 == end) {
          return INCOMPLETE;
        }
        return b[from + i + 1] == '\n' ? 505 : 400;
      }
      char should = VERSION_LINE.charAt(i);
      if (should == '0' ? !Ascii.isDigit(is) : is != should) {
        return 400;
      }
    }
    return b[from + MAJOR] == '1' ? GO_ON : 505;
  }

  /** Which of its four forms a target has, and whether the method goes with it. */
  private boolean isTargetRight(RequestHead head, byte[] b) {
    int from = head.targetStart;
    int to = head.targetEnd;
    if (head.method == Method.CONNECT) {
      return isAuthorityForm(head, b);
    }
    if (b[from] == '/') {
      return true;
    }
    if (b[from] == '*' && to - from == 1) {
      return head.method == Method.OPTIONS;
    }
    return isAbsoluteForm(head, b);
  }

  /** RFC 9112 section 3.2.3: host and port, both. */
  private static boolean isAuthorityForm(RequestHead head, byte[] b) {
    int to = head.targetEnd;
    head.hostStart = head.targetStart;
    head.hostEnd = to;
    return isAuthority(b, head.targetStart, to) && hasPort(b, head.targetStart, to);
  }

  /**
   * RFC 9112 section 3.2.2: as a proxy is asked. Its authority stands for the Host field, and the
   * rest is the target.
   */
  private static boolean isAbsoluteForm(RequestHead head, byte[] b) {
    int from = head.targetStart;
    int to = head.targetEnd;
    int host;
    if (Ascii.startsWithIgnoreCase(b, from, to, "http://")) {
      host = from + 7;
    } else if (Ascii.startsWithIgnoreCase(b, from, to, "https://")) {
      host = from + 8;
    } else {
      return false;
    }
    int end = host;
    while (end < to && b[end] != '/' && b[end] != '?') {
      end++;
    }
    // An empty host is invalid, and so is user information, which isAuthority refuses (RFC 9110
    // sections 4.2.1 and 4.2.4).
    if (end == host || !isAuthority(b, host, end)) {
      return false;
    }
    head.hostStart = host;
    head.hostEnd = end;
    head.targetStart = end;
    return true;
  }

  // ---- the header fields

  private int fields(RequestHead head, byte[] b, int end, boolean isInValue) {
    int at = looked;
    boolean inName = !isInValue;
    while (true) {
      if (inName) {
        at = endOfToken(b, at, end);
        if (at == end) {
          return pause(Phase.FIELD_NAME, at);
        }
        if (at == start) {
          // An empty line ends the head. A space or a tab would be a folded line (obs-fold), and a
          // bare line feed is none (RFC 9112 sections 5.2 and 2.2).
          if (b[at] != '\r') {
            return 400;
          }
          if (at + 1 == end) {
            return pause(Phase.FIELD_NAME, at);
          }
          return b[at + 1] == '\n' ? finish(head, b, at + 2) : 400;
        }
        // So a space before the colon is refused too (RFC 9112 section 5.1).
        if (b[at] != ':') {
          return 400;
        }
        colon = at++;
      }
      at = Math.min(Ascii.endOfValue(b, at, end), end);
      if (at >= end - 1 && (at == end || b[at] == '\r')) {
        return pause(Phase.FIELD_VALUE, at);
      }
      if (b[at] != '\r' || b[at + 1] != '\n') {
        return 400;
      }
      int status = field(head, b, at);
      if (status != GO_ON) {
        return status;
      }
      at += 2;
      start = at;
      inName = true;
    }
  }

  /** Takes the field line that ends at {@code lineEnd}. */
  private int field(RequestHead head, byte[] b, int lineEnd) {
    if (head.add(start) > MAX_FIELDS) {
      return 431;
    }
    return switch (colon - start) {
      // As long as the names that matter to the parser; most others are told apart by that.
      case 4, 6, 10, 14, 17 -> knownField(head, b, lineEnd) ? GO_ON : 400;
      default -> GO_ON;
    };
  }

  private boolean knownField(RequestHead head, byte[] b, int lineEnd) {
    boolean isKnown =
        switch (colon - start) {
          case 4 -> HOST.is(b, start, colon);
          case 6 -> EXPECT.is(b, start, colon);
          case 10 -> CONNECTION.is(b, start, colon);
          case 14 -> CONTENT_LENGTH.is(b, start, colon);
          default -> TRANSFER_ENCODING.is(b, start, colon);
        };
    if (!isKnown) {
      return true;
    }
    int from = Ascii.skipSpaces(b, colon + 1, lineEnd);
    int to = Ascii.trimSpaces(b, from, lineEnd);
    return switch (colon - start) {
      case 4 -> host(head, b, from, to);
      case 6 -> expect(head, b, from, to);
      case 10 -> connection(b, from, to);
      case 14 -> contentLength(head, b, from, to);
      default -> transferEncoding(b, from, to);
    };
  }

  /** RFC 9112 section 3.2: one, and a valid one. An empty value is one. */
  private boolean host(RequestHead head, byte[] b, int from, int to) {
    if (hosts++ > 0 || !isAuthority(b, from, to)) {
      return false;
    }
    if (head.hostEnd == 0) {
      head.hostStart = from;
      head.hostEnd = to;
    }
    return true;
  }

  /** Another expectation than this one we may ignore (RFC 9110 section 10.1.1), and do. */
  private static boolean expect(RequestHead head, byte[] b, int from, int to) {
    if (head.minorVersion > 0 && CONTINUE.is(b, from, to)) {
      head.expectsContinue = true;
    }
    return true;
  }

  private boolean connection(byte[] b, int from, int to) {
    for (int at = from; at < to; ) {
      int end = endOfElement(b, at, to);
      int last = Ascii.trimSpaces(b, at, end);
      saidClose |= CLOSE.is(b, at, last);
      saidKeepAlive |= KEEP_ALIVE.is(b, at, last);
      at = startOfElement(b, end, to);
    }
    return true;
  }

  /**
   * Digits, once. A list of equal lengths, or the same field twice, might be taken for one (RFC
   * 9112 section 6.3), but no client of good will sends it.
   */
  private static boolean contentLength(RequestHead head, byte[] b, int from, int to) {
    if (from == to || head.contentLength >= 0) {
      return false;
    }
    long length = 0;
    for (int i = from; i < to; i++) {
      int digit = b[i] - '0';
      if (digit < 0 || digit > 9 || length > (Long.MAX_VALUE - digit) / 10) {
        return false;
      }
      length = 10 * length + digit;
    }
    head.contentLength = length;
    return true;
  }

  /**
   * A list of codings. An empty element would be allowed, and is refused: what one reader takes for
   * {@code chunked} another may not.
   */
  private boolean transferEncoding(byte[] b, int from, int to) {
    hasCoding = true;
    int at = from;
    while (true) {
      int end = endOfElement(b, at, to);
      int last = Ascii.trimSpaces(b, at, end);
      // Nothing may follow "chunked", not even itself (RFC 9112 section 7.1).
      if (at == last || isChunkedLast) {
        return false;
      }
      isChunkedLast = CHUNKED.is(b, at, last);
      hasUnknownCoding |= !isChunkedLast;
      if (end == to) {
        return true;
      }
      at = startOfElement(b, end, to);
    }
  }

  /** The comma behind a list's element, or the list's end. */
  private static int endOfElement(byte[] b, int at, int to) {
    int end = at;
    while (end < to && b[end] != ',') {
      end++;
    }
    return end;
  }

  /** The first byte of the next element, behind a comma and white space. */
  private static int startOfElement(byte[] b, int comma, int to) {
    return Ascii.skipSpaces(b, Math.min(comma + 1, to), to);
  }

  /** All lines are there: what they say together. */
  private int finish(RequestHead head, byte[] b, int end) {
    if (hosts == 0 && head.minorVersion > 0) {
      return 400;
    }
    if (hasCoding) {
      // In HTTP/1.0 the framing is faulty, and with a length beside it, or another coding last,
      // it is a smuggler's (RFC 9112 sections 6.1 and 6.3).
      if (head.minorVersion == 0 || head.contentLength >= 0 || !isChunkedLast) {
        return 400;
      }
      if (hasUnknownCoding) {
        return 501;
      }
      head.isChunked = true;
    }
    head.isKeepAlive = !saidClose && (head.minorVersion > 0 || saidKeepAlive);
    head.length = end;
    int target = head.targetStart;
    if (target == head.targetEnd || b[target] == '?') {
      head.addPath();
    }
    return COMPLETE;
  }

  // ---- hosts

  /**
   * Whether it is a host with or without a port (RFC 3986 section 3.2), or nothing. User
   * information is not allowed where HTTP has an authority.
   */
  private static boolean isAuthority(byte[] b, int from, int to) {
    if (from == to) {
      return true;
    }
    int at = Math.min(Ascii.endOfWord(b, from, to), to);
    if (b[from] == '[') {
      at = endOfAddress(b, from + 1, to);
      if (at < 0) {
        return false;
      }
    } else {
      while (at < to) {
        if (Ascii.isHost(b[at])) {
          at++;
        } else if (b[at] == '%'
            && at + 2 < to
            && Ascii.hex(b[at + 1]) >= 0
            && Ascii.hex(b[at + 2]) >= 0) {
          at += 3;
        } else {
          break;
        }
      }
      if (at == from) {
        return false;
      }
    }
    if (at < to && b[at] == ':') {
      at++;
      while (at < to && Ascii.isDigit(b[at])) {
        at++;
      }
    }
    return at == to;
  }

  /** Behind the bracket that closes an address of IPv6, roughly, or of a later version; or -1. */
  private static int endOfAddress(byte[] b, int from, int to) {
    int at = from;
    while (at < to && (Ascii.isHost(b[at]) || b[at] == ':')) {
      at++;
    }
    return at > from && at < to && b[at] == ']' ? at + 1 : -1;
  }

  private static boolean hasPort(byte[] b, int from, int to) {
    int at = to;
    while (at > from && Ascii.isDigit(b[at - 1])) {
      at--;
    }
    return at < to && at > from && b[at - 1] == ':';
  }
}
