package dev.millrace.bench.probe;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * What a process has used up to a moment. Not one instant: its files are read one after another, in
 * the same order each time, so the window between two samples is as long for each thread.
 *
 * @param atNanos {@link System#nanoTime()} when the first thread was read
 * @param clock how finely CPU time is told
 * @param threads those alive
 * @param userNanos of all threads, with those that have ended, by ticks of 10 ms
 * @param systemNanos the same, in the kernel
 * @param readCalls how often {@code read}, {@code readv}, {@code pread64} and their like were
 *     called by any thread, with or without success; not {@code recv}. Missing where the kernel
 *     does not count or does not tell
 * @param writeCalls how often {@code write}, {@code writev} and their like were; not {@code send}
 * @param rssBytes memory in RAM, shared libraries with it, as the kernel's counter has it; {@link
 *     ProcessProbe#residentBytes()} is more exact
 */
public record ProcessSample(
    long atNanos,
    CpuClock clock,
    List<ThreadSample> threads,
    long userNanos,
    long systemNanos,
    OptionalLong readCalls,
    OptionalLong writeCalls,
    long rssBytes) {

  /** A sample whose threads stay as they are. */
  public ProcessSample {
    threads = List.copyOf(threads);
  }

  /** User and system of all threads that are alive. */
  public long cpuNanos() {
    return threads.stream().mapToLong(ThreadSample::cpuNanos).sum();
  }

  /** {@link #cpuNanos()} by the name of the thread; threads of one name together. */
  public Map<String, Long> cpuNanosByName() {
    return threads.stream()
        .collect(
            Collectors.groupingBy(
                ThreadSample::name, Collectors.summingLong(ThreadSample::cpuNanos)));
  }

  /** How often threads that are alive waited for something. */
  public long voluntarySwitches() {
    return threads.stream().mapToLong(ThreadSample::voluntarySwitches).sum();
  }

  /** How often the CPU was taken from threads that are alive. */
  public long involuntarySwitches() {
    return threads.stream().mapToLong(ThreadSample::involuntarySwitches).sum();
  }

  /**
   * What was used since an earlier sample of the same process. A thread that began in between
   * counts from its beginning; what one used that ended in between is not known, and {@link
   * ProcessCost#endedThreads()} has its name.
   *
   * @param earlier of the same {@link ProcessProbe}
   */
  public ProcessCost minus(ProcessSample earlier) {
    Map<Long, ThreadSample> before = new HashMap<>();
    earlier.threads.forEach(thread -> before.put(thread.tid(), thread));
    List<ThreadCost> costs = new ArrayList<>();
    for (ThreadSample thread : threads) {
      ThreadSample old = before.get(thread.tid());
      if (old != null && old.startTicks() == thread.startTicks()) {
        before.remove(thread.tid());
        costs.add(thread.minus(old));
      } else {
        costs.add(thread.sinceItBegan());
      }
    }
    return new ProcessCost(
        atNanos - earlier.atNanos,
        clock,
        costs,
        before.values().stream().map(ThreadSample::name).sorted().toList(),
        userNanos - earlier.userNanos,
        systemNanos - earlier.systemNanos,
        ProcessCost.minus(readCalls, earlier.readCalls),
        ProcessCost.minus(writeCalls, earlier.writeCalls),
        rssBytes - earlier.rssBytes);
  }
}
