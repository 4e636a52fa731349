package dev.millrace.examples.http;

import java.util.ArrayList;
import java.util.List;

/**
 * A part of a file.
 *
 * @param first position of its first byte
 * @param count how many bytes, at least one
 */
record ByteRange(long first, long count) {
  /**
   * Each part of an answer is opened and framed by itself. Readers of documents ask for a handful
   * at a time; who asks for more gets the whole, as RFC 9110 section 14.2 allows, and so no few
   * bytes of a request can order many times the file (CVE-2011-3192).
   */
  static final int MAX_RANGES = 8;

  /** Position behind the last byte. */
  long end() {
    return first + count;
  }

  /**
   * Reads a Range field (RFC 9110 section 14.1).
   *
   * @param field its value
   * @param size of the file
   * @return the parts asked for, in that order; empty if none of them is in the file; null if the
   *     field is to be ignored, because it is malformed, in another unit, asks for too many parts,
   *     or for some of the bytes more than once
   */
  static List<ByteRange> parse(String field, long size) {
    if (!field.regionMatches(true, 0, "bytes=", 0, 6)) {
      return null;
    }
    String[] specs = field.substring(6).split(",", -1);
    if (specs.length > MAX_RANGES) {
      return null;
    }
    List<ByteRange> ranges = new ArrayList<>(specs.length);
    boolean isEmpty = true;
    for (String spec : specs) {
      String trimmed = spec.strip();
      if (trimmed.isEmpty()) {
        continue; // a list may have empty elements (RFC 9110 section 5.6.1)
      }
      isEmpty = false;
      int dash = trimmed.indexOf('-');
      if (dash < 0) {
        return null;
      }
      long from = number(trimmed.substring(0, dash));
      long to = number(trimmed.substring(dash + 1));
      if (from == MALFORMED || to == MALFORMED || (from == NONE && to == NONE)) {
        return null;
      }
      if (from != NONE && to != NONE && from > to) {
        return null;
      }
      if (from == NONE && to > 0 && size == 0) {
        return null; // the last bytes of what has none are the whole (RFC 9110 section 14.1.2)
      }
      ByteRange range = within(from, to, size);
      if (range != null) {
        ranges.add(range);
      }
    }
    // A list has at least one element that is not empty.
    return isEmpty || overlap(ranges) ? null : ranges;
  }

  private static final long NONE = -1;
  private static final long MALFORMED = -2;

  /** The number, {@link #NONE} for no digits. More than fits is the largest there is. */
  private static long number(String digits) {
    if (digits.isEmpty()) {
      return NONE;
    }
    long n = 0;
    for (int i = 0; i < digits.length(); i++) {
      char c = digits.charAt(i);
      if (c < '0' || c > '9') {
        return MALFORMED;
      }
      n = n > (Long.MAX_VALUE - 9) / 10 ? Long.MAX_VALUE : n * 10 + (c - '0');
    }
    return n;
  }

  /** The part of the file that is meant; null if there is none of it. */
  private static ByteRange within(long from, long to, long size) {
    if (from == NONE) {
      long count = Math.min(to, size); // "-500": the last 500
      return count == 0 ? null : new ByteRange(size - count, count);
    }
    if (from >= size) {
      return null;
    }
    long last = to == NONE ? size - 1 : Math.min(to, size - 1);
    return new ByteRange(from, last - from + 1);
  }

  private static boolean overlap(List<ByteRange> ranges) {
    for (int i = 0; i < ranges.size(); i++) {
      for (int k = 0; k < i; k++) {
        if (ranges.get(i).first < ranges.get(k).end()
            && ranges.get(k).first < ranges.get(i).end()) {
          return true;
        }
      }
    }
    return false;
  }
}
