package dev.millrace.bench.micro;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** Delays of timers as they are in a server: time-outs that nearly never come. */
final class Delays {
  /**
   * Half a minute to ten: longer than a benchmark runs, so that nothing expires in those which are
   * on real time.
   */
  private static final long MIN_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static final long MAX_NANOS = TimeUnit.MINUTES.toNanos(10);

  /** Enough that a branch predictor does not learn them; a power of two. */
  private static final int COUNT = 4096;

  /** The same in each run. */
  private static final long SEED = 20_261_121;

  private final long[] nanos = new long[COUNT];
  private int at;

  Delays() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < COUNT; i++) {
      nanos[i] = random.nextLong(MIN_NANOS, MAX_NANOS);
    }
  }

  long next() {
    return nanos[at++ & (COUNT - 1)];
  }
}
