package dev.millrace.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Seeds;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is wrong with a plan's text is said in one line that names the rule. */
@Timeout(60)
class PlanThatCannotBeReadTest {

  private static void assertRefused(String rule, String why) {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> FaultPlan.parse("seed=1 " + rule + "\nnull-accept=1"));
    assertEquals("fault plan: '" + rule + "': " + why, refused.getMessage());
  }

  @Test
  void seeds() {
    for (String rule : new String[] {"seed", "seed=", "seed=x", "seed=1.5", "seed=1=2"}) {
      assertRefused(rule, "the seed is not a number; write seed=42");
    }
    assertRefused("seed=9223372036854775808", "the seed is not a number; write seed=42");
  }

  @Test
  void names() {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> FaultPlan.parse("shortread=1"));
    String message = refused.getMessage();
    assertTrue(
        message.startsWith(
            "fault plan: 'shortread=1': there is no fault of that name; known are seed, short-read,"
                + " short-write"),
        message);
    for (FaultKind kind : FaultKind.values()) {
      assertTrue(message.contains(" " + kind.word()), message);
    }
    assertThrows(IllegalArgumentException.class, () -> FaultPlan.parse("SHORT-READ=1"));
    assertThrows(IllegalArgumentException.class, () -> FaultPlan.parse("=1"));
  }

  @Test
  void chances() {
    for (String rule :
        new String[] {"read-error", "read-error=", "read-error=x", "read-error==1"}) {
      assertRefused(rule, "the chance is not a number; write read-error=0.1");
    }
    for (String rule :
        new String[] {
          "read-error=1.1", "read-error=-0.1", "read-error=NaN", "read-error=Infinity"
        }) {
      assertRefused(rule, "the chance is not 0 to 1; write read-error=0.1");
    }
  }

  @Test
  void amounts() {
    assertRefused("null-accept=1:5", "this fault has no amount; write null-accept=1");
    for (String range : new String[] {"", "x", "1..", "..1", "-1", "1ms", "1..2ms", "1...2"}) {
      assertRefused(
          "short-read=1:" + range, "the amount is in bytes; write short-read=0.1:1..4096");
    }
    for (String range : new String[] {"", "x", "5", "5m", "5ms..", "..5ms", "5ms..6", "-5ms"}) {
      assertRefused("latency=1:" + range, "the amount is a time; write latency=0.1:5ms..20ms");
    }
    assertRefused("short-read=1:5..4", "the range goes down; write the smaller number first");
    assertRefused("latency=1:1s..5ms", "the range goes down; write the smaller number first");
    assertRefused("latency=1:9223372037s", "the time is over three centuries; write a shorter one");
    assertRefused(
        "latency=1:99999999999999999999ns",
        "the time is over three centuries; write a shorter one");
    assertRefused(
        "short-read=1:9223372036854775808", "so many bytes can't be counted; write fewer");
  }

  @Test
  void madeByCallsInsteadOfText() {
    FaultPlan none = FaultPlan.none();
    assertThrows(IllegalArgumentException.class, () -> none.with(FaultKind.SHORT_READ, 1.01));
    assertThrows(IllegalArgumentException.class, () -> none.with(FaultKind.SHORT_READ, Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> none.with(FaultKind.SHORT_READ, 1, -1, 1));
    assertThrows(IllegalArgumentException.class, () -> none.with(FaultKind.SHORT_READ, 1, 2, 1));
    assertThrows(NullPointerException.class, () -> none.with(null, 1, 1, 1));
  }

  /**
   * Random text, most of it made of the words of the language, so that all that can be half right
   * occurs.
   */
  @Test
  void randomText() {
    int[] read = new int[1];
    Seeds.each(
        10,
        random -> {
          for (int i = 0; i < 2_000; i++) {
            String text = randomText(random);
            try {
              String written = FaultPlan.parse(text).toString();
              assertEquals(written, FaultPlan.parse(written).toString(), text);
              read[0]++;
            } catch (IllegalArgumentException e) {
              assertEquals(IllegalArgumentException.class, e.getClass(), text);
              assertNamesARule(e.getMessage(), text);
            }
          }
        });
    assertTrue(read[0] > 0, "no text was right");
  }

  private static void assertNamesARule(String message, String text) {
    assertEquals(1, message.lines().count(), message);
    assertTrue(message.startsWith("fault plan: '"), message);
    int end = message.indexOf("': ", 13);
    boolean named = false;
    // The rule itself may hold these signs, so the first of them need not be the end.
    while (end >= 0 && !named) {
      String rule = message.substring(13, end);
      named = !rule.isEmpty() && text.contains(rule) && end + 3 < message.length();
      end = message.indexOf("': ", end + 1);
    }
    assertTrue(named, () -> message + " of " + text);
  }

  private static String randomText(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    int rules = random.nextInt(4);
    for (int i = 0; i <= rules; i++) {
      text.append(random.nextInt(4) == 0 ? randomPieces(random) : randomRule(random));
      text.append(any(random, " ", ",", ";", "\n", "\r\n", "\t", " # a word\n", "\u2028", ""));
    }
    if (random.nextInt(4) == 0) {
      int at = random.nextInt(text.length() + 1);
      text.insert(
          at, (char) (random.nextInt(3) == 0 ? random.nextInt(65_536) : random.nextInt(128)));
    }
    return text.toString();
  }

  private static String randomRule(SplittableRandom random) {
    FaultKind[] kinds = FaultKind.values();
    FaultKind kind = kinds[random.nextInt(kinds.length)];
    String rule = kind.word() + "=" + any(random, "0", "1", "0.5", "1e-6", "0.3333333", "1e-9");
    if (kind.unit() != FaultKind.Unit.NONE && random.nextBoolean()) {
      String unit = kind.unit() == FaultKind.Unit.BYTES ? "" : any(random, "ns", "us", "ms", "s");
      long low = random.nextLong() >>> (1 + random.nextInt(63));
      rule += ":" + low + unit;
      if (random.nextBoolean()) {
        rule += ".." + (low + random.nextInt(1_000)) + unit;
      }
    }
    return rule;
  }

  private static String randomPieces(SplittableRandom random) {
    StringBuilder pieces = new StringBuilder();
    for (int n = random.nextInt(8); n >= 0; n--) {
      pieces.append(
          any(
              random,
              "seed",
              "short-read",
              "latency",
              "null-accept",
              "=",
              "=",
              ":",
              "..",
              "0.1",
              "1",
              "-",
              ".",
              "5",
              "ms",
              "s",
              "ns",
              "NaN",
              "0x1p-1",
              "1d",
              "9999999999999999999",
              "\u0663",
              "\u0000",
              "'",
              "': ",
              "#",
              "\ud83c"));
    }
    return pieces.toString();
  }

  private static String any(SplittableRandom random, String... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
