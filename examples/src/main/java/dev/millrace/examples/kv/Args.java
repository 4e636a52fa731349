package dev.millrace.examples.kv;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The arguments of one request, the command's name the first: slices of one array, valid until the
 * command has run. Nothing is copied before a command asks for it.
 */
public final class Args {
  private static final byte[] NONE = {};

  /** So many places are kept for the next request; more were needed once, and go. */
  private static final int KEPT_ENDS = 2 * 1024;

  private byte[] bytes = NONE;
  private int count;

  /**
   * Where each argument begins and ends: 2i and 2i + 1. Grows with what came, never with what was
   * announced.
   */
  private int[] ends = new int[32];

  /** None. */
  public Args() {}

  void begin(byte[] bytes) {
    this.bytes = bytes;
    count = 0;
  }

  /** The command has run: what was large for it is let go, as in {@link Input#end}. */
  void end() {
    begin(NONE);
    if (ends.length > KEPT_ENDS) {
      ends = new int[KEPT_ENDS];
    }
  }

  void add(int from, int to) {
    int at = 2 * count;
    if (at == ends.length) {
      ends = Arrays.copyOf(ends, at * 2);
    }
    ends[at] = from;
    ends[at + 1] = to;
    count++;
  }

  /**
   * How many there are.
   *
   * @return at least one, when a parser says that there is a request
   */
  public int count() {
    return count;
  }

  /** The array that all arguments are slices of; to be read only. */
  byte[] bytes() {
    return bytes;
  }

  int from(int i) {
    return ends[2 * i];
  }

  int to(int i) {
    return ends[2 * i + 1];
  }

  /**
   * How long one is.
   *
   * @param i which one, from 0
   * @return bytes
   */
  public int length(int i) {
    return ends[2 * i + 1] - ends[2 * i];
  }

  /** A copy, to be kept. */
  byte[] copy(int i) {
    return Arrays.copyOfRange(bytes, from(i), to(i));
  }

  /** As text, each byte a character, so that it can be written back as it came. */
  String text(int i) {
    return new String(bytes, from(i), length(i), StandardCharsets.ISO_8859_1);
  }

  /** The same as C sees it: up to the first NUL. */
  String cText(int i) {
    String text = text(i);
    int nul = text.indexOf(0);
    return nul < 0 ? text : text.substring(0, nul);
  }

  /** Which of these words it is, in upper or lower case letters; null if none. */
  String oneOf(int i, List<String> lowerCase) {
    for (int k = 0; k < lowerCase.size(); k++) {
      if (is(i, lowerCase.get(k))) {
        return lowerCase.get(k);
      }
    }
    return null;
  }

  /** Whether it is an integer of 64 bits, in the strict form that Redis takes. */
  boolean isLong(int i) {
    return Numbers.isLong(bytes, from(i), to(i));
  }

  /** What {@link #isLong} said yes to. */
  long toLong(int i) {
    return Numbers.toLong(bytes, from(i), to(i));
  }

  /** Whether it is this word, in upper or lower case letters. */
  boolean is(int i, String lowerCase) {
    int from = from(i);
    int n = length(i);
    if (n != lowerCase.length()) {
      return false;
    }
    for (int k = 0; k < n; k++) {
      int b = bytes[from + k];
      if (b >= 'A' && b <= 'Z') {
        b += 'a' - 'A';
      }
      if (b != lowerCase.charAt(k)) {
        return false;
      }
    }
    return true;
  }
}
