package dev.millrace.bench.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files of {@code /proc} as kernels wrote them, of other kernels than the one this runs on too. */
@Timeout(60)
class RecordedProcTest {
  private static final long PID = 5449;

  @TempDir private Path proc;

  @BeforeEach
  void aProcessOfTwoThreads() throws IOException {
    put("thread-self/schedstat", "27481234 1207 98\n");
    put("5449/stat", stat(5449, "java", 'S', 282, 17, 2251302));
    put("5449/status", "Name:\tjava\nVmRSS:\t    1896 kB\n");
    put("5449/smaps_rollup", "5596499bc000-7fff5b1ad000 ---p 00:00 0 [rollup]\nRss: 1900 kB\n");
    put("5449/io", "rchar: 6976\nwchar: 0\nsyscr: 10\nsyscw: 7\nread_bytes: 0\n");
    thread(5449, "java", 100, 17, "1170000000 5606161 53\n", 43, 10, 2251302);
    thread(5450, "a (b) ) S 1 x", 182, 0, "1820000001 2000000 7\n", 5, 2, 2251310);
  }

  @Test
  void namesMayHaveSpacesAndParentheses() {
    ProcessSample sample = sample();
    assertEquals(
        new ThreadSample(
            5450,
            2251310,
            "a (b) ) S 1 x",
            1_820_000_001,
            1_820_000_000,
            0,
            OptionalLong.of(2_000_000),
            5,
            2),
        sample.threads().stream().filter(t -> t.tid() == 5450).findFirst().orElseThrow());
    assertEquals(
        Map.of("java", 1_170_000_000L, "a (b) ) S 1 x", 1_820_000_001L), sample.cpuNanosByName());
    assertEquals(2_990_000_001L, sample.cpuNanos());
    assertEquals(48, sample.voluntarySwitches());
    assertEquals(12, sample.involuntarySwitches());
    assertEquals(2_820_000_000L, sample.userNanos());
    assertEquals(170_000_000L, sample.systemNanos());
    assertEquals(OptionalLong.of(10), sample.readCalls());
    assertEquals(OptionalLong.of(7), sample.writeCalls());
    assertEquals(1896 * 1024, sample.rssBytes());
    assertEquals(1900 * 1024, ProcessProbe.of(proc, PID).residentBytes());
    assertEquals(CpuClock.SCHEDSTAT, sample.clock());
  }

  /** The kernel cuts by bytes, so half of a letter may be left. */
  @Test
  void aNameMayEndWithinALetter() throws IOException {
    byte[] line =
        stat(5450, "Fäden-und-noch-?", 'S', 182, 0, 2251310).getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < line.length; i++) {
      line[i] = line[i] == '?' ? (byte) 0xC3 : line[i];
    }
    Files.write(proc.resolve("5449/task/5450/stat"), line);
    assertTrue(sample().cpuNanosByName().containsKey("Fäden-und-noch-\uFFFD"));
  }

  @Test
  void withoutSchedstatTicksAreWhatThereIs() throws IOException {
    Files.delete(proc.resolve("thread-self/schedstat"));
    Files.delete(proc.resolve("5449/task/5449/schedstat"));
    Files.delete(proc.resolve("5449/task/5450/schedstat"));
    assertTicks();
  }

  /** The file is there and has zeros if the kernel could count, but does not. */
  @Test
  void schedstatOfZerosIsNone() throws IOException {
    put("thread-self/schedstat", "0 0 0\n");
    put("5449/task/5449/schedstat", "0 0 0\n");
    put("5449/task/5450/schedstat", "0 0 0\n");
    assertTicks();
  }

  private void assertTicks() {
    ProcessSample sample = sample();
    assertEquals(CpuClock.TICKS, sample.clock());
    assertTrue(sample.clock().resolution().contains("10 ms"));
    assertEquals(2_990_000_000L, sample.cpuNanos());
    ProcessCost none = sample.minus(sample);
    assertEquals(OptionalLong.empty(), none.runDelayNanos());
    assertEquals(0, none.cpuNanos());
  }

  @Test
  void aThreadThatHasNotRunYetIsNoReasonForTicks() throws IOException {
    put("5449/task/5450/schedstat", "0 0 0\n");
    assertEquals(CpuClock.SCHEDSTAT, sample().clock());
    assertEquals(1_170_000_000, sample().cpuNanos());
  }

  @Test
  void callsThatNobodyCountsAreMissing() throws IOException {
    Files.delete(proc.resolve("5449/io"));
    ProcessSample sample = sample();
    assertEquals(OptionalLong.empty(), sample.readCalls());
    assertEquals(OptionalLong.empty(), sample.minus(sample).writeCalls());
  }

  @Test
  void oldKernelsDoNotCountThePages() throws IOException {
    Files.delete(proc.resolve("5449/smaps_rollup"));
    assertEquals(1896 * 1024, ProcessProbe.of(proc, PID).residentBytes());
  }

  @Test
  void anotherProcessOfTheSameNumberIsNotTheSame() throws IOException {
    ProcessProbe probe = ProcessProbe.of(proc, PID);
    probe.sample();
    put("5449/stat", stat(5449, "java", 'S', 1, 1, 2259999));
    assertThrows(ProcessEndedException.class, probe::sample);
  }

  @Test
  void aZombieHasEnded() throws IOException {
    ProcessProbe probe = ProcessProbe.of(proc, PID);
    put("5449/stat", stat(5449, "java", 'Z', 282, 17, 2251302));
    assertThrows(ProcessEndedException.class, probe::sample);
    assertThrows(ProcessEndedException.class, probe::residentBytes);
  }

  @Test
  void aFileThatIsNotWhatItShouldBeIsNamed() throws IOException {
    ProcessProbe probe = ProcessProbe.of(proc, PID);
    put("5449/task/5450/status", "Name:\tx\n");
    String message = assertThrows(UncheckedIOException.class, probe::sample).getMessage();
    assertEquals(
        "cannot read what process 5449 has used: there is no line 'voluntary_ctxt_switches:'",
        message);
  }

  @Test
  void anotherThreadOfTheSameNumberCountsFromItsBeginning() throws IOException {
    ProcessProbe probe = ProcessProbe.of(proc, PID);
    ProcessSample before = probe.sample();
    thread(5450, "C2 CompilerThre", 1, 0, "7000000 11 3\n", 2, 1, 2259999);
    thread(5449, "java", 103, 18, "1210000000 5606261 55\n", 44, 11, 2251302);
    ProcessCost cost = probe.sample().minus(before);

    assertEquals(List.of("a (b) ) S 1 x"), cost.endedThreads());
    assertEquals(7_000_000, cost.jitNanos());
    assertEquals(
        new ThreadCost(
            5449, "java", 40_000_000, 30_000_000, 10_000_000, OptionalLong.of(100), 1, 1),
        cost.busiest().orElseThrow());
    assertEquals(0, cost.othersNanos());
    assertEquals(OptionalLong.of(111), cost.runDelayNanos());
    assertEquals(3, cost.voluntarySwitches());
    assertEquals(2, cost.involuntarySwitches());
  }

  @Test
  void aWindowIsQuietUpToHalfAPercentOfCompiling() {
    assertTrue(compiling(1_000_000_000, 5_000_000, List.of()).isQuiet());
    assertFalse(compiling(1_000_000_000, 5_000_001, List.of()).isQuiet());
    // What it used is not known, so it may have been much.
    assertFalse(compiling(1_000_000_000, 0, List.of("C1 CompilerThre")).isQuiet());
    assertTrue(compiling(1_000_000_000, 0, List.of("worker")).isQuiet());
  }

  private static ProcessCost compiling(long elapsedNanos, long jitNanos, List<String> ended) {
    ThreadCost jit = new ThreadCost(7, "C2 CompilerThre", jitNanos, 0, 0, OptionalLong.of(0), 0, 0);
    return new ProcessCost(
        elapsedNanos,
        CpuClock.SCHEDSTAT,
        List.of(jit),
        ended,
        0,
        0,
        OptionalLong.empty(),
        OptionalLong.empty(),
        0);
  }

  /** Names as JDK 17 and 25 give them, with each of their collectors. */
  @Test
  void threadsOfAJvmAreKnownByName() {
    for (String name : List.of("C1 CompilerThre", "C2 CompilerThre", "Sweeper thread")) {
      assertEquals(ThreadRole.JIT, ThreadRole.of(name), name);
    }
    for (String name :
        List.of(
            "VM Thread",
            "GC Thread#0",
            "G1 Main Marker",
            "G1 Conc#0",
            "G1 Refine#0",
            "G1 Service",
            "ZWorker#0",
            "ZWorkerOld#0",
            "ZDriverMinor",
            "ZDirector",
            "ZStat",
            "ZUnmapper",
            "ZUncommitter#0",
            "RuntimeWorker#1",
            "Shenandoah GC T",
            "Shenandoah Cont")) {
      assertEquals(ThreadRole.GC, ThreadRole.of(name), name);
    }
    for (String name :
        List.of("java", "main", "millrace", "Zoe", "VM Periodic Tas", "Common-Cleaner", "")) {
      assertEquals(ThreadRole.SERVER, ThreadRole.of(name), name);
    }
  }

  private ProcessSample sample() {
    return ProcessProbe.of(proc, PID).sample();
  }

  private void thread(
      long tid,
      String name,
      long userTicks,
      long systemTicks,
      String schedstat,
      long voluntary,
      long involuntary,
      long startTicks)
      throws IOException {
    String task = "5449/task/" + tid + "/";
    put(task + "stat", stat(tid, name, 'S', userTicks, systemTicks, startTicks));
    put(task + "schedstat", schedstat);
    put(
        task + "status",
        "Name:\t"
            + name
            + "\nState:\tS (sleeping)\nCpus_allowed_list:\t0-1\nvoluntary_ctxt_switches:\t"
            + voluntary
            + "\nnonvoluntary_ctxt_switches:\t"
            + involuntary
            + "\n");
  }

  private static String stat(
      long id, String name, char state, long userTicks, long systemTicks, long startTicks) {
    return id
        + " ("
        + name
        + ") "
        + state
        + " 5447 5449 5449 0 -1 4194560 1819 38249 0 282 "
        + userTicks
        + " "
        + systemTicks
        + " 17 5 20 0 1 0 "
        + startTicks
        + " 9248768 947 18446744073709551615 94160329936896 94160330726301 140736427095696 0 0 0\n";
  }

  private void put(String file, String text) throws IOException {
    Path path = proc.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
