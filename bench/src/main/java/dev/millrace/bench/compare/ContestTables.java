package dev.millrace.bench.compare;

import dev.millrace.bench.compare.Counts.InstructionRate;
import dev.millrace.bench.compare.Counts.SyscallRate;
import dev.millrace.bench.load.ProtocolName;
import dev.millrace.bench.peer.Peer;
import dev.millrace.bench.report.Summary;
import dev.millrace.bench.report.Table;
import dev.millrace.bench.report.Table.Chart;
import dev.millrace.bench.report.Table.Column;
import dev.millrace.bench.report.Table.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What contests gave, as tables: for each quantity one over all workloads, with ratios, and for
 * each workload one with everything.
 */
final class ContestTables {
  /** Above this the server waited for its load, so requests per second say nothing of it. */
  private static final double BUSY = 0.9;

  private final Baseline baseline;
  private final List<Workload> workloads;
  private final Table instructions;
  private final Table cpu;
  private final Table cpuToC;
  private final Table rate;
  private final List<Table> details = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /**
   * Empty tables.
   *
   * @param protocol of all servers
   * @param workloads those to come
   */
  ContestTables(ProtocolName protocol, List<Workload> workloads) {
    this.baseline = Baseline.of(protocol);
    this.workloads = workloads;
    instructions = ratios("instructions", "User instructions per request ÷ " + baseline.words());
    cpu = ratios("cpu", "CPU time per request ÷ " + baseline.words());
    cpuToC = ratios("cpu-c", "CPU time per request ÷ C on epoll");
    rate = ratios("rate", "Requests per second ÷ " + baseline.words());
  }

  private Table ratios(String id, String title) {
    List<Column> columns =
        workloads.stream().map(w -> new Column(w.id(), w.title(), "×", 2)).toList();
    Table table = new Table(id, title, columns);
    table.charts(
        List.of(new Chart("ratio", title, Kind.BARS, columns.stream().map(Column::key).toList())));
    return table;
  }

  /**
   * Adds what one workload gave.
   *
   * @param counts instructions by server; empty where they were not counted
   * @param calls system calls by server; empty where they were not counted
   */
  void add(
      Workload workload,
      Map<Peer, List<Round>> results,
      Map<Peer, List<InstructionRate>> counts,
      Map<Peer, SyscallRate> calls,
      List<String> notes) {
    Table table =
        new Table(
            workload.id(),
            workload.title(),
            List.of(
                new Column("cpu", "CPU", "µs", 2),
                new Column("kernel", "of it in the kernel", "%", 0),
                new Column("user-instructions", "instructions, user", "", 0),
                new Column("kernel-instructions", "kernel", "", 0),
                new Column("calls", "system calls", "", 3),
                new Column("polls", "of them polls", "", 3),
                new Column("interest", "of them interest changes", "", 3),
                new Column("sleeps", "waits", "", 3),
                new Column("rate", "requests", "1/s", 0),
                new Column("rate-ratio", "÷ " + baseline.name(), "×", 2),
                new Column("p50", "p50", "µs", 1),
                new Column("p99", "p99", "µs", 1),
                new Column("generator", "generator busy", "%", 0)));
    table.charts(
        List.of(
            new Chart("cpu", workload.title() + ": CPU per request", Kind.BARS, List.of("cpu"))));
    results.forEach((peer, rounds) -> put(table, workload, peer, rounds, results));
    counts.forEach(
        (peer, rates) -> putCounts(table, workload, peer, rates, counts.get(baseline.peer())));
    calls.forEach((peer, rate) -> putCalls(table, peer, rate));
    table.note("CPU, instructions, system calls and waits are per request.");
    if (!results.isEmpty()) {
      table.note(
          "p50 and p99 are service times of a closed loop with the load generator's own work in"
              + " them: a server that stalls is asked less meanwhile.");
    }
    if (!calls.isEmpty()) {
      table.note(
          "System calls are those of the whole process, counted by strace. It makes the server many"
              + " times slower, so that more is ready at each poll: without it, there are more polls"
              + " than were counted. Interest changes are all calls of epoll_ctl, also those for a"
              + " new connection.");
    }
    if (!results.containsKey(baseline.peer()) && !counts.containsKey(baseline.peer())) {
      table.note(
          "No ratios to a floor: %s is not among the servers.".formatted(baseline.peer().title()));
      // The overviews, which have them else, are empty.
      this.notes.forEach(table::note);
    }
    notes.forEach(table::note);
    noteDoubts(table, results);
    details.add(table);
  }

  private void put(
      Table table,
      Workload workload,
      Peer peer,
      List<Round> rounds,
      Map<Peer, List<Round>> results) {
    String row = peer.title();
    table.put(row, "cpu", figure(rounds, r -> r.cpuNanosPerRequest() / 1e3));
    table.put(row, "kernel", figure(rounds, r -> r.kernelShare() * 100));
    table.put(row, "sleeps", figure(rounds, Round::sleepsPerRequest));
    table.put(row, "rate", figure(rounds, Round::requestsPerSecond));
    table.put(row, "p50", figure(rounds, r -> r.p50Nanos() / 1e3));
    table.put(row, "p99", figure(rounds, r -> r.p99Nanos() / 1e3));
    table.put(row, "generator", figure(rounds, r -> r.generatorBusy() * 100));
    List<Round> floor = results.get(baseline.peer());
    if (floor != null) {
      Summary rates = Ratios.of(rounds, floor, Round::requestsPerSecond);
      table.put(row, "rate-ratio", rates);
      if (!baseline.equals(Baseline.FLOOR)) {
        rate.put(row, workload.id(), rates);
      }
      cpu.put(row, workload.id(), Ratios.of(rounds, floor, Round::cpuNanosPerRequest));
    }
    List<Round> c = results.get(Peer.C_EPOLL);
    if (c != null) {
      cpuToC.put(row, workload.id(), Ratios.of(rounds, c, Round::cpuNanosPerRequest));
    }
  }

  private void putCounts(
      Table table,
      Workload workload,
      Peer peer,
      List<InstructionRate> rates,
      List<InstructionRate> floor) {
    table.put(peer.title(), "user-instructions", figure(rates, InstructionRate::user));
    if (rates.stream().noneMatch(r -> Double.isNaN(r.kernel()))) {
      table.put(peer.title(), "kernel-instructions", figure(rates, InstructionRate::kernel));
    }
    if (floor != null) {
      instructions.put(peer.title(), workload.id(), Ratios.of(rates, floor, InstructionRate::user));
    }
  }

  private static void putCalls(Table table, Peer peer, SyscallRate rate) {
    String row = peer.title();
    double polls =
        rate.perRequest("epoll_wait")
            + rate.perRequest("epoll_pwait")
            + rate.perRequest("epoll_pwait2");
    table.put(row, "calls", Summary.exact(rate.perRequest()));
    table.put(row, "polls", Summary.exact(polls));
    table.put(row, "interest", Summary.exact(rate.perRequest("epoll_ctl")));
  }

  private static <T> Summary figure(List<T> rounds, ToDoubleFunction<T> figure) {
    return Summary.of(rounds.stream().mapToDouble(figure).toArray());
  }

  private static void noteDoubts(Table table, Map<Peer, List<Round>> results) {
    List<String> disturbed = new ArrayList<>();
    List<String> waiting = new ArrayList<>();
    results.forEach(
        (peer, rounds) -> {
          long n = rounds.stream().filter(Round::isDisturbed).count();
          if (n > 0) {
            disturbed.add("%s %d of %d".formatted(peer.title(), n, rounds.size()));
          }
          if (figure(rounds, Round::generatorBusy).median() > BUSY) {
            waiting.add(peer.title());
          }
        });
    if (!disturbed.isEmpty()) {
      table.note(
          "Rounds disturbed by what else ran on the machine: "
              + String.join(", ", disturbed)
              + ".");
    }
    if (!waiting.isEmpty()) {
      table.note(
          "Servers that waited for the load generator, which was busy, so that requests per second"
              + " and times are the generator's: "
              + String.join(", ", waiting)
              + ".");
    }
  }

  /** A sentence for below the overviews, or every table where there are none; before the first. */
  void note(String sentence) {
    notes.add(sentence);
    List.of(instructions, cpu, cpuToC, rate).forEach(table -> table.note(sentence));
  }

  /** Those that have figures, the overviews first. */
  List<Table> tables() {
    List<Table> tables = new ArrayList<>(List.of(instructions, cpu, cpuToC, rate));
    tables.removeIf(table -> table.rows().isEmpty());
    tables.addAll(details);
    return tables;
  }
}
