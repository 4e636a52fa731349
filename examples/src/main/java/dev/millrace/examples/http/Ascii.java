package dev.millrace.examples.http;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Classes of characters, and eight bytes looked at in one step.
 *
 * <p>The scans work on a word of eight bytes, the first of them lowest. {@code (x - n·ones) & ~x &
 * highs} has the high bit of each byte below n set (Warren, Hacker's Delight, section 6-1). A
 * borrow can set it for bytes that are none, but only above one that is, so the lowest set bit is
 * always right, and only that is used.
 */
final class Ascii {
  /**
   * A scan may read, and ignore, so many bytes behind the last one: arrays are that much longer.
   */
  static final int PADDING = 8;

  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101010101010101L;
  private static final long HIGHS = 0x8080808080808080L;
  static final long LOWER_CASE = 0x20 * ONES;
  private static final long WITHOUT_HIGHS = 0x7f * ONES;

  /** RFC 9110 section 5.6.2: what methods and field names are made of. */
  private static final boolean[] TOKEN = letters("!#$%&'*+-.^_`|~");

  /** RFC 3986 section 3.2.2: a registered name but for its percent-encoded bytes. */
  private static final boolean[] HOST = letters("-._~!$&'()*+,;=");

  private Ascii() {}

  /** Whether {@code b} may stand in a token. */
  static boolean isToken(byte b) {
    return TOKEN[b & 0xff];
  }

  /** Whether {@code b} may stand in a host's name as it is. */
  static boolean isHost(byte b) {
    return HOST[b & 0xff];
  }

  /** Whether {@code b} is a digit. */
  static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  /** Whether {@code b} is a control character that may not stand in a field's value. */
  static boolean isControl(byte b) {
    return (b >= 0 && b < ' ' && b != '\t') || b == 0x7f;
  }

  /** The value of a hexadecimal digit, or -1. */
  static int hex(byte b) {
    if (isDigit(b)) {
      return b - '0';
    }
    int lower = b | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }

  /** Whether {@code b} is optional white space: a space or a tab. */
  static boolean isSpace(byte b) {
    return b == ' ' || b == '\t';
  }

  /** Eight bytes from {@code at} on, the first of them lowest. */
  static long word(byte[] bytes, int at) {
    return (long) WORDS.get(bytes, at);
  }

  /** The {@code length} bytes from {@code at} on, at most eight, zeros above them. */
  static long word(byte[] bytes, int at, int length) {
    return word(bytes, at) & (-1L >>> (64 - 8 * length));
  }

  /** The word that {@link #word(byte[], int, int)} gives for this text of one to eight letters. */
  static long word(String text) {
    long word = 0;
    for (int i = text.length() - 1; i >= 0; i--) {
      word = word << 8 | text.charAt(i);
    }
    return word;
  }

  /**
   * The first byte from {@code at} on that is no letter, digit, hyphen or dot; at or beyond {@code
   * end} if there is none before. All of these may stand in tokens and in hosts, and few others do,
   * so who looks for a token's end goes on from here byte by byte.
   *
   * <p>No sum here carries into the next byte, so every bit is right: with the high bits out of the
   * way {@code x + (0x80 - n)} has a byte's high bit set if that is n or above.
   */
  static int endOfWord(byte[] bytes, int at, int end) {
    for (int i = at; i < end; i += 8) {
      long x = word(bytes, i);
      long ascii = x & WITHOUT_HIGHS;
      long lower = ascii | LOWER_CASE;
      long letter = (lower + (0x80 - 'a') * ONES) & ~(lower + (0x7f - 'z') * ONES);
      long slash = (ascii ^ '/' * ONES) + WITHOUT_HIGHS;
      long mark = (ascii + (0x80 - '-') * ONES) & ~(ascii + (0x7f - '9') * ONES) & slash;
      long found = (~(letter | mark) | x) & HIGHS;
      if (found != 0) {
        return i + (Long.numberOfTrailingZeros(found) >>> 3);
      }
    }
    return end;
  }

  /**
   * The first byte from {@code at} on that may not stand in a request target, which is any but the
   * visible ones of ASCII, or is {@code #}, which begins a fragment and is never sent. At or beyond
   * {@code end} if there is none before.
   */
  static int endOfTarget(byte[] bytes, int at, int end) {
    for (int i = at; i < end; i += 8) {
      long x = word(bytes, i);
      long below = x - 0x21 * ONES;
      long delete = (x ^ 0x7f * ONES) - ONES;
      long hash = x ^ '#' * ONES;
      long found = (((below | delete) & ~x) | ((hash - ONES) & ~hash) | x) & HIGHS;
      if (found != 0) {
        return i + (Long.numberOfTrailingZeros(found) >>> 3);
      }
    }
    return end;
  }

  /**
   * The first control character from {@code at} on, a tab aside; at or beyond {@code end} if there
   * is none before.
   *
   * <p>{@code x + ones} finds DEL, and may carry out of a byte 0xff into a {@code ~} behind it: so
   * what is found is looked at once more.
   */
  static int endOfValue(byte[] bytes, int at, int end) {
    int i = at;
    while (i < end) {
      long x = word(bytes, i);
      long found = ((x - 0x20 * ONES) | (x + ONES)) & ~x & HIGHS;
      if (found == 0) {
        i += 8;
        continue;
      }
      i += Long.numberOfTrailingZeros(found) >>> 3;
      if (i >= end || isControl(bytes[i])) {
        return i;
      }
      i++;
    }
    return end;
  }

  /** The first byte from {@code from} on that is neither a space nor a tab; {@code to} if none. */
  static int skipSpaces(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && isSpace(bytes[at])) {
      at++;
    }
    return at;
  }

  /** The end without the spaces and tabs there. */
  static int trimSpaces(byte[] bytes, int from, int to) {
    int end = to;
    while (end > from && isSpace(bytes[end - 1])) {
      end--;
    }
    return end;
  }

  /** Whether the bytes are this text, in letters of either case. The text is in lower case. */
  static boolean equalsIgnoreCase(byte[] bytes, int from, int to, String lowerCase) {
    if (to - from != lowerCase.length()) {
      return false;
    }
    for (int i = from; i < to; i++) {
      int b = bytes[i];
      if (b >= 'A' && b <= 'Z') {
        b |= 0x20;
      }
      if (b != lowerCase.charAt(i - from)) {
        return false;
      }
    }
    return true;
  }

  /** Whether the bytes begin with this text, in letters of either case. */
  static boolean startsWithIgnoreCase(byte[] bytes, int from, int to, String lowerCase) {
    int end = from + lowerCase.length();
    return end <= to && equalsIgnoreCase(bytes, from, end, lowerCase);
  }

  /** Bytes as text: what a head may hold beyond ASCII has no meaning (RFC 9110 section 5.5). */
  static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }

  private static boolean[] letters(String others) {
    boolean[] is = new boolean[256];
    for (char c = '0'; c <= 'z'; c++) {
      is[c] = Character.isLetterOrDigit(c);
    }
    for (int i = 0; i < others.length(); i++) {
      is[others.charAt(i)] = true;
    }
    return is;
  }
}
