package dev.millrace.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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

  private final String id;
  private final String title;
  private final List<Column> columns;
  private final Map<String, Map<String, Summary>> rows = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();

  /**
   * An empty table.
   *
   * @param id names it in JSON and in file names: lower case letters, digits and hyphens
   * @param title says what was measured, for people
   * @param columns the quantities, in order
   */
  public Table(String id, String title, List<Column> columns) {
    this.id = id;
    this.title = title;
    this.columns = List.copyOf(columns);
  }

  /**
   * Puts a figure; a row begins with its first.
   *
   * @throws IllegalArgumentException if there is no such column
   */
  public void put(String row, String column, Summary figure) {
    if (columns.stream().noneMatch(c -> c.key().equals(column))) {
      throw new IllegalArgumentException("no column '" + column + "' in " + columns);
    }
    rows.computeIfAbsent(row, r -> new LinkedHashMap<>()).put(column, figure);
  }

  /** A sentence below the table: what is missing and why, what to beware of. */
  public void note(String sentence) {
    notes.add(sentence);
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
}
