package dev.millrace.bench.load;

import dev.millrace.bench.report.Curves;
import dev.millrace.bench.report.Environment;
import dev.millrace.bench.report.Report;
import dev.millrace.bench.report.Summary;
import dev.millrace.bench.report.Table;
import dev.millrace.bench.report.Table.Column;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** What one run gave, as a report. */
final class LoadReport {
  private static final double NANOS_PER_MICRO = 1e3;

  private LoadReport() {}

  /**
   * The report of a run.
   *
   * @param target as the user wrote it
   * @param environment where the generator ran; the server may have run elsewhere
   * @param remarks what the figures do not mean, or leave out: a sentence each
   */
  static Report of(
      String target,
      LoadOptions options,
      LoadResult result,
      Environment environment,
      List<String> remarks) {
    Table rate =
        new Table(
            "rate",
            options.isOpenLoop() ? "Load at a fixed rate" : "Load as fast as answers come",
            List.of(
                new Column("requests", "requests", "", 0),
                new Column("rate", "requests", "1/s", 0),
                new Column("bytes", "bytes", "MB/s", 2),
                new Column("errors", "errors", "", 0),
                new Column("busy", "generator busy", "%", 0),
                new Column("waited", "generator without a CPU", "%", 0)));
    rate.charts(List.of());
    rate.put(target, "requests", Summary.exact((double) result.requests()));
    rate.put(target, "rate", Summary.exact(result.requestsPerSecond()));
    rate.put(target, "bytes", Summary.exact(result.bytesPerSecond() / 1e6));
    rate.put(target, "errors", Summary.exact((double) result.errors()));
    rate.put(target, "busy", Summary.exact(result.busy() * 100));
    rate.put(target, "waited", Summary.exact(result.waited() * 100));

    Table latency =
        new Table(
            "latency",
            options.isOpenLoop() ? "Latency from the intended start" : "Service time",
            List.of(
                new Column("p50", "p50", "µs", 1),
                new Column("p90", "p90", "µs", 1),
                new Column("p99", "p99", "µs", 1),
                new Column("p999", "p99.9", "µs", 1),
                new Column("p9999", "p99.99", "µs", 1),
                new Column("max", "max", "µs", 1)));
    latency.charts(List.of());
    Curves curves = new Curves("percentiles", latency.title(), "µs");
    put(latency, curves, options.isOpenLoop() ? "latency" : "service time", result.latency());
    if (options.isOpenLoop()) {
      put(latency, curves, "uncorrected", result.uncorrected());
      put(latency, curves, "generator's own lateness", result.lateness());
    }
    remarks.forEach(latency::note);
    return new Report(
        "load", environment, asked(target, options), List.of(rate, latency), List.of(curves));
  }

  private static void put(Table table, Curves curves, String row, Histogram histogram) {
    if (histogram.getTotalCount() == 0) {
      return;
    }
    table.put(row, "p50", at(histogram, 50));
    table.put(row, "p90", at(histogram, 90));
    table.put(row, "p99", at(histogram, 99));
    table.put(row, "p999", at(histogram, 99.9));
    table.put(row, "p9999", at(histogram, 99.99));
    table.put(row, "max", at(histogram, 100));
    curves.put(row, histogram, NANOS_PER_MICRO);
  }

  private static Summary at(Histogram histogram, double percentile) {
    return Summary.exact(histogram.getValueAtPercentile(percentile) / NANOS_PER_MICRO);
  }

  private static Map<String, String> asked(String target, LoadOptions options) {
    Map<String, String> asked = new LinkedHashMap<>();
    asked.put("target", target);
    asked.put("protocol", options.protocol().title());
    asked.put("connections", Integer.toString(options.connections()));
    asked.put("depth", Integer.toString(options.depth()));
    if (options.protocol().isSized()) {
      asked.put("size", options.size() + " B");
    }
    asked.put(
        "rate",
        options.rate().isPresent() ? options.rate().getAsDouble() + " /s" : "as answers come");
    asked.put("a connection for each request", options.reconnect() ? "yes" : "no");
    asked.put("warm-up", options.warmup().toMillis() + " ms");
    asked.put("measured", options.measure().toMillis() + " ms");
    asked.put("threads", Integer.toString(options.threads()));
    return asked;
  }
}
