package dev.millrace.bench.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A process that does a known thing, seen through its files. */
@Timeout(60)
class CostOfAChildTest {
  private static final String BURNER = Child.BURNER.substring(0, 15);

  @Test
  void aThreadThatBurnsCostsAndItsParkedSiblingDoesNot() throws IOException {
    try (Child child = Child.start(List.of())) {
      ProcessProbe probe = ProcessProbe.of(child.pid());
      ProcessSample before = probe.sample();
      child.order("burn");
      ProcessCost cost = probe.sample().minus(before);

      ThreadCost parked = thread(cost, Child.PARKED);
      assertEquals(0, parked.cpuNanos());
      assertEquals(0, parked.voluntarySwitches() + parked.involuntarySwitches());
      ThreadCost burner = thread(cost, BURNER);
      assertTrue(burner.cpuNanos() > 0, burner.toString());
      assertEquals(burner, cost.busiest().orElseThrow());
      assertEquals(
          cost.cpuNanos(),
          burner.cpuNanos() + cost.othersNanos() + cost.jitNanos() + cost.gcNanos());
      assertEquals(burner.cpuNanos(), cost.cpuNanosByName().get(BURNER));
      assertEquals(0, cost.jitNanos(), "it compiles nothing");
      assertTrue(cost.isQuiet());
      assertTrue(cost.elapsedNanos() > 0);
    }
  }

  @Test
  void callsOfReadAndWriteAreCountedOneByOne() throws IOException {
    try (Child child = Child.start(List.of())) {
      // Once, so that all classes are there: they are read from files too.
      child.order("write 1");
      child.order("read 1");
      ProcessProbe probe = ProcessProbe.of(child.pid());
      ProcessSample start = probe.sample();
      child.order("write 1234");
      ProcessSample written = probe.sample();
      child.order("read 321");
      ProcessSample read = probe.sample();

      // And one of each for the order and the answer.
      assertEquals(OptionalLong.of(1234 + 1), written.minus(start).writeCalls());
      assertEquals(OptionalLong.of(1), read.minus(written).writeCalls());
      // A JVM reads a file of its own now and then: JDK 25 tells itself its release a second late.
      long reads = read.minus(written).readCalls().orElseThrow();
      assertTrue(reads >= 321 + 1 && reads < 321 + 20, "reads: " + reads);
    }
  }

  @Test
  void aProgramThatDoesNothingElseIsCountedExactly() throws IOException {
    Process cat = new ProcessBuilder("cat").start();
    try {
      echo(cat);
      ProcessProbe probe = ProcessProbe.of(cat.pid());
      ProcessSample before = probe.sample();
      for (int i = 0; i < 321; i++) {
        echo(cat);
      }
      ProcessCost cost = probe.sample().minus(before);
      assertEquals(OptionalLong.of(321), cost.readCalls());
      assertEquals(OptionalLong.of(321), cost.writeCalls());
      assertTrue(cost.voluntarySwitches() >= 321, "it waited for each line: " + cost);
      assertTrue(cost.isQuiet());
    } finally {
      Tool.kill(cat);
      cat.getInputStream().close();
      cat.getErrorStream().close();
    }
  }

  private static void echo(Process cat) throws IOException {
    cat.getOutputStream().write('x');
    cat.getOutputStream().flush();
    assertEquals('x', cat.getInputStream().read());
    Child.awaitIdle(cat.pid());
  }

  @Test
  void aThreadThatBeganInBetweenCountsFromItsBeginning() throws IOException {
    try (Child child = Child.start(List.of())) {
      ProcessProbe probe = ProcessProbe.of(child.pid());
      ProcessSample before = probe.sample();
      child.order("late");
      ProcessSample after = probe.sample();
      ThreadCost late = thread(after.minus(before), Child.LATE);
      assertTrue(late.voluntarySwitches() >= 0 && late.cpuNanos() >= 0, late.toString());
      assertEquals(before.threads().size() + 1, after.threads().size());
    }
  }

  @Test
  void aThreadThatEndedInBetweenIsNamed() throws IOException {
    try (Child child = Child.start(List.of())) {
      ProcessProbe probe = ProcessProbe.of(child.pid());
      ProcessSample before = probe.sample();
      child.order("die");
      // What Java calls the end of a thread comes a little before the kernel's.
      ProcessCost cost = probe.sample().minus(before);
      while (cost.endedThreads().isEmpty()) {
        Thread.onSpinWait();
        cost = probe.sample().minus(before);
      }
      assertEquals(List.of(Child.MORTAL), cost.endedThreads());
    }
  }

  @Test
  void aProcessThatHasEndedIsSaidToHave() throws IOException {
    ProcessProbe probe;
    long pid;
    try (Child child = Child.start(List.of())) {
      pid = child.pid();
      probe = ProcessProbe.of(pid);
      assertTrue(probe.sample().rssBytes() > 1 << 20, "a JVM of less than a megabyte");
      assertTrue(probe.residentBytes() > 1 << 20, "a JVM of less than a megabyte");
    }
    String message = assertThrows(ProcessEndedException.class, probe::sample).getMessage();
    assertEquals("process " + pid + " has ended: there is nothing left to read of it", message);
    assertThrows(ProcessEndedException.class, () -> ProcessProbe.of(pid));
  }

  @Test
  void aProcessIsTiedToTheCpuItIsToldTo() throws IOException {
    Cpus cpus = Cpus.here();
    int last = cpus.allowed().get(cpus.count() - 1);
    int first = cpus.allowed().get(0);
    try (Child child = Child.start(cpus.prefix(List.of(last)))) {
      // Where nothing can be pinned, it stays where it is.
      boolean isPinned = cpus.unpinnable().isEmpty();
      assertEquals(isPinned ? List.of(last) : cpus.allowed(), allowed(child));
      cpus.pin(child.pid(), List.of(first));
      assertEquals(isPinned ? List.of(first) : cpus.allowed(), allowed(child));
    }
  }

  private static List<Integer> allowed(Child child) {
    String status = Tool.read(Path.of("/proc/" + child.pid() + "/status"));
    return Cpus.of(status, 2, Optional.empty()).allowed();
  }

  private static ThreadCost thread(ProcessCost cost, String name) {
    return cost.threads().stream()
        .filter(thread -> thread.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no thread " + name + " in " + cost.threads()));
  }
}
