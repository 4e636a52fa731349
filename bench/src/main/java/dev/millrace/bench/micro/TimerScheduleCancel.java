package dev.millrace.bench.micro;

import dev.millrace.EventLoop;
import dev.millrace.LoopOptions;
import dev.millrace.bench.stub.StubProvider;
import dev.millrace.failure.FailureTexts;
import dev.millrace.timer.TimerWheel;
import io.netty.util.HashedWheelTimer;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.agrona.DeadlineTimerWheel;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A timer is scheduled and cancelled again, as for each request that is answered in time, while
 * others are outstanding. The wheels are given a deadline; the peers with a thread, and the loop's
 * own door, read the clock themselves.
 */
public class TimerScheduleCancel extends Pace {
  /** Timers outstanding. */
  @Param({"0", "10000", "100000"})
  public int others;

  private final Delays delays = new Delays();

  /** The core's wheel. */
  @State(Scope.Thread)
  public static class Wheel {
    private final TimerWheel wheel = new TimerWheel(0);
    private final TimerSubjects.Silent timer = new TimerSubjects.Silent();

    /** Schedules the others. */
    @Setup
    public void scheduleOthers(TimerScheduleCancel benchmark) {
      for (int i = 0; i < benchmark.others; i++) {
        wheel.schedule(new TimerSubjects.Silent(), benchmark.delays.next());
      }
    }
  }

  /** The core's wheel behind a loop's {@code schedule}. */
  @State(Scope.Thread)
  public static class Loop {
    private final TimerSubjects.Silent timer = new TimerSubjects.Silent();
    private final Duration delay = Duration.ofSeconds(60);
    private EventLoop loop;

    /** Schedules the others. */
    @Setup
    public void scheduleOthers(TimerScheduleCancel benchmark) throws IOException {
      loop =
          new EventLoop(
              new StubProvider(),
              System::nanoTime,
              LoopOptions.defaults().withFailureTexts(FailureTexts.none()));
      loop.turn(0);
      for (int i = 0; i < benchmark.others; i++) {
        loop.schedule(new TimerSubjects.Silent(), Duration.ofNanos(benchmark.delays.next()));
      }
    }

    /** Ends the loop. */
    @TearDown
    public void close() {
      loop.close();
    }
  }

  /** Agrona's wheel. */
  @State(Scope.Thread)
  public static class Agrona {
    private final DeadlineTimerWheel wheel = TimerSubjects.agrona();

    /** Schedules the others. */
    @Setup
    public void scheduleOthers(TimerScheduleCancel benchmark) {
      for (int i = 0; i < benchmark.others; i++) {
        wheel.scheduleTimer(benchmark.delays.next());
      }
    }
  }

  /** Netty's wheel. */
  @State(Scope.Thread)
  public static class Netty {
    private final HashedWheelTimer timer = TimerSubjects.netty();

    /** Schedules the others. */
    @Setup
    public void scheduleOthers(TimerScheduleCancel benchmark) {
      for (int i = 0; i < benchmark.others; i++) {
        TimerSubjects.schedule(timer, benchmark.delays.next());
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

    /** Schedules the others. */
    @Setup
    @SuppressWarnings("FutureReturnValueIgnored") // they are there to be there
    public void scheduleOthers(TimerScheduleCancel benchmark) {
      for (int i = 0; i < benchmark.others; i++) {
        TimerSubjects.schedule(pool, benchmark.delays.next());
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
  public boolean millrace(Wheel subject) {
    subject.wheel.schedule(subject.timer, delays.next());
    return subject.wheel.cancel(subject.timer);
  }

  /** The core's {@code EventLoop.schedule}, which reads the clock. */
  @Benchmark
  public boolean millraceLoop(Loop subject) {
    subject.loop.schedule(subject.timer, subject.delay);
    return subject.loop.cancel(subject.timer);
  }

  /** Agrona's {@code DeadlineTimerWheel}. */
  @Benchmark
  public boolean agrona(Agrona subject) {
    return subject.wheel.cancelTimer(subject.wheel.scheduleTimer(delays.next()));
  }

  /** Netty's {@code HashedWheelTimer}. */
  @Benchmark
  public boolean netty(Netty subject) {
    return TimerSubjects.schedule(subject.timer, delays.next()).cancel();
  }

  /** The JDK's {@code ScheduledThreadPoolExecutor}. */
  @Benchmark
  public boolean jdk(Jdk subject) {
    return TimerSubjects.schedule(subject.pool, delays.next()).cancel(false);
  }
}
