package dev.millrace.examples.kv;

/**
 * A pattern as of KEYS and PSUBSCRIBE: {@code *}, {@code ?}, {@code [a-c]}, {@code [^x]}, and
 * {@code \} before what is to stand for itself. It follows Redis' {@code stringmatchlen} to the odd
 * corners: a set that is never closed ends with the pattern, a range may be written backwards, and
 * {@code *} alone does not match nothing at all (KEYS asks {@link #isAll} before).
 *
 * <p>Takes at most pattern × text steps: where the rest behind a {@code *} was found nowhere in the
 * text, a {@code *} before it need not try a longer match.
 */
final class Glob {
  private final byte[] pattern;
  private final boolean ignoresCase;

  // The text, and what is known of it, while matches() runs.
  private byte[] text;
  private int textEnd;
  private boolean nowhere;

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
  boolean matches(byte[] bytes, int from, int to) {
    text = bytes;
    textEnd = to;
    nowhere = false;
    return matches(0, from);
  }

  private boolean matches(int p, int t) {
    while (p < pattern.length && t < textEnd) {
      switch (pattern[p]) {
        case '*':
          while (at(p + 1) == '*') {
            p++;
          }
          return p + 1 == pattern.length || matchesBehindStar(p + 1, t);
        case '?':
          p++;
          break;
        case '[':
          p = set(p + 1, text[t]);
          if (p < 0) {
            return false;
          }
          break;
        case '\\':
          if (p + 1 < pattern.length) {
            p++;
          }
          if (!isSame(pattern[p++], text[t])) {
            return false;
          }
          break;
        default:
          if (!isSame(pattern[p++], text[t])) {
            return false;
          }
      }
      t++;
      if (t == textEnd) {
        while (at(p) == '*') {
          p++;
        }
        break;
      }
    }
    return p == pattern.length && t == textEnd;
  }

  private boolean matchesBehindStar(int p, int from) {
    for (int t = from; t < textEnd; t++) {
      if (matches(p, t)) {
        return true;
      }
      if (nowhere) {
        return false;
      }
    }
    nowhere = true;
    return false;
  }

  /** The place behind the set that begins at {@code p}, or -1 if this byte is not in it. */
  private int set(int p, byte b) {
    boolean inverted = at(p) == '^';
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
    if (found == inverted) {
      return -1;
    }
    return Math.min(p + 1, pattern.length); // behind the bracket, which may be missing
  }

  /** The pattern's byte there, or 0 behind its end. */
  private int at(int p) {
    return p < pattern.length ? pattern[p] : 0;
  }

  private boolean isSame(byte a, byte b) {
    return folded(a) == folded(b);
  }

  private byte folded(byte b) {
    return ignoresCase && b >= 'A' && b <= 'Z' ? (byte) (b + ('a' - 'A')) : b;
  }
}
