package dev.millrace.bench.probe;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Counts the instructions of a process in a window. How it is used:
 *
 * <pre>
 * try (InstructionCounter counter = ...) {
 *   start the server with counter.prefix() before its command and counter.jvmOptions() in it
 *   load it with counter.warmupRequests()
 *   try (InstructionCounter.Window window = counter.open(pid)) {
 *     load it with exactly N requests
 *     Instructions spent = window.end();   // spent.userWithoutJit() / N
 *   }
 * }
 * </pre>
 *
 * A counter does for many servers and many windows, one after another.
 */
public interface InstructionCounter extends AutoCloseable {
  /**
   * The best that works here: the processor's own counters, else a simulation of the processor.
   *
   * @param whyNot gets one line for each that does not work
   * @return empty if none does
   */
  static Optional<InstructionCounter> best(Consumer<String> whyNot) {
    Optional<PerfCounter> perf = PerfCounter.here(whyNot);
    return perf.isPresent()
        ? perf.map(InstructionCounter.class::cast)
        : CallgrindCounter.here(whyNot).map(InstructionCounter.class::cast);
  }

  /** What counts, and what it counts, for a report. */
  String title();

  /** What has to stand before the command of a server that is to be counted. */
  List<String> prefix();

  /** What a JVM needs to be told for that; before others, which then win. */
  List<String> jvmOptions();

  /** How many requests a JVM should have served before the first window. */
  long warmupRequests();

  /**
   * Begins to count.
   *
   * @param pid of the server, which has served something, started as {@link #prefix()} and {@link
   *     #jvmOptions()} say
   * @return once everything from now on counts
   * @throws IllegalStateException if it cannot be counted, with the reason
   */
  Window open(long pid);

  /** Takes away what it left on the disk; the servers have ended by then. */
  @Override
  void close();

  /** A window in which instructions are counted. */
  interface Window extends AutoCloseable {
    /**
     * Ends the count; once only.
     *
     * @throws IllegalStateException if there is no count, with the reason
     */
    Instructions end();

    /** Gives the count up, if it was not ended. */
    @Override
    void close();
  }
}
