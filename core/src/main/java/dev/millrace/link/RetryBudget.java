package dev.millrace.link;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How many reconnects all links together may begin: a token bucket that they share. When one server
 * goes away, a thousand links lose it at once; their back-off spreads them, and this bounds what
 * the server meets when it is back, however many they are.
 *
 * <p>Who asks is never refused, but told when its turn is, one behind the other: so nobody asks
 * twice, and nobody starves.
 *
 * <pre>
 *   burst = 3, one each 100 ms; six ask at the same moment:
 *
 *   asked    1 2 3 4   5   6
 *   begins   ┼┼┼───┼───┼───┼──▶
 *            0     100 200 300 ms
 * </pre>
 *
 * <p>Thread rule: any thread; links of several loops may share one. It holds one number and takes
 * no lock. Cost: a read of the clock and an exchange for each attempt.
 *
 * <p>A turn that was given and not used, because its link was closed meanwhile, is lost: the others
 * keep theirs, and are no later than they were told.
 */
public final class RetryBudget {
  private static final long MAX_BURST = 1_000_000;

  /** The largest burst of them fits a long: a million hours are a century. */
  private static final Duration MAX_EACH = Duration.ofHours(1);

  /**
   * No turn is further ahead: 146 years. Else, with a turn an hour, two and a half million of them
   * would pass the end of a long, and from then on nobody would wait.
   */
  private static final long MAX_AHEAD_NANOS = Long.MAX_VALUE >> 1;

  private final long eachNanos;
  private final long burstNanos;
  private final LongSupplier clock;
  private final long began;

  /**
   * When the bucket would be full again if nobody asked any more, since {@link #began}: the one
   * number that a token bucket needs (as in ATM's generic cell rate algorithm).
   */
  private final AtomicLong fullAgain = new AtomicLong();

  /**
   * A bucket that is full.
   *
   * @param burst so many may begin at once, 1 to 1,000,000. A few tens is what a listener's backlog
   *     and one loop take without a stir
   * @param each one more in each such time, above 0 and up to an hour; 10 ms are a hundred a second
   * @param clock nanoseconds that never go back, of any origin, as {@code System::nanoTime}; read
   *     by every thread that asks
   * @throws IllegalArgumentException if a value is out of range
   */
  public RetryBudget(int burst, Duration each, LongSupplier clock) {
    Bounds.range("burst", burst, 1, MAX_BURST);
    Bounds.duration("each", each, Duration.ofNanos(1), MAX_EACH);
    this.eachNanos = each.toNanos();
    this.burstNanos = (burst - 1) * eachNanos;
    this.clock = Objects.requireNonNull(clock, "clock");
    this.began = clock.getAsLong();
  }

  /**
   * Takes the next turn.
   *
   * @return how long to wait until then, in nanoseconds; 0 for now. The turn is the caller's: it
   *     does not ask again
   */
  public long takeNanos() {
    long now = clock.getAsLong() - began; // a difference: the clock may wrap
    while (true) {
      long before = fullAgain.get();
      long from = Math.min(Math.max(before, now), now + MAX_AHEAD_NANOS);
      if (fullAgain.compareAndSet(before, from + eachNanos)) {
        return Math.max(0, from - burstNanos - now);
      }
    }
  }
}
