package dev.millrace.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class JmhResultsAsReportTest {
  private final List<String> results = new ArrayList<>();

  /** One result as JMH 1.37 writes it, without the members that nobody reads. */
  private void result(String benchmark, String parameters, String raw, String allocated) {
    results.add(
        """
        {"jmhVersion": "1.37", "benchmark": "dev.millrace.%s", "mode": "avgt", "threads": 1,
         "forks": 2, "jvmArgs": ["-Xmx512m"], "jdkVersion": "17.0.15",
         "vmName": "OpenJDK 64-Bit Server VM", "vmVersion": "17.0.15+6",
         "warmupIterations": 1, "warmupTime": "1 s",
         "measurementIterations": 2, "measurementTime": "1 s",
         %s
         "primaryMetric": {"score": 2.5, "scoreError": "NaN", "scoreUnit": "ns/op",
           "rawData": %s},
         "secondaryMetrics": {"gc.count": {"score": 0.0, "scoreUnit": "counts"} %s}}
        """
            .formatted(
                benchmark,
                parameters.isEmpty() ? "" : "\"params\": {" + parameters + "},",
                raw,
                allocated.isEmpty()
                    ? ""
                    : ", \"gc.alloc.rate.norm\": {\"scoreUnit\": \"B/op\", \"rawData\": [["
                        + allocated
                        + "]]}"));
  }

  private Report report() {
    String json = results.stream().collect(Collectors.joining(",\n", "[", "]"));
    return JmhResults.of(Json.tree(json), Samples.environment());
  }

  @Test
  void medianOfAllForksBesideTheScoreAndTheBytes() {
    result("HotLoop.millrace", "", "[[1, 2], [3, 4]]", "24.0, 24.0");
    result("HotLoop.bare", "", "[[1, 1], [1, 1]]", "");
    Report report = report();
    assertEquals("jmh", report.command());
    Table table = report.tables().get(0);
    assertEquals("hot-loop", table.id());
    assertEquals("HotLoop, average time", table.title());
    assertEquals(List.of("millrace", "bare"), table.rows());
    assertEquals(new Summary(2.5, 1.75, 3.25, 4), table.figure("millrace", "score"));
    assertEquals("ns/op", table.column("score").unit());
    assertEquals(Summary.exact(2.5), table.figure("millrace", "mean"));
    assertEquals(null, table.figure("millrace", "error"), "NaN");
    assertEquals(24, table.figure("millrace", "allocated").median());
    assertEquals(null, table.figure("bare", "allocated"));
    assertEquals(1, report.tables().size());
    assertEquals(2, Charts.of(table).size());
  }

  @Test
  void itsJvmIsKnownAndTheRestAsTold() {
    result("HotLoop.millrace", "", "[[1]]", "");
    Report report = report();
    assertEquals("0123abc-dirty", report.environment().facts().get("commit"));
    assertEquals("-Xmx512m", report.environment().facts().get("JVM flags"));
    assertEquals(
        "OpenJDK 64-Bit Server VM 17.0.15+6, JDK 17.0.15", report.environment().facts().get("JDK"));
    assertEquals("1.37", report.environment().facts().get("JMH"));
    assertEquals("2", report.options().get("forks"));
    assertEquals("2 × 1 s", report.options().get("measurement"));
  }

  @Test
  void aNumberWithSeveralValuesIsAnAxis() {
    for (String subject : List.of("millrace", "agrona")) {
      for (String others : List.of("100000", "0", "10000")) {
        result(
            "TimerScheduleCancel." + subject,
            "\"others\": \"" + others + "\", \"clock\": \"nano\"",
            "[[5, 6]]",
            "0.0");
      }
    }
    List<Table> tables = report().tables();
    assertEquals(
        List.of(
            "timer-schedule-cancel",
            "timer-schedule-cancel-by-others",
            "timer-schedule-cancel-allocated-by-others"),
        tables.stream().map(Table::id).toList());
    assertEquals("millrace, others 100000", tables.get(0).rows().get(0));
    assertEquals(List.of(), tables.get(0).charts(), "drawn by steps");
    Table steps = tables.get(1);
    assertEquals(List.of("millrace", "agrona"), steps.rows());
    assertEquals(
        List.of("0", "10,000", "100,000"),
        steps.columns().stream().map(Table.Column::title).toList());
    assertEquals(new Summary(5.5, 5.25, 5.75, 2), steps.figure("agrona", "10000"));
    assertEquals(Table.Kind.LINES, steps.charts().get(0).kind());
    assertEquals(Table.Kind.BARS, tables.get(2).charts().get(0).kind());
  }

  @Test
  void aWordWithSeveralValuesTellsRowsApart() {
    result("Classifier.millrace", "\"failure\": \"reset\"", "[[5]]", "");
    result("Classifier.millrace", "\"failure\": \"timeout\"", "[[6]]", "");
    assertEquals(
        List.of("millrace, failure reset", "millrace, failure timeout"),
        report().tables().get(0).rows());
  }

  @Test
  void aClassInTwoModesIsTwoTables() {
    result("HotLoop.millrace", "", "[[1]]", "");
    result("HotLoop.millrace", "", "[[1]]", "");
    results.set(1, results.get(1).replace("avgt", "thrpt").replace("ns/op", "ops/s"));
    assertEquals(
        List.of("hot-loop", "hot-loop-throughput-ops-s"),
        report().tables().stream().map(Table::id).toList());
  }

  @Test
  void whatIsNotFromJmhIsRefused() {
    for (String json : List.of("[]", "[1]", "{}", "[{\"benchmark\": 1}]")) {
      assertEquals(
          "no results of JMH",
          assertThrows(
                  IllegalArgumentException.class,
                  () -> JmhResults.of(Json.tree(json), Samples.environment()))
              .getMessage());
    }
  }
}
