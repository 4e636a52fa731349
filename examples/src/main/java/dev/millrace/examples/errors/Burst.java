package dev.millrace.examples.errors;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A time with far more failures than usual.
 *
 * @param fromMillis when it began
 * @param toMillis when it was over
 * @param count how many failures were in it
 * @param kind which of them was most frequent
 * @param ofKind how many of that
 */
record Burst(long fromMillis, long toMillis, long count, String kind, long ofKind) {
  /** The rule, in words for the reader. */
  static final String RULE =
      "bins with more than 5 times the median of all bins, and at least 20 failures; neighbours are"
          + " one burst";

  private static final int TIMES = 5;
  private static final int LEAST = 20;

  /** With fewer bins a median says nothing of what is usual. */
  private static final int FEWEST_BINS = 8;

  /** The largest first. */
  static List<Burst> of(Tally tally) {
    TimeBins bins = tally.bins;
    long[] all = bins.all();
    List<Burst> bursts = new ArrayList<>();
    if (all.length < FEWEST_BINS) {
      return bursts;
    }
    long[] sorted = all.clone();
    Arrays.sort(sorted);
    long threshold = Math.max(LEAST - 1, TIMES * sorted[sorted.length / 2]);
    int from = -1;
    for (int bin = 0; bin <= all.length; bin++) {
      boolean isHigh = bin < all.length && all[bin] > threshold;
      if (isHigh && from < 0) {
        from = bin;
      } else if (!isHigh && from >= 0) {
        bursts.add(burst(tally, from, bin));
        from = -1;
      }
    }
    bursts.sort(Comparator.comparingLong(Burst::count).reversed());
    return bursts;
  }

  private static Burst burst(Tally tally, int from, int to) {
    long count = 0;
    String most = "";
    long ofMost = 0;
    for (Tally.OfKind kind : tally.kinds()) {
      long[] bins = tally.bins.of(kind.kind);
      long sum = 0;
      for (int bin = from; bin < to; bin++) {
        sum += bins[bin];
      }
      count += sum;
      if (sum > ofMost) {
        ofMost = sum;
        most = kind.kind;
      }
    }
    return new Burst(tally.bins.startMillis(from), tally.bins.startMillis(to), count, most, ofMost);
  }
}
