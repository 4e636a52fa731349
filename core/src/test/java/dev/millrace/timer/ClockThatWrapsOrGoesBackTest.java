package dev.millrace.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClockThatWrapsOrGoesBackTest {
  private static final long TICK = TimerWheel.DEFAULT_TICK_NANOS;

  private final List<String> fired = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(
      longs = {
        0,
        -1,
        -10 * TICK,
        Long.MAX_VALUE,
        Long.MAX_VALUE - 10 * TICK,
        Long.MAX_VALUE - 5000 * TICK - 1,
        Long.MIN_VALUE,
        Long.MIN_VALUE + 3
      })
  void anyStartOfTheClockGivesTheSame(long start) {
    TimerWheel wheel = new TimerWheel(start);
    long[] delays = {20 * TICK, 100 * TICK, 6_000 * TICK, 1L << 45, 1L << 62};
    for (long delay : delays) {
      long deadline = wheel.deadlineAfter(start, delay);
      assertEquals(start + delay, deadline);
      Timer timer = new RecordingTimer("a", fired);
      wheel.schedule(timer, deadline);
      assertEquals(deadline, timer.deadlineNanos());
    }
    for (long delay : delays) {
      assertEquals(0, wheel.expire(start + delay - 1, 9));
      assertEquals(1, wheel.expire(start + delay, 9));
    }
    assertEquals(0, wheel.size());
  }

  @Test
  void clockThatGoesBackChangesNothing() {
    TimerWheel wheel = new TimerWheel(0);
    wheel.advance(100 * TICK);
    wheel.schedule(new RecordingTimer("a", fired), 103 * TICK);
    assertEquals(0, wheel.expire(50 * TICK, 9));
    assertEquals(0, wheel.expire(-50 * TICK, 9));
    assertEquals(0, wheel.expire(Long.MIN_VALUE, 9));
    assertEquals(53 * TICK, wheel.nextDelayNanos(50 * TICK));
    assertEquals(3 * TICK, wheel.nextDelayNanos(100 * TICK));
    // What is armed while the clock is back is due when it has caught up.
    wheel.schedule(new RecordingTimer("b", fired), 51 * TICK);
    assertEquals(0, wheel.expire(100 * TICK, 9));
    assertEquals(1, wheel.expire(101 * TICK, 9));
    assertEquals(1, wheel.expire(103 * TICK, 9));
    assertEquals(List.of("b", "a"), fired);
  }

  @Test
  void momentBeforeTheStartIsPast() {
    TimerWheel wheel = new TimerWheel(1_000 * TICK);
    wheel.schedule(new RecordingTimer("a", fired), 5);
    assertEquals(TICK, wheel.nextDelayNanos(1_000 * TICK));
    assertEquals(0, wheel.expire(7, 1));
    assertEquals(1, wheel.expire(1_001 * TICK, 1));
    assertTrue(fired.contains("a"));
  }
}
