package dev.millrace.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class TableOfFiguresTest {
  private final Table table =
      new Table(
          "t",
          "title",
          List.of(
              new Table.Column("a", "A", "ns", 0),
              new Table.Column("b", "B", "ns", 0),
              new Table.Column("rss/connection", "C", "B", 0)));

  @Test
  void aColumnThatIsNotThereIsRefused() {
    assertEquals(
        "no column 'd' in [a, b, rss/connection]",
        assertThrows(IllegalArgumentException.class, () -> table.put("r", "d", Summary.exact(1)))
            .getMessage());
  }

  @Test
  void aChartAColumnUnlessToldOtherwise() {
    assertEquals(
        List.of("a", "b", "rss-connection"), table.charts().stream().map(Table.Chart::id).toList());
    table.charts(List.of());
    assertEquals(List.of(), table.charts());
  }

  @Test
  void unitsDoNotShareAnAxis() {
    Table.Chart mixed = new Table.Chart("c", "c", Table.Kind.BARS, List.of("a", "rss/connection"));
    assertEquals(
        "chart 'c' needs columns of one unit, not [ns, B]",
        assertThrows(IllegalArgumentException.class, () -> table.charts(List.of(mixed)))
            .getMessage());
  }

  @Test
  void anIdThatIsAPathIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Table("../t", "t", List.of()));
  }
}
