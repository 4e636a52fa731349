package dev.millrace.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is the same for every operation. */
class ClassAloneDecidesTest {

  private final Classifier classifier = new Classifier(FailureTexts.none());

  @Test
  void closedOnThisSide() {
    assertOnEveryOperation(FailureKind.CLOSED_LOCALLY, new ClosedChannelException());
    assertOnEveryOperation(FailureKind.CLOSED_LOCALLY, new AsynchronousCloseException());
    assertOnEveryOperation(FailureKind.CLOSED_LOCALLY, new ClosedSelectorException());
    assertOnEveryOperation(FailureKind.CLOSED_LOCALLY, new CancelledKeyException());
  }

  @Test
  void interruptedAlthoughThatIsAClosedChannelToo() {
    assertOnEveryOperation(FailureKind.INTERRUPTED, new ClosedByInterruptException());
  }

  @Test
  void addressesThatCannotServe() {
    assertOnEveryOperation(FailureKind.UNRESOLVED, new UnresolvedAddressException());
    assertOnEveryOperation(FailureKind.UNRESOLVED, new UnknownHostException("nowhere.invalid"));
    assertOnEveryOperation(FailureKind.UNSUPPORTED_ADDRESS, new UnsupportedAddressTypeException());
  }

  @Test
  void misuseIsNotNamed() {
    for (Failure failure : onEveryOperation(new NotYetConnectedException(), false)) {
      assertEquals(FailureKind.UNKNOWN, failure.kind());
      assertEquals(Certainty.UNKNOWN, failure.certainty());
    }
  }

  @Test
  void everyFailureHoldsItsOperationAndCause() {
    Throwable t = new ClosedChannelException();

    List<Operation> operations =
        onEveryOperation(t, true).stream().map(Failure::operation).toList();

    assertEquals(
        List.of(
            Operation.READ,
            Operation.WRITE,
            Operation.TRANSFER,
            Operation.CONNECT,
            Operation.BIND,
            Operation.BIND,
            Operation.ACCEPT,
            Operation.OPEN),
        operations);
    for (Failure failure : onEveryOperation(t, true)) {
      assertSame(t, failure.cause());
    }
  }

  @Test
  void nullIsABug() {
    assertThrows(NullPointerException.class, () -> classifier.read(null));
    assertThrows(NullPointerException.class, () -> classifier.write(null, true));
    assertThrows(NullPointerException.class, () -> classifier.connect(null, 0));
    assertThrows(NullPointerException.class, () -> classifier.bind(null, true));
    assertThrows(NullPointerException.class, () -> classifier.accept(null, true));
    assertThrows(NullPointerException.class, () -> classifier.open(null));
    assertThrows(NullPointerException.class, () -> new Classifier(null));
  }

  private void assertOnEveryOperation(FailureKind kind, Throwable t) {
    for (boolean state : new boolean[] {false, true}) {
      for (Failure failure : onEveryOperation(t, state)) {
        assertEquals(kind, failure.kind(), failure.toString());
        assertEquals(Certainty.CERTAIN, failure.certainty(), failure.toString());
      }
    }
  }

  private List<Failure> onEveryOperation(Throwable t, boolean state) {
    return List.of(
        classifier.read(t),
        classifier.write(t, state),
        classifier.transfer(t, state),
        classifier.connect(t, state ? 0 : Long.MAX_VALUE),
        classifier.bind(t, state),
        classifier.bind(t, SelectorProvider.provider(), new InetSocketAddress(0)),
        classifier.accept(t, state),
        classifier.open(t));
  }
}
