package dev.millrace.bench.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * What JMH wrote with {@code -rf json -rff FILE}, as a report. Each class of benchmarks becomes a
 * table with a row a method and set of parameters; and where a parameter is a number of which there
 * are several, one more with a column a value, and a chart over them.
 *
 * <p>JMH's own score is the mean, with an error that takes the noise for normally distributed,
 * which on a shared machine it is not. Both are shown, behind the median of the iterations and
 * their quartiles.
 */
public final class JmhResults {
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  /** Three digits that count in the smallest figure are more than the noise leaves of it. */
  private static final int DIGITS_THAT_COUNT = 3;

  /** JMH finds thousandths of a byte, which are its own: it divides all that the JVM allocated. */
  private static final int BYTES_DIGITS = 1;

  /** A line needs three points: through two there always is one. */
  private static final int STEPS_OF_A_LINE = 3;

  /** Where one word of a class's name ends and the next begins. */
  private static final Pattern CAMEL_HUMP = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

  /** One benchmark with one set of parameters. */
  private record Result(
      String type,
      String mode,
      String method,
      Map<String, String> parameters,
      String unit,
      Summary score,
      Optional<Double> mean,
      Optional<Double> error,
      Optional<Summary> allocated) {
    /** Only what has one unit stands in one column. */
    List<String> group() {
      return List.of(type, mode, unit);
    }

    /** The method with those of its parameters that tell it from others, but the one left out. */
    String row(Set<String> telling, String but) {
      String words =
          parameters.entrySet().stream()
              .filter(e -> telling.contains(e.getKey()) && !e.getKey().equals(but))
              .map(e -> e.getKey() + " " + e.getValue())
              .collect(Collectors.joining(", "));
      return words.isEmpty() ? method : method + ", " + words;
    }
  }

  private JmhResults() {}

  /** Whether the file may be JMH's, whose results are an array where a report is an object. */
  static boolean isLike(JsonNode json) {
    return json.isArray();
  }

  /**
   * Reads JMH's results.
   *
   * @param json the file
   * @param environment where they were measured, as far as known: JMH itself notes no more than its
   *     JVM, which counts over what is said here
   * @throws IllegalArgumentException with one line, if the file holds no results of JMH
   * @throws IOException if the file cannot be read
   */
  public static Report read(Path json, Environment environment) throws IOException {
    try {
      return of(Reports.tree(json), environment);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(json + ": " + e.getMessage(), e);
    }
  }

  static Report of(JsonNode json, Environment environment) {
    if (!json.isArray() || json.isEmpty() || !json.get(0).path("benchmark").isString()) {
      throw new IllegalArgumentException("no results of JMH");
    }
    Map<List<String>, List<Result>> groups = new LinkedHashMap<>();
    for (JsonNode node : json) {
      Optional<Result> result = result(node);
      if (result.isPresent()) {
        List<String> group = result.get().group();
        groups.computeIfAbsent(group, g -> new ArrayList<>()).add(result.get());
      }
    }
    List<Table> tables = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (List<Result> results : groups.values()) {
      Result first = results.get(0);
      String id = Table.fileWord(CAMEL_HUMP.matcher(first.type()).replaceAll("-"));
      // A class that was measured in two modes, or two of one name.
      String own = ids.add(id) ? id : Table.fileWord(id + " " + first.mode() + " " + first.unit());
      tables.addAll(tables(own, results));
    }
    return new Report("jmh", environment(json, environment), options(json), tables);
  }

  private static Optional<Result> result(JsonNode node) {
    String name = node.path("benchmark").asString("");
    int dot = name.lastIndexOf('.');
    String type = name.substring(0, Math.max(0, dot));
    JsonNode metric = node.path("primaryMetric");
    String unit = metric.path("scoreUnit").asString("");
    Map<String, String> parameters = new LinkedHashMap<>();
    node.path("params")
        .properties()
        .forEach(e -> parameters.put(e.getKey(), e.getValue().asString()));
    JsonNode allocated = node.path("secondaryMetrics").path(ALLOCATED);
    return summary(metric)
        .map(
            score ->
                new Result(
                    type.substring(type.lastIndexOf('.') + 1),
                    mode(node),
                    name.substring(dot + 1),
                    parameters,
                    unit,
                    score,
                    number(metric.path("score")),
                    number(metric.path("scoreError")),
                    summary(allocated)));
  }

  private static String mode(JsonNode node) {
    return switch (node.path("mode").asString("")) {
      case "thrpt" -> "throughput";
      case "avgt" -> "average time";
      case "sample" -> "sampled time";
      case "ss" -> "single shots";
      default -> node.path("mode").asString("");
    };
  }

  /** Over all iterations of all forks; or the score alone, where JMH kept no more. */
  private static Optional<Summary> summary(JsonNode metric) {
    double[] values =
        StreamSupport.stream(metric.path("rawData").spliterator(), false)
            .flatMap(fork -> StreamSupport.stream(fork.spliterator(), false))
            .flatMap(value -> number(value).stream())
            .mapToDouble(Double::doubleValue)
            .toArray();
    return values.length > 0
        ? Optional.of(Summary.of(values))
        : number(metric.path("score")).map(Summary::exact);
  }

  /** JMH writes "NaN" as a text where a figure takes more iterations than there were. */
  private static Optional<Double> number(JsonNode node) {
    return node.isNumber() && Double.isFinite(node.doubleValue())
        ? Optional.of(node.doubleValue())
        : Optional.empty();
  }

  private static List<Table> tables(String id, List<Result> results) {
    String group = results.get(0).type() + ", " + results.get(0).mode();
    String unit = results.get(0).unit();
    List<Table> tables = new ArrayList<>();
    Set<String> telling = telling(results);
    Optional<String> steps = steps(results);
    tables.add(all(id, group, results, telling, steps.isPresent()));
    if (steps.isPresent()) {
      String parameter = steps.get();
      String by = "-by-" + Table.fileWord(parameter);
      String title = group + ", by " + parameter;
      Table scores = new Table(id + by, title, columns(results, parameter, unit, digits(results)));
      Table bytes =
          new Table(
              id + "-allocated" + by,
              "Allocated: " + title,
              columns(results, parameter, "B/op", BYTES_DIGITS));
      for (Result result : results) {
        String row = result.row(telling, parameter);
        String column = result.parameters().get(parameter);
        scores.put(row, column, result.score());
        result.allocated().ifPresent(allocated -> bytes.put(row, column, allocated));
      }
      List<String> keys = scores.columns().stream().map(Table.Column::key).toList();
      Table.Kind kind = keys.size() < STEPS_OF_A_LINE ? Table.Kind.BARS : Table.Kind.LINES;
      scores.charts(List.of(new Table.Chart("steps", title, kind, keys)));
      tables.add(scores);
      // Bars also over many steps: allocation is flat, and often so near to zero that lines
      // coincide.
      bytes.charts(List.of(new Table.Chart("steps", "Allocated: " + title, Table.Kind.BARS, keys)));
      if (!bytes.rows().isEmpty()) {
        tables.add(bytes);
      }
    }
    return tables;
  }

  /** A column a value of the parameter, in the order of numbers. */
  private static List<Table.Column> columns(
      List<Result> results, String parameter, String unit, int digits) {
    return values(results, parameter).stream()
        .sorted(Comparator.comparing(Long::valueOf))
        .map(
            value -> {
              String title = Figures.format(Double.parseDouble(value), 0);
              return new Table.Column(value, title, unit, digits);
            })
        .toList();
  }

  private static Table all(
      String id, String title, List<Result> results, Set<String> telling, boolean isDrawnBySteps) {
    String unit = results.get(0).unit();
    int digits = digits(results);
    Table table =
        new Table(
            id,
            title,
            List.of(
                new Table.Column("score", "median", unit, digits),
                new Table.Column("mean", "mean", unit, digits),
                new Table.Column("error", "± 99.9 %", unit, digits),
                new Table.Column("allocated", "allocated", "B/op", BYTES_DIGITS)));
    for (Result result : results) {
      String row = result.row(telling, "");
      table.put(row, "score", result.score());
      result.mean().ifPresent(mean -> table.put(row, "mean", Summary.exact(mean)));
      result.error().ifPresent(error -> table.put(row, "error", Summary.exact(error)));
      result.allocated().ifPresent(bytes -> table.put(row, "allocated", bytes));
    }
    table.charts(
        isDrawnBySteps
            ? List.of()
            : List.of(
                new Table.Chart("score", title, Table.Kind.BARS, List.of("score")),
                new Table.Chart(
                    "allocated", "Allocated: " + title, Table.Kind.BARS, List.of("allocated"))));
    return table;
  }

  /** The parameters that have more than one value. */
  private static Set<String> telling(List<Result> results) {
    return results.stream()
        .flatMap(result -> result.parameters().keySet().stream())
        .filter(parameter -> values(results, parameter).size() > 1)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** The parameter with the most values, if they are numbers and every benchmark has one. */
  private static Optional<String> steps(List<Result> results) {
    return telling(results).stream()
        .filter(parameter -> results.stream().allMatch(r -> isStep(r.parameters().get(parameter))))
        .max((a, b) -> Integer.compare(values(results, a).size(), values(results, b).size()));
  }

  private static boolean isStep(String value) {
    return value != null && value.matches("[0-9]{1,18}");
  }

  private static Set<String> values(List<Result> results, String parameter) {
    return results.stream()
        .flatMap(result -> Optional.ofNullable(result.parameters().get(parameter)).stream())
        .collect(Collectors.toSet());
  }

  private static int digits(List<Result> results) {
    double least =
        results.stream()
            .mapToDouble(result -> result.score().median())
            .filter(median -> median > 0)
            .min()
            .orElse(1);
    int before = (int) Math.floor(Math.log10(least)) + 1;
    return Math.max(0, Math.min(DIGITS_THAT_COUNT, DIGITS_THAT_COUNT - before));
  }

  private static Environment environment(JsonNode json, Environment known) {
    Map<String, String> facts = new LinkedHashMap<>(known.facts());
    String jdk =
        distinct(
            json,
            node ->
                node.path("vmName").asString("")
                    + " "
                    + node.path("vmVersion").asString("")
                    + ", JDK "
                    + node.path("jdkVersion").asString(""));
    facts.put("JDK", jdk);
    facts.put(
        "JVM flags",
        distinct(
            json,
            node ->
                node.path("jvmArgs").isEmpty()
                    ? "none"
                    : StreamSupport.stream(node.path("jvmArgs").spliterator(), false)
                        .map(JsonNode::asString)
                        .collect(Collectors.joining(" "))));
    facts.put("JMH", distinct(json, node -> node.path("jmhVersion").asString("")));
    return new Environment(facts);
  }

  private static Map<String, String> options(JsonNode json) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("forks", distinct(json, node -> node.path("forks").asString("")));
    options.put("threads", distinct(json, node -> node.path("threads").asString("")));
    for (String phase : List.of("warmup", "measurement")) {
      options.put(
          phase,
          distinct(
              json,
              node ->
                  node.path(phase + "Iterations").asString("")
                      + " × "
                      + node.path(phase + "Time").asString("")));
    }
    return options;
  }

  private static String distinct(JsonNode json, Function<JsonNode, String> word) {
    return IntStream.range(0, json.size())
        .mapToObj(json::get)
        .map(word)
        .distinct()
        .collect(Collectors.joining("; "));
  }
}
