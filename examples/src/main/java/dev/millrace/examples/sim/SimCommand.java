package dev.millrace.examples.sim;

import dev.millrace.examples.Examples;
import dev.millrace.examples.Programs;
import dev.millrace.sim.TrialFailed;
import dev.millrace.sim.TrialMode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code sim} subcommand. */
@Command(
    name = "sim",
    description = {
      "Runs the core in a simulated network, once a seed, and looks for anything broken.",
      "",
      "A seed is one run of one scenario, drawn from the seed: which clients come, what they do,"
          + " which faults happen. In every run the order of callbacks, the count of every byte,"
          + " every completion and record, time-outs, spins and leaks are checked. The same seed"
          + " gives the same run on every machine and JDK, whatever the number of threads.",
      "",
      "Ends with 'N runs, 0 violations', or with the first seed that failed, its trace, and the"
          + " command that shows it again."
    },
    mixinStandardHelpOptions = true,
    version = Examples.VERSION)
public final class SimCommand implements Callable<Integer> {
  private static final Pattern RANGE = Pattern.compile("(\\d{1,18})(?:\\.\\.(\\d{1,18}))?");

  private static final Duration REDRAW = Duration.ofMillis(500);

  private static final int BAR = 30;

  @Spec private CommandSpec spec;

  @Option(
      names = "--seeds",
      paramLabel = "A..B",
      defaultValue = "1..10000",
      description = "Seeds to run (default: ${DEFAULT-VALUE}).")
  private String seeds;

  @Option(
      names = "--scenario",
      paramLabel = "NAME",
      defaultValue = "all",
      description = "Scenario to run; 'all' draws one a seed (default: ${DEFAULT-VALUE}).")
  private String scenario;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      defaultValue = "safety",
      description =
          "safety: faults all along, nothing may be lost in silence; liveness: the faults end, then"
              + " everything has to finish (default: ${DEFAULT-VALUE}).")
  private TrialMode mode;

  @Option(
      names = "--replay",
      paramLabel = "SEED",
      description = "Runs this seed alone and shows its whole trace.")
  private Long replay;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads, a world each (default: one a processor).")
  private Integer threads;

  @Option(names = "--list", description = "Lists the scenarios.")
  private boolean list;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    if (list) {
      for (Scenario each : Scenarios.all()) {
        out.printf("%-24s %s%n", each.name(), each.what());
      }
      out.flush();
      return 0;
    }
    List<Scenario> chosen = chosen();
    Matcher range = RANGE.matcher(seeds);
    if (!range.matches()) {
      throw wrong("--seeds: '" + seeds + "' is no range of seeds; write --seeds 1..10000");
    }
    long first = Long.parseLong(range.group(1));
    long last = range.group(2) == null ? first : Long.parseLong(range.group(2));
    if (last < first) {
      throw wrong("--seeds: " + seeds + " goes down; write the smaller number first");
    }
    if (threads != null && (threads < 1 || threads > 1_000)) {
      throw wrong("--threads: " + threads + " is not 1 to 1000");
    }
    try (LogWatch log = LogWatch.begin()) {
      if (replay != null) {
        return replay(out, new Campaign(chosen, mode, log, replay, replay));
      }
      int workers = threads != null ? threads : Runtime.getRuntime().availableProcessors();
      return run(out, new Campaign(chosen, mode, log, first, last), first, last, workers);
    }
  }

  private List<Scenario> chosen() {
    if (scenario.equals("all")) {
      return Scenarios.all();
    }
    Scenario named = Scenarios.named(scenario);
    if (named == null) {
      throw wrong("--scenario: there is no '" + scenario + "'; see --list");
    }
    return List.of(named);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private int replay(PrintWriter out, Campaign campaign) {
    Scenario of = campaign.scenarioOf(replay);
    out.println("scenario " + of.name() + ", " + mode.name().toLowerCase(Locale.ROOT));
    List<String> lines = campaign.trialsOf(of).replay(replay);
    lines.forEach(out::println);
    out.flush();
    return lines.get(lines.size() - 1).endsWith("nothing was broken") ? 0 : 1;
  }

  private int run(PrintWriter out, Campaign campaign, long first, long last, int workers)
      throws InterruptedException {
    long began = System.nanoTime();
    CountDownLatch over = new CountDownLatch(1);
    Thread bar = new Thread(() -> progress(campaign, last - first + 1, began, over), "progress");
    bar.setDaemon(true);
    bar.start();
    try {
      campaign.run(workers);
    } finally {
      over.countDown();
      bar.join();
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    TrialFailed failed = campaign.failed();
    String messages = campaign.tally().line();
    if (failed != null) {
      out.println(failed.getMessage());
      if (messages != null) {
        out.println(messages);
      }
      out.printf(
          Locale.ROOT, "%d runs, first violation at seed %d%n", campaign.done(), failed.seed());
      out.flush();
      return 1;
    }
    out.printf(
        Locale.ROOT,
        "%d connection lifetimes in %.1f s on %d threads: %.0f a second and thread%n",
        campaign.lifetimes(),
        seconds,
        workers,
        campaign.lifetimes() / seconds / workers);
    if (messages != null) {
      out.println(messages);
    }
    out.printf(Locale.ROOT, "%d runs, 0 violations%n", campaign.done());
    out.flush();
    return 0;
  }

  /** Drawn over itself on a terminal; in a log one line now and then. */
  private void progress(Campaign campaign, long total, long began, CountDownLatch over) {
    PrintWriter err = spec.commandLine().getErr();
    boolean terminal = Programs.isErrTerminal();
    int shown = -1;
    boolean ended = false;
    while (!ended) {
      try {
        ended = over.await(REDRAW.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        return; // nobody waits for a bar
      }
      long done = campaign.done();
      int tenth = (int) (done * 10 / total);
      if (terminal || tenth != shown) {
        shown = tenth;
        int filled = (int) (done * BAR / total);
        err.printf(
            Locale.ROOT,
            "%s[%s%s] %d of %d, %.0f runs/s%s",
            terminal ? "\r" : "",
            "#".repeat(filled),
            ".".repeat(BAR - filled),
            done,
            total,
            done / ((System.nanoTime() - began) / 1e9),
            terminal && !ended ? "" : System.lineSeparator());
        err.flush();
      }
    }
  }
}
