package dev.millrace.examples.http;

/**
 * Up to twenty-four letters and hyphens in lower case, compared with bytes in letters of either
 * case, eight in a step. The bytes have been read as a token or a value before, so they hold no
 * control characters but tabs: then only a capital letter becomes a letter by the bit that tells
 * the cases apart, and nothing becomes a hyphen or a digit.
 */
record Name(int length, long first, long second, long third) {
  static Name of(String lowerCase) {
    return new Name(
        lowerCase.length(), word(lowerCase, 0), word(lowerCase, 8), word(lowerCase, 16));
  }

  private static long word(String text, int from) {
    int length = text.length();
    return Ascii.word(text.substring(Math.min(from, length), Math.min(from + 8, length)));
  }

  /** Whether the bytes are this name. */
  boolean is(byte[] bytes, int from, int to) {
    return to - from == length
        && differsBy(bytes, from, length, first) == 0
        && (length <= 8 || differsBy(bytes, from + 8, length - 8, second) == 0)
        && (length <= 16 || differsBy(bytes, from + 16, length - 16, third) == 0);
  }

  private static long differsBy(byte[] bytes, int at, int left, long word) {
    long is = Ascii.word(bytes, at) | Ascii.LOWER_CASE;
    long mask = left >= 8 ? -1L : -1L >>> (64 - 8 * left);
    return (is ^ word) & mask;
  }
}
