package dev.millrace.examples.lab;

import dev.millrace.examples.lab.Advice.Heading;
import dev.millrace.failure.FailureKind;
import java.util.Locale;
import java.util.Map;

/** A report as one HTML page that needs nothing else: no script, no font, no picture. */
final class HtmlReport {
  private static final String STYLE =
      """
      :root { color-scheme: light dark; --ink: #1c2126; --dim: #5d6873; --paper: #ffffff;
        --line: #d5dbe1; --band: #f3f5f7; --peer: #8a5a00; --kernel: #6b3fa0; --jdk: #b3261e;
        --millrace: #00665c; }
      @media (prefers-color-scheme: dark) { :root { --ink: #e4e8ec; --dim: #9aa5b0;
        --paper: #15191d; --line: #353d45; --band: #1e242a; --peer: #f0b860; --kernel: #c3a3f0;
        --jdk: #ff9c94; --millrace: #66d0c3; } }
      body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
        max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
      h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; }
      h2 code { font-size: 1em; } a { color: inherit; }
      dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; }
      dt, .dim { color: var(--dim); } dd { margin: 0; }
      .scroll { overflow-x: auto; }
      table { border-collapse: collapse; font-size: .86rem; }
      th, td { text-align: left; vertical-align: top; padding: .2rem .6rem;
        border-bottom: 1px solid var(--line); }
      thead th { background: var(--band); } td.time { text-align: right; color: var(--dim);
        font-variant-numeric: tabular-nums; white-space: nowrap; }
      tr.lane th { background: var(--band); }
      .PEER { color: var(--peer); } .KERNEL { color: var(--kernel); } .JDK { color: var(--jdk); }
      .MILLRACE { color: var(--millrace); } td.actor { font-weight: 600; white-space: nowrap; }
      .outcome { font-size: .8rem; border: 1px solid var(--line); border-radius: .3rem;
        padding: .05rem .4rem; font-weight: 400; vertical-align: middle; } .DIFFERENT { color: var(--jdk); }
      blockquote { border-left: 3px solid var(--line); margin: .8rem 0; padding: 0 1rem; }
      """;

  private final StringBuilder out = new StringBuilder();
  private final Report report;
  private final Advice advice;

  private HtmlReport(Report report) {
    this.report = report;
    this.advice = report.advice();
  }

  static String of(Report report) {
    HtmlReport html = new HtmlReport(report);
    html.head();
    html.table();
    report.timelines().forEach(html::timeline);
    html.line("</body>");
    html.line("</html>");
    return html.out.toString();
  }

  private void line(String text) {
    out.append(text).append('\n');
  }

  private void head() {
    line("<!DOCTYPE html>");
    line("<html lang=\"en\">");
    line("<head>");
    line("<meta charset=\"utf-8\">");
    line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    line("<title>How sockets failed on this machine</title>");
    line("<style>");
    out.append(STYLE);
    line("</style>");
    line("</head>");
    line("<body>");
    line("<h1>Millrace: how sockets failed on this machine</h1>");
    line("<dl>");
    for (Map.Entry<String, String> fact : report.machine().facts().entrySet()) {
      line("<dt>" + text(fact.getKey()) + "</dt><dd>" + text(fact.getValue()) + "</dd>");
    }
    line("</dl>");
    line("<p>" + report.timelines().size() + " experiments:");
    for (Outcome each : Outcome.values()) {
      line(
          "<span class=\"outcome "
              + (report.count(each) > 0 ? each : "")
              + "\">"
              + report.count(each)
              + " "
              + text(report.outcome(each))
              + "</span>");
    }
    line("</p>");
  }

  private void table() {
    line("<div class=\"scroll\">");
    line("<table>");
    line("<thead><tr>");
    for (String each :
        new String[] {
          advice.heading(Heading.OPERATION),
          advice.heading(Heading.SITUATION),
          advice.heading(Heading.EXPERIMENT),
          "",
          "JDK",
          advice.heading(Heading.LOCALE),
          advice.heading(Heading.THROWN),
          advice.heading(Heading.SYMBOL),
          advice.heading(Heading.CERTAINTY)
        }) {
      line("<th scope=\"col\">" + text(each) + "</th>");
    }
    line("</tr></thead>");
    line("<tbody>");
    for (Table.Line each : Table.of(report.rows())) {
      Row row = each.row();
      line(
          "<tr>"
              + cell(code(row.operation()))
              + cell(text(row.situation()))
              + cell(
                  "<a href=\"#" + text(row.experiment()) + "\">" + text(row.experiment()) + "</a>")
              + cell(text(each.caller()))
              + cell(text(each.jdks()))
              + cell(text(each.locales()))
              + cell(code(row.result()) + (row.text().isEmpty() ? "" : "<br>" + text(row.text())))
              + cell(code(row.kind()))
              + cell(text(row.certainty()))
              + "</tr>");
    }
    line("</tbody>");
    line("</table>");
    line("</div>");
  }

  private void timeline(Timeline timeline) {
    Experiment experiment = timeline.experiment();
    line("<section>");
    line(
        "<h2 id=\""
            + text(experiment.name())
            + "\">"
            + code(experiment.name())
            + " "
            + text(experiment.title())
            + " <span class=\"outcome "
            + timeline.outcome()
            + "\">"
            + text(report.outcome(timeline.outcome()))
            + "</span></h2>");
    if (timeline.outcome() == Outcome.SKIPPED) {
      line("<p>" + text(timeline.skipped()) + "</p>");
    } else {
      steps(timeline);
      findings(timeline);
    }
    line("</section>");
  }

  private void steps(Timeline timeline) {
    line("<div class=\"scroll\">");
    line("<table>");
    Lane lane = null;
    for (Step step : timeline.steps()) {
      if (step.lane() != lane) {
        lane = step.lane();
        line("<tr class=\"lane\"><th colspan=\"4\">" + text(lane.label()) + "</th></tr>");
      }
      line(
          "<tr><td class=\"time\">"
              + String.format(Locale.ROOT, "%.1f ms", step.atNanos() / 1e6)
              + "</td><td class=\"actor "
              + step.actor()
              + "\">"
              + text(report.actor(step.actor()))
              + "</td>"
              + cell(text(step.what()))
              + "<td class=\"dim\">"
              + text(step.detail())
              + "</td></tr>");
    }
    line("</table>");
    line("</div>");
  }

  private void findings(Timeline timeline) {
    if (!timeline.measures().isEmpty() || !timeline.differences().isEmpty()) {
      line("<ul>");
      for (Measure each : timeline.measures()) {
        line(
            "<li>"
                + text(each.name() + ": " + Texts.number(each.value()) + " " + each.unit())
                + "</li>");
      }
      for (String each : timeline.differences()) {
        line("<li class=\"DIFFERENT\">" + text(each) + "</li>");
      }
      line("</ul>");
    }
    if (!timeline.experiment().lesson().isEmpty()) {
      line("<p>" + text(timeline.experiment().lesson()) + "</p>");
    }
    FailureKind kind = timeline.kind();
    line("<blockquote lang=\"" + advice.language().getLanguage() + "\">");
    line("<p><strong>" + kind.symbol() + "</strong> " + marked(advice.what(kind)) + "</p>");
    line("<p>" + marked(advice.why(kind)) + "</p>");
    line("<p>" + marked(advice.prevent(kind)) + "</p>");
    line("</blockquote>");
  }

  private static String cell(String html) {
    return "<td>" + html + "</td>";
  }

  private static String code(String name) {
    return name.isEmpty() ? "" : "<code>" + text(name) + "</code>";
  }

  /** Text with code between backticks, as the bundles have it. */
  static String marked(String text) {
    String[] parts = text.split("`", -1);
    StringBuilder html = new StringBuilder();
    for (int i = 0; i < parts.length; i++) {
      boolean code = i % 2 == 1 && i < parts.length - 1;
      boolean alone = i % 2 == 1 && !code; // a backtick that nothing closes is one
      html.append(code ? code(parts[i]) : (alone ? "`" : "") + text(parts[i]));
    }
    return html.toString();
  }

  /** Text that means nothing to HTML, in an element or between the quotes of an attribute. */
  static String text(String plain) {
    return plain
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
