package dev.millrace.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NeverEarlyAtMostOneTickLateTest {
  private static final long TICK = TimerWheel.DEFAULT_TICK_NANOS;

  private final List<String> fired = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(longs = {TICK, 2 * TICK, 64 * TICK, 4096 * TICK, 1L << 50})
  void deadlineOnTickFiresAtThatNanosecond(long deadline) {
    TimerWheel wheel = new TimerWheel(0);
    wheel.schedule(new RecordingTimer("a", fired), deadline);
    assertEquals(0, wheel.expire(deadline - 1, 1));
    assertEquals(1, wheel.expire(deadline, 1));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, TICK - 1, TICK + 1, 64 * TICK + 1, 4096 * TICK - 1, (1L << 50) + 12345})
  void deadlineBetweenTicksFiresAtTheNextTick(long deadline) {
    TimerWheel wheel = new TimerWheel(0);
    wheel.schedule(new RecordingTimer("a", fired), deadline);
    assertEquals(0, wheel.expire(deadline, 1));
    long nextTick = (deadline / TICK + 1) * TICK;
    assertEquals(0, wheel.expire(nextTick - 1, 1));
    assertEquals(1, wheel.expire(nextTick, 1));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, -TICK, Long.MIN_VALUE})
  void zeroAndNegativeTimeoutsFireInTheNextTick(long delay) {
    long now = 100 * TICK + 77;
    TimerWheel wheel = new TimerWheel(0);
    wheel.advance(now);
    wheel.schedule(new RecordingTimer("a", fired), wheel.deadlineAfter(now, delay));
    assertEquals(TICK - 77, wheel.nextDelayNanos(now));
    assertEquals(0, wheel.expire(101 * TICK - 1, 1));
    assertEquals(1, wheel.expire(101 * TICK, 1));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, 5 * TICK, 63 * TICK, Long.MIN_VALUE})
  void deadlineInThePastFiresInTheNextTickAlsoBehindALevelBoundary(long deadline) {
    // The tick after 63 is the first of a slot of level 1, the one after 4095 of a slot of level 2.
    for (long tick : new long[] {63, 4095, 262_143}) {
      TimerWheel wheel = new TimerWheel(0);
      wheel.advance(tick * TICK);
      wheel.schedule(new RecordingTimer("past", fired), deadline);
      wheel.schedule(new RecordingTimer("punctual", fired), (tick + 1) * TICK);
      assertEquals(0, wheel.expire((tick + 1) * TICK - 1, 2));
      fired.clear();
      assertEquals(2, wheel.expire((tick + 1) * TICK, 2));
      assertEquals(List.of("past", "punctual"), fired);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {TICK, 4 * TICK, 1L << 30, 1L << 62})
  void longerTicksRoundUpToTheirOwnLength(long tick) {
    TimerWheel wheel = new TimerWheel(-5, tick);
    wheel.schedule(new RecordingTimer("a", fired), -5 + 1);
    assertEquals(tick, wheel.nextDelayNanos(-5));
    assertEquals(0, wheel.expire(-5 + tick - 1, 1));
    assertEquals(1, wheel.expire(-5 + tick, 1));
  }
}
