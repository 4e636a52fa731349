package dev.millrace.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** Where the timers lie and where the time is, for who draws it. */
class DrawingTheWheelTest {
  private static final long TICK = TimerWheel.DEFAULT_TICK_NANOS;

  private static Timer timer() {
    return new Timer() {
      @Override
      protected void onTimer() {}
    };
  }

  @Test
  void slotsThatHoldTimersAndTheHands() {
    TimerWheel wheel = new TimerWheel(0);
    wheel.schedule(timer(), 5 * TICK);
    wheel.schedule(timer(), 5 * TICK);
    wheel.schedule(timer(), (3 * 64 + 1) * TICK);
    assertEquals(1L << 5, wheel.occupied(0));
    assertEquals(1L << 3, wheel.occupied(1));
    assertEquals(0, wheel.hand(0));
    wheel.expire((3 * 64 + 2) * TICK, 10);
    assertEquals(0, wheel.occupied(0));
    assertEquals(0, wheel.occupied(1));
    assertEquals(2, wheel.hand(0));
    assertEquals(3, wheel.hand(1));
    assertEquals(0, wheel.hand(2));
  }

  @Test
  void thereAreEightLevels() {
    TimerWheel wheel = new TimerWheel(0);
    assertThrows(IndexOutOfBoundsException.class, () -> wheel.occupied(8));
    assertThrows(IndexOutOfBoundsException.class, () -> wheel.hand(-1));
  }
}
