package dev.millrace.bench.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/** Reports as JSON: the record of a measurement, from which all else is made again. */
final class Json {
  /** Counts up whenever what is written cannot be read by what was there before. */
  static final int VERSION = 1;

  private record ReportNode(
      int version,
      String command,
      Map<String, String> environment,
      Map<String, String> options,
      List<TableNode> tables,
      List<CurvesNode> curves) {}

  private record TableNode(
      String id,
      String title,
      List<Table.Column> columns,
      List<RowNode> rows,
      List<String> notes,
      List<Table.Chart> charts) {}

  private record RowNode(String name, Map<String, Summary> figures) {}

  private record CurvesNode(String id, String title, String unit, List<SeriesNode> series) {}

  private record SeriesNode(String name, List<Curves.Point> points) {}

  /** Lines end the same on every system, so that two writes of one report can be compared. */
  private static final DefaultIndenter INDENTER = new DefaultIndenter("  ", "\n");

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          // As the records have it, which is the order to read it in.
          .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          // A report with something missing or unknown is another program's, or was edited.
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .defaultPrettyPrinter(
              new DefaultPrettyPrinter().withObjectIndenter(INDENTER).withArrayIndenter(INDENTER))
          .build();

  private Json() {}

  /** The report as JSON text, which ends with a line feed. */
  static String write(Report report) {
    ReportNode node =
        new ReportNode(
            VERSION,
            report.command(),
            report.environment().facts(),
            report.options(),
            report.tables().stream().map(Json::node).toList(),
            report.curves().stream().map(Json::node).toList());
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node) + "\n";
  }

  /**
   * The tree of some JSON text.
   *
   * @throws IllegalArgumentException with one line, if it is none
   */
  static JsonNode tree(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("no JSON: " + oneLine(e), e);
    }
  }

  /**
   * The report that was written as this.
   *
   * @throws IllegalArgumentException with one line that says what is wrong with it
   */
  static Report read(JsonNode json) {
    JsonNode version = json.path("version");
    if (!version.isInt()) {
      throw new IllegalArgumentException("no report: it names no version");
    }
    if (version.intValue() != VERSION) {
      throw new IllegalArgumentException(
          "a report of version "
              + version.intValue()
              + ", and this program reads version "
              + VERSION);
    }
    ReportNode node;
    try {
      node = MAPPER.treeToValue(json, ReportNode.class);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("no report: " + oneLine(e), e);
    }
    return new Report(
        node.command,
        new Environment(node.environment),
        node.options,
        node.tables.stream().map(Json::table).toList(),
        node.curves.stream().map(Json::curves).toList());
  }

  private static TableNode node(Table table) {
    return new TableNode(
        table.id(),
        table.title(),
        table.columns(),
        table.rows().stream().map(row -> node(table, row)).toList(),
        table.notes(),
        table.charts());
  }

  private static RowNode node(Table table, String row) {
    Map<String, Summary> figures = new LinkedHashMap<>();
    for (Table.Column column : table.columns()) {
      Summary figure = table.figure(row, column.key());
      if (figure != null) {
        figures.put(column.key(), figure);
      }
    }
    return new RowNode(row, figures);
  }

  private static CurvesNode node(Curves curves) {
    return new CurvesNode(
        curves.id(),
        curves.title(),
        curves.unit(),
        curves.subjects().stream()
            .map(subject -> new SeriesNode(subject, curves.points(subject)))
            .toList());
  }

  private static Table table(TableNode node) {
    Table table = new Table(node.id, node.title, node.columns);
    for (RowNode row : node.rows) {
      row.figures.forEach((column, figure) -> table.put(row.name, column, figure));
    }
    node.notes.forEach(table::note);
    table.charts(node.charts);
    return table;
  }

  private static Curves curves(CurvesNode node) {
    Curves curves = new Curves(node.id, node.title, node.unit);
    node.series.forEach(series -> curves.put(series.name, series.points));
    return curves;
  }

  private static String oneLine(JacksonException e) {
    return e.getOriginalMessage().lines().findFirst().orElse("nothing more is known");
  }
}
