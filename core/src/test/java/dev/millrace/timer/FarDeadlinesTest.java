package dev.millrace.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FarDeadlinesTest {
  private static final long TICK = TimerWheel.DEFAULT_TICK_NANOS;
  private static final long YEAR = 365L * 24 * 3600 * 1_000_000_000;

  private final List<String> fired = new ArrayList<>();

  @Test
  void longestTimeoutMeansNeverAndDoesNotWrap() {
    long start = Long.MAX_VALUE - 7 * TICK;
    TimerWheel wheel = new TimerWheel(start);
    wheel.advance(start + YEAR);
    long never = wheel.deadlineAfter(start + YEAR, Long.MAX_VALUE);
    assertEquals(start + Long.MAX_VALUE, never);
    wheel.schedule(new RecordingTimer("never", fired), never);
    assertEquals(Long.MAX_VALUE, wheel.nextDelayNanos(start + YEAR));
    assertEquals(0, wheel.expire(start + 290 * YEAR, 1));
    assertEquals(Long.MAX_VALUE, wheel.nextDelayNanos(start + 290 * YEAR));
    assertEquals(0, wheel.expire(start + Long.MAX_VALUE, 1));
    assertEquals(1, wheel.size());
  }

  @Test
  void lastTickOfTimeIsReached() {
    TimerWheel wheel = new TimerWheel(0);
    long lastTick = Long.MAX_VALUE / TICK * TICK;
    wheel.schedule(new RecordingTimer("last", fired), lastTick);
    assertEquals(0, wheel.expire(lastTick - 1, 1));
    assertEquals(1, wheel.nextDelayNanos(lastTick - 1));
    assertEquals(1, wheel.expire(lastTick, 1));
    // What is armed then has no tick left to fire in; it does no harm.
    wheel.schedule(new RecordingTimer("too late", fired), lastTick);
    assertEquals(0, wheel.expire(Long.MAX_VALUE, 1));
    assertEquals(Long.MAX_VALUE, wheel.nextDelayNanos(Long.MAX_VALUE));
    assertEquals(1, wheel.size());
  }

  @Test
  void deadlineAfterSaturates() {
    TimerWheel wheel = new TimerWheel(-50);
    assertEquals(-50 + Long.MAX_VALUE, wheel.deadlineAfter(-50, Long.MAX_VALUE));
    assertEquals(-50 + Long.MAX_VALUE, wheel.deadlineAfter(1_000, Long.MAX_VALUE));
    assertEquals(-50 + Long.MAX_VALUE, wheel.deadlineAfter(1_000, Long.MAX_VALUE - 1_050));
    assertEquals(-50 + Long.MAX_VALUE - 1, wheel.deadlineAfter(1_000, Long.MAX_VALUE - 1_051));
    assertEquals(-60 + Long.MAX_VALUE, wheel.deadlineAfter(-60, Long.MAX_VALUE));
    assertEquals(1_000, wheel.deadlineAfter(1_000, 0));
    assertEquals(1_000, wheel.deadlineAfter(1_000, -3));
    assertEquals(1_000, wheel.deadlineAfter(1_000, Long.MIN_VALUE));
    assertEquals(1_003, wheel.deadlineAfter(1_000, 3));
  }

  @Test
  void jumpOfACenturyOverNothingOpensNoSlot() {
    TimerWheel wheel = new TimerWheel(0);
    Timer far = new RecordingTimer("far", fired);
    wheel.schedule(far, 120 * YEAR);
    wheel.advance(YEAR / 2);
    assertEquals(0, wheel.slotsOpened());
    wheel.cancel(far);
    wheel.advance(100 * YEAR);
    assertEquals(0, wheel.slotsOpened());
  }

  @Test
  void jumpOfACenturyOpensASlotForEachLevelAndTimerAtMost() {
    TimerWheel wheel = new TimerWheel(0);
    int timers = 50;
    for (int i = 1; i <= timers; i++) {
      wheel.schedule(new RecordingTimer("t" + i, fired), i * (2 * YEAR) + i * 1_234_567_891L);
    }
    assertEquals(timers, wheel.expire(150 * YEAR, Integer.MAX_VALUE));
    assertEquals("t1", fired.get(0));
    assertEquals("t50", fired.get(timers - 1));
    assertTrue(wheel.slotsOpened() <= (long) timers * TimerWheel.LEVELS);
  }
}
