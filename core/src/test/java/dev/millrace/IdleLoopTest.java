package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** There is no tick: with nothing to do the loop sleeps until there is. */
@Timeout(30)
class IdleLoopTest {

  @Test
  void withoutTimersSleepsForEver() throws Exception {
    LoopFixture.CountingProvider provider = new LoopFixture.CountingProvider(true);
    EventLoop loop = new EventLoop(provider, System::nanoTime, LoopFixture.options());
    loop.start();
    provider.last().awaitAsleep();
    assertEquals(List.of(0L), provider.last().timeouts());
    assertEquals(0, provider.last().immediateSelects());
    loop.close();
  }

  @Test
  void withATimerSleepsUntilItsSlot() throws Exception {
    LoopFixture.CountingProvider provider = new LoopFixture.CountingProvider(false);
    try (LoopFixture f = new LoopFixture(provider, LoopFixture.options())) {
      f.loop.turn(0);
      f.loop.schedule(Duration.ofMillis(10), () -> {});
      f.loop.turn(Long.MAX_VALUE);
      // Ten ticks of 2^20 ns, rounded up to milliseconds: never shorter than the delay.
      long tenTicks = (10 << 20) / 1_000_000 + 1;
      assertEquals(List.of(tenTicks), provider.last().timeouts());
    }
  }

  @Test
  void waitIsNeverLongerThanAsked() throws Exception {
    LoopFixture.CountingProvider provider = new LoopFixture.CountingProvider(false);
    try (LoopFixture f = new LoopFixture(provider, LoopFixture.options())) {
      f.loop.turn(0);
      f.loop.schedule(Duration.ofHours(1), () -> {});
      f.loop.turn(2_000_001);
      assertEquals(List.of(3L), provider.last().timeouts());
    }
  }

  @Test
  void wakesAtMostOncePerCascade() throws Exception {
    // An hour is four levels of the wheel: each coarse slot on the way may wake the loop once.
    LoopFixture.CountingProvider provider = new LoopFixture.CountingProvider(false);
    try (LoopFixture f = new LoopFixture(provider, LoopFixture.options())) {
      f.loop.turn(0);
      boolean[] fired = new boolean[1];
      long due = f.clock.nanos + Duration.ofHours(1).toNanos();
      f.loop.schedule(Duration.ofHours(1), () -> fired[0] = true);
      int turns = 0;
      for (; !fired[0] && turns < 100; turns++) {
        f.loop.turn(Long.MAX_VALUE);
        if (!fired[0]) {
          List<Long> timeouts = provider.last().timeouts();
          f.clock.moveMillis(timeouts.get(timeouts.size() - 1));
        }
      }
      assertTrue(fired[0]);
      assertTrue(f.clock.nanos >= due);
      assertTrue(turns <= 6, "turns " + turns);
    }
  }
}
