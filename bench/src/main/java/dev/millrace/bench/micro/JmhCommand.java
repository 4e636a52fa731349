package dev.millrace.bench.micro;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** Passes on to JMH, with what makes its figures comparable. */
@Command(
    name = "jmh",
    customSynopsis = "millrace-bench jmh [ARG...]",
    description = {
      "Runs micro-benchmarks: all that follows is for JMH, whose own help is 'jmh -h'.",
      "",
      "Unless told otherwise it counts the bytes allocated (-prof gc) and the processor time used,"
          + " and stops at the first benchmark that fails (-foe true). All benchmarks together take some ten minutes.",
      "",
      "  jmh -l                          which there are; -lp with their parameters",
      "  jmh HotLoop                     those whose name matches",
      "  jmh Timer -p others=100000      with one value of a parameter",
      "  jmh -f 5 -wi 5 -i 10 -r 1 Timer longer, to settle an argument",
      "  jmh -rf json -rff out.json      results for a program to read",
      "  jmh -prof perfnorm HotLoop      instructions, where the machine counts them",
      "",
      "Each class of benchmarks compares its methods: 'millrace' is the core, 'bare' the least"
          + " code that does the same work, others are named as they are.",
      "",
      "Exit codes: 0 done, 1 a benchmark failed, 2 wrong usage."
    })
public final class JmhCommand implements Callable<Integer> {
  /**
   * What Agrona, Netty and JMH itself do with the JDK. On the command line of this jar its manifest
   * says it; JVMs that JMH starts have the class path alone.
   */
  private static final List<String> OPENED =
      List.of(
          "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
          "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "--enable-native-access=ALL-UNNAMED");

  /** The first JDK that knows how to be told that Unsafe is used knowingly (JEP 471). */
  private static final int FIRST_WITH_UNSAFE_SWITCH = 23;

  @Spec private CommandSpec spec;

  @SuppressWarnings({"unused", "UnusedVariable"}) // picocli shows the help by itself
  @Option(names = "--help", usageHelp = true, description = "Shows this.")
  private boolean help;

  @Unmatched private List<String> args = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    CommandLineOptions given = parsed();
    if (given.shouldHelp()) {
      given.showHelp();
    } else if (given.shouldListProfilers()) {
      given.listProfilers();
    } else if (given.shouldListResultFormats()) {
      given.listResultFormats();
    } else {
      Runner runner = new Runner(withDefaults(given));
      if (given.shouldList()) {
        runner.list();
      } else if (given.shouldListWithParams()) {
        runner.listWithParams(given);
      } else {
        run(runner);
      }
    }
    return CommandLine.ExitCode.OK;
  }

  private CommandLineOptions parsed() {
    try {
      return new CommandLineOptions(args.toArray(new String[0]));
    } catch (CommandLineOptionException e) {
      throw new ParameterException(spec.commandLine(), oneLine(e), e);
    }
  }

  private void run(Runner runner) throws RunnerException {
    try {
      runner.run();
    } catch (NoBenchmarksException e) {
      throw new ParameterException(
          spec.commandLine(),
          "no benchmark matches '" + String.join(" ", args) + "'; 'jmh -l' lists those there are",
          e);
    } catch (RunnerException e) {
      throw new RunnerException(oneLine(e), e);
    }
  }

  /** The reasons, outermost first; JMH wraps some in exceptions that say little. */
  private static String oneLine(Throwable failure) {
    List<String> reasons = new ArrayList<>();
    for (Throwable t = failure; t != null; t = t.getCause()) {
      add(reasons, t);
      Arrays.stream(t.getSuppressed()).forEach(suppressed -> add(reasons, suppressed));
    }
    return String.join(": ", reasons);
  }

  private static void add(List<String> reasons, Throwable t) {
    String message = t.getMessage() == null ? t.getClass().getSimpleName() : t.getMessage();
    String line = message.strip().replaceAll("\\s*\\R\\s*", " ");
    if (reasons.stream().noneMatch(reason -> reason.contains(line))) {
      reasons.add(line);
    }
  }

  static Options withDefaults(CommandLineOptions given) {
    OptionsBuilder options = new OptionsBuilder();
    options.parent(given);
    if (given.getProfilers().isEmpty()) {
      options.addProfiler(GCProfiler.class);
      options.addProfiler(CpuTimeProfiler.class);
    }
    if (!given.shouldFailOnError().hasValue()) {
      options.shouldFailOnError(true);
    }
    List<String> jvmArgs = new ArrayList<>(OPENED);
    if (Runtime.version().feature() >= FIRST_WITH_UNSAFE_SWITCH) {
      jvmArgs.add("--sun-misc-unsafe-memory-access=allow");
    }
    jvmArgs.addAll(given.getJvmArgsAppend().orElse(List.of()));
    options.jvmArgsAppend(jvmArgs.toArray(new String[0]));
    return options.build();
  }
}
