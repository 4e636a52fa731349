package dev.millrace.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;

/** Which pictures a report has, and the words on them. */
final class Charts {
  private Charts() {}

  /** The charts of a table that have a figure to show. */
  static List<Drawing> of(Table table) {
    List<Drawing> drawings = new ArrayList<>();
    for (Table.Chart chart : table.charts()) {
      if (figures(table, chart).isEmpty()) {
        continue;
      }
      drawings.add(
          switch (chart.kind()) {
            case BARS -> BarChart.of(table, chart);
            case LINES -> LineChart.of(table, chart);
          });
    }
    return drawings;
  }

  /** The chart of some distributions, if they have a point to show. */
  static List<Drawing> of(Curves curves) {
    boolean isEmpty = curves.subjects().stream().allMatch(s -> curves.points(s).isEmpty());
    return isEmpty ? List.of() : List.of(PercentileChart.of(curves));
  }

  /** What a chart shows, with the unit. */
  static String title(Table table, Table.Chart chart) {
    return withUnit(chart.title(), table.column(chart.columns().get(0)).unit());
  }

  /** Words with the unit of what they name. */
  static String withUnit(String title, String unit) {
    return unit.isEmpty() ? title : title + " (" + unit + ")";
  }

  /** How its figures came about. */
  static String subtitle(Table table, Table.Chart chart) {
    TreeSet<Integer> rounds = new TreeSet<>();
    figures(table, chart).forEach(figure -> rounds.add(figure.rounds()));
    if (rounds.last() == 1) {
      return "One round, no spread.";
    }
    return "Medians of " + span(rounds) + " rounds; whiskers reach from quartile to quartile.";
  }

  /** One number, or from which to which. */
  static String span(SortedSet<Integer> numbers) {
    return numbers.size() == 1
        ? numbers.first().toString()
        : numbers.first() + " to " + numbers.last();
  }

  /** The figures of a chart, a line a row. */
  static List<String> description(Table table, Table.Chart chart) {
    List<String> lines = new ArrayList<>();
    for (String row : table.rows()) {
      List<String> cells = new ArrayList<>();
      for (String key : chart.columns()) {
        Table.Column column = table.column(key);
        String name = chart.columns().size() > 1 ? column.title() + " " : "";
        cells.add(
            (name + Figures.format(table.figure(row, key), column.digits()) + " " + column.unit())
                .strip());
      }
      lines.add(row + ": " + String.join(", ", cells));
    }
    return lines;
  }

  private static List<Summary> figures(Table table, Table.Chart chart) {
    return table.rows().stream()
        .flatMap(row -> chart.columns().stream().map(key -> table.figure(row, key)))
        .filter(Objects::nonNull)
        .toList();
  }
}
