package dev.millrace.examples.lab;

import dev.millrace.examples.Examples;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
    description = {"Runs one experiment, several, or all, and shows each one's timeline."},
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
      description = "Language of the advice: en, de or ja (default: the locale's).")
  private String lang;

  @Override
  public Integer call() {
    List<Experiment> chosen = chosen();
    PrintWriter out = spec.commandLine().getOut();
    Advice advice = Advice.of(lang == null ? Locale.getDefault() : Locale.forLanguageTag(lang));
    LabContext context = LabContext.create();
    long began = System.nanoTime();
    List<Timeline> timelines = new ArrayList<>();
    Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
    for (Experiment each : chosen) {
      Timeline timeline = each.run(context);
      timelines.add(timeline);
      counts.merge(timeline.outcome(), 1, Integer::sum);
      ConsoleText.print(out, timeline, advice);
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
    return counts.containsKey(Outcome.DIFFERENT) ? 1 : 0;
  }

  private List<Experiment> chosen() {
    List<Experiment> chosen = new ArrayList<>();
    for (String name : names) {
      if (name.equals("all")) {
        return Experiments.all();
      }
      chosen.add(Experiments.named(name).orElseThrow(() -> unknown(name)));
    }
    return chosen;
  }

  private ParameterException unknown(String name) {
    List<String> all = Experiments.all().stream().map(Experiment::name).toList();
    return new ParameterException(
        spec.commandLine(),
        "there is no experiment '"
            + name
            + "'; the nearest is '"
            + LabCommand.nearest(name, all)
            + "', and 'lab list' shows them all");
  }
}
