package dev.millrace.examples.lab;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** Timelines as text for a terminal. */
final class ConsoleText {
  private ConsoleText() {}

  static void print(PrintWriter out, Timeline timeline, Advice advice) {
    Experiment experiment = timeline.experiment();
    out.println(experiment.name() + ": " + experiment.title());
    if (timeline.outcome() == Outcome.SKIPPED) {
      out.println("  SKIPPED: " + timeline.skipped());
      out.println();
      return;
    }
    Lane lane = null;
    for (Step step : timeline.steps()) {
      if (step.lane() != lane) {
        lane = step.lane();
        out.println("  " + lane.label());
      }
      out.printf(
          Locale.ROOT,
          "  %8.1f ms  %-8s  %s%s%n",
          step.atNanos() / 1e6,
          step.actor(),
          step.what(),
          step.detail().isEmpty() ? "" : "  (" + step.detail() + ")");
    }
    for (Measure each : timeline.measures()) {
      out.println(
          "  measured     " + each.name() + ": " + Texts.number(each.value()) + " " + each.unit());
    }
    if (!experiment.lesson().isEmpty()) {
      out.println("  lesson       " + experiment.lesson());
    }
    printAdvice(out, timeline, advice);
    out.println("  " + timeline.outcome() + " after " + Texts.millis(timeline.tookNanos()));
    for (String each : timeline.differences()) {
      out.println("    " + each);
    }
    out.println();
  }

  /** One line: the name, how it went, and of one that was skipped what is missing. */
  static void printBrief(PrintWriter out, Timeline timeline) {
    boolean skipped = timeline.outcome() == Outcome.SKIPPED;
    out.printf(
        Locale.ROOT,
        "%-30s %-11s %s%n",
        timeline.experiment().name(),
        timeline.outcome(),
        skipped ? timeline.skipped() : Texts.millis(timeline.tookNanos()));
  }

  /** The steps, and the system calls between them. */
  static void print(PrintWriter out, List<Trace.Line> trace) {
    out.println("  system calls, of another run under strace");
    for (Trace.Line line : trace) {
      out.println(line.call() != null ? "                 " + line.call() : "  " + line.step());
    }
    out.println();
  }

  private static void printAdvice(PrintWriter out, Timeline timeline, Advice advice) {
    out.println("  advice       " + timeline.kind().symbol() + ": " + advice.what(timeline.kind()));
    for (String more :
        new String[] {advice.why(timeline.kind()), advice.prevent(timeline.kind())}) {
      if (!more.isEmpty()) {
        out.println("               " + more);
      }
    }
  }
}
