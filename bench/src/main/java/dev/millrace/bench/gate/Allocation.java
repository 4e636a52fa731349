package dev.millrace.bench.gate;

import com.sun.management.ThreadMXBean;
import dev.millrace.bench.report.Summary;
import java.lang.management.ManagementFactory;

/**
 * Counts the bytes that a thread allocates, exactly.
 *
 * <p>The median of several rounds is taken: now and then the JVM throws compiled code away, and
 * objects that it had made unnecessary are allocated once more.
 */
final class Allocation {
  /** Odd, and enough that a few disturbed ones don't matter. */
  private static final int ROUNDS = 11;

  /**
   * Rounds before the count, in which code is compiled by the last of the JVM's compilers: what it
   * does without allocating, the interpreter does not.
   */
  private static final int WARMUP_ROUNDS = 20;

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
    for (int i = 0; i < WARMUP_ROUNDS; i++) {
      round.run();
    }
    double[] each = new double[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
      long before = by(other);
      round.run();
      each[i] = (double) (by(other) - before) / operations;
    }
    return Summary.of(each);
  }

  private static long by(Thread other) {
    Thread own = Thread.currentThread();
    long bytes = THREADS.getThreadAllocatedBytes(own.getId());
    return other == own ? bytes : bytes + THREADS.getThreadAllocatedBytes(other.getId());
  }
}
