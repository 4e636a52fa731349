package dev.millrace.examples.lab;

import dev.millrace.examples.Examples;
import dev.millrace.examples.Programs;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
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
import picocli.CommandLine.Mixin;
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

  @Mixin private LanguageOption language;

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
      names = "--trace",
      description =
          "Run each once more in a JVM under strace, and show the real system calls on its sockets"
              + " among the steps.")
  private boolean trace;

  @Option(
      names = "--rows",
      paramLabel = "FILE",
      hidden = true,
      description = "Write the table's rows into FILE, for the JVM that started this one.")
  private Path rowsFile;

  @Option(
      names = "--locales",
      paramLabel = "LOCALE",
      split = ",",
      description =
          "Run them in these locales as well, each in a JVM of its own: C,de_DE.UTF-8,ja_JP.UTF-8."
              + " Those that are not installed are named and left out.")
  private List<String> locales = List.of();

  @Option(
      names = "--jdks",
      paramLabel = "HOME",
      split = ",",
      description = "Run them on these JDKs as well, in each of the locales.")
  private List<Path> jdks = List.of();

  @Override
  public Integer call() throws IOException {
    List<Experiment> chosen = chosen();
    Advice advice = language.advice();
    checkReport();
    checkElsewhere();
    if (trace && !Trace.NEED.isMet()) {
      throw new IOException("--trace needs " + Trace.NEED + ", which is not on the PATH");
    }
    PrintWriter out = Out.of(spec, advice);
    LabContext context = LabContext.create();
    long began = System.nanoTime();
    List<Timeline> timelines = new ArrayList<>();
    Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
    for (Experiment each : chosen) {
      Timeline timeline = each.run(context);
      timelines.add(timeline);
      counts.merge(timeline.outcome(), 1, Integer::sum);
      boolean whole = !isBrief() || timeline.outcome() == Outcome.DIFFERENT;
      if (whole) {
        ConsoleText.print(out, timeline, advice);
      } else {
        ConsoleText.printBrief(out, timeline);
      }
      if (trace && timeline.outcome() != Outcome.SKIPPED) {
        out.flush();
        ConsoleText.print(out, Trace.of(each));
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
    Machine machine = Machine.here();
    List<Row> rows = new ArrayList<>();
    for (Timeline each : timelines) {
      rows.addAll(Row.of(each, machine.jdk(), machine.locale()));
    }
    boolean isAsExpected = runElsewhere(out, chosen, machine, rows);
    write(out, machine, timelines, rows, advice);
    return isAsExpected && !counts.containsKey(Outcome.DIFFERENT) ? 0 : 1;
  }

  private boolean isBrief() {
    return brief || report != null || rowsFile != null || !locales.isEmpty() || !jdks.isEmpty();
  }

  /** On the other JDKs and in the other locales; whether all was as expected. */
  private boolean runElsewhere(
      PrintWriter out, List<Experiment> chosen, Machine machine, List<Row> rows)
      throws IOException {
    List<String> wanted = new ArrayList<>(locales);
    Set<String> installed = Children.installed();
    List<String> missing =
        wanted.stream().filter(each -> !installed.contains(Children.plain(each))).toList();
    if (!missing.isEmpty()) {
      out.println("not installed here, left out: " + String.join(", ", missing));
      wanted.removeAll(missing);
    }
    Path own = ChildJvm.ownHome().toRealPath();
    Set<Path> homes = new LinkedHashSet<>(List.of(own));
    for (Path home : jdks) {
      homes.add(home.toRealPath());
    }
    boolean isAsExpected = true;
    for (Path home : homes) {
      // Without a list other JDKs speak the language that this one does.
      for (String locale : locales.isEmpty() ? List.of(machine.locale()) : wanted) {
        boolean isOwnLocale = Children.plain(locale).equals(Children.plain(machine.locale()));
        if (!isOwnLocale || !home.equals(own)) {
          out.flush();
          List<String> all = chosen.stream().map(Experiment::name).toList();
          List<String> differences = new ArrayList<>();
          List<Row> theirs =
              Children.rows(all, home, isOwnLocale ? null : locale, differences::add);
          rows.addAll(theirs);
          tell(out, theirs, differences);
          isAsExpected &= !Children.outcomes(theirs).containsValue(Outcome.DIFFERENT);
        }
      }
    }
    return isAsExpected;
  }

  /** One line for a run in another JVM, and one for each thing that differs there. */
  private static void tell(PrintWriter out, List<Row> rows, List<String> differences) {
    Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
    Children.outcomes(rows).values().forEach(outcome -> counts.merge(outcome, 1, Integer::sum));
    out.printf(
        Locale.ROOT,
        "on JDK %s in %s: %d as expected, %d different, %d skipped%n",
        rows.get(0).jdk(),
        rows.get(0).locale(),
        counts.getOrDefault(Outcome.AS_EXPECTED, 0),
        counts.getOrDefault(Outcome.DIFFERENT, 0),
        counts.getOrDefault(Outcome.SKIPPED, 0));
    Children.outcomes(rows)
        .forEach(
            (name, outcome) -> {
              if (outcome == Outcome.DIFFERENT) {
                out.println("  different: " + name);
              }
            });
    differences.forEach(out::println);
    out.flush();
  }

  private void write(
      PrintWriter out, Machine machine, List<Timeline> timelines, List<Row> rows, Advice advice)
      throws IOException {
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

  /** Before anything is run: nobody is to wait for a report that can't be written. */
  private void checkReport() {
    if (report == null) {
      return;
    }
    if (!Report.isKnown(report)) {
      throw wrong("--report: '" + report + "' does not end in .md or .html");
    }
    Path directory = report.toAbsolutePath().getParent();
    if (!Files.isDirectory(directory)) {
      throw wrong("--report: there is no directory '" + directory + "'");
    }
    if (Files.isDirectory(report)) {
      throw wrong("--report: '" + report + "' is a directory");
    }
    try {
      tryToWrite(report);
    } catch (IOException e) {
      throw wrong("--report: '" + report + "' can't be written: " + Programs.why(e));
    }
  }

  /** Tried and not asked: root may write anywhere, but not even root can in every file system. */
  private static void tryToWrite(Path file) throws IOException {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      Files.createFile(file);
      Files.delete(file); // again, as an experiment may be interrupted
    } else if (Files.exists(file) && !Files.isWritable(file)) { // not opened: it may be a pipe
      throw new AccessDeniedException(file.toString());
    }
  }

  private void checkElsewhere() {
    if (locales.stream().anyMatch(String::isBlank)) {
      throw wrong("--locales: a name is empty; write --locales C,de_DE.UTF-8");
    }
    for (Path home : jdks) {
      if (!Files.isExecutable(home.resolve("bin").resolve("java"))) {
        throw wrong("--jdks: '" + home + "' has no bin/java");
      }
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
