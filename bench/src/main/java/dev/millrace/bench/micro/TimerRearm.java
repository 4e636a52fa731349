package dev.millrace.bench.micro;

import dev.millrace.timer.TimerWheel;
import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import java.util.SplittableRandom;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.agrona.DeadlineTimerWheel;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The deadline of one timer of many is moved, each time another one's: so with many of them what is
 * measured is memory as well, as it is in a server. Where a timer can't be moved it is cancelled
 * and scheduled anew.
 */
public class TimerRearm extends Pace {
  /** Timers outstanding beside the one. */
  @Param({"0", "10000", "100000"})
  public int others;

  private final Delays delays = new Delays();

  /** Which one is next: drawn before, so that drawing is not measured. A power of two. */
  private final int[] picks = new int[1 << 16];

  private int at;

  /** Draws. */
  @Setup
  public void draw() {
    SplittableRandom random = new SplittableRandom(42); // the same picks in each run
    for (int i = 0; i < picks.length; i++) {
      picks[i] = random.nextInt(others + 1);
    }
  }

  private int pick() {
    return picks[at++ & (picks.length - 1)];
  }

  /** The core's wheel. */
  @State(Scope.Thread)
  public static class Wheel {
    private final TimerWheel wheel = new TimerWheel(0);
    private TimerSubjects.Silent[] timers;

    /** Schedules all. */
    @Setup
    public void schedule(TimerRearm benchmark) {
      timers = new TimerSubjects.Silent[benchmark.others + 1];
      for (int i = 0; i < timers.length; i++) {
        timers[i] = new TimerSubjects.Silent();
        wheel.schedule(timers[i], benchmark.delays.next());
      }
    }
  }

  /** Agrona's wheel. */
  @State(Scope.Thread)
  public static class Agrona {
    private final DeadlineTimerWheel wheel = TimerSubjects.agrona();
    private long[] timers;

    /** Schedules all. */
    @Setup
    public void schedule(TimerRearm benchmark) {
      timers = new long[benchmark.others + 1];
      for (int i = 0; i < timers.length; i++) {
        timers[i] = wheel.scheduleTimer(benchmark.delays.next());
      }
    }
  }

  /** Netty's wheel. */
  @State(Scope.Thread)
  public static class Netty {
    private final HashedWheelTimer timer = TimerSubjects.netty();
    private Timeout[] timers;

    /** Schedules all. */
    @Setup
    public void schedule(TimerRearm benchmark) {
      timers = new Timeout[benchmark.others + 1];
      for (int i = 0; i < timers.length; i++) {
        timers[i] = TimerSubjects.schedule(timer, benchmark.delays.next());
      }
    }

    /** Ends its thread. */
    @TearDown
    public void stop() {
      timer.stop();
    }
  }

  /** The JDK's pool. */
  @State(Scope.Thread)
  public static class Jdk {
    private final ScheduledThreadPoolExecutor pool = TimerSubjects.jdk();
    private ScheduledFuture<?>[] timers;

    /** Schedules all. */
    @Setup
    public void schedule(TimerRearm benchmark) {
      timers = new ScheduledFuture<?>[benchmark.others + 1];
      for (int i = 0; i < timers.length; i++) {
        timers[i] = TimerSubjects.schedule(pool, benchmark.delays.next());
      }
    }

    /** Ends its thread. */
    @TearDown
    public void stop() {
      pool.shutdownNow();
    }
  }

  /** The core's {@code TimerWheel}. */
  @Benchmark
  public void millrace(Wheel subject) {
    subject.wheel.schedule(subject.timers[pick()], delays.next());
  }

  /** Agrona's {@code DeadlineTimerWheel}. */
  @Benchmark
  public boolean agrona(Agrona subject) {
    int i = pick();
    boolean cancelled = subject.wheel.cancelTimer(subject.timers[i]);
    subject.timers[i] = subject.wheel.scheduleTimer(delays.next());
    return cancelled;
  }

  /** Netty's {@code HashedWheelTimer}. */
  @Benchmark
  public boolean netty(Netty subject) {
    int i = pick();
    boolean cancelled = subject.timers[i].cancel();
    subject.timers[i] = TimerSubjects.schedule(subject.timer, delays.next());
    return cancelled;
  }

  /** The JDK's {@code ScheduledThreadPoolExecutor}. */
  @Benchmark
  public boolean jdk(Jdk subject) {
    int i = pick();
    boolean cancelled = subject.timers[i].cancel(false);
    subject.timers[i] = TimerSubjects.schedule(subject.pool, delays.next());
    return cancelled;
  }
}
