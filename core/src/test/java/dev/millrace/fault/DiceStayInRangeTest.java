package dev.millrace.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Seeds;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is drawn lies in the range asked for, both ends included, however wide it is. */
@Timeout(60)
class DiceStayInRangeTest {

  @Test
  void eachNumberBelowTheBoundComesUp() {
    Dice dice = new Dice(7);
    Set<Integer> seen = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      int n = dice.below(6);
      assertTrue(n >= 0 && n < 6, () -> "drew " + n);
      seen.add(n);
    }
    assertEquals(6, seen.size());
    assertEquals(0, dice.below(1));
  }

  @Test
  void bothEndsOfASmallRange() {
    Dice dice = new Dice(7);
    Set<Long> even = new HashSet<>();
    Set<Long> skewed = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      even.add(dice.between(-2, 3));
      skewed.add(dice.skewed(5, 70));
    }
    assertEquals(Set.of(-2L, -1L, 0L, 1L, 2L, 3L), even);
    assertTrue(skewed.contains(5L) && skewed.contains(70L), skewed::toString);
    assertTrue(skewed.stream().allMatch(n -> n >= 5 && n <= 70), skewed::toString);
  }

  @Test
  void skewedMeansThatSmallOnesAreMoreLikely() {
    Dice dice = new Dice(7);
    int small = 0;
    for (int i = 0; i < 10_000; i++) {
      if (dice.skewed(0, 65_535) < 256) {
        small++;
      }
    }
    // 9 of the 17 powers of two lie there, and 1 in 256 of all numbers.
    assertTrue(small > 5_000, "of 10,000 were small: " + small);
  }

  @Test
  void aRangeOfOneNumber() {
    Dice dice = new Dice(7);
    assertEquals(9, dice.between(9, 9));
    assertEquals(9, dice.skewed(9, 9));
  }

  @Test
  void neverAndAlways() {
    Dice dice = new Dice(7);
    for (int i = 0; i < 100_000; i++) {
      assertFalse(dice.happens(0));
      assertTrue(dice.happens(1_000_000));
    }
  }

  @Test
  void aChanceIsAboutWhatItSays() {
    Dice dice = new Dice(7);
    int happened = 0;
    for (int i = 0; i < 1_000_000; i++) {
      if (dice.happens(1_000)) {
        happened++;
      }
    }
    // 1,000 are due; 200 is more than six times the standard deviation. The seed is fixed.
    assertEquals(1_000, happened, 200);
  }

  @Test
  void randomRanges() {
    Seeds.each(
        20,
        random -> {
          Dice dice = new Dice(random.nextLong());
          for (int i = 0; i < 10_000; i++) {
            long min = random.nextLong() >> random.nextInt(64);
            long span = random.nextLong() >>> (1 + random.nextInt(63));
            if (min > Long.MAX_VALUE - span) {
              min = -min;
            }
            long low = min;
            long high = min + span;
            long even = dice.between(low, high);
            assertTrue(even >= low && even <= high, () -> low + ".." + high + " gave " + even);
            long skewed = dice.skewed(low, high);
            assertTrue(
                skewed >= low && skewed <= high, () -> low + ".." + high + " gave " + skewed);
          }
        });
  }

  @Test
  void theWidestRanges() {
    Dice dice = new Dice(7);
    for (int i = 0; i < 1_000; i++) {
      assertTrue(dice.between(0, Long.MAX_VALUE) >= 0);
      assertTrue(dice.skewed(0, Long.MAX_VALUE) >= 0);
      assertTrue(dice.between(Long.MIN_VALUE, -1) < 0);
      assertTrue(dice.skewed(Long.MIN_VALUE, -1) < 0);
    }
  }

  @Test
  void whatIsNoRangeIsRefused() {
    Dice dice = new Dice(7);
    assertThrows(IllegalArgumentException.class, () -> dice.below(0));
    assertThrows(IllegalArgumentException.class, () -> dice.below(-1));
    assertThrows(IllegalArgumentException.class, () -> dice.between(5, 3));
    assertThrows(IllegalArgumentException.class, () -> dice.skewed(5, 3));
    assertThrows(
        IllegalArgumentException.class, () -> dice.between(Long.MIN_VALUE, Long.MAX_VALUE));
    assertThrows(IllegalArgumentException.class, () -> dice.skewed(-1, Long.MAX_VALUE));
  }
}
