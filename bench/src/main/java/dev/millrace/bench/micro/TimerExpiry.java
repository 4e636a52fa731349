package dev.millrace.bench.micro;

import dev.millrace.timer.Timer;
import dev.millrace.timer.TimerWheel;
import io.netty.util.HashedWheelTimer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DeadlineTimerWheel;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * All timers expire: their deadlines lie within a tenth of a second, which is one tick of Netty's
 * and a hundred of the others', and all of them are due when the time is brought. The peers with a
 * thread are held up by a timer that is due before, and what is measured begins when it is let go,
 * so their thread's wake-up is part of it.
 */
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class TimerExpiry extends Pace {
  private static final long WITHIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** Ahead of the first deadline of those on real time: what it takes to schedule them all. */
  private static final long AHEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

  /** How many expire. */
  @Param({"1000", "10000", "100000"})
  public int timers;

  private long deadline(int i) {
    // In no order: neighbours in time are not neighbours in memory.
    return (i * 7_919L % timers) * WITHIN_NANOS / timers;
  }

  /** The core's wheel; its timers count. */
  @State(Scope.Thread)
  public static class Wheel {
    private TimerWheel wheel = new TimerWheel(0);
    private Timer[] timers;
    private long now;
    private int fired;

    /** Makes the timers. */
    @Setup
    public void make(TimerExpiry benchmark) {
      timers = new Timer[benchmark.timers];
      for (int i = 0; i < timers.length; i++) {
        timers[i] =
            new Timer() {
              @Override
              protected void onTimer() {
                fired++;
              }
            };
      }
    }

    /** Schedules them. */
    @Setup(Level.Invocation)
    public void schedule(TimerExpiry benchmark) {
      fired = 0;
      for (int i = 0; i < timers.length; i++) {
        wheel.schedule(timers[i], now + benchmark.deadline(i));
      }
      now += 2 * WITHIN_NANOS;
    }
  }

  /** Agrona's wheel. */
  @State(Scope.Thread)
  public static class Agrona {
    private final DeadlineTimerWheel wheel = TimerSubjects.agrona();
    private long now;
    private int fired;

    private boolean fire(TimeUnit unit, long time, long id) {
      fired++;
      return true;
    }

    /** Schedules them. */
    @Setup(Level.Invocation)
    public void schedule(TimerExpiry benchmark) {
      fired = 0;
      wheel.currentTickTime(now);
      for (int i = 0; i < benchmark.timers; i++) {
        wheel.scheduleTimer(now + benchmark.deadline(i));
      }
      now += 2 * WITHIN_NANOS;
    }
  }

  /** What those have in common that expire on a thread of their own. */
  public abstract static class OnAThread {
    private CountDownLatch held;
    private CountDownLatch gate;
    private CountDownLatch last;
    private long begin;

    /** Runs a task of the timer's thread after a while. */
    abstract void after(long delayNanos, Runnable task);

    final void hold(TimerExpiry benchmark) throws InterruptedException {
      held = new CountDownLatch(1);
      gate = new CountDownLatch(1);
      last = new CountDownLatch(benchmark.timers);
      begin = System.nanoTime() + AHEAD_NANOS;
      CountDownLatch isHeld = held;
      CountDownLatch open = gate;
      after(
          begin - System.nanoTime(),
          () -> {
            isHeld.countDown();
            awaitQuietly(open);
          });
      for (int i = 0; i < benchmark.timers; i++) {
        long deadline = begin + 1 + benchmark.deadline(i);
        after(deadline - System.nanoTime(), last::countDown);
      }
      held.await();
      for (long left; (left = begin + 2 * WITHIN_NANOS - System.nanoTime()) > 0; ) {
        LockSupport.parkNanos(left);
      }
    }

    final void expire() throws InterruptedException {
      gate.countDown();
      last.await();
    }

    private static void awaitQuietly(CountDownLatch open) {
      try {
        open.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Netty's wheel. */
  @State(Scope.Thread)
  public static class Netty extends OnAThread {
    private final HashedWheelTimer timer = TimerSubjects.netty();

    @Override
    void after(long delayNanos, Runnable task) {
      timer.newTimeout(timeout -> task.run(), delayNanos, TimeUnit.NANOSECONDS);
    }

    /** Schedules them, and waits until they are due. */
    @Setup(Level.Invocation)
    public void schedule(TimerExpiry benchmark) throws InterruptedException {
      hold(benchmark);
    }

    /** Ends its thread. */
    @TearDown
    public void stop() {
      timer.stop();
    }
  }

  /** The JDK's pool. */
  @State(Scope.Thread)
  public static class Jdk extends OnAThread {
    private final ScheduledThreadPoolExecutor pool = TimerSubjects.jdk();

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the last one is waited for by a latch
    void after(long delayNanos, Runnable task) {
      pool.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
    }

    /** Schedules them, and waits until they are due. */
    @Setup(Level.Invocation)
    public void schedule(TimerExpiry benchmark) throws InterruptedException {
      hold(benchmark);
    }

    /** Ends its thread. */
    @TearDown
    public void stop() {
      pool.shutdownNow();
    }
  }

  private void checkAll(int fired) {
    if (fired != timers) {
      throw new IllegalStateException(fired + " of " + timers + " have fired");
    }
  }

  /** The core's {@code TimerWheel}. */
  @Benchmark
  public void millrace(Wheel subject) {
    subject.wheel.expire(subject.now, Integer.MAX_VALUE);
    checkAll(subject.fired);
  }

  /** Agrona's {@code DeadlineTimerWheel}, polled until it has none. */
  @Benchmark
  public void agrona(Agrona subject) {
    while (subject.wheel.timerCount() > 0) {
      subject.wheel.poll(subject.now, subject::fire, Integer.MAX_VALUE);
    }
    checkAll(subject.fired);
  }

  /** Netty's {@code HashedWheelTimer}. */
  @Benchmark
  public void netty(Netty subject) throws InterruptedException {
    subject.expire();
  }

  /** The JDK's {@code ScheduledThreadPoolExecutor}. */
  @Benchmark
  public void jdk(Jdk subject) throws InterruptedException {
    subject.expire();
  }
}
