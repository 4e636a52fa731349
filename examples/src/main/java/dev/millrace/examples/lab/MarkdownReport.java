package dev.millrace.examples.lab;

import dev.millrace.examples.lab.Advice.Heading;
import dev.millrace.failure.FailureKind;
import java.util.Locale;
import java.util.Map;

/** A report as Markdown (CommonMark with tables). */
final class MarkdownReport {
  private final StringBuilder out = new StringBuilder();
  private final Report report;
  private final Advice advice;

  private MarkdownReport(Report report) {
    this.report = report;
    this.advice = report.advice();
  }

  static String of(Report report) {
    MarkdownReport markdown = new MarkdownReport(report);
    markdown.head();
    markdown.table();
    report.timelines().forEach(markdown::timeline);
    return markdown.out.toString();
  }

  private void line(String text) {
    out.append(text).append('\n');
  }

  private void head() {
    line("# Millrace: how sockets failed on this machine");
    line("");
    for (Map.Entry<String, String> fact : report.machine().facts().entrySet()) {
      line("* " + text(fact.getKey()) + ": " + text(fact.getValue()));
    }
    line("");
    line(
        report.timelines().size()
            + " experiments: "
            + report.count(Outcome.AS_EXPECTED)
            + " "
            + report.outcome(Outcome.AS_EXPECTED)
            + ", "
            + report.count(Outcome.DIFFERENT)
            + " "
            + report.outcome(Outcome.DIFFERENT)
            + ", "
            + report.count(Outcome.SKIPPED)
            + " "
            + report.outcome(Outcome.SKIPPED)
            + ".");
    line("");
  }

  private void table() {
    line(
        row(
            advice.heading(Heading.OPERATION),
            advice.heading(Heading.SITUATION),
            advice.heading(Heading.EXPERIMENT),
            "",
            "JDK",
            advice.heading(Heading.LOCALE),
            advice.heading(Heading.THROWN),
            advice.heading(Heading.SYMBOL),
            advice.heading(Heading.CERTAINTY)));
    line("|" + "---|".repeat(9));
    for (Table.Line each : Table.of(report.rows())) {
      Row row = each.row();
      line(
          row(
              code(row.operation()),
              text(row.situation()),
              code(row.experiment()),
              text(each.caller()),
              text(each.jdks()),
              text(each.locales()),
              (code(row.result()) + " " + text(row.text())).strip(),
              code(row.kind()),
              text(row.certainty())));
    }
    line("");
  }

  private void timeline(Timeline timeline) {
    Experiment experiment = timeline.experiment();
    line("## " + code(experiment.name()) + ": " + text(experiment.title()));
    line("");
    if (timeline.outcome() == Outcome.SKIPPED) {
      line(report.outcome(Outcome.SKIPPED) + ": " + text(timeline.skipped()));
      line("");
      return;
    }
    line("| ms | | | |");
    line("|---:|---|---|---|");
    Lane lane = null;
    for (Step step : timeline.steps()) {
      String time = String.format(Locale.ROOT, "%.1f", step.atNanos() / 1e6);
      String before = step.lane() == lane ? "" : "**" + step.lane().label() + "** ";
      lane = step.lane();
      line(
          row(
              time,
              before + text(report.actor(step.actor())),
              text(step.what()),
              text(step.detail())));
    }
    line("");
    for (Measure each : timeline.measures()) {
      line("* " + text(each.name()) + ": " + Texts.number(each.value()) + " " + text(each.unit()));
    }
    for (String each : timeline.differences()) {
      line("* **" + report.outcome(Outcome.DIFFERENT) + "**: " + text(each));
    }
    if (!timeline.measures().isEmpty() || !timeline.differences().isEmpty()) {
      line("");
    }
    if (!experiment.lesson().isEmpty()) {
      line(text(experiment.lesson()));
      line("");
    }
    FailureKind kind = timeline.kind();
    // The bundles' texts are Markdown as far as code between backticks goes.
    line("> **" + kind.symbol() + "** " + advice.what(kind));
    line(">");
    line("> " + advice.why(kind));
    line(">");
    line("> " + advice.prevent(kind));
    line("");
  }

  private static String row(String... cells) {
    return "| " + String.join(" | ", cells) + " |";
  }

  /** Text that means nothing to Markdown, whatever a locale or a peer has put into it. */
  static String text(String plain) {
    StringBuilder safe = new StringBuilder(plain.length() + 8);
    for (int i = 0; i < plain.length(); i++) {
      char c = plain.charAt(i);
      if (Character.isISOControl(c)) {
        safe.append(' ');
      } else {
        if ("\\`*_[]<>|#&~".indexOf(c) >= 0) {
          safe.append('\\');
        }
        safe.append(c);
      }
    }
    return safe.toString();
  }

  /** A name in code type; one that would break out of it becomes plain text. */
  private static String code(String name) {
    boolean plain = name.isEmpty() || name.indexOf('`') >= 0 || name.indexOf('|') >= 0;
    return plain ? text(name) : "`" + name + "`";
  }
}
