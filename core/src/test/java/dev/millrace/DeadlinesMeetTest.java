package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.failure.FailureKind;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several deadlines of one connection, to the nanosecond: which is the next, and which is due. */
@Timeout(20)
class DeadlinesMeetTest {
  private static final long SECOND = 1_000_000_000L;

  /** A clock that is about to wrap, as {@code System.nanoTime} may. */
  private static final long START = Long.MAX_VALUE - 3 * SECOND;

  private static final class OfNobody extends Deadlines {
    long lastInputNanos = START;
    long lastOutputNanos = START;

    OfNobody() {
      super(START);
    }

    @Override
    long lastInputNanos() {
      return lastInputNanos;
    }

    @Override
    long lastOutputNanos() {
      return lastOutputNanos;
    }

    @Override
    protected void onTimer() {
      throw new AssertionError("nobody fires it");
    }
  }

  private final OfNobody deadlines = new OfNobody();
  private Timeouts timeouts = LoopFixture.noTimeouts();

  private long earliest(long sinceStart, FailureKind what) {
    return deadlines.earliest(settings(), START + sinceStart, what);
  }

  private FailureKind due(long sinceStart, FailureKind what) {
    return deadlines.due(settings(), START + sinceStart, what);
  }

  private static long at(long seconds) {
    return START + seconds * SECOND;
  }

  private ConnectionSettings settings() {
    return new ConnectionSettings(Limits.defaults(), timeouts, SocketSettings.defaults());
  }

  private void own(long sinceStart) {
    deadlines.hasOwn = true;
    deadlines.ownNanos = START + sinceStart;
  }

  @Test
  void aTimeOutIsDueAtItsVeryNanosecondAndUnderItsName() {
    timeouts = timeouts.withReadIdle(Duration.ofSeconds(10)).withLifetime(Duration.ofHours(1));
    assertEquals(1, earliest(10 * SECOND - 1, FailureKind.READ_IDLE));
    assertEquals(0, earliest(10 * SECOND, FailureKind.READ_IDLE));
    assertEquals(FailureKind.READ_IDLE, due(10 * SECOND, FailureKind.READ_IDLE));
  }

  @Test
  void theHandlersOwnIsDueAtItsVeryNanosecondAndUnderItsName() {
    timeouts = timeouts.withReadIdle(Duration.ofSeconds(10)).withLifetime(Duration.ofHours(1));
    own(5 * SECOND);
    assertEquals(0, earliest(5 * SECOND, FailureKind.READ_IDLE));
    assertEquals(FailureKind.DEADLINE, due(5 * SECOND, FailureKind.READ_IDLE));
  }

  @Test
  void lifetimeIsWhatIsLeft() {
    timeouts = timeouts.withReadIdle(Duration.ofSeconds(10)).withLifetime(Duration.ofSeconds(7));
    own(8 * SECOND);
    assertEquals(0, earliest(7 * SECOND, FailureKind.READ_IDLE));
    assertEquals(FailureKind.LIFETIME, due(7 * SECOND, FailureKind.READ_IDLE));
  }

  @Test
  void ofAllThatAreDueTheOneOfTheSituationIsTold() {
    timeouts = timeouts.withReadIdle(Duration.ofSeconds(10)).withLifetime(Duration.ofSeconds(7));
    own(8 * SECOND);
    assertEquals(FailureKind.READ_IDLE, due(11 * SECOND, FailureKind.READ_IDLE));
    assertEquals(FailureKind.DEADLINE, due(9 * SECOND, FailureKind.READ_IDLE));
  }

  @Test
  void drainIsCountedFromTheLastByteTaken() {
    timeouts = timeouts.withDrain(Duration.ofSeconds(10));
    assertEquals(3 * SECOND, earliest(7 * SECOND, FailureKind.DRAIN_TIMEOUT));
    deadlines.lastOutputNanos = at(5);
    assertEquals(8 * SECOND, earliest(7 * SECOND, FailureKind.DRAIN_TIMEOUT));
  }

  /** A graceful close has its own time to deliver, whatever the handler wanted before. */
  @Test
  void whileItClosesNeitherLifetimeNorTheHandlersOwnRuns() {
    timeouts =
        timeouts
            .withLifetime(Duration.ofSeconds(5))
            .withDrain(Duration.ofSeconds(10))
            .withLinger(Duration.ofSeconds(20));
    own(6 * SECOND);
    assertEquals(3 * SECOND, earliest(7 * SECOND, FailureKind.DRAIN_TIMEOUT));
    assertEquals(13 * SECOND, earliest(7 * SECOND, FailureKind.LINGER_TIMEOUT));
    assertEquals(Deadlines.NONE, earliest(7 * SECOND, FailureKind.NONE), "over");
  }

  @Test
  void whileItConnectsOnlyThatDeadlineRuns() {
    timeouts = timeouts.withLifetime(Duration.ofSeconds(1));
    own(6 * SECOND);
    assertEquals(4 * SECOND, earliest(2 * SECOND, FailureKind.CONNECT_TIMEOUT));
    assertEquals(FailureKind.CONNECT_TIMEOUT, due(6 * SECOND, FailureKind.CONNECT_TIMEOUT));
  }

  @Test
  void progressOfEitherDirectionIsTheLastProgress() {
    deadlines.lastInputNanos = at(4); // behind the wrap of the clock
    deadlines.lastOutputNanos = at(2);
    assertEquals(at(4), deadlines.lastProgressNanos());
    deadlines.lastOutputNanos = at(5);
    assertEquals(at(5), deadlines.lastProgressNanos());
  }
}
