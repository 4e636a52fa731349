package dev.millrace.examples.kv;

/** Integers as Redis reads them: no sign but a minus, no leading zero, no blank (string2ll). */
final class Numbers {
  /** A minus and nineteen digits. */
  static final int MAX_LENGTH = 20;

  private Numbers() {}

  /** Whether these bytes are an integer of 64 bits. */
  static boolean isLong(byte[] bytes, int from, int to) {
    int n = to - from;
    if (n == 1) {
      return bytes[from] >= '0' && bytes[from] <= '9';
    }
    if (n == 0 || n > MAX_LENGTH) {
      return false;
    }
    boolean negative = bytes[from] == '-';
    int at = negative ? from + 1 : from;
    if (at == to || bytes[at] < '1' || bytes[at] > '9') {
      return false;
    }
    // As a negative number, because there is one more of them.
    long value = 0;
    for (; at < to; at++) {
      int digit = bytes[at] - '0';
      if (digit < 0 || digit > 9 || value < Long.MIN_VALUE / 10) {
        return false;
      }
      value *= 10;
      if (value < Long.MIN_VALUE + digit) {
        return false;
      }
      value -= digit;
    }
    return negative || value != Long.MIN_VALUE;
  }

  /** What {@link #isLong} said yes to. */
  static long toLong(byte[] bytes, int from, int to) {
    boolean negative = bytes[from] == '-';
    long value = 0;
    for (int at = negative ? from + 1 : from; at < to; at++) {
      value = value * 10 + (bytes[at] - '0');
    }
    return negative ? -value : value;
  }

  /** How many characters it has in decimal. */
  static int length(long value) {
    if (value == Long.MIN_VALUE) {
      return MAX_LENGTH;
    }
    int n = value < 0 ? 2 : 1;
    for (long rest = Math.abs(value); rest >= 10; rest /= 10) {
      n++;
    }
    return n;
  }

  /** Writes it in decimal; returns the place behind it. */
  static int put(long value, byte[] target, int at) {
    int end = at + length(value);
    int p = end;
    long rest = value;
    do {
      // The remainder of a negative number is not positive: Long.MIN_VALUE needs no case of its
      // own.
      target[--p] = (byte) ('0' + Math.abs(rest % 10));
      rest /= 10;
    } while (rest != 0);
    if (value < 0) {
      target[--p] = '-';
    }
    return end;
  }
}
