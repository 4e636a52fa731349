package dev.millrace.examples.lab;

import dev.millrace.examples.Examples;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lab run}. */
@Command(
    name = "run",
    description = {
      "Runs one experiment, several, or all, and shows the timeline of each.",
      "",
      "A step of the kernel's is derived from what the JDK returned or threw, and says from what:"
          + " Java shows no errno. The clock of Millrace's loop is told, so a time-out of a minute"
          + " takes no time; the times in front of the steps are real.",
      "",
      "Exit codes: 0 all as expected (or skipped, with the reason), 1 an experiment saw something"
          + " else, 2 wrong usage."
    },
    mixinStandardHelpOptions = true,
    version = Examples.VERSION)
final class RunCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "NAME",
      description = "Experiments to run, as 'lab list' names them; 'all' for all.")
  private List<String> names;

  @Option(
      names = "--lang",
      paramLabel = "LANG",
      description = "Language of the advice: en, de or ja (default: the locale's, or en).")
  private String lang;

  @Option(
      names = "--brief",
      description = "One line an experiment, and whole timelines only of those that differ.")
  private boolean brief;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description =
          "Write what was seen on this machine into FILE.md or FILE.html: the table operation by"
              + " situation by JDK by locale, and every timeline. Implies --brief.")
  private Path report;

  @Option(
      names = "--rows",
      paramLabel = "FILE",
      hidden = true,
      description = "Write the table's rows into FILE, for the JVM that started this one.")
  private Path rowsFile;

  @Override
  public Integer call() throws IOException {
    List<Experiment> chosen = chosen();
    Advice advice = advice();
    checkReport();
    PrintWriter out = Out.of(spec, advice);
    LabContext context = LabContext.create();
    long began = System.nanoTime();
    List<Timeline> timelines = new ArrayList<>();
    Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
    for (Experiment each : chosen) {
      Timeline timeline = each.run(context);
      timelines.add(timeline);
      counts.merge(timeline.outcome(), 1, Integer::sum);
      boolean whole =
          !brief && report == null && rowsFile == null || timeline.outcome() == Outcome.DIFFERENT;
      if (whole) {
        ConsoleText.print(out, timeline, advice);
      } else {
        ConsoleText.printBrief(out, timeline);
      }
      out.flush();
    }
    out.printf(
        Locale.ROOT,
        "%d experiments: %d as expected, %d different, %d skipped, in %.1f s%n",
        timelines.size(),
        counts.getOrDefault(Outcome.AS_EXPECTED, 0),
        counts.getOrDefault(Outcome.DIFFERENT, 0),
        counts.getOrDefault(Outcome.SKIPPED, 0),
        (System.nanoTime() - began) / 1e9);
    out.flush();
    write(out, timelines, advice);
    return counts.containsKey(Outcome.DIFFERENT) ? 1 : 0;
  }

  private void write(PrintWriter out, List<Timeline> timelines, Advice advice) throws IOException {
    if (report == null && rowsFile == null) {
      return;
    }
    Machine machine = Machine.here();
    List<Row> rows = new ArrayList<>();
    for (Timeline each : timelines) {
      rows.addAll(Row.of(each, machine.jdk(), machine.locale()));
    }
    if (rowsFile != null) {
      Files.write(rowsFile, rows.stream().map(Row::toLine).toList());
    }
    if (report != null) {
      new Report(machine, timelines, rows, advice).write(report);
      out.println("report: " + report);
      out.flush();
    }
  }

  private List<Experiment> chosen() {
    Set<Experiment> chosen = new LinkedHashSet<>();
    for (String name : names) {
      if (name.equals("all")) {
        chosen.addAll(Experiments.all());
      } else {
        chosen.add(Experiments.named(name).orElseThrow(() -> unknown(name)));
      }
    }
    return List.copyOf(chosen);
  }

  private Advice advice() {
    if (lang == null) {
      return Advice.of(Locale.getDefault());
    }
    String lower = lang.toLowerCase(Locale.ROOT);
    if (!Advice.languages().contains(lower)) {
      throw wrong(
          "--lang: there is no '"
              + lang
              + "', allowed is "
              + String.join(", ", Advice.languages()));
    }
    return Advice.of(Locale.forLanguageTag(lower));
  }

  /** Before anything is run: nobody is to wait for a report that can't be written. */
  private void checkReport() {
    if (report == null) {
      return;
    }
    if (!Report.isKnown(report)) {
      throw wrong("--report: '" + report + "' does not end in .md or .html");
    }
    Path directory = report.toAbsolutePath().getParent();
    if (Files.isDirectory(report) || !Files.isDirectory(directory)) {
      throw wrong("--report: '" + report + "' can't be a file; is there a directory of that name?");
    }
  }

  private ParameterException unknown(String name) {
    List<String> all = Experiments.all().stream().map(Experiment::name).toList();
    return wrong(
        "there is no experiment '"
            + name
            + "'; the nearest is '"
            + LabCommand.nearest(name, all)
            + "', and 'lab list' shows them all");
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
