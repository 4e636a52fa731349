package dev.millrace.bench.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a machine tells of its CPUs, and what is made of it. */
@Timeout(60)
class RecordedMachineTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void busyIsAllButIdleAndStolen() {
    Machine.Sample before =
        Machine.Sample.parse(0, "cpu  1000 10 300 99999 88 5 7 40 600 1\ncpu0 1 2 3 4\n");
    Machine.Sample after =
        Machine.Sample.parse(
            2 * SECOND, "cpu  1100 12 360 100199 90 6 11 43 700 1\ncpu0 1 2 3 4\n");
    Machine.Window window = after.minus(before);
    assertEquals(new Machine.Window(2 * SECOND, 1_670_000_000, 30_000_000), window);
    assertEquals(0.835, window.load());
    assertEquals(670_000_000, window.foreignNanos(SECOND));
  }

  @Test
  void aKernelThatTellsLessIsUnderstood() {
    assertEquals(
        new Machine.Sample(7, 13_100_000_000L, 0), Machine.Sample.parse(7, "cpu  1000 10 300 9\n"));
    assertThrows(IllegalArgumentException.class, () -> Machine.Sample.parse(7, "intr 1 2 3 4 5"));
  }

  @Test
  void aRoundIsDisturbedByTheHypervisorOrByOthers() {
    long own = 2 * SECOND;
    assertEquals(
        Optional.empty(), new Machine.Window(2 * SECOND, own, 20_000_000).disturbance(own));
    assertEquals(
        Optional.empty(), new Machine.Window(2 * SECOND, own + 100_000_000, 0).disturbance(own));
    // Counted more finely than the whole, a part may be more than it.
    assertEquals(
        Optional.empty(), new Machine.Window(2 * SECOND, own - 10_000_000, 0).disturbance(own));
    assertEquals(
        Optional.of(
            "disturbed: of one CPU's time, 1.5 % was stolen by the hypervisor and 0.0 % taken by"
                + " other processes"),
        new Machine.Window(2 * SECOND, own, 30_000_000).disturbance(own));
    assertTrue(new Machine.Window(2 * SECOND, own + 110_000_000, 0).disturbance(own).isPresent());
  }

  @Test
  void thisMachineTells() {
    Machine.Sample before = Machine.sample();
    Machine.Window window = Machine.sample().minus(before);
    assertTrue(window.busyNanos() >= 0 && window.stealNanos() >= 0, window.toString());
  }

  @Test
  void oneCpuCannotBeShared() {
    Cpus one = Cpus.of("Cpus_allowed_list:\t3\n", 1, Optional.empty());
    assertEquals(List.of(3), one.allowed());
    assertEquals(
        "not pinned: there is one CPU only, so server and load have to share it",
        one.unpinnable().orElseThrow());
    assertEquals(List.of(), one.prefix(List.of(3)));
    one.pin(ProcessHandle.current().pid(), List.of(3)); // as if nothing had been said
  }

  @Test
  void cpusAreListedByRanges() {
    Cpus cpus = Cpus.of("Name:\tx\nCpus_allowed_list:\t0-2,5,8-9\n", 6, Optional.empty());
    assertEquals(List.of(0, 1, 2, 5, 8, 9), cpus.allowed());
    assertEquals(List.of("taskset", "-c", "1,5"), cpus.prefix(List.of(1, 5)));
    assertThrows(IllegalArgumentException.class, () -> cpus.prefix(List.of(3)));
    assertThrows(IllegalArgumentException.class, () -> cpus.prefix(List.of()));
  }

  @Test
  void aQuotaOfOneCpuIsOneCpu() {
    Cpus cpus = Cpus.of("Cpus_allowed_list:\t0-63\n", 1, Optional.empty());
    assertEquals(
        "not pinned: the time of one CPU only is granted, so server and load share it",
        cpus.unpinnable().orElseThrow());
  }

  @Test
  void withoutTasksetNothingIsPinned() {
    Cpus cpus = Cpus.of("Cpus_allowed_list:\t0-1\n", 2, Optional.of("taskset is not installed"));
    assertEquals("not pinned: taskset is not installed", cpus.unpinnable().orElseThrow());
    assertEquals(List.of(), cpus.prefix(List.of(0)));
  }

  @Test
  void aProgramThatIsNotThereIsSaidNotToBe() {
    assertEquals(Optional.empty(), Tool.missing("sh"));
    assertEquals(Optional.of("no-such-program is not installed"), Tool.missing("no-such-program"));
  }

  @Test
  void whatTheKernelHoldsIsItsSlabs() {
    String meminfo =
        """
        MemTotal:       24684736 kB
        Slab:             103508 kB
        SReclaimable:      51200 kB
        """;
    assertEquals(OptionalLong.of(103_508L * 1024), Machine.kernelBytes(meminfo));
    assertEquals(OptionalLong.empty(), Machine.kernelBytes("MemTotal: 1 kB\n"));
  }
}
