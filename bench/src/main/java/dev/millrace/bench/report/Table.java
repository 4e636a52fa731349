package dev.millrace.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Figures in rows and columns: a row is a subject (a server, a timer), a column is a quantity. A
 * cell that could not be measured is missing, never 0, and a note says why.
 */
public final class Table {
  /**
   * A quantity.
   *
   * @param key names it in JSON
   * @param title heads it in Markdown and charts
   * @param unit what one is: {@code "req/s"}, {@code "ns"}, {@code "B"}, {@code "×"}
   * @param digits after the decimal point
   */
  public record Column(String key, String title, String unit, int digits) {}

  /** How a chart shows its columns. */
  public enum Kind {
    /** A bar a figure, from zero, with the quartiles as whiskers. Several columns make groups. */
    BARS,
    /** A line a row over the columns, which are steps of one quantity: 0, 10k, 100k others. */
    LINES
  }

  /**
   * A picture of some of the columns.
   *
   * @param id names the file: lower case letters, digits and hyphens
   * @param title says what is seen, without the unit
   * @param kind how
   * @param columns their keys, all of one unit
   */
  public record Chart(String id, String title, Kind kind, List<String> columns) {
    public Chart {
      id = requireFileWord(id);
      columns = List.copyOf(columns);
    }
  }

  private final String id;
  private final String title;
  private final List<Column> columns;
  private final Map<String, Map<String, Summary>> rows = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();
  private List<Chart> charts;

  /**
   * An empty table.
   *
   * @param id names it in JSON and in file names: lower case letters, digits and hyphens
   * @param title says what was measured, for people
   * @param columns the quantities, in order
   */
  public Table(String id, String title, List<Column> columns) {
    this.id = requireFileWord(id);
    this.title = title;
    this.columns = List.copyOf(columns);
    this.charts =
        columns.stream()
            .map(
                c ->
                    new Chart(
                        fileWord(c.key()), title + ": " + c.title(), Kind.BARS, List.of(c.key())))
            .toList();
  }

  /**
   * Puts a figure; a row begins with its first.
   *
   * @throws IllegalArgumentException if there is no such column
   */
  public void put(String row, String column, Summary figure) {
    column(column);
    rows.computeIfAbsent(row, r -> new LinkedHashMap<>()).put(column, figure);
  }

  /** A sentence below the table: what is missing and why, what to beware of. */
  public void note(String sentence) {
    notes.add(sentence);
  }

  /**
   * Replaces the charts, of which there is one of bars for each column if nothing else is said.
   *
   * @param charts none for a table without
   * @throws IllegalArgumentException if a chart has no columns, one that is not there, or columns
   *     of different units, which have no common axis
   */
  public void charts(List<Chart> charts) {
    for (Chart chart : charts) {
      List<String> units =
          chart.columns().stream().map(key -> column(key).unit()).distinct().toList();
      if (units.size() != 1) {
        throw new IllegalArgumentException(
            "chart '" + chart.id() + "' needs columns of one unit, not " + units);
      }
    }
    this.charts = List.copyOf(charts);
  }

  public String id() {
    return id;
  }

  public String title() {
    return title;
  }

  public List<Column> columns() {
    return columns;
  }

  /**
   * The column of that key.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Column column(String key) {
    return columns.stream()
        .filter(c -> c.key().equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no column '" + key + "' in " + columns.stream().map(Column::key).toList()));
  }

  /** The names of the rows, in the order they came. */
  public List<String> rows() {
    return List.copyOf(rows.keySet());
  }

  /** The figure, or null where nothing was measured. */
  public Summary figure(String row, String column) {
    Map<String, Summary> figures = rows.get(row);
    return figures == null ? null : figures.get(column);
  }

  public List<String> notes() {
    return List.copyOf(notes);
  }

  /** The pictures of this table, in order. */
  public List<Chart> charts() {
    return charts;
  }

  /**
   * The name, if it may stand in a file's: a report that is read may come from anywhere, and must
   * not name a place outside of the directory it is written to.
   */
  static String requireFileWord(String id) {
    if (!id.matches("[a-z0-9-]+")) {
      throw new IllegalArgumentException(
          "an id is lower case letters, digits and hyphens, not '" + id + "'");
    }
    return id;
  }

  /** A name as it may stand in a file's: lower case letters, digits and hyphens. */
  static String fileWord(String name) {
    String word = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    return word.replaceAll("^-|-$", "");
  }
}
