package dev.millrace.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.failure.FailureKind;
import dev.millrace.fault.Dice;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When it is tried again, and how long is waited before. */
@Timeout(60)
class RetryPolicyTest {
  private static final RetryPolicy POLICY = RetryPolicy.defaults();

  private static long ms(long nanos) {
    return nanos / 1_000_000;
  }

  @Test
  void theLongestWaitDoublesUpToTheCapAndStaysThere() {
    long[] expected = {200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000};
    for (int failures = 1; failures <= expected.length; failures++) {
      assertEquals(expected[failures - 1], ms(POLICY.longestWaitNanos(failures)));
    }
    assertEquals(30_000, ms(POLICY.longestWaitNanos(Integer.MAX_VALUE)));
  }

  @Test
  void noDoublingOverflows() {
    RetryPolicy extreme = POLICY.withWaits(Duration.ofNanos(1), Duration.ofDays(1));
    for (int failures = 1; failures < 200; failures++) {
      long longest = extreme.longestWaitNanos(failures);
      assertTrue(longest >= 1 && longest <= 86_400_000_000_000L, failures + ": " + longest);
      assertTrue(longest >= extreme.longestWaitNanos(failures - 1));
    }
    assertEquals(86_400_000_000_000L, extreme.longestWaitNanos(200));
    assertEquals(1, extreme.longestWaitNanos(1));
    RetryPolicy flat = POLICY.withWaits(Duration.ofSeconds(7), Duration.ofSeconds(7));
    assertEquals(flat.longestWaitNanos(1), flat.longestWaitNanos(9));
  }

  @Test
  void theWaitIsDrawnFromTheWholeRangeEvenly() {
    Dice dice = new Dice(1);
    RetryPolicy policy = POLICY.withWaits(Duration.ofNanos(9), Duration.ofNanos(9));
    int[] seen = new int[10];
    for (int i = 0; i < 100_000; i++) {
      seen[(int) policy.waitNanos(1, dice::next)]++;
    }
    for (int n : seen) {
      assertTrue(n > 9_500 && n < 10_500, n + " of 100,000 where 10,000 are due");
    }
  }

  @Test
  void theSameSeedGivesTheSameWaits() {
    Dice one = new Dice(7);
    Dice other = new Dice(7);
    for (int failures = 1; failures < 50; failures++) {
      long wait = POLICY.waitNanos(failures, one::next);
      assertEquals(wait, POLICY.waitNanos(failures, other::next));
      assertTrue(wait >= 0 && wait <= POLICY.longestWaitNanos(failures));
    }
  }

  @Test
  void itIsGivenUpAfterSoManyAttemptsOrNever() {
    RetryPolicy three = POLICY.withAttempts(3);
    assertTrue(three.isWorthRetry(1, FailureKind.ECONNREFUSED));
    assertTrue(three.isWorthRetry(2, FailureKind.ECONNREFUSED));
    assertFalse(three.isWorthRetry(3, FailureKind.ECONNREFUSED));
    assertTrue(POLICY.isWorthRetry(Integer.MAX_VALUE, FailureKind.ECONNREFUSED));
  }

  @Test
  void theKindsWorthARetryAreThoseThatSaySoAndFiveMore() {
    Set<FailureKind> more = EnumSet.noneOf(FailureKind.class);
    for (FailureKind kind : FailureKind.values()) {
      if (kind.isRetryable()) {
        assertTrue(POLICY.isWorthRetry(1, kind), kind::name);
      } else if (POLICY.isWorthRetry(1, kind)) {
        more.add(kind);
      }
    }
    assertEquals(
        EnumSet.of(
            FailureKind.NONE,
            FailureKind.UNKNOWN,
            FailureKind.ABORTED,
            FailureKind.UNRESOLVED,
            FailureKind.HANDLER_FAILED),
        more);
  }

  @Test
  void aKindCanBePutInAndTakenOut() {
    RetryPolicy changed =
        POLICY.never(FailureKind.ECONNREFUSED).always(FailureKind.MESSAGE_TOO_LARGE);
    assertFalse(changed.isWorthRetry(1, FailureKind.ECONNREFUSED));
    assertTrue(changed.isWorthRetry(1, FailureKind.MESSAGE_TOO_LARGE));
    assertTrue(POLICY.isWorthRetry(1, FailureKind.ECONNREFUSED), "the first one is as it was");
    assertThrows(
        UnsupportedOperationException.class,
        () -> changed.worthRetry().remove(FailureKind.ECONNRESET));
  }

  @Test
  void wrongSettingsAreNamedWithWhatIsAllowed() {
    wrong("attempts is -1, allowed is 0 to 1000000", () -> POLICY.withAttempts(-1));
    wrong(
        "first is PT0S, allowed is PT0.000000001S to PT24H",
        () -> POLICY.withWaits(Duration.ZERO, Duration.ofSeconds(1)));
    wrong(
        "cap is PT1S, allowed is PT2S to PT24H",
        () -> POLICY.withWaits(Duration.ofSeconds(2), Duration.ofSeconds(1)));
    wrong("stableAfter is null, allowed is PT0S to PT24H", () -> POLICY.withStableAfter(null));
  }

  static void wrong(String message, Runnable body) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, body::run).getMessage());
  }
}
