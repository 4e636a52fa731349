package dev.millrace.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.fault.FaultKind.Unit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A plan is read from its text and written to it. */
@Timeout(60)
class PlanInWordsTest {
  private static final Path SOURCE = Path.of("src/main/java/dev/millrace/fault/FaultPlan.java");

  @Test
  void theDocumentedExample() throws IOException {
    String source = Files.readString(SOURCE);
    String example =
        source
            .substring(source.indexOf("<pre>") + 5, source.indexOf("</pre>"))
            .lines()
            .map(line -> line.replaceFirst("^ \\*", ""))
            .collect(Collectors.joining("\n"));

    FaultPlan plan = FaultPlan.parse(example);

    assertEquals(42, plan.seed());
    assertEquals(
        "seed=42 short-read=0.25:1..100 null-accept=0.05 reset-at=0.1:0..4096"
            + " latency=1.0:5000000ns..20000000ns",
        plan.toString());
  }

  @Test
  void nothingAtAll() {
    for (String text : new String[] {"", " \t\r\n,;\n", "# only a comment", "seed=0"}) {
      assertEquals("seed=0", FaultPlan.parse(text).toString());
    }
    assertEquals("seed=0", FaultPlan.none().toString());
    for (FaultKind kind : FaultKind.values()) {
      assertFalse(FaultPlan.none().has(kind));
    }
  }

  @Test
  void separatorsAndComments() {
    FaultPlan plan =
        FaultPlan.parse("read-error=1,write-error=1;null-accept=1 # reset-at=1\r\nseed=-3");
    assertEquals("seed=-3 null-accept=1.0 read-error=1.0 write-error=1.0", plan.toString());
  }

  @Test
  void theLastWordOfAKindCounts() {
    assertEquals(
        "seed=2 short-read=0.5:3..3",
        FaultPlan.parse("seed=1 short-read=0.1 seed=2 short-read=0.5:3").toString());
    assertFalse(FaultPlan.parse("short-read=0.1 short-read=0").has(FaultKind.SHORT_READ));
  }

  @Test
  void unitsOfTime() {
    assertEquals(
        "seed=0 latency=1.0:7ns..8000ns", FaultPlan.parse("latency=1:7ns..8us").toString());
    assertEquals(
        "seed=0 latency=1.0:9000000ns..10000000000ns",
        FaultPlan.parse("latency=1:9ms..10s").toString());
  }

  @Test
  void everyKindMakesTheRoundTripWithItsOwnRange() {
    FaultPlan all = FaultPlan.none().withSeed(Long.MIN_VALUE);
    for (FaultKind kind : FaultKind.values()) {
      FaultPlan one = FaultPlan.parse(kind.word() + "=0.000001");
      assertTrue(one.has(kind));
      assertEquals(one.toString(), FaultPlan.parse(one.toString()).toString());
      all = all.with(kind, 0.999999);
    }
    assertEquals(all.toString(), FaultPlan.parse(all.toString()).toString());
  }

  @Test
  void theLargestAmountsMakeTheRoundTrip() {
    FaultPlan plan =
        FaultPlan.parse("latency=1:20000000s..9223372036s")
            .with(FaultKind.RESET_AT, 1, 0, Long.MAX_VALUE)
            .with(FaultKind.TASK_STALL, 1, 0, Long.MAX_VALUE);
    assertEquals(plan.toString(), FaultPlan.parse(plan.toString()).toString());
  }

  @Test
  void aKindIsDescribedWithoutContradiction() {
    for (FaultKind kind : FaultKind.values()) {
      assertEquals(kind.name().toLowerCase(Locale.ROOT), kind.word().replace('-', '_'));
      assertTrue(kind.defaultMin() >= 0 && kind.defaultMin() <= kind.defaultMax(), kind.word());
      assertEquals(kind.unit() == Unit.NONE, kind.defaultMax() == 0, kind.word());
    }
    assertEquals(
        FaultKind.values().length,
        Arrays.stream(FaultKind.values()).map(FaultKind::word).distinct().count());
  }

  @Test
  void amountsAreDrawnFromTheRange() {
    Dice dice = new Dice(1);
    FaultPlan plan = FaultPlan.parse("short-read=1:3..5 latency=1:3ns..5ns null-accept=1");
    for (int i = 0; i < 1_000; i++) {
      for (FaultKind kind : new FaultKind[] {FaultKind.SHORT_READ, FaultKind.LATENCY}) {
        long amount = plan.amount(kind, dice);
        assertTrue(amount >= 3 && amount <= 5, () -> kind + " " + amount);
      }
      assertTrue(plan.happens(FaultKind.NULL_ACCEPT, dice));
    }
  }

  @Test
  void whatIsNotPlannedNeverHappensAndDrawsNothing() {
    Dice dice = new Dice(0);
    assertFalse(FaultPlan.none().happens(FaultKind.READ_ERROR, dice));
    assertThrows(
        IllegalArgumentException.class, () -> FaultPlan.none().amount(FaultKind.SHORT_READ, dice));
    assertEquals(new Dice(0).next(), dice.next());
  }

  @Test
  void aPlanDoesNotChange() {
    FaultPlan plan = FaultPlan.parse("seed=1 short-read=0.5");
    assertEquals("seed=1", plan.without(FaultKind.SHORT_READ).toString());
    assertEquals(7, plan.withSeed(7).seed());
    assertTrue(plan.with(FaultKind.READ_ERROR, 1).has(FaultKind.READ_ERROR));
    assertEquals("seed=1 short-read=0.5:1..64", plan.toString());
    assertEquals("seed=0", FaultPlan.none().toString());
  }
}
