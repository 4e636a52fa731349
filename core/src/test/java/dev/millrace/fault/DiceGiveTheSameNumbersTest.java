package dev.millrace.fault;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The numbers are a promise: a seed that was written down years ago still gives the same run. Those
 * here were not computed by this code, but by another implementation of the published algorithm,
 * and those of seed 1234567 are the ones that are published with it.
 */
@Timeout(60)
class DiceGiveTheSameNumbersTest {

  private static void assertNumbers(long seed, long... expected) {
    Dice dice = new Dice(seed);
    long[] numbers = new long[expected.length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = dice.next();
    }
    assertArrayEquals(expected, numbers);
  }

  @Test
  void seed0() {
    assertNumbers(
        0,
        0xE220A8397B1DCDAFL,
        0x6E789E6AA1B965F4L,
        0x06C45D188009454FL,
        0xF88BB8A8724C81ECL,
        0x1B39896A51A8749BL);
  }

  @Test
  void seed1() {
    assertNumbers(
        1,
        0x910A2DEC89025CC1L,
        0xBEEB8DA1658EEC67L,
        0xF893A2EEFB32555EL,
        0x71C18690EE42C90BL,
        0x71BB54D8D101B5B9L);
  }

  @Test
  void seed42() {
    assertNumbers(
        42,
        0xBDD732262FEB6E95L,
        0x28EFE333B266F103L,
        0x47526757130F9F52L,
        0x581CE1FF0E4AE394L,
        0x09BC585A244823F2L);
  }

  @Test
  void thePublishedSeed() {
    assertNumbers(
        1234567,
        6457827717110365317L,
        3203168211198807973L,
        Long.parseUnsignedLong("9817491932198370423"),
        4593380528125082431L,
        Long.parseUnsignedLong("16408922859458223821"));
  }

  /** A plan's faults follow from these, so they are pinned too: each is worked out from above. */
  @Test
  void drawnFromTheNumbers() {
    long number = 0xBDD732262FEB6E95L;
    assertEquals((int) ((number >>> 1) % 6), new Dice(42).below(6));
    assertEquals(10 + (number >>> 1) % 91, new Dice(42).between(10, 100));
    assertEquals((number >>> 1) % 1_000_000 < 500_000, new Dice(42).happens(500_000));
  }

  @Test
  void resetBeginsAnew() {
    Dice dice = new Dice(42);
    dice.next();
    dice.reset(0);
    assertEquals(0xE220A8397B1DCDAFL, dice.next());
  }

  @Test
  void whatNeverHappensDrawsNoNumber() {
    Dice dice = new Dice(0);
    assertEquals(false, dice.happens(0));
    assertEquals(0xE220A8397B1DCDAFL, dice.next());
  }
}
