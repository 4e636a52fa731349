package dev.millrace.examples.lab;

import dev.millrace.examples.Examples;
import dev.millrace.examples.lab.Advice.Heading;
import dev.millrace.failure.FailureKind;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lab explain}. */
@Command(
    name = "explain",
    description = {
      "Says of one kind of failure what it is, why it happens and what prevents it; without a kind,"
          + " one line of each.",
      "",
      "A kind is written as in a log line or a close record: EPIPE, READ_IDLE, read-idle."
    },
    mixinStandardHelpOptions = true,
    version = Examples.VERSION)
final class ExplainCommand implements Callable<Integer> {
  /** Columns of a terminal as it has always been; longer lines are harder to read as well. */
  private static final int COLUMNS = 80;

  @Spec private CommandSpec spec;

  @Parameters(arity = "0..1", paramLabel = "KIND", description = "The kind (default: all).")
  private String kind;

  @Mixin private LanguageOption language;

  @Override
  public Integer call() {
    Advice advice = language.advice();
    PrintWriter out = Out.of(spec, advice);
    if (kind == null) {
      out.println(advice.heading(Heading.ALL_KINDS) + ":");
      for (FailureKind each : FailureKind.values()) {
        out.println();
        out.println(each.symbol());
        paragraph(out, advice.what(each));
      }
    } else {
      explain(out, advice, named());
    }
    out.flush();
    return 0;
  }

  private FailureKind named() {
    String typed = kind.toLowerCase(Locale.ROOT).replace('-', '_');
    List<String> all = new ArrayList<>();
    for (FailureKind each : FailureKind.values()) {
      String name = each.symbol().toLowerCase(Locale.ROOT);
      if (name.equals(typed)) {
        return each;
      }
      all.add(name);
    }
    throw wrong(
        "there is no kind '"
            + kind
            + "'; the nearest is "
            + LabCommand.nearest(typed, all).toUpperCase(Locale.ROOT)
            + "; all are "
            + Arrays.stream(FailureKind.values())
                .map(FailureKind::symbol)
                .collect(Collectors.joining(" ")));
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private static void explain(PrintWriter out, Advice advice, FailureKind kind) {
    String phases = kind.phases().stream().map(Scene::nameOf).collect(Collectors.joining(", "));
    String experiments =
        Experiments.all().stream()
            .filter(e -> e.kind() == kind)
            .map(Experiment::name)
            .collect(Collectors.joining(", "));
    out.println(kind.symbol());
    line(out, advice, Heading.FAULT, advice.fault(kind.fault()));
    line(out, advice, Heading.RETRY, advice.heading(kind.isRetryable() ? Heading.YES : Heading.NO));
    line(out, advice, Heading.LEVEL, kind.level().name());
    line(out, advice, Heading.PHASES, phases);
    line(
        out,
        advice,
        Heading.SHOWN_BY,
        experiments.isEmpty() ? advice.heading(Heading.SHOWN_BY_NONE) : experiments);
    text(out, advice, Heading.WHAT, advice.what(kind));
    text(out, advice, Heading.WHY, advice.why(kind));
    text(out, advice, Heading.PREVENT, advice.prevent(kind));
  }

  private static void line(PrintWriter out, Advice advice, Heading heading, String value) {
    paragraph(out, advice.heading(heading) + ": " + value);
  }

  private static void text(PrintWriter out, Advice advice, Heading heading, String text) {
    out.println();
    out.println(advice.heading(heading));
    paragraph(out, text);
  }

  private static void paragraph(PrintWriter out, String text) {
    for (String line : Wrap.lines(text, COLUMNS - 2)) {
      out.println("  " + line);
    }
  }
}
