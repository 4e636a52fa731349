package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Completions that come and go, so that the ring of them goes round, and grows while it does. */
@Timeout(20)
class CompletionsInARingTest {
  private final Completions completions = new Completions();
  private final ArrayDeque<WriteCompletion> expected = new ArrayDeque<>();
  private long offset;
  private long told;

  /** One more, due ten bytes behind the one before. */
  private void add() {
    // Each an object of its own, which a lambda without state would not be.
    long mine = offset += 10;
    WriteCompletion completion = (connection, handed) -> assertTrue(mine > 0);
    completions.add(mine, completion);
    expected.add(completion);
    assertEquals(expected.size(), completions.size());
  }

  private void tellOne() {
    told += 10;
    assertNull(completions.poll(told - 1), "a byte before it is due");
    assertSame(expected.poll(), completions.poll(told));
    assertEquals(expected.size(), completions.size());
  }

  @Test
  void eachIsTakenOnceAtItsOffset() {
    assertNull(completions.poll(Long.MAX_VALUE));
    for (int i = 0; i < 5; i++) {
      add();
      tellOne();
      assertNull(completions.poll(Long.MAX_VALUE));
    }
  }

  @Test
  void theRingGoesRoundAndGrowsFromItsMiddle() {
    for (int round = 1; round <= 40; round++) {
      for (int i = 0; i < 5; i++) {
        add();
      }
      for (int i = 0; i < 3; i++) {
        tellOne();
      }
    }
    while (!expected.isEmpty()) {
      tellOne();
    }
    assertEquals(0, completions.size());
  }

  @Test
  void severalAtTheSameOffsetInTheirOrder() {
    WriteCompletion first = (connection, handed) -> assertFalse(handed);
    WriteCompletion second = (connection, handed) -> assertTrue(handed);
    completions.add(7, first);
    completions.add(7, second);
    assertNull(completions.poll(6));
    assertSame(first, completions.poll(7));
    assertSame(second, completions.poll(7));
  }

  @Test
  void theMostThereMayBeAndNotOneEarlier() {
    for (int i = 0; i < Completions.MAX; i++) {
      assertFalse(completions.isFull());
      add();
    }
    assertTrue(completions.isFull());
    tellOne();
    assertFalse(completions.isFull());
  }
}
