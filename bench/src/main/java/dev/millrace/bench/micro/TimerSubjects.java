package dev.millrace.bench.micro;

import dev.millrace.timer.Timer;
import dev.millrace.timer.TimerWheel;
import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.agrona.DeadlineTimerWheel;

/** The timers compared, as each is used best. */
final class TimerSubjects {
  /**
   * The core's tick and Agrona's: powers of two, as both want them, and about the millisecond that
   * a poll waits at the least.
   */
  static final long TICK_NANOS = TimerWheel.DEFAULT_TICK_NANOS;

  /** A second of ticks: Agrona leaves the number to its user, and looks through one per tick. */
  static final int AGRONA_TICKS = 1024;

  private TimerSubjects() {}

  /** Does nothing, which is what firing costs the wheel and not its user. */
  static final class Silent extends Timer {
    @Override
    protected void onTimer() {}
  }

  static DeadlineTimerWheel agrona() {
    return new DeadlineTimerWheel(TimeUnit.NANOSECONDS, 0, TICK_NANOS, AGRONA_TICKS);
  }

  /** With its own defaults: 512 slots of 100 ms, and a thread that is its own. */
  static HashedWheelTimer netty() {
    return new HashedWheelTimer(TimerSubjects::daemon);
  }

  /** Without what is cancelled: else each stays in the heap until its time would have come. */
  static ScheduledThreadPoolExecutor jdk() {
    ScheduledThreadPoolExecutor pool = new ScheduledThreadPoolExecutor(1, TimerSubjects::daemon);
    pool.setRemoveOnCancelPolicy(true);
    return pool;
  }

  /** What the peers' timers do, if ever. */
  private static void nothing() {}

  private static void nothing(Timeout timeout) {}

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "timers");
    thread.setDaemon(true);
    return thread;
  }

  static Timeout schedule(HashedWheelTimer timer, long delayNanos) {
    return timer.newTimeout(TimerSubjects::nothing, delayNanos, TimeUnit.NANOSECONDS);
  }

  static ScheduledFuture<?> schedule(ScheduledThreadPoolExecutor pool, long delayNanos) {
    Runnable nothing = TimerSubjects::nothing;
    return pool.schedule(nothing, delayNanos, TimeUnit.NANOSECONDS);
  }
}
