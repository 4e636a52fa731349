package dev.millrace.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * Distributions of one quantity beside each other, such as the latencies of several servers: which
 * share of the values is at most how large.
 */
public final class Curves {
  /**
   * A point of a distribution.
   *
   * @param share of all values that are at most this large, more than 0 and less than 1
   * @param value how large
   */
  public record Point(double share, double value) {}

  /** Five to each halving of what is left: the chart shows no more, and HdrHistogram's own is 5. */
  private static final int POINTS_PER_HALVING = 5;

  private final String id;
  private final String title;
  private final String unit;
  private final Map<String, List<Point>> series = new LinkedHashMap<>();

  /**
   * No distribution yet.
   *
   * @param id names it in JSON and in file names: lower case letters, digits and hyphens
   * @param title says what was measured, for people
   * @param unit what one is, such as {@code "µs"}
   */
  public Curves(String id, String title, String unit) {
    this.id = Table.requireFileWord(id);
    this.title = title;
    this.unit = unit;
  }

  /**
   * Adds the distribution of a subject, which ends where fewer than one value is left.
   *
   * @param histogram what was recorded, with at least one value
   * @param perUnit how many of the histogram's make one of the unit: 1,000 for nanoseconds as µs
   */
  public void put(String subject, Histogram histogram, double perUnit) {
    List<Point> points = new ArrayList<>();
    for (HistogramIterationValue step : histogram.percentiles(POINTS_PER_HALVING)) {
      double share = step.getPercentileLevelIteratedTo() / 100;
      // The last step is the greatest value, whose share is 1: infinitely far right on the axis.
      if (share > 0 && share < 1 && (1 - share) * histogram.getTotalCount() >= 1) {
        points.add(new Point(share, step.getValueIteratedTo() / perUnit));
      }
    }
    put(subject, points);
  }

  /** Adds the distribution of a subject by its points. */
  public void put(String subject, List<Point> points) {
    series.put(subject, List.copyOf(points));
  }

  public String id() {
    return id;
  }

  public String title() {
    return title;
  }

  public String unit() {
    return unit;
  }

  /** The names of the subjects, in the order they came. */
  public List<String> subjects() {
    return List.copyOf(series.keySet());
  }

  /** The points of a subject, by share. */
  public List<Point> points(String subject) {
    return series.getOrDefault(subject, List.of());
  }
}
