package dev.millrace.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ScheduleIsFixedTest {
  @Test
  void connectionsAskInTurnAndEvenlySpread() {
    Schedule schedule = new Schedule(1_000, 1_000, 4, 0, 1);
    for (int g = 0; g < 12; g++) {
      assertEquals(1_000 + g * 1_000_000L, schedule.nextNanos());
      assertEquals(g % 4, schedule.nextConnection());
      schedule.advance();
    }
  }

  @Test
  void threadsShareOneScheduleWithoutGapsAlsoIfTheirConnectionsDiffer() {
    Schedule[] threads = new Schedule[3];
    for (int t = 0; t < 3; t++) {
      threads[t] = new Schedule(0, 1_000_000, 7, t, 3); // 3, 2 and 2 connections
    }
    for (int g = 0; g < 70; g++) {
      Schedule owner = threads[g % 7 % 3];
      assertEquals(g * 1_000L, owner.nextNanos(), "request " + g);
      assertEquals(g % 7, owner.nextConnection(), "request " + g);
      owner.advance();
    }
  }

  @Test
  void aRateThatDividesNothingDoesNotDrift() {
    Schedule schedule = new Schedule(0, 300_000, 1, 0, 1);
    for (int g = 0; g < 3_000_000; g++) {
      schedule.advance();
    }
    assertEquals(10_000_000_000L, schedule.nextNanos());
  }

  @Test
  void itIsDueAtItsMomentAndNotBefore() {
    Schedule schedule = new Schedule(500, 1_000, 1, 0, 1);
    assertFalse(schedule.isDue(499));
    assertTrue(schedule.isDue(500));
    assertTrue(schedule.isDue(501));
  }

  @Test
  void theClockMayWrap() {
    Schedule schedule = new Schedule(Long.MAX_VALUE - 500_000, 1_000, 1, 0, 1);
    assertTrue(schedule.isDue(Long.MAX_VALUE));
    schedule.advance();
    assertFalse(schedule.isDue(Long.MAX_VALUE));
    assertFalse(schedule.isDue(Long.MIN_VALUE + 499_998));
    assertTrue(schedule.isDue(Long.MIN_VALUE + 499_999));
  }
}
