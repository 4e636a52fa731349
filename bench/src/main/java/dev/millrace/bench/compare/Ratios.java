package dev.millrace.bench.compare;

import dev.millrace.bench.report.Summary;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Figures of rounds as multiples of a floor's. */
final class Ratios {
  private Ratios() {}

  /**
   * A figure as a multiple of the floor's in the same round, summed up: not the quotient of two
   * medians, which may come from rounds that had nothing to do with each other.
   *
   * @throws IllegalArgumentException if the rounds are no pairs
   */
  static <T> Summary of(List<T> rounds, List<T> floor, ToDoubleFunction<T> figure) {
    if (rounds.size() != floor.size()) {
      throw new IllegalArgumentException(
          "rounds are to be pairs, but there are " + rounds.size() + " and " + floor.size());
    }
    double[] ratios = new double[rounds.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = figure.applyAsDouble(rounds.get(i)) / figure.applyAsDouble(floor.get(i));
    }
    return Summary.of(ratios);
  }
}
