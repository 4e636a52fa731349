package dev.millrace.examples.errors;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Exact counts by name, of names of which there are few. */
final class Shares {
  /** Names are those of constants; a log that has more is not one, or has been tampered with. */
  private static final int MOST = 64;

  private static final int LONGEST_NAME = 40;

  private static final String OTHERS = "(others)";
  private static final String NOT_SAID = "(not said)";

  private final Map<String, long[]> counts = new TreeMap<>();

  void add(String name, long count) {
    boolean isOne = name.length() <= LONGEST_NAME;
    String known = isOne && (counts.size() < MOST || counts.containsKey(name)) ? name : OTHERS;
    counts.computeIfAbsent(known, n -> new long[1])[0] += count;
  }

  /**
   * Looks whether a text is what {@link #addText} takes: no share below zero, and all of them
   * together no more than the count. So a damaged line is found before anything of it is counted.
   */
  static void check(String text, long count) throws DamagedLine {
    if (isOne(text)) {
      return;
    }
    long rest = count;
    for (String share : text.split(" ", -1)) {
      rest -= of(share, share.indexOf('='));
      if (rest < 0) { // looked at after each, so no sum is ever too large for a long
        throw new DamagedLine("'" + start(text) + "' are more than the count, " + count);
      }
    }
  }

  /**
   * One name that stands for all of a count, or several as {@code READ=9 WRITE=1}; {@link #check}
   * has been asked before.
   */
  void addText(String text, long count) throws DamagedLine {
    if (isOne(text)) {
      add(text == null || text.isEmpty() ? NOT_SAID : text, count);
      return;
    }
    long rest = count;
    for (String share : text.split(" ", -1)) {
      int equals = share.indexOf('=');
      long of = of(share, equals);
      add(share.substring(0, equals), of);
      rest -= of;
    }
    if (rest > 0) {
      add(NOT_SAID, rest);
    }
  }

  private static boolean isOne(String text) {
    return text == null || text.indexOf('=') < 0;
  }

  private static long of(String share, int equals) throws DamagedLine {
    long of = equals > 0 ? LineParser.numberOr(share.substring(equals + 1), -1) : -1;
    if (of < 0) {
      throw new DamagedLine("'" + start(share) + "' is no share of a count");
    }
    return of;
  }

  private static String start(String text) {
    return text.substring(0, Math.min(text.length(), LONGEST_NAME));
  }

  long of(String name) {
    long[] count = counts.get(name);
    return count == null ? 0 : count[0];
  }

  /** Most first. */
  Map<String, Long> sorted() {
    Map<String, Long> sorted = new LinkedHashMap<>();
    counts.entrySet().stream()
        .sorted(
            Comparator.comparingLong((Map.Entry<String, long[]> e) -> e.getValue()[0]).reversed())
        .forEach(e -> sorted.put(e.getKey(), e.getValue()[0]));
    return Collections.unmodifiableMap(sorted);
  }
}
