package dev.millrace.examples.lab;

import dev.millrace.failure.Operation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The report's table, operation by situation by JDK by locale: the rows of one run or of several,
 * those that say the same on several JDKs or in several locales as one line.
 */
final class Table {
  /**
   * One line.
   *
   * @param nth which of the experiment's calls it was, from 1
   * @param row what was seen; its own JDK and locale are those of one of the runs
   * @param jdks the JDKs on which it was seen, joined
   * @param locales the locales in which it was seen on each of these, joined
   */
  record Line(int nth, Row row, String jdks, String locales) {
    /** Who called, and as which call of the experiment. */
    String caller() {
      Lane lane = Lane.valueOf(row.lane());
      return lane == Lane.NIO ? lane.label() + ", call " + nth : lane.label();
    }
  }

  /** A call of an experiment: the nth row of its run. */
  private record Call(String experiment, String operation, String lane, int nth) {}

  private static final List<String> OPERATIONS =
      Arrays.stream(Operation.values()).map(Scene::nameOf).toList();

  /** A count of bytes above 0. */
  private static final Pattern MOVED = Pattern.compile("[1-9][0-9]*");

  private Table() {}

  /**
   * The lines, by operation, and within one in the order of the experiments. Calls that just moved
   * bytes are left out; they stand in the timelines.
   */
  static List<Line> of(List<Row> rows) {
    Map<Call, Map<Row, Map<String, Set<String>>>> calls = new LinkedHashMap<>();
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (Row row : rows) {
      String run = row.experiment() + "\t" + row.jdk() + "\t" + row.locale();
      int nth = counts.merge(run, 1, Integer::sum);
      calls
          .computeIfAbsent(
              new Call(row.experiment(), row.operation(), row.lane(), nth),
              call -> new LinkedHashMap<>())
          .computeIfAbsent(anywhere(row), same -> new LinkedHashMap<>())
          .computeIfAbsent(row.locale(), locale -> new TreeSet<>())
          .add(row.jdk());
    }
    List<Line> lines = new ArrayList<>();
    calls.forEach(
        (call, results) ->
            results.forEach(
                (row, jdksByLocale) -> {
                  if (!MOVED.matcher(row.result()).matches()) {
                    lines.addAll(lines(call.nth(), row, jdksByLocale));
                  }
                }));
    lines.sort(Comparator.comparingInt(line -> OPERATIONS.indexOf(line.row().operation())));
    return lines;
  }

  /** Locales that were seen with the same JDKs are one line, so that a line claims no more. */
  private static List<Line> lines(int nth, Row row, Map<String, Set<String>> jdksByLocale) {
    Map<Set<String>, List<String>> byJdks = new LinkedHashMap<>();
    jdksByLocale.forEach(
        (locale, jdks) -> byJdks.computeIfAbsent(jdks, same -> new ArrayList<>()).add(locale));
    List<Line> lines = new ArrayList<>();
    byJdks.forEach(
        (jdks, locales) ->
            lines.add(new Line(nth, row, String.join(", ", jdks), String.join(", ", locales))));
    return lines;
  }

  private static Row anywhere(Row row) {
    return new Row(
        row.experiment(),
        row.outcome(),
        row.operation(),
        row.situation(),
        row.lane(),
        "",
        "",
        row.result(),
        row.text(),
        row.kind(),
        row.certainty());
  }
}
