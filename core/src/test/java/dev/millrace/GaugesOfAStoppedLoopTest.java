package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A health check that goes on asking after the end is told that nothing is left.
 *
 * <p>Found by the simulation's scenario {@code loop-budget}, seed 3523 in safety mode: the loop was
 * stopped while its memory was short, and the timer that watches over that was counted for ever.
 */
@Timeout(30)
class GaugesOfAStoppedLoopTest {

  @Test
  void aTimerThatWasArmedAtTheEndIsNoneAfterIt() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      f.loop.turn(0);
      f.loop.schedule(Duration.ofSeconds(1), () -> {});
      assertEquals(1, f.loop.stats().timers());
      f.loop.stop();
      f.loop.turn(0);
      assertEquals(new LoopStats(0, 0, 0, 0), f.loop.stats());
    }
  }
}
