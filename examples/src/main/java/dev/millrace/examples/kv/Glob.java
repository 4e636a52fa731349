package dev.millrace.examples.kv;

/**
 * A pattern as of KEYS and PSUBSCRIBE: {@code *}, {@code ?}, {@code [a-c]}, {@code [^x]}, and
 * {@code \} before what is to stand for itself. It follows Redis' {@code stringmatchlen} to the odd
 * corners: a set that is never closed ends with the pattern, a range may be written backwards, and
 * {@code *} alone does not match nothing at all (KEYS asks {@link #isAll} before).
 *
 * <p>Where several {@code *} could take the blame for a mismatch, only the last one is asked to
 * take one byte more: what an earlier one would take instead, the later one can take as well. So
 * the time is at most pattern times text, and not exponential as it was in Redis before 7.0.8
 * (CVE-2022-36021), and there is no recursion that a client could make deep.
 */
final class Glob {
  private final byte[] pattern;
  private final boolean ignoresCase;

  /** A pattern for bytes as they are. */
  Glob(byte[] pattern) {
    this(pattern, false);
  }

  /** A pattern that may take letters of ASCII for each other, large and small. */
  Glob(byte[] pattern, boolean ignoresCase) {
    this.pattern = pattern;
    this.ignoresCase = ignoresCase;
  }

  /** Whether it is {@code *}, which everything is meant by, the empty text as well. */
  boolean isAll() {
    return pattern.length == 1 && pattern[0] == '*';
  }

  /** Whether all of this text is as the pattern says. */
  boolean matches(byte[] text, int from, int to) {
    if (from == to) {
      return pattern.length == 0; // even where there are but stars
    }
    int p = 0;
    int t = from;
    int star = -1;
    int starText = 0;
    while (t < to) {
      if (p < pattern.length && pattern[p] == '*') {
        star = p++;
        starText = t;
        continue;
      }
      int next = p < pattern.length ? matchOne(p, text[t]) : -1;
      if (next >= 0) {
        p = next;
        t++;
      } else if (star >= 0) {
        p = star + 1;
        t = ++starText;
      } else {
        return false;
      }
    }
    while (p < pattern.length && pattern[p] == '*') {
      p++;
    }
    return p == pattern.length;
  }

  /** The place behind the part of the pattern that takes this byte; -1 if it doesn't. */
  private int matchOne(int p, byte b) {
    return switch (pattern[p]) {
      case '?' -> p + 1;
      case '[' -> matchSet(p + 1, b);
      case '\\' -> matchByte(p + 1 < pattern.length ? p + 1 : p, b);
      default -> matchByte(p, b);
    };
  }

  private int matchByte(int p, byte b) {
    return isSame(pattern[p], b) ? p + 1 : -1;
  }

  /** The place behind the set that begins at {@code p}, or -1 if this byte is not in it. */
  private int matchSet(int first, byte b) {
    int p = first;
    boolean inverted = p < pattern.length && pattern[p] == '^';
    if (inverted) {
      p++;
    }
    boolean found = false;
    for (; p < pattern.length && pattern[p] != ']'; p++) {
      if (pattern[p] == '\\' && p + 1 < pattern.length) {
        p++;
        found |= pattern[p] == b;
      } else if (p + 2 < pattern.length && pattern[p + 1] == '-') {
        // Signed, as Redis compares them: 0x80 and above come first.
        byte low = folded((byte) Math.min(pattern[p], pattern[p + 2]));
        byte high = folded((byte) Math.max(pattern[p], pattern[p + 2]));
        found |= low <= folded(b) && folded(b) <= high;
        p += 2;
      } else {
        found |= isSame(pattern[p], b);
      }
    }
    // Behind the bracket, which may be missing.
    return found == inverted ? -1 : Math.min(p + 1, pattern.length);
  }

  private boolean isSame(byte a, byte b) {
    return folded(a) == folded(b);
  }

  private byte folded(byte b) {
    return ignoresCase && b >= 'A' && b <= 'Z' ? (byte) (b + ('a' - 'A')) : b;
  }
}
