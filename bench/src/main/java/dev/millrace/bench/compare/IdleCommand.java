package dev.millrace.bench.compare;

import dev.millrace.bench.Bench;
import dev.millrace.bench.load.ProtocolName;
import dev.millrace.bench.peer.Peer;
import dev.millrace.bench.peer.ServerOptions;
import dev.millrace.bench.peer.ServerProcess;
import dev.millrace.bench.probe.Machine;
import dev.millrace.bench.probe.ProcessCost;
import dev.millrace.bench.probe.ProcessProbe;
import dev.millrace.bench.probe.ProcessSample;
import dev.millrace.bench.probe.ThreadCost;
import dev.millrace.bench.report.Environment;
import dev.millrace.bench.report.Markdown;
import dev.millrace.bench.report.Report;
import dev.millrace.bench.report.Reports;
import dev.millrace.bench.report.Summary;
import dev.millrace.bench.report.Table;
import dev.millrace.bench.report.Table.Chart;
import dev.millrace.bench.report.Table.Column;
import dev.millrace.bench.report.Table.Kind;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What connections cost that do nothing. */
@Command(
    name = "idle",
    description = {
      "What connections cost that do nothing: heap and other memory for each, and what the server's"
          + " threads do meanwhile.",
      "",
      "Each server in turn gets connections that ask once and then are silent. Heap is counted after"
          + " full collections, before and after. Other memory is what else became resident, with"
          + " the heap made resident beforehand. Then the server is watched: a wake-up is a"
          + " voluntary switch of one of its threads."
    },
    mixinStandardHelpOptions = true,
    version = Bench.VERSION)
public final class IdleCommand implements Callable<Integer> {
  /**
   * One in so many comes before anything is counted: until then the JVM loads classes, compiles,
   * and sizes what it keeps once.
   */
  private static final int FIRST_SHARE = 2;

  /** What a server keeps once, and finds out late, is little for each of so many. */
  private static final int LEAST_CONNECTIONS = 1_000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--servers",
      split = ",",
      paramLabel = "NAME",
      description = "Which: ${COMPLETION-CANDIDATES}. Default: all that run here.",
      completionCandidates = Servers.Names.class,
      converter = Servers.Converter.class)
  private List<Peer> servers = new ArrayList<>();

  @Option(
      names = "--connections",
      description =
          "How many (default: ${DEFAULT-VALUE}), after half as many that warm the server up; each"
              + " takes a descriptor here and one there.",
      defaultValue = "10000")
  private int connections;

  @Option(
      names = "--read-timeout",
      paramLabel = "TIME",
      description =
          "Of the servers that have one (default: ${DEFAULT-VALUE}); no connection may come to it"
              + " while it is watched.",
      defaultValue = "60s")
  private Duration readTimeout;

  @Option(
      names = "--watch",
      paramLabel = "TIME",
      description = "How long each is watched (default: ${DEFAULT-VALUE}).",
      defaultValue = "10s")
  private Duration watch;

  @Option(
      names = "--jvm",
      split = ",",
      paramLabel = "OPTION",
      description =
          "For each server's JVM, the same for all (default: ${DEFAULT-VALUE}). The heap has to hold"
              + " 16 KiB a connection for virtual-threads, and to be resident from the beginning.",
      defaultValue = "-Xms512m,-Xmx512m,-XX:+UseSerialGC,-XX:+AlwaysPreTouch")
  private List<String> jvm;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the results are written (default: ${DEFAULT-VALUE}).",
      defaultValue = "bench-results")
  private Path out;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (connections < LEAST_CONNECTIONS) {
      throw new ParameterException(
          spec.commandLine(),
          "--connections is %d, allowed is %d and more: with fewer, what a server keeps once shows"
                  .formatted(connections, LEAST_CONNECTIONS)
              + " as if it were for each");
    }
    if (readTimeout.compareTo(ServerOptions.LONGEST_READ_TIMEOUT) > 0
        || (!readTimeout.isZero() && readTimeout.compareTo(watch) <= 0)) {
      throw new ParameterException(
          spec.commandLine(),
          "--read-timeout is %d ms, allowed is more than --watch (%d ms) up to %dh, or 0 for off"
              .formatted(
                  readTimeout.toMillis(),
                  watch.toMillis(),
                  ServerOptions.LONGEST_READ_TIMEOUT.toHours()));
    }
    checkServers();
    Servers.Choice choice = Servers.choose(ProtocolName.ECHO, servers);
    choice.left().forEach((peer, why) -> tell(peer.title() + " is left out: " + why));
    if (choice.peers().isEmpty()) {
      throw new IOException("none of the servers asked for runs here");
    }
    Reports.prepare(out);
    Environment environment = Environment.now();
    Table table =
        new Table(
            "idle",
            "%,d idle connections".formatted(connections),
            List.of(
                new Column("heap", "heap per connection", "B", 0),
                new Column("above", "above bare-timeouts", "B", 0),
                new Column("other", "other memory per connection", "B", 0),
                new Column("kernel", "the kernel's, both ends", "B", 0),
                new Column("wakeups", "wake-ups of the loop", "", 0),
                new Column("wakeups-all", "of all threads", "", 0),
                new Column("cpu", "CPU", "ms", 1)));
    table.charts(
        List.of(
            new Chart(
                "heap",
                "Heap per idle connection with a read time-out",
                Kind.BARS,
                List.of("heap"))));
    for (Peer peer : choice.peers()) {
      tell(peer.title());
      measure(peer, table);
    }
    above(table);
    choice.left().forEach((peer, why) -> table.note(peer.title() + " is missing: " + why + "."));
    table.note(
        "Wake-ups and CPU are those of %,d ms with %,d connections. Servers without time-outs: bare, c-epoll."
            .formatted(watch.toMillis(), connections + connections / FIRST_SHARE));
    table.note(
        "Other memory is what became resident outside of the heap; the allocator takes it from the system in large pieces, and the compiler has its share.");
    Map<String, String> asked = new LinkedHashMap<>();
    asked.put("connections", "%,d".formatted(connections));
    asked.put("read time-out", readTimeout.toMillis() + " ms");
    asked.put("each server's JVM", String.join(" ", jvm));
    choice.peers().forEach(peer -> asked.put(peer.title(), peer.settings(ProtocolName.ECHO)));
    Report report = new Report("idle", environment, asked, List.of(table));
    spec.commandLine().getOut().println(Markdown.of(report));
    Reports.write(report, out).forEach(path -> tell("written: " + path));
    return 0;
  }

  private void checkServers() {
    Servers.doesNotSpeak(ProtocolName.ECHO, servers)
        .ifPresent(
            wrong -> {
              throw new ParameterException(spec.commandLine(), "--servers: " + wrong);
            });
  }

  private void measure(Peer peer, Table table) throws IOException, InterruptedException {
    try (ServerProcess server =
            ServerProcess.start(
                new ServerOptions(peer, ProtocolName.ECHO, jvm, List.of(), readTimeout));
        IdleConnections clients = new IdleConnections()) {
      clients.open(server.address(), connections / FIRST_SHARE);
      ProcessProbe probe = ProcessProbe.of(server.pid());
      long heap = peer.isJava() ? server.heapBytes() : 0;
      ProcessSample first = probe.sample();
      OptionalLong kernel = Machine.kernelBytes();
      long resident = probe.residentBytes();
      clients.open(server.address(), connections);
      if (peer.isJava()) {
        double each = (double) (server.heapBytes() - heap) / connections;
        table.put(peer.title(), "heap", Summary.exact(each));
      }
      table.put(
          peer.title(),
          "other",
          Summary.exact((double) (probe.residentBytes() - resident) / connections));
      OptionalLong kernelNow = Machine.kernelBytes();
      if (kernel.isPresent() && kernelNow.isPresent()) {
        double each = (double) (kernelNow.getAsLong() - kernel.getAsLong()) / connections;
        table.put(peer.title(), "kernel", Summary.exact(each));
      }
      ProcessSample before = probe.sample();
      OptionalLong loop = loop(before.minus(first));
      Thread.sleep(watch.toMillis());
      ProcessCost cost = probe.sample().minus(before);
      if (loop.isPresent()) {
        table.put(
            peer.title(), "wakeups", Summary.exact((double) switches(cost, loop.getAsLong())));
      }
      table.put(peer.title(), "wakeups-all", Summary.exact((double) cost.voluntarySwitches()));
      table.put(peer.title(), "cpu", Summary.exact(cost.cpuNanos() / 1e6));
      int ended = clients.ended();
      if (ended > 0) {
        throw new IOException(
            "%s ended %d of %d connections while they were watched: use a longer --read-timeout"
                .formatted(peer.title(), ended, clients.size()));
      }
    }
  }

  /** The thread that did most while connections came. */
  private static OptionalLong loop(ProcessCost opening) {
    return opening.busiest().map(t -> OptionalLong.of(t.tid())).orElse(OptionalLong.empty());
  }

  private static long switches(ProcessCost cost, long tid) {
    return cost.threads().stream()
        .filter(thread -> thread.tid() == tid)
        .mapToLong(ThreadCost::voluntarySwitches)
        .sum();
  }

  private static void above(Table table) {
    Summary floor = table.figure(Baseline.FLOOR.peer().title(), "heap");
    if (floor == null) {
      return;
    }
    for (String row : table.rows()) {
      Summary heap = table.figure(row, "heap");
      if (heap != null) {
        table.put(row, "above", Summary.exact(heap.median() - floor.median()));
      }
    }
  }

  private void tell(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(line);
    err.flush();
  }
}
