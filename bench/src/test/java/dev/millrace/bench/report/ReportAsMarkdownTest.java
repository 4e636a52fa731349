package dev.millrace.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ReportAsMarkdownTest {
  @Test
  void figuresGapsNotesPicturesAndWhereItWas() {
    Report report =
        new Report("compare", Samples.environment(), Samples.options(), List.of(Samples.servers()));
    assertEquals(
        """
        # compare

        ## 64 B × 64 connections, depth 1

        | | requests (req/s) | user instructions (×) |
        |:--|--:|--:|
        | millrace | 101,500 (99,800–103,000) | 1.12 (1.10–1.15) |
        | bare-timeouts | 104,000 (101,000–105,500) | 1.00 |
        | netty-nio | 72,000 (65,400–73,100) | 5.31 (5.21–5.62) |
        | netty-epoll | 81,000 (80,000–83,000) | 3.71 (3.66–3.75) |
        | activej | 93,000 (91,100–95,000) | 2.68 (2.55–2.90) |
        | virtual-threads | 41,000 (38,000–43,500) | – |

        Medians of 7 rounds, with the quartiles in parentheses. `–`: not measured.

        - virtual-threads: user instructions were not counted, its carriers are many.

        ![64 B × 64 connections, depth 1: requests (req/s)](rate.svg)

        ## How it was asked

        | | |
        |:--|:--|
        | rounds | 7 |
        | workload | 64 B × 64 \\| depth 1 |

        ## Where it was measured

        | | |
        |:--|:--|
        | commit | 0123abc-dirty |
        | date | 2026-11-21T10:00:00Z |
        | JVM flags | -Xmx1g -XX:+UseG1GC |
        | hypervisor | unknown |
        """,
        Markdown.of(report, Map.of("servers-rate", "rate.svg")));
  }

  @Test
  void namesThatMarkdownWouldObeyAreShownAsTheyAre() {
    Table table = new Table("t", "a <b> table", List.of(new Table.Column("c", "*c*", "B/op", 0)));
    table.put("row | [x](y)\nz", "c", Summary.exact(0));
    String text = Markdown.of(new Report("r", Samples.environment(), Map.of(), List.of(table)));
    assertTrue(text.contains("## a \\<b\\> table\n"), text);
    assertTrue(text.contains("| \\*c\\* (B/op) |\n"), text);
    assertTrue(text.contains("| row \\| \\[x\\](y) z | 0 |\n"), text);
  }

  @Test
  void whatWasNotMeasuredOfAnythingIsNoColumn() {
    Table table =
        new Table(
            "t",
            "t",
            List.of(new Table.Column("c", "c", "", 0), new Table.Column("never", "never", "", 0)));
    table.put("row", "c", Summary.exact(1));
    String text = Markdown.of(new Report("r", Samples.environment(), Map.of(), List.of(table)));
    assertTrue(text.contains("| | c |\n|:--|--:|\n| row | 1 |\n\n## Where"), text);
  }

  @Test
  void oneRoundIsNoMedian() {
    Table table = new Table("t", "t", List.of(new Table.Column("c", "c", "", 0)));
    table.put("row", "c", Summary.exact(1));
    String text = Markdown.of(new Report("r", Samples.environment(), Map.of(), List.of(table)));
    assertTrue(text.contains("| | c |\n|:--|--:|\n| row | 1 |\n\n## Where"), text);
  }
}
