package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.timer.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TimersOfALoopTest {
  /** One tick of the wheel: a timer may be late by this, and is never early. */
  private static final long TICK_NANOS = 1L << 20;

  @Test
  void neverEarlyAndAtMostATickLate() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      f.loop.turn(0);
      List<Long> fired = new ArrayList<>();
      long start = f.clock.nanos;
      f.loop.schedule(Duration.ofMillis(10), () -> fired.add(f.clock.nanos));
      f.clock.nanos = start + 10_000_000 - 1;
      f.loop.turn(0);
      assertEquals(List.of(), fired);
      f.clock.nanos = start + 10_000_000 + TICK_NANOS;
      f.loop.turn(0);
      assertEquals(1, fired.size());
      f.clock.moveMillis(100);
      f.loop.turn(0);
      assertEquals(1, fired.size());
    }
  }

  @Test
  void armedInACallbackFiresInALaterTurn() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      f.loop.turn(0);
      List<String> fired = new ArrayList<>();
      f.loop.schedule(
          Duration.ZERO,
          () -> {
            fired.add("first");
            f.loop.schedule(Duration.ZERO, () -> fired.add("second"));
            f.clock.moveMillis(50);
          });
      f.clock.moveMillis(5);
      f.loop.turn(0);
      assertEquals(List.of("first"), fired);
      f.clock.moveMillis(5);
      f.loop.turn(0);
      assertEquals(List.of("first", "second"), fired);
    }
  }

  @Test
  void cancelledAndArmedAnew() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      f.loop.turn(0);
      List<Long> fired = new ArrayList<>();
      long start = f.clock.nanos;
      Timer timer = f.loop.schedule(Duration.ofMillis(10), () -> fired.add(f.clock.nanos - start));
      assertTrue(f.loop.cancel(timer));
      assertFalse(f.loop.cancel(timer));
      f.clock.moveMillis(20);
      f.loop.turn(0);
      assertEquals(List.of(), fired);
      f.loop.schedule(timer, Duration.ofMillis(10));
      f.loop.schedule(timer, Duration.ofMillis(50));
      f.clock.moveMillis(20);
      f.loop.turn(0);
      assertEquals(List.of(), fired);
      f.clock.moveMillis(40);
      f.loop.turn(0);
      assertEquals(List.of(80_000_000L), fired);
      assertFalse(f.loop.cancel(timer));
    }
  }

  @Test
  void delayCountsFromTheCallAlsoInALongTurn() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      List<Long> fired = new ArrayList<>();
      f.loop.execute(
          () -> {
            f.clock.moveMillis(1000); // a task that computes for a second
            f.loop.schedule(Duration.ofMillis(500), () -> fired.add(f.clock.nanos));
          });
      f.loop.turn(0);
      long armed = f.clock.nanos;
      f.clock.moveMillis(499);
      f.loop.turn(0);
      assertEquals(List.of(), fired);
      f.clock.nanos = armed + 500_000_000 + TICK_NANOS;
      f.loop.turn(0);
      assertEquals(1, fired.size());
    }
  }

  @Test
  void hugeAndNegativeDelays() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      f.loop.turn(0);
      List<String> fired = new ArrayList<>();
      f.loop.schedule(Duration.ofSeconds(Long.MAX_VALUE), () -> fired.add("never"));
      f.loop.schedule(Duration.ofDays(36_500), () -> fired.add("century"));
      f.loop.schedule(Duration.ofMillis(-5), () -> fired.add("past"));
      f.loop.schedule(Duration.ofSeconds(Long.MIN_VALUE), () -> fired.add("long past"));
      f.clock.moveMillis(10);
      f.loop.turn(0);
      assertEquals(List.of("past", "long past"), fired);
      f.clock.nanos += Duration.ofDays(36_499).toNanos();
      f.loop.turn(0);
      assertEquals(2, fired.size());
      f.clock.nanos += Duration.ofDays(2).toNanos();
      f.loop.turn(0);
      assertEquals(List.of("past", "long past", "century"), fired);
    }
  }
}
