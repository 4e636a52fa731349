package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.millrace.failure.Certainty;
import dev.millrace.failure.Failure;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several things end one connection: what of them is recorded. */
@Timeout(20)
class FirstFailureIsTheRecordTest {
  private static final Failure STALL =
      new Failure(FailureKind.WRITE_STALL, Certainty.CERTAIN, Operation.TIMER, null);
  private static final Failure RESET =
      new Failure(FailureKind.ECONNRESET, Certainty.CERTAIN, Operation.READ, null);

  private final Ending ending = new Ending();

  @Test
  void aFailureWhileOpenAndTheCloseBehindIt() {
    ending.note(EndedBy.TIMER, STALL, ConnectionState.OPEN);
    ending.note(EndedBy.PEER, RESET, ConnectionState.OPEN_DRAINING);
    ending.closedFrom(ConnectionState.OPEN_LINGERING);
    assertEquals(EndedBy.TIMER, ending.by());
    assertSame(STALL, ending.failure());
    assertEquals(ConnectionState.OPEN, ending.state(), "where it failed, not where it ended");
  }

  @Test
  void anOrderlyBeginningThatFailsLater() {
    ending.note(EndedBy.US, Failure.NONE, ConnectionState.OPEN);
    ending.note(EndedBy.PEER, RESET, ConnectionState.OPEN_DRAINING);
    ending.closedFrom(ConnectionState.OPEN_DRAINING);
    assertEquals(EndedBy.US, ending.by(), "the end was begun on this side");
    assertSame(RESET, ending.failure());
    assertEquals(ConnectionState.OPEN_DRAINING, ending.state());
  }

  @Test
  void anOrderlyEnd() {
    ending.note(EndedBy.US, Failure.NONE, ConnectionState.OPEN);
    ending.closedFrom(ConnectionState.OPEN_LINGERING);
    assertSame(Failure.NONE, ending.failure());
    assertEquals(ConnectionState.OPEN_LINGERING, ending.state(), "the last one that it had");
  }
}
