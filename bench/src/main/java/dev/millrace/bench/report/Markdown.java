package dev.millrace.bench.report;

import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Reports as Markdown, as GitHub shows it. */
public final class Markdown {
  private Markdown() {}

  /** The text of a report, without pictures. */
  public static String of(Report report) {
    return of(report, Map.of());
  }

  /**
   * The text of a report.
   *
   * @param pictures the files of its charts, as the text names them, by {@link Drawing} id
   */
  static String of(Report report, Map<String, String> pictures) {
    StringBuilder text = new StringBuilder();
    text.append("# ").append(escape(report.command())).append('\n');
    for (Table table : report.tables()) {
      text.append("\n## ").append(escape(table.title())).append("\n\n");
      figures(text, table);
      for (Drawing drawing : Charts.of(table)) {
        picture(text, drawing, pictures);
      }
    }
    for (Curves curves : report.curves()) {
      for (Drawing drawing : Charts.of(curves)) {
        text.append("\n## ").append(escape(curves.title())).append('\n');
        picture(text, drawing, pictures);
      }
    }
    if (!report.options().isEmpty()) {
      text.append("\n## How it was asked\n\n");
      pairs(text, report.options());
    }
    text.append("\n## Where it was measured\n\n");
    pairs(text, report.environment().facts());
    return text.toString();
  }

  private static void figures(StringBuilder text, Table table) {
    List<Table.Column> columns = columns(table);
    text.append("| |");
    for (Table.Column column : columns) {
      text.append(' ').append(escape(Charts.withUnit(column.title(), column.unit()))).append(" |");
    }
    text.append("\n|:--|").append("--:|".repeat(columns.size())).append('\n');
    TreeSet<Integer> rounds = new TreeSet<>();
    boolean spread = false;
    boolean missing = false;
    for (String row : table.rows()) {
      text.append("| ").append(escape(row)).append(" |");
      for (Table.Column column : columns) {
        Summary figure = table.figure(row, column.key());
        text.append(' ').append(Figures.format(figure, column.digits())).append(" |");
        missing |= figure == null;
        if (figure != null && figure.rounds() > 1) {
          rounds.add(figure.rounds());
          spread |= figure.hasSpread();
        }
      }
      text.append('\n');
    }
    legend(text, rounds, spread, missing);
    if (!table.notes().isEmpty()) {
      text.append('\n');
      for (String note : table.notes()) {
        text.append("- ").append(note.replace('\n', ' ')).append('\n');
      }
    }
  }

  /** Those with a figure: what was not measured at all is not a column of dashes. */
  private static List<Table.Column> columns(Table table) {
    return table.columns().stream()
        .filter(c -> table.rows().stream().anyMatch(row -> table.figure(row, c.key()) != null))
        .toList();
  }

  private static void legend(
      StringBuilder text, SortedSet<Integer> rounds, boolean spread, boolean missing) {
    String medians =
        rounds.isEmpty()
            ? ""
            : "Medians of "
                + Charts.span(rounds)
                + " rounds"
                + (spread ? ", with the quartiles in parentheses." : ".");
    String gaps = missing ? "`" + Figures.MISSING + "`: not measured." : "";
    if (!medians.isEmpty() || !gaps.isEmpty()) {
      text.append('\n').append((medians + " " + gaps).strip()).append('\n');
    }
  }

  private static void picture(StringBuilder text, Drawing drawing, Map<String, String> pictures) {
    String file = pictures.get(drawing.id());
    if (file != null) {
      text.append("\n![").append(escape(drawing.title())).append("](").append(file).append(")\n");
    }
  }

  private static void pairs(StringBuilder text, Map<String, String> pairs) {
    text.append("| | |\n|:--|:--|\n");
    pairs.forEach(
        (name, value) ->
            text.append("| ")
                .append(escape(name))
                .append(" | ")
                .append(escape(value))
                .append(" |\n"));
  }

  /**
   * The text as it is, where Markdown would read a bar as the next cell and a star as a command.
   */
  private static String escape(String text) {
    return text.codePoints()
        .mapToObj(Character::toString)
        .map(c -> "|\\`*[]<>".contains(c) ? "\\" + c : c)
        .collect(Collectors.joining())
        .replace('\n', ' ');
  }
}
