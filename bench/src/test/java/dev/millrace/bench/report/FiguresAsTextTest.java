package dev.millrace.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class FiguresAsTextTest {
  @Test
  void thousandsApartAndDigitsAsTold() {
    assertEquals("1,234,568", Figures.format(1_234_567.5, 0));
    assertEquals("0.05", Figures.format(0.05, 2));
    assertEquals("1.01", Figures.format(1.005, 2));
    assertEquals("0.0", Figures.format(-0.001, 1), "nothing has no sign");
  }

  @Test
  void quartilesOnlyWhereOneCanSeeThem() {
    assertEquals("1.23 (1.19–1.31)", Figures.format(new Summary(1.23, 1.19, 1.31, 7), 2));
    assertEquals("1", Figures.format(new Summary(1.23, 1.19, 1.31, 7), 0));
    assertEquals("5.0", Figures.format(Summary.exact(5), 1));
    assertEquals("–", Figures.format(null, 1));
  }

  @Test
  void theSameWhereCommasArePoints() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      assertEquals("1,234.50", Figures.format(1234.5, 2));
    } finally {
      Locale.setDefault(before);
    }
  }
}
