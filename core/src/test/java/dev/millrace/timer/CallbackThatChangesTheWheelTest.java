package dev.millrace.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallbackThatChangesTheWheelTest {
  private static final long TICK = TimerWheel.DEFAULT_TICK_NANOS;

  private final TimerWheel wheel = new TimerWheel(0);
  private final List<String> fired = new ArrayList<>();

  @Test
  void timerArmedForNowDoesNotFireInTheSameCollection() {
    Timer other = new RecordingTimer("other", fired);
    Timer first = new RecordingTimer("first", fired, () -> wheel.schedule(other, 0));
    wheel.schedule(first, 5 * TICK);
    assertEquals(1, wheel.expire(9 * TICK, 100));
    assertEquals(List.of("first"), fired);
    assertEquals(0, wheel.expire(9 * TICK, 100));
    assertEquals(TICK, wheel.nextDelayNanos(9 * TICK));
    assertEquals(1, wheel.expire(10 * TICK, 100));
  }

  @Test
  void reArmsItselfInItsOwnCallback() {
    Timer[] self = new Timer[1];
    boolean[] scheduledInside = {true};
    self[0] =
        new RecordingTimer(
            "again",
            fired,
            () -> {
              scheduledInside[0] = self[0].isScheduled();
              wheel.schedule(self[0], self[0].deadlineNanos() + 3 * TICK);
            });
    wheel.schedule(self[0], 3 * TICK);
    for (int tick = 1; tick <= 30; tick++) {
      wheel.expire(tick * TICK, 100);
      assertEquals(tick / 3, fired.size());
      assertEquals(1, wheel.size());
    }
    assertFalse(scheduledInside[0]);
  }

  @Test
  void lateTimerThatReArmsIntoThePastFiresOncePerCollection() {
    Timer[] self = new Timer[1];
    self[0] =
        new RecordingTimer(
            "late", fired, () -> wheel.schedule(self[0], self[0].deadlineNanos() + TICK));
    wheel.schedule(self[0], TICK);
    assertEquals(1, wheel.expire(1_000 * TICK, 1_000_000));
    assertEquals(1, wheel.expire(1_001 * TICK, 1_000_000));
  }

  @Test
  void cancelsAnotherThatIsDueInTheSameTick() {
    Timer victim = new RecordingTimer("victim", fired);
    boolean[] cancelled = new boolean[2];
    Timer first =
        new RecordingTimer(
            "first",
            fired,
            () -> {
              cancelled[0] = wheel.cancel(victim);
              cancelled[1] = wheel.cancel(victim);
            });
    wheel.schedule(first, TICK);
    wheel.schedule(victim, TICK);
    wheel.schedule(new RecordingTimer("third", fired), TICK);
    assertEquals(2, wheel.expire(TICK, 100));
    assertEquals(List.of("first", "third"), fired);
    assertTrue(cancelled[0]);
    assertFalse(cancelled[1]);
    assertEquals(0, wheel.size());
  }

  @Test
  void reArmsAnotherThatIsDueInTheSameTick() {
    Timer other = new RecordingTimer("other", fired);
    wheel.schedule(new RecordingTimer("first", fired, () -> wheel.schedule(other, 7 * TICK)), TICK);
    wheel.schedule(other, TICK);
    assertEquals(1, wheel.expire(TICK, 100));
    assertEquals(1, wheel.size());
    assertEquals(0, wheel.expire(7 * TICK - 1, 100));
    assertEquals(1, wheel.expire(7 * TICK, 100));
    assertEquals(List.of("first", "other"), fired);
  }

  @Test
  void cancellingItselfInItsOwnCallbackFindsNothing() {
    Timer[] self = new Timer[1];
    boolean[] cancelled = {true};
    self[0] = new RecordingTimer("a", fired, () -> cancelled[0] = wheel.cancel(self[0]));
    wheel.schedule(self[0], TICK);
    wheel.expire(TICK, 1);
    assertFalse(cancelled[0]);
    assertEquals(0, wheel.size());
  }

  @Test
  void exceptionGoesToTheCallerAndTheRestStaysDue() {
    IllegalStateException thrown = new IllegalStateException("from the callback");
    wheel.schedule(new RecordingTimer("a", fired), TICK);
    Timer failing =
        new RecordingTimer(
            "failing",
            fired,
            () -> {
              throw thrown;
            });
    wheel.schedule(failing, TICK);
    wheel.schedule(new RecordingTimer("c", fired), TICK);
    Exception caught =
        assertThrows(IllegalStateException.class, () -> wheel.expire(TICK, Integer.MAX_VALUE));
    assertEquals(thrown, caught);
    assertFalse(failing.isScheduled());
    assertEquals(1, wheel.size());
    assertEquals(0, wheel.nextDelayNanos(TICK));
    assertEquals(1, wheel.expire(TICK, Integer.MAX_VALUE));
    assertEquals(List.of("a", "failing", "c"), fired);
  }

  @Test
  void callbackThatDrivesTheWheelItselfKeepsOrderAndCount() {
    wheel.schedule(new RecordingTimer("a", fired, () -> wheel.expire(3 * TICK, 1)), TICK);
    wheel.schedule(new RecordingTimer("b", fired), TICK);
    wheel.schedule(new RecordingTimer("c", fired), 2 * TICK);
    assertEquals(2, wheel.expire(TICK, 100));
    assertEquals(List.of("a", "b", "c"), fired);
    assertEquals(0, wheel.size());
  }
}
