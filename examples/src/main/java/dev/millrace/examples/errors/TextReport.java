package dev.millrace.examples.errors;

import dev.millrace.examples.errors.Failure.Way;
import dev.millrace.examples.lab.Advice;
import dev.millrace.failure.FailureKind;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The report for a terminal: tables, and bars of block characters. */
final class TextReport {
  private static final int BAR_LETTERS = 30;

  /** What a screen shows at once. */
  private static final int TIME_ROWS = 24;

  private static final int MOST_BURSTS = 5;

  /** Eighths of a letter, from the left (Unicode block elements). */
  private static final String EIGHTHS = " ▏▎▍▌▋▊▉█";

  private final Reading reading;
  private final Tally tally;
  private final Advice advice;
  private final ZoneId zone;
  private final int top;
  private final PrintWriter out;

  TextReport(Reading reading, Advice advice, ZoneId zone, int top, PrintWriter out) {
    this.reading = reading;
    this.tally = reading.tally();
    this.advice = advice;
    this.zone = zone;
    this.top = top;
    this.out = out;
  }

  void print() {
    summary(reading, zone).forEach(out::println);
    if (tally.total() > 0) {
      kinds();
      shares("operation", tally.all(kind -> kind.operations));
      shares("state", tally.all(kind -> kind.states));
      shares("certainty", tally.all(kind -> kind.certainties));
      peers();
      time();
      bursts();
      causes();
      prevents();
    }
    if (!reading.damagedNamed().isEmpty()) {
      heading("damaged lines");
      reading.damagedNamed().forEach(line -> out.println("  " + line));
      if (reading.damaged() > reading.damagedNamed().size()) {
        out.println("  and " + n(reading.damaged() - reading.damagedNamed().size()) + " more");
      }
    }
    out.flush();
  }

  /** What was read, in lines for a reader; also for the page. */
  static List<String> summary(Reading reading, ZoneId zone) {
    Tally tally = reading.tally();
    List<String> lines = new ArrayList<>();
    lines.add(
        n(tally.total())
            + " failures in "
            + n(reading.lines())
            + " lines of "
            + n(reading.files())
            + (reading.files() == 1 ? " file; " : " files; ")
            + n(reading.orderly())
            + " orderly ends, "
            + n(reading.others())
            + " other lines, "
            + n(reading.damaged())
            + " damaged");
    if (tally.bins.size() > 0) {
      lines.add(
          "from "
              + time(tally.earliestMillis(), zone)
              + " to "
              + time(tally.latestMillis(), zone)
              + " ("
              + zone
              + ")"
              + (tally.timeless() > 0 ? ", " + n(tally.timeless()) + " without a time" : ""));
    }
    lines.add("counted: " + reading.way().words);
    for (Way way : Way.values()) {
      if (way == Way.EPISODE && reading.count(way) > 0) {
        lines.add("and " + n(reading.count(way)) + " in " + way.words);
      } else if (way != Way.EPISODE && way != reading.way() && reading.count(way) > 0) {
        lines.add(
            "left out, as they may tell of the same failures: "
                + n(reading.count(way))
                + " "
                + way.words
                + "; read their files alone to count them");
      }
    }
    if (reading.linesLost() > 0) {
      lines.add(
          n(reading.linesLost())
              + " log lines were lost before they reached a file, as the log says");
    }
    lines.addAll(reading.troubles());
    return lines;
  }

  private void kinds() {
    heading("kinds");
    long most = tally.kinds().get(0).count;
    for (Tally.OfKind kind : tally.kinds()) {
      row(kind.kind, kind.count, tally.total(), most);
    }
  }

  private void shares(String what, Map<String, Long> counts) {
    heading("by " + what);
    long most = counts.values().iterator().next();
    counts.forEach((name, count) -> row(name, count, tally.total(), most));
  }

  private void peers() {
    heading("peers, without ports");
    if (tally.peers.size() == 0) {
      out.println("  none is named");
      return;
    }
    List<HeavyHitters.Hit> hits = tally.peers.top(top);
    for (HeavyHitters.Hit hit : hits) {
      String count = bounds(hit, tally);
      out.printf(
          Locale.ROOT,
          "  %-39s %21s  %s%n",
          hit.name(),
          count,
          bar(hit.atMost(), hits.get(0).atMost()));
    }
    out.println("  " + peersNote(tally, top));
  }

  /** How often a peer came: one number, or two if it is not known exactly. */
  static String bounds(HeavyHitters.Hit hit, Tally tally) {
    long atMost = hit.atMost() + tally.unnamed();
    return hit.atLeast() == atMost ? n(atMost) : n(hit.atLeast()) + " .. " + n(atMost);
  }

  static String peersNote(Tally tally, int top) {
    String others =
        tally.peers.size() > top ? n(tally.peers.size() - top) + " more are kept; " : "";
    if (tally.peers.isExact() && tally.unnamed() == 0) {
      return others + "all counts are exact";
    }
    return others
        + "a count may be too low by "
        + n(tally.unnamed())
        + " (failures without a name in the log) and too high by "
        + n(tally.peers.error())
        + " (Space-Saving)";
  }

  private void time() {
    TimeBins bins = tally.bins;
    if (bins.size() == 0) {
      return;
    }
    long[] all = bins.all();
    int group = (all.length + TIME_ROWS - 1) / TIME_ROWS;
    heading("over time, " + width(group * bins.widthMillis()) + " a row");
    long[] rows = new long[(all.length + group - 1) / group];
    long most = 1;
    for (int i = 0; i < all.length; i++) {
      rows[i / group] += all[i];
      most = Math.max(most, rows[i / group]);
    }
    for (int i = 0; i < rows.length; i++) {
      out.printf(
          Locale.ROOT,
          "  %s %12s  %s%n",
          time(bins.startMillis(i * group), zone),
          n(rows[i]),
          bar(rows[i], most));
    }
  }

  private void bursts() {
    heading("bursts");
    List<Burst> bursts = Burst.of(tally);
    if (bursts.isEmpty()) {
      out.println("  none");
    }
    bursts.stream().limit(MOST_BURSTS).forEach(burst -> out.println("  " + text(burst, zone)));
    out.println("  rule: " + Burst.RULE);
  }

  static String text(Burst burst, ZoneId zone) {
    return time(burst.fromMillis(), zone)
        + " for "
        + width(burst.toMillis() - burst.fromMillis())
        + ": "
        + n(burst.count())
        + " failures, "
        + n(burst.ofKind())
        + " of them "
        + burst.kind();
  }

  private void causes() {
    heading("likely causes");
    List<Cause> causes = Cause.of(tally);
    if (causes.isEmpty()) {
      out.println("  no rule fits");
    }
    for (Cause cause : causes) {
      out.println("  " + cause.what());
      out.println("    seen: " + cause.because());
      out.println("    rule: " + cause.rule());
    }
  }

  private void prevents() {
    heading("what prevents each");
    for (Tally.OfKind kind : tally.kinds()) {
      known(kind.kind)
          .ifPresent(
              known -> {
                out.println("  " + kind.kind);
                wrap(advice.prevent(known)).forEach(line -> out.println("    " + line));
              });
    }
  }

  /** The kind of that name, if this Millrace knows it. */
  static Optional<FailureKind> known(String name) {
    for (FailureKind kind : FailureKind.values()) {
      if (kind.symbol().equals(name)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  private static List<String> wrap(String text) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (line.length() + 1 + word.length() > 92 && line.length() > 0) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.length() == 0 ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  private void heading(String text) {
    out.println();
    out.println(text);
  }

  private void row(String name, long count, long whole, long most) {
    out.printf(
        Locale.ROOT,
        "  %-24s %14s %6.1f %%  %s%n",
        name,
        n(count),
        100.0 * count / whole,
        bar(count, most));
  }

  private static String bar(long count, long most) {
    long eighths = Math.round(8.0 * BAR_LETTERS * count / Math.max(most, 1));
    if (count > 0) {
      eighths = Math.max(eighths, 1);
    }
    String bar = "█".repeat((int) (eighths / 8));
    int rest = (int) (eighths % 8);
    return rest == 0 ? bar : bar + EIGHTHS.charAt(rest);
  }

  static String time(long millis, ZoneId zone) {
    return DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT)
        .format(Instant.ofEpochMilli(millis).atZone(zone));
  }

  static String width(long millis) {
    long seconds = millis / 1_000;
    if (seconds < 120) {
      return seconds + " s";
    }
    if (seconds < 2 * 3_600) {
      return seconds / 60 + " min" + (seconds % 60 == 0 ? "" : " " + seconds % 60 + " s");
    }
    if (seconds < 2 * 86_400) {
      return seconds / 3_600
          + " h"
          + (seconds % 3_600 == 0 ? "" : " " + seconds / 60 % 60 + " min");
    }
    return seconds / 86_400
        + " d"
        + (seconds % 86_400 == 0 ? "" : " " + seconds / 3_600 % 24 + " h");
  }

  static String n(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }
}
