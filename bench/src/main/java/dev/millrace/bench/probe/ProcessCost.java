package dev.millrace.bench.probe;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * What a process used in a window: the difference of two {@link ProcessSample}s, where the figures
 * are explained.
 *
 * @param elapsedNanos how long the window was
 * @param clock how finely CPU time is told
 * @param threads those alive at its end
 * @param endedThreads the names of those that were there at its beginning and not at its end; what
 *     they used in the window is in no figure of the threads
 * @param userNanos of all threads, with those that have ended, by ticks of 10 ms
 * @param systemNanos the same, in the kernel
 * @param readCalls {@code read} and its like, not {@code recv}; missing where nobody counts
 * @param writeCalls {@code write} and its like, not {@code send}
 * @param rssGrowthBytes how much more memory it has in RAM; less than 0 if it gave some back
 */
public record ProcessCost(
    long elapsedNanos,
    CpuClock clock,
    List<ThreadCost> threads,
    List<String> endedThreads,
    long userNanos,
    long systemNanos,
    OptionalLong readCalls,
    OptionalLong writeCalls,
    long rssGrowthBytes) {

  /**
   * How much of a window the compilers may use in one that counts as quiet: half a percent. What
   * they use is charged to the process, so it moves CPU time per request by that much, and
   * differences of a few percent are what is to be told. It could not be much less: of a window of
   * one second it is 5 ms, and a compiler that runs at the moment is told up to 4 ms late (one tick
   * at 250 Hz).
   */
  public static final double QUIET_JIT_SHARE = 0.005;

  /** A cost whose threads stay as they are. */
  public ProcessCost {
    threads = List.copyOf(threads);
    endedThreads = List.copyOf(endedThreads);
  }

  /** User and system of all threads that are alive. */
  public long cpuNanos() {
    return threads.stream().mapToLong(ThreadCost::cpuNanos).sum();
  }

  /** {@link #cpuNanos()} by the name of the thread; threads of one name together. */
  public Map<String, Long> cpuNanosByName() {
    return threads.stream()
        .collect(
            Collectors.groupingBy(ThreadCost::name, Collectors.summingLong(ThreadCost::cpuNanos)));
  }

  /** CPU time of the JVM's compilers. */
  public long jitNanos() {
    return cpuNanosOf(ThreadRole.JIT);
  }

  /** CPU time of the collector's threads and of the JVM's own that stops the others. */
  public long gcNanos() {
    return cpuNanosOf(ThreadRole.GC);
  }

  /**
   * The thread that used most CPU, compilers and collectors left out: of a server on one event
   * loop, the loop. Empty if none used any.
   */
  public Optional<ThreadCost> busiest() {
    return threads.stream()
        .filter(thread -> thread.role() == ThreadRole.SERVER && thread.cpuNanos() > 0)
        .max(Comparator.comparingLong(ThreadCost::cpuNanos));
  }

  /** CPU time of all threads but the busiest, the compilers and the collectors. */
  public long othersNanos() {
    return cpuNanosOf(ThreadRole.SERVER) - busiest().map(ThreadCost::cpuNanos).orElse(0L);
  }

  /** How often a thread waited for something: of an idle server, its wake-ups. */
  public long voluntarySwitches() {
    return threads.stream().mapToLong(ThreadCost::voluntarySwitches).sum();
  }

  /** How often a thread's CPU was taken from it: what else ran there. */
  public long involuntarySwitches() {
    return threads.stream().mapToLong(ThreadCost::involuntarySwitches).sum();
  }

  /**
   * How long threads were ready to run without a CPU, summed up: of a pinned server what others
   * took from it, its own compilers among them. Missing without schedstat.
   */
  public OptionalLong runDelayNanos() {
    return threads.stream().allMatch(thread -> thread.runDelayNanos().isPresent())
        ? OptionalLong.of(
            threads.stream().mapToLong(thread -> thread.runDelayNanos().getAsLong()).sum())
        : OptionalLong.empty();
  }

  /**
   * Whether the JIT was through with what it had to compile: it used no more than {@link
   * #QUIET_JIT_SHARE} of the window, and none of its threads has ended with what it used. A process
   * without a JIT is quiet.
   */
  public boolean isQuiet() {
    return jitNanos() <= elapsedNanos * QUIET_JIT_SHARE
        && endedThreads.stream().noneMatch(name -> ThreadRole.of(name) == ThreadRole.JIT);
  }

  private long cpuNanosOf(ThreadRole role) {
    return threads.stream()
        .filter(thread -> thread.role() == role)
        .mapToLong(ThreadCost::cpuNanos)
        .sum();
  }

  /** A difference, known if both are. */
  static OptionalLong minus(OptionalLong later, OptionalLong earlier) {
    return later.isPresent() && earlier.isPresent()
        ? OptionalLong.of(later.getAsLong() - earlier.getAsLong())
        : OptionalLong.empty();
  }
}
