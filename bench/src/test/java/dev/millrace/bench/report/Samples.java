package dev.millrace.bench.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.HdrHistogram.Histogram;

/** Reports with figures that nobody measured. */
final class Samples {
  private Samples() {}

  /** One of everything: plain and grouped bars, a ratio, lines, curves, gaps and a hostile name. */
  static Report report() {
    return new Report(
        "compare",
        environment(),
        options(),
        List.of(servers(), ratios(), timers()),
        List.of(curves()));
  }

  static Environment environment() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("commit", "0123abc-dirty");
    facts.put("date", "2026-11-21T10:00:00Z");
    facts.put("JVM flags", "-Xmx1g -XX:+UseG1GC");
    facts.put("hypervisor", "unknown");
    return new Environment(facts);
  }

  static Map<String, String> options() {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("rounds", "7");
    options.put("workload", "64 B × 64 | depth 1");
    return options;
  }

  static Table servers() {
    Table table =
        new Table(
            "servers",
            "64 B × 64 connections, depth 1",
            List.of(
                new Table.Column("rate", "requests", "req/s", 0),
                new Table.Column("user", "user instructions", "×", 2)));
    put(table, "millrace", 101_500, 99_800, 103_000, 1.12, 1.10, 1.15);
    put(table, "bare-timeouts", 104_000, 101_000, 105_500, 1, 1, 1);
    put(table, "netty-nio", 72_000, 65_400, 73_100, 5.31, 5.21, 5.62);
    put(table, "netty-epoll", 81_000, 80_000, 83_000, 3.71, 3.66, 3.75);
    put(table, "activej", 93_000, 91_100, 95_000, 2.68, 2.55, 2.9);
    table.put("virtual-threads", "rate", new Summary(41_000, 38_000, 43_500, 7));
    table.note("virtual-threads: user instructions were not counted, its carriers are many.");
    return table;
  }

  private static void put(
      Table table,
      String row,
      double rate,
      double rateLow,
      double rateHigh,
      double user,
      double userLow,
      double userHigh) {
    table.put(row, "rate", new Summary(rate, rateLow, rateHigh, 7));
    table.put(row, "user", new Summary(user, userLow, userHigh, 7));
  }

  static Table ratios() {
    List<Table.Column> columns =
        List.of(
            new Table.Column("d1", "64 B × 64, depth 1", "×", 2),
            new Table.Column("d16", "64 B × 64, depth 16", "×", 2),
            new Table.Column("large", "16 KiB × 16", "×", 2));
    Table table = new Table("ratios", "CPU time per request, against bare-timeouts", columns);
    double[] base = {1.1, 1.6, 1.4, 1.25, 2.1};
    List<String> rows =
        List.of("millrace", "netty-nio", "netty-epoll", "activej", "virtual-threads");
    for (int r = 0; r < rows.size(); r++) {
      for (int c = 0; c < 3; c++) {
        if (r != 2 || c != 1) {
          double median = base[r] * (1 + c * 0.2);
          table.put(
              rows.get(r),
              columns.get(c).key(),
              new Summary(median, median * 0.97, median * 1.08, 9));
        }
      }
    }
    table.charts(
        List.of(
            new Table.Chart(
                "all",
                "CPU time per request, against bare-timeouts",
                Table.Kind.BARS,
                List.of("d1", "d16", "large"))));
    return table;
  }

  static Table timers() {
    List<Table.Column> columns =
        List.of(
            new Table.Column("n0", "0", "ns", 1),
            new Table.Column("n10k", "10k", "ns", 1),
            new Table.Column("n100k", "100k", "ns", 1));
    Table table = new Table("timers", "Schedule and cancel a timer among others", columns);
    double[][] values = {{5, 6, 8}, {940, 1000, 1280}, {2.4, 9, 37}, {190, 340, 335}};
    List<String> rows =
        List.of("millrace", "netty HashedWheelTimer", "agrona", "jdk ScheduledThreadPoolExecutor");
    for (int r = 0; r < rows.size(); r++) {
      for (int c = 0; c < 3; c++) {
        double v = values[r][c];
        table.put(rows.get(r), columns.get(c).key(), new Summary(v, v * 0.93, v * 1.12, 10));
      }
    }
    table.charts(
        List.of(
            new Table.Chart(
                "others",
                "Schedule and cancel a timer among others",
                Table.Kind.LINES,
                List.of("n0", "n10k", "n100k"))));
    return table;
  }

  static Curves curves() {
    Curves curves = new Curves("latency", "Latency of 64 B × 64 at 20,000 requests/s", "µs");
    Random random = new Random(4);
    for (String subject : List.of("millrace", "bare-timeouts", "netty-nio", "activej")) {
      Histogram histogram = new Histogram(3);
      for (int i = 0; i < 200_000; i++) {
        double tail = Math.pow(random.nextDouble(), -0.35 - 0.03 * subject.length());
        histogram.recordValue((long) (30_000 * tail + 4_000 * random.nextDouble()));
      }
      curves.put(subject, histogram, 1_000);
    }
    return curves;
  }
}
