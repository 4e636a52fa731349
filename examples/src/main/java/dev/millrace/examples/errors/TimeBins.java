package dev.millrace.examples.errors;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts over time, by kind, in bins of one width. When the time from first to last would need too
 * many bins the width doubles, and neighbours are added up.
 *
 * <pre>
 *   |3|0|1|7|4|2|      six bins of a second, and there is room for four
 *   |3  |8  |6  |      width 2 s: bins begin at multiples of the width, so the same come together
 *                      whatever the order in which the counts came
 * </pre>
 *
 * <p>Every count stays exact; only when exactly within its bin is forgotten.
 */
final class TimeBins {
  /** As many as a picture has room for; the width is chosen so that at least half are used. */
  static final int MOST = 240;

  private static final long NARROWEST_MILLIS = 1_000;

  private final Map<String, long[]> byKind = new LinkedHashMap<>();
  private long width = NARROWEST_MILLIS;

  /** The number of the first bin: its time by the width. */
  private long first;

  private int size;

  /** Counts at a time. */
  void add(String kind, long millis, long count) {
    long bin = Math.floorDiv(millis, width);
    while (size > 0 && Math.max(bin, first + size - 1) - Math.min(bin, first) >= MOST) {
      widen();
      bin = Math.floorDiv(millis, width);
    }
    if (size == 0) {
      first = bin;
      size = 1;
    } else if (bin < first) {
      int by = (int) (first - bin);
      for (long[] counts : byKind.values()) {
        System.arraycopy(counts, 0, counts, by, size);
        java.util.Arrays.fill(counts, 0, by, 0);
      }
      first = bin;
      size += by;
    } else {
      size = Math.max(size, (int) (bin - first) + 1);
    }
    byKind.computeIfAbsent(kind, k -> new long[MOST])[(int) (bin - first)] += count;
  }

  /** Counts evenly over a time, in whole numbers; the sum is the count. */
  void spread(String kind, long fromMillis, long toMillis, long count) {
    long bins = Math.floorDiv(toMillis, width) - Math.floorDiv(fromMillis, width) + 1;
    // In parts no narrower than a bin, and no more than a few: a window is ten seconds.
    long parts = Math.min(Math.min(bins, count), 16);
    for (long part = 0; part < parts; part++) {
      long share = count * (part + 1) / parts - count * part / parts;
      long at = parts == 1 ? toMillis : fromMillis + (toMillis - fromMillis) * part / (parts - 1);
      add(kind, at, share);
    }
  }

  private void widen() {
    long newFirst = Math.floorDiv(first, 2);
    for (long[] counts : byKind.values()) {
      long[] merged = new long[MOST];
      for (int i = 0; i < size; i++) {
        merged[(int) (Math.floorDiv(first + i, 2) - newFirst)] += counts[i];
      }
      System.arraycopy(merged, 0, counts, 0, MOST);
    }
    size = (int) (Math.floorDiv(first + size - 1, 2) - newFirst) + 1;
    first = newFirst;
    width *= 2;
  }

  int size() {
    return size;
  }

  long widthMillis() {
    return width;
  }

  /** When a bin begins. */
  long startMillis(int bin) {
    return (first + bin) * width;
  }

  /** The counts of a kind, a bin each; zeros if there was none. */
  long[] of(String kind) {
    long[] counts = byKind.get(kind);
    return counts == null ? new long[size] : java.util.Arrays.copyOf(counts, size);
  }

  /** The counts of all kinds together. */
  long[] all() {
    long[] all = new long[size];
    for (long[] counts : byKind.values()) {
      for (int i = 0; i < size; i++) {
        all[i] += counts[i];
      }
    }
    return all;
  }
}
