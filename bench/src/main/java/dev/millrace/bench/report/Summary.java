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
    if (sorted.length == 0 || Double.isNaN(sorted[sorted.length - 1])) {
      throw new IllegalArgumentException(
          "a summary needs values that are numbers, not " + Arrays.toString(values));
    }
    return new Summary(
        quantile(sorted, 0.5), quantile(sorted, 0.25), quantile(sorted, 0.75), sorted.length);
  }

  /** One value, without a spread. */
  public static Summary exact(double value) {
    return new Summary(value, value, value, 1);
  }

  private static double quantile(double[] sorted, double q) {
    double at = q * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
