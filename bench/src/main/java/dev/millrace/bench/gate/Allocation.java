package dev.millrace.bench.gate;

import com.sun.management.ThreadMXBean;
import dev.millrace.bench.report.Summary;
import java.lang.management.ManagementFactory;

/**
 * Counts the bytes that a thread allocates, exactly.
 *
 * <p>The least of many rounds counts, when it has not become less for a while: the interpreter
 * makes objects that compiled code does without, and how soon code is compiled is up to the
 * machine; and now and then the JVM throws compiled code away. What the code itself allocates is in
 * every round, and each has thousands of operations.
 */
final class Allocation {
  /** So many rounds without a lower figure, and the JIT compiler is taken to be done. */
  private static final int SETTLED_ROUNDS = 20;

  /** A bound for the patience; what is still falling then is told as it is. */
  private static final int MAX_ROUNDS = 300;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Allocation() {}

  /**
   * Bytes per operation.
   *
   * @param operations in a round
   * @param round does that many, on this thread
   */
  static Summary perOperation(int operations, Runnable round) {
    return perOperation(operations, Thread.currentThread(), round);
  }

  /**
   * Bytes per operation of two threads together.
   *
   * @param operations in a round
   * @param other the thread that works for this one; its work of a round is done when that returns
   * @param round does that many, on this thread
   */
  static Summary perOperation(int operations, Thread other, Runnable round) {
    long least = Long.MAX_VALUE;
    for (int settled = 0, i = 0; settled < SETTLED_ROUNDS && i < MAX_ROUNDS; settled++, i++) {
      long before = by(other);
      round.run();
      long bytes = by(other) - before;
      if (bytes < least) {
        least = bytes;
        settled = 0;
      }
    }
    return Summary.exact((double) least / operations);
  }

  private static long by(Thread other) {
    Thread own = Thread.currentThread();
    long bytes = THREADS.getThreadAllocatedBytes(own.getId());
    return other == own ? bytes : bytes + THREADS.getThreadAllocatedBytes(other.getId());
  }
}
