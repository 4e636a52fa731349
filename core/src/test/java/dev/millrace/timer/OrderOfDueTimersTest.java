package dev.millrace.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrderOfDueTimersTest {
  private static final long TICK = TimerWheel.DEFAULT_TICK_NANOS;

  private final TimerWheel wheel = new TimerWheel(0);
  private final List<String> fired = new ArrayList<>();

  @Test
  void earlierTickFirstHoweverScheduled() {
    schedule("c", 5_000 * TICK);
    schedule("a", 3 * TICK);
    schedule("d", 300_000 * TICK);
    schedule("b", 70 * TICK);
    expire(300_000 * TICK);
    assertEquals(List.of("a", "b", "c", "d"), fired);
  }

  @Test
  void firstScheduledFirstWithinOneTick() {
    // Within one tick the order of scheduling counts, not that of the deadlines.
    schedule("a", 10 * TICK);
    schedule("b", 9 * TICK + 1);
    schedule("c", 10 * TICK - 1);
    expire(10 * TICK);
    assertEquals(List.of("a", "b", "c"), fired);
  }

  @Test
  void firstScheduledFirstAlsoAcrossCascades() {
    // Armed from four distances, so each took another way down through the levels.
    long deadline = (3L * 64 * 64 * 64 + 5 * 64 * 64 + 7 * 64 + 9) * TICK;
    schedule("from level 3", deadline);
    expire(deadline - 6L * 64 * 64 * TICK + TICK);
    schedule("from level 2", deadline);
    expire(deadline - 8L * 64 * TICK + TICK);
    schedule("from level 1", deadline);
    expire(deadline - 2 * TICK);
    schedule("from level 0", deadline);
    expire(deadline - 1);
    assertEquals(List.of(), fired);
    expire(deadline);
    assertEquals(List.of("from level 3", "from level 2", "from level 1", "from level 0"), fired);
  }

  @Test
  void reArmedForTheSameTickLinesUpBehind() {
    Timer a = schedule("a", 10 * TICK);
    schedule("b", 10 * TICK);
    wheel.schedule(a, 10 * TICK);
    expire(10 * TICK);
    assertEquals(List.of("b", "a"), fired);
  }

  @Test
  void leftoversFireBeforeWhatIsCollectedLater() {
    schedule("a", TICK);
    schedule("b", TICK);
    schedule("c", 2 * TICK);
    assertEquals(1, wheel.expire(TICK, 1));
    assertEquals(2, wheel.expire(2 * TICK, 10));
    assertEquals(List.of("a", "b", "c"), fired);
  }

  private Timer schedule(String name, long deadline) {
    Timer timer = new RecordingTimer(name, fired);
    wheel.schedule(timer, deadline);
    return timer;
  }

  private void expire(long now) {
    wheel.expire(now, Integer.MAX_VALUE);
  }
}
