package dev.millrace.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.bench.compare.Counts.InstructionRate;
import dev.millrace.bench.compare.Counts.SyscallRate;
import dev.millrace.bench.load.ProtocolName;
import dev.millrace.bench.peer.Peer;
import dev.millrace.bench.probe.Syscalls;
import dev.millrace.bench.probe.Syscalls.Calls;
import dev.millrace.bench.report.Table;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 10, unit = TimeUnit.SECONDS)
class ContestInTablesTest {
  private final ContestTables tables =
      new ContestTables(ProtocolName.ECHO, List.of(Workload.SMALL, Workload.SINGLE));

  @Test
  void aServerIsComparedWithTheFloorAndWithC() {
    tables.add(
        Workload.SMALL,
        rounds(
            Peer.MILLRACE, round(100, 660_000, 0.5, false),
            Peer.BARE_TIMEOUTS, round(100, 600_000, 0.5, false),
            Peer.C_EPOLL, round(100, 550_000, 0.5, false)),
        Map.of(),
        Map.of(),
        List.of());
    assertEquals(1.1, table("cpu").figure("millrace", "small").median(), 1e-9);
    assertEquals(1.2, table("cpu-c").figure("millrace", "small").median(), 1e-9);
    assertEquals(6.6, table("small").figure("millrace", "cpu").median(), 1e-9);
  }

  @Test
  void withoutTheFloorThereIsNoRatioAndNoTableOfThem() {
    tables.add(
        Workload.SMALL,
        rounds(Peer.MILLRACE, round(100, 660_000, 0.5, false)),
        Map.of(),
        Map.of(),
        List.of());
    assertEquals(List.of("small"), tables.tables().stream().map(Table::id).toList());
    assertNull(table("small").figure("millrace", "rate-ratio"));
  }

  @Test
  void whatIsToBeSaidOfAllIsSaidAlsoWhereThereIsNoOverview() {
    tables.note("c-epoll is missing: no C compiler.");
    tables.add(
        Workload.SMALL,
        rounds(Peer.MILLRACE, round(100, 660_000, 0.5, false)),
        Map.of(),
        Map.of(),
        List.of());
    List<String> notes = table("small").notes();
    assertTrue(notes.contains("c-epoll is missing: no C compiler."), notes.toString());
    assertTrue(
        notes.contains("No ratios to a floor: bare-timeouts is not among the servers."),
        notes.toString());
  }

  @Test
  void instructionsAreTheCompilersExcludedAndKernelsMissingWhereNobodyCounts() {
    Map<Peer, List<InstructionRate>> counts = new EnumMap<>(Peer.class);
    counts.put(Peer.MILLRACE, List.of(new InstructionRate(800, Double.NaN)));
    counts.put(Peer.BARE_TIMEOUTS, List.of(new InstructionRate(640, 12_000)));
    tables.add(Workload.SMALL, Map.of(), counts, Map.of(), List.of());
    assertEquals(1.25, table("instructions").figure("millrace", "small").median(), 1e-9);
    assertNull(table("small").figure("millrace", "kernel-instructions"));
    assertEquals(
        12_000, table("small").figure("bare-timeouts", "kernel-instructions").median(), 1e-9);
  }

  @Test
  void systemCallsAreTellingOfPollsAndInterestChanges() {
    Syscalls calls =
        new Syscalls(
            Map.of(
                "read", new Calls(1_000, 0),
                "write", new Calls(1_000, 0),
                "epoll_wait", new Calls(50, 0),
                "epoll_ctl", new Calls(10, 0)));
    tables.add(
        Workload.SMALL,
        rounds(Peer.MILLRACE, round(100, 660_000, 0.5, false)),
        Map.of(),
        Map.of(Peer.MILLRACE, new SyscallRate(calls, 1_000)),
        List.of());
    assertEquals(2.06, table("small").figure("millrace", "calls").median(), 1e-9);
    assertEquals(0.05, table("small").figure("millrace", "polls").median(), 1e-9);
    assertEquals(0.01, table("small").figure("millrace", "interest").median(), 1e-9);
  }

  @Test
  void whatIsDoubtfulIsSaidBelowTheTable() {
    tables.add(
        Workload.SINGLE,
        rounds(Peer.MILLRACE, round(100, 660_000, 0.99, true)),
        Map.of(),
        Map.of(),
        List.of("A note of the contest."));
    List<String> notes = table("single").notes();
    assertTrue(notes.contains("A note of the contest."), notes.toString());
    assertTrue(
        notes.stream().anyMatch(n -> n.endsWith("on the machine: millrace 1 of 1.")),
        notes.toString());
    assertTrue(
        notes.stream().anyMatch(n -> n.endsWith("are the generator's: millrace.")),
        notes.toString());
  }

  private Table table(String id) {
    return tables.tables().stream().filter(t -> t.id().equals(id)).findFirst().orElseThrow();
  }

  private static Round round(long requests, long cpuNanos, double busy, boolean isDisturbed) {
    return new Round(requests, 1_000_000_000, cpuNanos, 0.9, 10, 30_000, 60_000, busy, isDisturbed);
  }

  /** Of each server one round. */
  private static Map<Peer, List<Round>> rounds(Object... pairs) {
    Map<Peer, List<Round>> rounds = new EnumMap<>(Peer.class);
    for (int i = 0; i < pairs.length; i += 2) {
      rounds.put((Peer) pairs[i], List.of((Round) pairs[i + 1]));
    }
    return rounds;
  }
}
