package dev.millrace.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WakeUpsTest {
  private static final long TICK = TimerWheel.DEFAULT_TICK_NANOS;

  private final List<String> fired = new ArrayList<>();

  @Test
  void nothingScheduledNeedsNoWakeUp() {
    TimerWheel wheel = new TimerWheel(0);
    assertEquals(Long.MAX_VALUE, wheel.nextDelayNanos(0));
    assertEquals(Long.MAX_VALUE, wheel.nextDelayNanos(1L << 50));
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        1,
        TICK,
        63 * TICK,
        64 * TICK,
        64 * TICK + 1,
        30_000_000_000L,
        60_000_000_000L,
        3_600_000_000_000L,
        (1L << 62) + (1L << 56) - 1,
        Long.MAX_VALUE - TICK
      })
  void singleTimerNeedsOneWakeUpPerLevelAtMost(long deadline) {
    TimerWheel wheel = new TimerWheel(0);
    wheel.schedule(new RecordingTimer("a", fired), deadline);
    long now = 0;
    int wakeUps = 0;
    int count = 0;
    while (count == 0) {
      long delay = wheel.nextDelayNanos(now);
      assertTrue(delay > 0, "a wake-up for nothing");
      now += delay;
      count = wheel.expire(now, 1);
      wakeUps++;
      assertTrue(wakeUps <= TimerWheel.LEVELS, "too many wake-ups");
    }
    assertTrue(now >= deadline && now - deadline < TICK);
    assertEquals(wakeUps, wheel.slotsOpened());
  }

  @Test
  void occupiedCoarseSlotCostsOneWakeUpForAllItsTimers() {
    TimerWheel wheel = new TimerWheel(0);
    for (int i = 0; i < 64; i++) {
      wheel.schedule(new RecordingTimer("t" + i, fired), (2 * 64 + i) * TICK);
    }
    assertEquals(128 * TICK, wheel.nextDelayNanos(0));
    // The first one is due as its slot opens.
    assertEquals(1, wheel.expire(128 * TICK, 100));
    assertEquals(1, wheel.slotsOpened());
    assertEquals(TICK, wheel.nextDelayNanos(128 * TICK));
  }

  @Test
  void occupiedSlotThatTimeHasReachedMeansNoWait() {
    TimerWheel wheel = new TimerWheel(0);
    wheel.schedule(new RecordingTimer("a", fired), 5 * TICK);
    assertEquals(1, wheel.nextDelayNanos(5 * TICK - 1));
    assertEquals(0, wheel.nextDelayNanos(5 * TICK));
    assertEquals(0, wheel.nextDelayNanos(50 * TICK));
    wheel.advance(5 * TICK);
    assertEquals(0, wheel.nextDelayNanos(5 * TICK));
  }
}
