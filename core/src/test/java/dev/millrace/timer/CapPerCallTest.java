package dev.millrace.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CapPerCallTest {
  private static final long TICK = TimerWheel.DEFAULT_TICK_NANOS;

  private final TimerWheel wheel = new TimerWheel(0);
  private final List<String> fired = new ArrayList<>();

  @Test
  void restStaysDueAndInOrder() {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      wheel.schedule(new RecordingTimer("t" + i, fired), (1 + i / 4) * TICK);
      all.add("t" + i);
    }
    assertEquals(4, wheel.expire(3 * TICK, 4));
    assertEquals(all.subList(0, 4), fired);
    assertEquals(6, wheel.size());
    assertEquals(0, wheel.nextDelayNanos(3 * TICK));
    assertEquals(4, wheel.expire(3 * TICK, 4));
    assertEquals(2, wheel.expire(3 * TICK, 4));
    assertEquals(all, fired);
    assertEquals(0, wheel.expire(3 * TICK, 4));
  }

  @Test
  void capOfZeroCollectsOnly() {
    Timer timer = new RecordingTimer("a", fired);
    wheel.schedule(timer, TICK);
    assertEquals(0, wheel.expire(TICK, 0));
    assertTrue(timer.isScheduled());
    assertEquals(0, wheel.nextDelayNanos(TICK));
    assertEquals(timer, wheel.poll());
  }

  @Test
  void reArmingTimersDoNotStarveThoseLeftOver() {
    for (int i = 0; i < 3; i++) {
      Timer[] self = new Timer[1];
      self[0] = new RecordingTimer("t" + i, fired, () -> wheel.schedule(self[0], 0));
      wheel.schedule(self[0], TICK);
    }
    for (int turn = 1; turn <= 3; turn++) {
      assertEquals(2, wheel.expire(turn * TICK, 2));
    }
    assertEquals(List.of("t0", "t1", "t2", "t0", "t1", "t2"), fired);
  }
}
