package dev.millrace.bench.report;

import java.util.Arrays;

/**
 * What several rounds gave: the median, which one disturbed round does not move, and the quartiles
 * around it as the spread.
 *
 * @param median the middle value
 * @param low the lower quartile
 * @param high the upper quartile
 * @param rounds how many values there were
 */
public record Summary(double median, double low, double high, int rounds) {
  /** Refuses what is no figure, such as a ratio to nothing: JSON has no word for it. */
  public Summary {
    if (!Double.isFinite(median) || !Double.isFinite(low) || !Double.isFinite(high)) {
      throw new IllegalArgumentException(
          "a summary needs values that are numbers, not " + median + " (" + low + "–" + high + ")");
    }
  }

  /**
   * The summary of some values.
   *
   * @param values at least one, in any order
   * @return quartiles by linear interpolation between neighbours (Hyndman and Fan's type 7)
   * @throws IllegalArgumentException if there is no value, or one that is no number
   */
  public static Summary of(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    if (sorted.length == 0) {
      throw new IllegalArgumentException("a summary needs at least one value");
    }
    return new Summary(
        quantile(sorted, 0.5), quantile(sorted, 0.25), quantile(sorted, 0.75), sorted.length);
  }

  /** One value, without a spread. */
  public static Summary exact(double value) {
    return new Summary(value, value, value, 1);
  }

  /** Whether the quartiles differ from the median. */
  boolean hasSpread() {
    return low != high;
  }

  private static double quantile(double[] sorted, double q) {
    double at = q * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
