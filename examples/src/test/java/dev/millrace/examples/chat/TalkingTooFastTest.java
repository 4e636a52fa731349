package dev.millrace.examples.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class TalkingTooFastTest {
  private static final long SECOND = 1_000_000_000L;

  /** System.nanoTime() may begin anywhere, and pass the largest number. */
  @ParameterizedTest
  @ValueSource(longs = {0, -5_000_000_000L, Long.MAX_VALUE - 1, Long.MIN_VALUE})
  void aBurstAtOnceAndThenTheRate(long start) {
    Pace pace = new Pace(1000, 3000, start);
    for (int i = 0; i < 4; i++) {
      assertEquals(0, pace.waitNanos(start), "line " + i);
      pace.spend(1000, start);
    }
    assertEquals(SECOND, pace.waitNanos(start));
    assertEquals(1, pace.waitNanos(start + SECOND - 1));
    assertEquals(0, pace.waitNanos(start + SECOND));
    pace.spend(500, start + SECOND);
    assertEquals(SECOND / 2, pace.waitNanos(start + SECOND));
  }

  @Test
  void silenceSavesNoMoreThanTheBurst() {
    Pace pace = new Pace(1000, 3000, 0);
    pace.spend(6000, 1000 * SECOND);
    assertEquals(3 * SECOND, pace.waitNanos(1000 * SECOND));
  }

  @Test
  void withoutARateNobodyWaits() {
    Pace pace = new Pace(0, 3000, 0);
    for (int i = 0; i < 1000; i++) {
      pace.spend(1 << 20, 0);
    }
    assertEquals(0, pace.waitNanos(0));
  }
}
