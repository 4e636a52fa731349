package dev.millrace.bench.gate;

import dev.millrace.bench.report.Summary;
import dev.millrace.timer.Timer;
import dev.millrace.timer.TimerWheel;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** What the timer wheel costs. */
final class TimerCost {
  private static final int TIMERS = 10_000;
  private static final int OTHERS = 100_000;

  /** Long enough for the clock that times them, short enough to be in one scheduler's slice. */
  private static final int OPERATIONS = 20_000;

  /** The same deadlines in each run; their number is a power of two. */
  private static final long[] DELAYS =
      new SplittableRandom(7)
          .longs(1 << 12, TimeUnit.SECONDS.toNanos(1), TimeUnit.MINUTES.toNanos(10))
          .toArray();

  private TimerCost() {}

  private static final class Silent extends Timer {
    @Override
    protected void onTimer() {}
  }

  private static long delay(int i) {
    return DELAYS[i & (DELAYS.length - 1)];
  }

  private static TimerWheel wheelWith(int others) {
    TimerWheel wheel = new TimerWheel(0);
    for (int i = 0; i < others; i++) {
      wheel.schedule(new Silent(), delay(i));
    }
    return wheel;
  }

  private static void scheduleCancel(TimerWheel wheel, Timer timer) {
    for (int i = 0; i < OPERATIONS; i++) {
      wheel.schedule(timer, delay(i));
      wheel.cancel(timer);
    }
  }

  static Summary scheduleCancelBytes() {
    TimerWheel wheel = wheelWith(TIMERS);
    Timer timer = new Silent();
    return Allocation.perOperation(OPERATIONS, () -> scheduleCancel(wheel, timer));
  }

  static Summary rearmBytes() {
    TimerWheel wheel = wheelWith(TIMERS);
    Timer timer = new Silent();
    return Allocation.perOperation(
        OPERATIONS,
        () -> {
          for (int i = 0; i < OPERATIONS; i++) {
            wheel.schedule(timer, delay(i));
          }
        });
  }

  static Summary expiryBytes() {
    TimerWheel wheel = new TimerWheel(0);
    Timer[] timers = new Timer[TIMERS];
    for (int i = 0; i < TIMERS; i++) {
      timers[i] = new Silent();
    }
    long[] now = {0};
    return Allocation.perOperation(
        TIMERS,
        () -> {
          for (int i = 0; i < TIMERS; i++) {
            wheel.schedule(timers[i], now[0] + delay(i));
          }
          now[0] += TimeUnit.MINUTES.toNanos(11);
          int fired = wheel.expire(now[0], Integer.MAX_VALUE);
          if (fired != TIMERS) {
            throw new IllegalStateException(fired + " of " + TIMERS + " timers fired");
          }
        });
  }

  /** Schedule and cancel with many others, to the same with none. */
  static Summary flatness() {
    TimerWheel full = wheelWith(OTHERS);
    TimerWheel empty = new TimerWheel(0);
    Timer one = new Silent();
    Timer other = new Silent();
    return Ratios.of(() -> scheduleCancel(full, one), () -> scheduleCancel(empty, other));
  }
}
