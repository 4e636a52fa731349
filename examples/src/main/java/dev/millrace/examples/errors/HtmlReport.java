package dev.millrace.examples.errors;

import dev.millrace.examples.chart.Svg;
import dev.millrace.examples.lab.Advice;
import java.time.ZoneId;
import java.util.List;

/** The report as one page: no scripts, nothing fetched, light or dark as the reader's screen is. */
final class HtmlReport {
  private static final int MOST_BURSTS = 20;

  private static final String STYLE =
      """
      :root{color-scheme:light dark}
      body{font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;
      background:#fff;color:#1f2328}
      h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.2rem;border-bottom:1px solid #e3e6ea;padding-bottom:.2rem}
      table{border-collapse:collapse;width:100%;margin:1rem 0}td,th{padding:.25rem .6rem;text-align:left;border-bottom:1px solid #e3e6ea;
      vertical-align:top}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
      svg{max-width:100%;height:auto}code{font-family:ui-monospace,monospace;font-size:.9em}
      .soft{color:#59636e;font-size:.9rem}dt{font-weight:600;margin-top:.8rem}dd{margin-left:0}
      @media (prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}h2,td,th{border-color:#30363d}
      .soft{color:#9da7b3}}
      """;

  private final Reading reading;
  private final Tally tally;
  private final Advice advice;
  private final ZoneId zone;
  private final int top;
  private final StringBuilder page = new StringBuilder(100_000);

  HtmlReport(Reading reading, Advice advice, ZoneId zone, int top) {
    this.reading = reading;
    this.tally = reading.tally();
    this.advice = advice;
    this.zone = zone;
    this.top = top;
  }

  String page() {
    page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n");
    page.append("<title>Failures</title>\n<style>\n").append(STYLE).append(Svg.style());
    page.append("</style>\n</head>\n<body>\n<h1>Failures</h1>\n");
    for (String line : TextReport.summary(reading, zone)) {
      page.append("<p>").append(Svg.escape(line)).append("</p>\n");
    }
    if (tally.total() > 0) {
      charts();
      causes();
      bursts();
      prevents();
    }
    damaged();
    return page.append("</body>\n</html>\n").toString();
  }

  private void charts() {
    Charts charts = new Charts(tally, zone);
    heading("When");
    if (charts.hasTime()) {
      page.append(Svg.inline(charts.time()));
    } else {
      page.append("<p>No line has a time.</p>\n");
    }
    heading("What");
    page.append(Svg.inline(charts.kinds()));
    page.append(Svg.inline(charts.operations()));
    shares("state", tally.all(kind -> kind.states));
    shares("certainty", tally.all(kind -> kind.certainties));
    heading("Who");
    if (tally.peers.size() == 0) {
      page.append("<p>No peer is named.</p>\n");
    } else {
      page.append(Svg.inline(charts.peers(top)));
      page.append("<p class=\"soft\">");
      page.append(Svg.escape(TextReport.peersNote(tally, top))).append("</p>\n");
    }
  }

  private void shares(String what, java.util.Map<String, Long> counts) {
    page.append("<table><tr><th>").append(what).append("</th><th class=\"n\">failures</th></tr>\n");
    counts.forEach(
        (name, count) ->
            page.append("<tr><td>")
                .append(Svg.escape(name))
                .append("</td><td class=\"n\">")
                .append(TextReport.n(count))
                .append("</td></tr>\n"));
    page.append("</table>\n");
  }

  private void causes() {
    heading("Likely causes");
    List<Cause> causes = Cause.of(tally);
    if (causes.isEmpty()) {
      page.append("<p>No rule fits.</p>\n");
    }
    page.append("<dl>\n");
    for (Cause cause : causes) {
      page.append("<dt>").append(Svg.escape(cause.what())).append("</dt>\n<dd>");
      page.append(Svg.escape(cause.because())).append("<br><span class=\"soft\">Rule: ");
      page.append(Svg.escape(cause.rule())).append("</span></dd>\n");
    }
    page.append("</dl>\n");
  }

  private void bursts() {
    heading("Bursts");
    List<Burst> bursts = Burst.of(tally);
    page.append(bursts.isEmpty() ? "<p>None.</p>\n" : "<ul>\n");
    for (Burst burst : bursts.subList(0, Math.min(bursts.size(), MOST_BURSTS))) {
      page.append("<li>").append(Svg.escape(TextReport.text(burst, zone))).append("</li>\n");
    }
    page.append(bursts.isEmpty() ? "" : "</ul>\n");
    page.append("<p class=\"soft\">Rule: ").append(Svg.escape(Burst.RULE)).append("</p>\n");
  }

  private void prevents() {
    heading("What prevents each");
    page.append("<dl lang=\"").append(advice.language().getLanguage()).append("\">\n");
    for (Tally.OfKind kind : tally.kinds()) {
      TextReport.known(kind.kind)
          .ifPresent(
              known -> {
                page.append("<dt>").append(Svg.escape(kind.kind)).append("</dt>\n<dd>");
                page.append(code(advice.what(known))).append(' ');
                page.append(code(advice.prevent(known))).append("</dd>\n");
              });
    }
    page.append("</dl>\n");
  }

  private void damaged() {
    if (reading.damagedNamed().isEmpty()) {
      return;
    }
    heading("Damaged lines");
    page.append("<ul>\n");
    for (String line : reading.damagedNamed()) {
      page.append("<li><code>").append(Svg.escape(line)).append("</code></li>\n");
    }
    page.append("</ul>\n<p class=\"soft\">").append(TextReport.n(reading.damaged()));
    page.append(" in all.</p>\n");
  }

  private void heading(String text) {
    page.append("<h2>").append(text).append("</h2>\n");
  }

  /** What stands between backticks is code. */
  private static String code(String text) {
    return Svg.escape(text).replaceAll("`([^`]*)`", "<code>$1</code>");
  }
}
