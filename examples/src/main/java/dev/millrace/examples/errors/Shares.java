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

  private final Map<String, long[]> counts = new TreeMap<>();

  void add(String name, long count) {
    boolean isOne = name.length() <= LONGEST_NAME;
    String known = isOne && (counts.size() < MOST || counts.containsKey(name)) ? name : OTHERS;
    counts.computeIfAbsent(known, n -> new long[1])[0] += count;
  }

  /** One name that stands for all of a count, or several as {@code READ=9 WRITE=1}. */
  void addText(String text, long count) throws DamagedLine {
    if (text == null || text.indexOf('=') < 0) {
      add(text == null || text.isEmpty() ? "(not said)" : text, count);
      return;
    }
    long sum = 0;
    for (String share : text.split(" ", -1)) {
      int equals = share.indexOf('=');
      try {
        long of = Long.parseLong(share.substring(equals + 1));
        add(share.substring(0, Math.max(equals, 0)), of);
        sum += of;
      } catch (NumberFormatException e) {
        throw new DamagedLine("'" + share + "' is no share of a count");
      }
    }
    if (sum != count) {
      add("(not said)", count - sum);
    }
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
