package dev.millrace.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.bench.report.Summary;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 10, unit = TimeUnit.SECONDS)
class RatiosOfPairsTest {
  /**
   * The machine slows down by ten in the second round, for both. Of the medians (20 and 30) the
   * quotient would be 1.5 here too, but with one round of three disturbed for the floor alone it
   * would not; the ratios of the pairs tell what they are.
   */
  @Test
  void aMachineThatSlowsDownForBothDoesNotMoveTheRatio() {
    Summary ratio =
        Ratios.of(List.of(3.0, 30.0, 4.5), List.of(2.0, 20.0, 3.0), Double::doubleValue);
    assertEquals(new Summary(1.5, 1.5, 1.5, 3), ratio);
  }

  @Test
  void oneDisturbedRoundDoesNotMoveTheMedian() {
    Summary ratio = Ratios.of(List.of(3.0, 3.0, 3.0), List.of(2.0, 0.1, 2.0), Double::doubleValue);
    assertEquals(1.5, ratio.median());
    assertEquals(15.75, ratio.high(), 1e-9);
  }

  @Test
  void roundsThatAreNoPairsAreRefused() {
    List<Double> three = List.of(1.0, 2.0, 3.0);
    List<Double> two = List.of(1.0, 2.0);
    assertThrows(IllegalArgumentException.class, () -> Ratios.of(three, two, Double::doubleValue));
  }
}
