package dev.millrace.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class SummaryOfRoundsTest {
  @Test
  void oneDisturbedRoundDoesNotMoveTheMedian() {
    assertEquals(new Summary(3, 2, 4, 5), Summary.of(3, 1, 1000, 2, 4));
  }

  @Test
  void quartilesLieBetweenNeighbours() {
    assertEquals(new Summary(2.5, 1.75, 3.25, 4), Summary.of(4, 3, 2, 1));
    assertEquals(new Summary(7, 7, 7, 1), Summary.of(7));
  }

  @Test
  void whatIsNoFigureIsRefused() {
    assertThrows(IllegalArgumentException.class, Summary::of);
    assertThrows(IllegalArgumentException.class, () -> Summary.of(1, Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> Summary.exact(1.0 / 0));
  }
}
