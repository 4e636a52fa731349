package dev.millrace.examples.errors;

import dev.millrace.examples.chart.Bars;
import dev.millrace.examples.chart.Columns;
import dev.millrace.examples.chart.Ink;
import dev.millrace.examples.chart.Picture;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The pictures of a report. A kind has the same colour in all of them. */
final class Charts {
  private final Tally tally;
  private final ZoneId zone;
  private final Map<String, Ink> inks = new LinkedHashMap<>();

  Charts(Tally tally, ZoneId zone) {
    this.tally = tally;
    this.zone = zone;
    for (Tally.OfKind kind : tally.kinds()) {
      inks.put(kind.kind, inks.size() < Ink.HUES.size() ? Ink.HUES.get(inks.size()) : Ink.GREY);
    }
  }

  /** Whether there is a failure whose time is known. */
  boolean hasTime() {
    return tally.bins.size() > 0;
  }

  Picture time() {
    TimeBins bins = tally.bins;
    List<Columns.Series> series = new ArrayList<>();
    long[] others = new long[bins.size()];
    boolean hasOthers = false;
    for (Tally.OfKind kind : tally.kinds()) {
      long[] counts = bins.of(kind.kind);
      if (inks.get(kind.kind) == Ink.GREY) {
        hasOthers = true;
        for (int i = 0; i < counts.length; i++) {
          others[i] += counts[i];
        }
      } else {
        series.add(new Columns.Series(kind.kind, counts, inks.get(kind.kind)));
      }
    }
    if (hasOthers) {
      series.add(new Columns.Series("others", others, Ink.GREY));
    }
    long spanMillis = bins.size() * bins.widthMillis();
    // A day's times need no date, and a month's no seconds.
    DateTimeFormatter form =
        DateTimeFormatter.ofPattern(
            spanMillis <= 86_400_000L ? "HH:mm:ss" : "yyyy-MM-dd HH:mm", Locale.ROOT);
    return Columns.of(
        "Failures over time, a column is " + TextReport.width(bins.widthMillis()),
        series,
        bin -> form.format(Instant.ofEpochMilli(bins.startMillis(bin)).atZone(zone)));
  }

  Picture kinds() {
    List<Bars.Bar> bars = new ArrayList<>();
    for (Tally.OfKind kind : tally.kinds()) {
      String figure =
          String.format(
              Locale.ROOT, "%,d (%.1f %%)", kind.count, 100.0 * kind.count / tally.total());
      bars.add(new Bars.Bar(kind.kind, kind.count, figure, inks.get(kind.kind)));
    }
    return Bars.of("Failures by kind", bars);
  }

  Picture operations() {
    List<Bars.Bar> bars = new ArrayList<>();
    tally
        .all(kind -> kind.operations)
        .forEach((op, count) -> bars.add(new Bars.Bar(op, count, TextReport.n(count), Ink.BLUE)));
    return Bars.of("Failures by operation", bars);
  }

  Picture peers(int top) {
    List<Bars.Bar> bars = new ArrayList<>();
    for (HeavyHitters.Hit hit : tally.peers.top(top)) {
      bars.add(new Bars.Bar(hit.name(), hit.atLeast(), TextReport.bounds(hit, tally), Ink.BLUE));
    }
    return Bars.of("Failures by peer, at least", bars);
  }
}
