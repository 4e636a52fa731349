package dev.millrace.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MisuseTest {
  private static final long TICK = TimerWheel.DEFAULT_TICK_NANOS;

  private final TimerWheel wheel = new TimerWheel(0);
  private final List<String> fired = new ArrayList<>();
  private final Timer timer = new RecordingTimer("a", fired);

  @Test
  void timerOfAnotherWheelIsRefusedAndStaysThere() {
    TimerWheel other = new TimerWheel(0);
    other.schedule(timer, TICK);
    Exception schedule =
        assertThrows(IllegalStateException.class, () -> wheel.schedule(timer, 9 * TICK));
    Exception cancel = assertThrows(IllegalStateException.class, () -> wheel.cancel(timer));
    for (Exception refused : new Exception[] {schedule, cancel}) {
      assertEquals(
          RecordingTimer.class.getName()
              + " is scheduled in another wheel; a timer is in one wheel at a time, so cancel it"
              + " there first",
          refused.getMessage());
    }
    assertEquals(0, wheel.size());
    assertEquals(TICK, timer.deadlineNanos());
    assertEquals(1, other.expire(TICK, 9));
    wheel.schedule(timer, TICK);
    assertEquals(1, wheel.size());
  }

  @Test
  void dueTimerOfAnotherWheelIsRefusedToo() {
    TimerWheel other = new TimerWheel(0);
    other.schedule(timer, TICK);
    other.advance(TICK);
    assertThrows(IllegalStateException.class, () -> wheel.schedule(timer, 9 * TICK));
    assertEquals(timer, other.poll());
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        0,
        -1,
        1,
        1_000_000,
        (1L << 20) - 1,
        (1L << 20) + 1,
        1L << 19,
        3L << 20,
        Long.MIN_VALUE,
        Long.MAX_VALUE
      })
  void tickThatIsNoPowerOfTwoOrTooShort(long tickNanos) {
    Exception refused =
        assertThrows(IllegalArgumentException.class, () -> new TimerWheel(0, tickNanos));
    assertEquals(
        "tickNanos must be a power of two and at least 1048576 (2^20, about a millisecond), but is "
            + tickNanos,
        refused.getMessage());
  }

  @Test
  void negativeCap() {
    wheel.schedule(timer, TICK);
    Exception refused =
        assertThrows(IllegalArgumentException.class, () -> wheel.expire(5 * TICK, -1));
    assertEquals("max must be 0 or more, but is -1", refused.getMessage());
    assertEquals(1, wheel.size());
  }

  @Test
  void firingWhatIsStillScheduled() {
    wheel.schedule(timer, TICK);
    Exception refused = assertThrows(IllegalStateException.class, timer::fire);
    assertTrue(refused.getMessage().contains("would fire twice"), refused.getMessage());
    wheel.advance(TICK);
    assertThrows(IllegalStateException.class, timer::fire);
    assertEquals(List.of(), fired);
    assertEquals(1, wheel.expire(TICK, 9));
  }

  @Test
  void noTimer() {
    assertThrows(NullPointerException.class, () -> wheel.schedule(null, TICK));
    assertThrows(NullPointerException.class, () -> wheel.cancel(null));
    assertEquals(0, wheel.size());
  }
}
