package dev.millrace.examples.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rows, the table that they make, and the report in its two forms. */
@Timeout(60)
class ReportOfAMachineTest {
  private static Row row(String experiment, String jdk, String locale, String result, String text) {
    return new Row(
        experiment,
        "AS_EXPECTED",
        "read",
        "in a test",
        "NIO",
        jdk,
        locale,
        result,
        text,
        "ECONNRESET",
        "CERTAIN");
  }

  @Test
  void aRowComesBackFromItsLine() {
    for (String text : List.of("", "plain", "a\tb\nc\rd\\e", "\\t", "接続が相手から", "\\", "𝄞")) {
      Row row = row("x", "17", "C", "java.io.IOException", text);
      String line = row.toLine();
      assertFalse(line.contains("\n") || line.contains("\r"), line);
      assertEquals(row, Row.parse(line));
    }
  }

  @Test
  void aLineThatIsNoRowIsRefused() {
    var thrown = assertThrows(IllegalArgumentException.class, () -> Row.parse("a\tb"));
    assertEquals("a row has 11 fields, this line has 2", thrown.getMessage());
  }

  private static List<String> table(List<Row> rows) {
    List<String> lines = new ArrayList<>();
    for (Table.Line each : Table.of(rows)) {
      lines.add(
          each.caller()
              + " | "
              + each.jdks()
              + " | "
              + each.locales()
              + " | "
              + each.row().result()
              + " "
              + each.row().text());
    }
    return lines;
  }

  @Test
  void whatIsTheSameEverywhereIsOneLine() {
    assertEquals(
        List.of("bare NIO, call 1 | 17, 25 | C, de | SocketException Connection reset"),
        table(
            List.of(
                row("x", "17", "C", "SocketException", "Connection reset"),
                row("x", "17", "de", "SocketException", "Connection reset"),
                row("x", "25", "C", "SocketException", "Connection reset"),
                row("x", "25", "de", "SocketException", "Connection reset"))));
  }

  /** A joined line must not claim a combination that nobody has seen. */
  @Test
  void whatWasSeenOnOneJdkInOneLocaleAloneIsALineOfItsOwn() {
    assertEquals(
        List.of(
            "bare NIO, call 1 | 17 | C | SocketException A",
            "bare NIO, call 1 | 25 | de | SocketException A",
            "bare NIO, call 1 | 25 | C | SocketException B"),
        table(
            List.of(
                row("x", "17", "C", "SocketException", "A"),
                row("x", "25", "C", "SocketException", "B"),
                row("x", "25", "de", "SocketException", "A"))));
  }

  @Test
  void callsAreCountedInEachRunAndThoseThatJustMovedBytesAreLeftOut() {
    assertEquals(
        List.of("bare NIO, call 2 | 17, 25 | C | -1 "),
        table(
            List.of(
                row("x", "17", "C", "5", ""),
                row("x", "17", "C", "-1", ""),
                row("x", "25", "C", "7", ""),
                row("x", "25", "C", "-1", ""))));
  }

  private static Report report(Locale language) {
    LabContext context = LabContext.create();
    List<Timeline> timelines = new ArrayList<>();
    List<Row> rows = new ArrayList<>();
    Experiment hostile =
        Experiment.named("of-a-test")
            .title("A <b>bold</b> | `title`")
            .situation("with *marks* & <marks>")
            .expects(e -> e.step("PEER sings"))
            .plays(
                scene -> {
                  scene.step(Actor.PEER, "<script>alert(1)</script>", "a|b \"c\" 'd' [e](f)");
                  scene.seen(
                      new Seen(Lane.NIO, "read", "a.B", "<img src=x> | \n `x`", "UNKNOWN", "x"));
                });
    for (Experiment each :
        List.of(hostile, Experiments.named("econnreset-on-read").orElseThrow())) {
      Timeline timeline = each.run(context);
      timelines.add(timeline);
      rows.addAll(Row.of(timeline, "17", "C"));
    }
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("System", "Linux <amd64>");
    return new Report(new Machine("17", "C", facts), timelines, rows, Advice.of(language));
  }

  @Test
  void htmlIsEscapedAndLoadsNothing() {
    String html = HtmlReport.of(report(Locale.ENGLISH));
    assertFalse(html.contains("<script"), html);
    assertFalse(html.contains("<img"), html);
    assertFalse(html.contains("<b>"), html);
    assertTrue(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), html);
    assertTrue(html.contains("<dd>Linux &lt;amd64&gt;</dd>"), html);
    assertFalse(html.matches("(?s).*\\b(src|href)=\"(?!#).*"), "nothing is loaded from elsewhere");
    assertFalse(html.contains("url("), "nothing is loaded from elsewhere");
    assertTrue(html.contains("prefers-color-scheme: dark"));
    assertTrue(html.contains("id=\"econnreset-on-read\""));
    assertTrue(html.contains("href=\"#econnreset-on-read\""));
    assertTrue(html.contains("expected a step &#39;PEER sings&#39;; found none"), html);
    for (String element : List.of("table", "section", "tr", "td", "blockquote", "ul", "div")) {
      assertEquals(
          html.split("<" + element + "[ >]", -1).length,
          html.split("</" + element + ">", -1).length,
          element);
    }
  }

  @Test
  void markdownIsEscapedAndItsTablesHaveTheSameColumnsInEachLine() {
    String markdown = MarkdownReport.of(report(Locale.ENGLISH));
    assertFalse(markdown.matches("(?s).*[^\\\\]<.*"), markdown);
    assertTrue(markdown.contains("\\<script\\>alert(1)\\</script\\>"), markdown);
    assertTrue(markdown.contains("a\\|b \"c\" 'd' \\[e\\](f)"), markdown);
    assertTrue(markdown.contains("with \\*marks\\* \\& \\<marks\\>"), markdown);
    int columns = 0;
    for (String line : markdown.lines().toList()) {
      if (!line.startsWith("|")) {
        columns = 0;
        continue;
      }
      int bars = line.replace("\\|", "").replaceAll("[^|]", "").length();
      assertTrue(columns == 0 || bars == columns, line);
      columns = bars;
    }
  }

  @Test
  void theReportSpeaksTheLanguageThatWasAskedFor() {
    assertTrue(MarkdownReport.of(report(Locale.GERMAN)).contains("| Operation | Situation |"));
    assertTrue(HtmlReport.of(report(Locale.JAPANESE)).contains("<blockquote lang=\"ja\">"));
  }

  @Test
  void codeInTheAdviceIsCodeInTheReport() {
    assertEquals("see <code>a&lt;b</code> and c`", HtmlReport.marked("see `a<b` and c`"));
  }

  @Test
  void theNameOfTheFileTellsItsForm() {
    assertTrue(Report.isKnown(Path.of("a.md")));
    assertTrue(Report.isKnown(Path.of("A.HTML")));
    assertFalse(Report.isKnown(Path.of("a.txt")));
    assertFalse(Report.isKnown(Path.of("md")));
  }

  @Test
  void thisMachineIsNamed() {
    Machine here = Machine.here();
    assertEquals(System.getProperty("java.version"), here.jdk());
    assertTrue(here.facts().containsKey("Kernel"));
    here.facts().forEach((name, value) -> assertFalse(value.isBlank(), name));
  }
}
