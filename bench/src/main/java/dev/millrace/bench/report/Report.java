package dev.millrace.bench.report;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The result of one command.
 *
 * @param command its name
 * @param environment where it ran
 * @param options how it was asked, as words for people
 * @param tables what it measured
 * @param curves the distributions it measured
 */
public record Report(
    String command,
    Environment environment,
    Map<String, String> options,
    List<Table> tables,
    List<Curves> curves) {
  /**
   * Keeps copies, in the order they came.
   *
   * @throws IllegalArgumentException if two have one id, since their charts would have one name
   */
  public Report {
    options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    tables = List.copyOf(tables);
    curves = List.copyOf(curves);
    Set<String> ids = new HashSet<>();
    Stream.concat(tables.stream().map(Table::id), curves.stream().map(Curves::id))
        .filter(id -> !ids.add(id))
        .findFirst()
        .ifPresent(
            id -> {
              throw new IllegalArgumentException("two tables or curves have the id '" + id + "'");
            });
  }

  /** A report without distributions. */
  public Report(
      String command, Environment environment, Map<String, String> options, List<Table> tables) {
    this(command, environment, options, tables, List.of());
  }
}
