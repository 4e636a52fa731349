package dev.millrace.bench.compare;

import dev.millrace.bench.Bench;
import dev.millrace.bench.compare.Counts.InstructionRate;
import dev.millrace.bench.compare.Counts.SyscallRate;
import dev.millrace.bench.load.LoadOptions;
import dev.millrace.bench.load.ProtocolName;
import dev.millrace.bench.peer.Peer;
import dev.millrace.bench.peer.ServerOptions;
import dev.millrace.bench.probe.Cpus;
import dev.millrace.bench.probe.InstructionCounter;
import dev.millrace.bench.report.Environment;
import dev.millrace.bench.report.Markdown;
import dev.millrace.bench.report.Report;
import dev.millrace.bench.report.Reports;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Servers under load, side by side. */
@Command(
    name = "compare",
    description = {
      "Servers under load, side by side.",
      "",
      "Each server runs in a process of its own with one event loop; all are warmed up until their"
          + " compilers rest, and then measured in turn, round by round, in an order drawn anew each"
          + " time. Cost is processor time of the server's process; the floor is bare-timeouts, a"
          + " loop by hand. Every byte is checked.",
      "",
      "With --protocol http, servers answer a small text, and ratios are told against activej; with"
          + " resp they are stores, told against redis-server.",
      "",
      "The result is written as JSON, Markdown and charts; the tables are printed too."
    },
    mixinStandardHelpOptions = true,
    version = Bench.VERSION)
public final class CompareCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--protocol",
      paramLabel = "NAME",
      description = "What they serve: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
      defaultValue = "echo")
  private ProtocolName protocol;

  @Option(
      names = "--servers",
      split = ",",
      paramLabel = "NAME",
      description = "Which: ${COMPLETION-CANDIDATES}. Default: all that serve this and run here.",
      completionCandidates = Servers.Names.class,
      converter = Servers.Converter.class)
  private List<Peer> servers = new ArrayList<>();

  @Option(
      names = "--workloads",
      split = ",",
      paramLabel = "NAME",
      description = "Which: ${COMPLETION-CANDIDATES}. Default: all of the protocol.",
      completionCandidates = Workload.Names.class,
      converter = Workload.Converter.class)
  private List<Workload> workloads = new ArrayList<>();

  @Option(
      names = "--rounds",
      description =
          "How often each server is measured (default: ${DEFAULT-VALUE}; quartiles of less"
              + " than 7 say little).",
      defaultValue = "9")
  private int rounds;

  @Option(
      names = "--measure",
      paramLabel = "TIME",
      description = "How long, each time (default: ${DEFAULT-VALUE}).",
      defaultValue = "1s")
  private Duration measure;

  @Option(
      names = "--warmup",
      paramLabel = "TIME",
      description =
          "How long a server is warmed up at the most; it ends when its compiler rests (default:"
              + " ${DEFAULT-VALUE}).",
      defaultValue = "20s")
  private Duration warmup;

  @Option(
      names = "--read-timeout",
      paramLabel = "TIME",
      description = "Of the servers that have one (default: ${DEFAULT-VALUE}).",
      defaultValue = "30s")
  private Duration readTimeout;

  @Option(
      names = "--jvm",
      split = ",",
      paramLabel = "OPTION",
      description = "For each server's JVM, the same for all (default: ${DEFAULT-VALUE}).",
      defaultValue = "-Xms256m,-Xmx256m,-XX:+UseSerialGC")
  private List<String> jvm;

  @Option(
      names = "--seed",
      description = "Draws the order of the servers and the bytes (default: ${DEFAULT-VALUE}).",
      defaultValue = "1")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the results are written (default: ${DEFAULT-VALUE}).",
      defaultValue = "bench-results")
  private Path out;

  @Option(
      names = "--instructions",
      paramLabel = "HOW",
      description = {
        "How instructions are counted: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
        "auto: by the processor where perf can, else not at all",
        "perf: by the processor, or fail",
        "callgrind: by valgrind's simulated processor, user mode only; some minutes for each"
            + " workload",
        "none: not at all"
      },
      defaultValue = "auto")
  private How instructions;

  @Option(
      names = "--no-clock",
      description = "Leave out what is measured by the clock: instructions alone.")
  private boolean noClock;

  /** How instructions are counted. */
  enum How {
    AUTO,
    PERF,
    CALLGRIND,
    NONE;

    /** As it is written on the command line. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    checkOptions();
    Servers.Choice choice = Servers.choose(protocol, servers);
    choice.left().forEach((peer, why) -> tell(peer.title() + " is left out: " + why));
    if (choice.peers().isEmpty()) {
      throw new IOException("none of the servers asked for runs here");
    }
    Reports.prepare(out);
    Environment environment = Environment.now();
    Cpus cpus = Cpus.here();
    cpus.unpinnable().ifPresent(this::tell);
    Settings settings = new Settings(rounds, measure, warmup, readTimeout, jvm, seed);
    List<Workload> chosen =
        workloads.isEmpty() ? Workload.of(protocol) : workloads.stream().distinct().toList();
    ContestTables tables = new ContestTables(protocol, chosen);
    choice.left().forEach((peer, why) -> tables.note(peer.title() + " is missing: " + why + "."));
    cpus.unpinnable().ifPresent(tables::note);
    long self = ProcessHandle.current().pid();
    cpus.pin(self, settings.loadCpus(cpus));
    try (Counting counting = Counting.of(instructions, noClock, tables)) {
      for (Workload workload : chosen) {
        tell(workload.id() + ": " + workload.title());
        run(workload, choice.peers(), settings, cpus, counting, tables);
        // After each: who stops it, or a server that fails, takes no more than what comes after.
        Reports.write(report(environment, choice, tables), out);
      }
    } finally {
      cpus.pin(self, cpus.allowed());
    }
    Report report = report(environment, choice, tables);
    spec.commandLine().getOut().println(Markdown.of(report));
    Reports.write(report, out).forEach(path -> tell("written: " + path));
    return 0;
  }

  private Report report(Environment environment, Servers.Choice choice, ContestTables tables) {
    return new Report("compare", environment, asked(choice.peers()), tables.tables());
  }

  /** What would be found wrong only after the first warm-up, or by measuring nothing. */
  private void checkOptions() {
    Servers.doesNotSpeak(protocol, servers).ifPresent(wrong -> check(false, "--servers: " + wrong));
    Workload.notOf(protocol, workloads).ifPresent(wrong -> check(false, "--workloads: " + wrong));
    check(rounds >= 1, "--rounds is " + rounds + ", allowed is 1 and more");
    check(
        !measure.isZero() && measure.compareTo(LoadOptions.LONGEST) <= 0,
        "--measure is " + measure.toMillis() + "ms, allowed is 1ms to 24h");
    check(
        readTimeout.compareTo(ServerOptions.LONGEST_READ_TIMEOUT) <= 0,
        "--read-timeout is too long, allowed is up to "
            + ServerOptions.LONGEST_READ_TIMEOUT.toHours()
            + "h, or 0 for off");
    check(
        !noClock || instructions != How.NONE,
        "--no-clock with --instructions none leaves nothing to measure");
  }

  private void check(boolean isRight, String wrong) {
    if (!isRight) {
      throw new ParameterException(spec.commandLine(), wrong);
    }
  }

  private void run(
      Workload workload,
      List<Peer> peers,
      Settings settings,
      Cpus cpus,
      Counting counting,
      ContestTables tables)
      throws IOException, InterruptedException {
    Map<Peer, List<Round>> rounds = Map.of();
    Map<Peer, SyscallRate> calls = Map.of();
    Map<Peer, List<InstructionRate>> instructions = Map.of();
    List<String> notes = new ArrayList<>();
    if (!noClock) {
      try (Lineup lineup = new Lineup(workload, peers, settings, cpus, List.of(), List.of())) {
        Contest contest = new Contest(lineup, settings, this::tell);
        rounds = contest.run();
        Counts counts = new Counts(lineup, settings, this::tell);
        if (counting.isByProcessor()) {
          instructions = counts.instructions(counting.counter(), true);
        }
        if (counting.hasSyscalls()) {
          calls = counts.systemCalls();
        }
        notes.addAll(contest.notes());
        notes.addAll(counts.notes());
      }
    }
    if (counting.isSimulated() || (noClock && counting.isByProcessor())) {
      InstructionCounter counter = counting.counter();
      try (Lineup lineup =
          new Lineup(workload, peers, settings, cpus, counter.prefix(), counter.jvmOptions())) {
        Counts counts = new Counts(lineup, settings, this::tell);
        instructions = counts.instructions(counter, false);
        notes.addAll(counts.notes());
      }
    }
    tables.add(workload, rounds, instructions, calls, notes);
  }

  private Map<String, String> asked(List<Peer> peers) {
    Map<String, String> asked = new LinkedHashMap<>();
    if (protocol != ProtocolName.ECHO) {
      asked.put("protocol", protocol.title());
    }
    asked.put("rounds", Integer.toString(rounds));
    asked.put("measured in each", measure.toMillis() + " ms");
    asked.put("read time-out", readTimeout.toMillis() + " ms");
    asked.put("each server's JVM", String.join(" ", jvm));
    asked.put("seed", Long.toString(seed));
    peers.forEach(peer -> asked.put(peer.title(), peer.settings(protocol)));
    return asked;
  }

  private void tell(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(line);
    err.flush();
  }
}
