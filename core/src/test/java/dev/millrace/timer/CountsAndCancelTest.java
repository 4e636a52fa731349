package dev.millrace.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CountsAndCancelTest {
  private static final long TICK = TimerWheel.DEFAULT_TICK_NANOS;

  private final TimerWheel wheel = new TimerWheel(0);
  private final List<String> fired = new ArrayList<>();
  private final Timer a = new RecordingTimer("a", fired);
  private final Timer b = new RecordingTimer("b", fired);
  private final Timer c = new RecordingTimer("c", fired);

  @Test
  void timerGoesThroughItsStates() {
    assertFalse(a.isScheduled());
    assertEquals(Timer.IDLE, a.state);
    assertEquals(0, a.deadlineNanos());
    wheel.schedule(a, 5 * TICK + 3);
    assertTrue(a.isScheduled());
    assertEquals(Timer.SCHEDULED, a.state);
    assertEquals(5 * TICK + 3, a.deadlineNanos());
    wheel.advance(6 * TICK);
    assertTrue(a.isScheduled());
    assertEquals(Timer.SCHEDULED, a.state);
    assertEquals(1, wheel.size());
    assertSame(a, wheel.poll());
    assertFalse(a.isScheduled());
    assertEquals(Timer.IDLE, a.state);
    assertEquals(0, wheel.size());
    assertEquals(List.of(), fired);
    a.fire();
    assertEquals(List.of("a"), fired);
    assertNull(wheel.poll());
  }

  @Test
  void reArmedTimerCountsOnceAndFiresAtItsLastDeadlineOnly() {
    wheel.schedule(a, 5 * TICK);
    wheel.schedule(a, 500 * TICK);
    wheel.schedule(a, 9 * TICK);
    assertEquals(1, wheel.size());
    assertEquals(0, wheel.expire(8 * TICK, 9));
    assertEquals(1, wheel.expire(9 * TICK, 9));
    assertEquals(0, wheel.expire(1_000 * TICK, 9));
    assertEquals(0, wheel.size());
  }

  @Test
  void cancelOfDueTimerTakesItOutOfTheMiddle() {
    wheel.schedule(a, TICK);
    wheel.schedule(b, TICK);
    wheel.schedule(c, TICK);
    wheel.advance(TICK);
    assertEquals(3, wheel.size());
    assertTrue(wheel.cancel(b));
    assertFalse(wheel.cancel(b));
    assertEquals(2, wheel.size());
    assertEquals(2, wheel.expire(TICK, 9));
    assertEquals(List.of("a", "c"), fired);
  }

  @Test
  void dueTimersWhoseSlotIsInUseAgainAreCancelledFromTheirOwnList() {
    Timer[][] orders = {{a, b, c}, {c, b, a}, {b, a, c}, {b, c, a}};
    for (Timer[] order : orders) {
      fired.clear();
      TimerWheel fresh = new TimerWheel(0);
      fresh.schedule(a, TICK);
      fresh.schedule(b, TICK);
      fresh.schedule(c, TICK);
      fresh.advance(64 * TICK);
      Timer later = new RecordingTimer("later", fired);
      fresh.schedule(later, 65 * TICK);
      assertEquals(order[0].slot, later.slot, "tick 1 and tick 65 share a slot");
      for (Timer timer : order) {
        assertTrue(fresh.cancel(timer));
      }
      assertNull(fresh.poll());
      assertEquals(TICK, fresh.nextDelayNanos(64 * TICK));
      assertEquals(1, fresh.expire(65 * TICK, 9));
      assertEquals(List.of("later"), fired);
    }
  }

  @Test
  void cancelInASlotThatDueTimersNameLeavesThoseAlone() {
    wheel.schedule(a, TICK);
    wheel.advance(64 * TICK);
    wheel.schedule(b, 65 * TICK);
    assertTrue(wheel.cancel(b));
    assertEquals(0, wheel.nextDelayNanos(64 * TICK));
    assertSame(a, wheel.poll());
    assertNull(wheel.poll());
    assertEquals(Long.MAX_VALUE, wheel.nextDelayNanos(64 * TICK));
  }

  @Test
  void cancelOfTheLastDueTimerLeavesNothingToDo() {
    wheel.schedule(a, TICK);
    wheel.advance(TICK);
    assertEquals(0, wheel.nextDelayNanos(TICK));
    assertTrue(wheel.cancel(a));
    assertEquals(Long.MAX_VALUE, wheel.nextDelayNanos(TICK));
    assertNull(wheel.poll());
  }

  @Test
  void cancelAtEachEndOfASlot() {
    for (Timer victim : new Timer[] {a, b, c}) {
      fired.clear();
      TimerWheel fresh = new TimerWheel(0);
      fresh.schedule(a, 100 * TICK);
      fresh.schedule(b, 100 * TICK);
      fresh.schedule(c, 100 * TICK);
      assertTrue(fresh.cancel(victim));
      assertEquals(2, fresh.size());
      assertEquals(2, fresh.expire(100 * TICK, 9));
      assertEquals(2, fired.size());
      assertEquals(0, fresh.size());
    }
  }

  @Test
  void cancelOfTheOnlyTimerSavesTheWakeUp() {
    wheel.schedule(a, 100 * TICK);
    assertTrue(wheel.cancel(a));
    assertFalse(wheel.cancel(a));
    assertEquals(Long.MAX_VALUE, wheel.nextDelayNanos(0));
    wheel.advance(200 * TICK);
    assertEquals(0, wheel.slotsOpened());
  }

  @Test
  void idleTimerKeepsNoOtherTimerAlive() {
    wheel.schedule(a, TICK);
    wheel.schedule(b, TICK);
    wheel.schedule(c, TICK);
    assertTrue(wheel.cancel(b));
    wheel.advance(TICK);
    assertSame(a, wheel.poll());
    for (Timer idle : new Timer[] {a, b}) {
      assertNull(idle.prev);
      assertNull(idle.next);
    }
  }
}
