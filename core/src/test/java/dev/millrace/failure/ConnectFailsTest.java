package dev.millrace.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectFailsTest {

  private static final long EARLY = 899_999_999L;
  private static final long LATE = 900_000_000L;

  private final Classifier learned = new Classifier(InventedTexts.learned());
  private final Classifier all = new Classifier(InventedTexts.all());
  private final Classifier nothing = new Classifier(FailureTexts.none());

  @ParameterizedTest
  @ValueSource(longs = {0, 1, EARLY})
  void beforeTheFirstRepetitionItCanOnlyBeARefusal(long elapsed) {
    ConnectException t = new ConnectException(InventedTexts.TIMED_OUT);

    assertEquals("ECONNREFUSED (certain) on connect", nothing.connect(t, elapsed).toString());
    assertEquals("ECONNREFUSED (certain) on connect", learned.connect(t, elapsed).toString());
  }

  @ParameterizedTest
  @ValueSource(longs = {LATE, Long.MAX_VALUE, -1})
  void laterTheTextDecides(long elapsed) {
    assertEquals(
        "ECONNREFUSED (by text) on connect",
        learned.connect(new ConnectException(InventedTexts.REFUSED), elapsed).toString());
    assertEquals(
        "ETIMEDOUT (by text) on connect",
        learned.connect(new ConnectException(InventedTexts.STRANGE), elapsed).toString());
    assertEquals(
        "ETIMEDOUT (by text) on connect",
        all.connect(new ConnectException(InventedTexts.TIMED_OUT), elapsed).toString());
  }

  @Test
  void addressBehindTheTextIsStillARefusal() {
    assertEquals(
        "ECONNREFUSED (by text) on connect",
        learned
            .connect(new ConnectException(InventedTexts.REFUSED + ": /127.0.0.1:4711"), LATE)
            .toString());
  }

  @Test
  void withoutTheTextOfARefusalNothingIsLeftOver() {
    ConnectException t = new ConnectException(InventedTexts.STRANGE);
    Classifier other =
        new Classifier(FailureTexts.of(Map.of(FailureKind.EPIPE, InventedTexts.PIPE)));

    assertEquals(FailureKind.UNKNOWN, nothing.connect(t, LATE).kind());
    assertEquals(FailureKind.UNKNOWN, other.connect(t, LATE).kind());
    assertEquals(FailureKind.UNKNOWN, learned.connect(new ConnectException(), LATE).kind());
  }

  @Test
  void textThatMeansAThirdThingIsNoTimeOut() {
    assertEquals(
        FailureKind.UNKNOWN,
        learned.connect(new ConnectException(InventedTexts.PIPE), LATE).kind());
  }

  @Test
  void noRouteIsCertain() {
    assertEquals(
        "EHOSTUNREACH (certain) on connect",
        nothing.connect(new NoRouteToHostException("x"), LATE).toString());
  }

  @Test
  void bindExceptionIsTheLocalSideAndNoMore() {
    assertEquals(
        "LOCAL_ADDRESS_OR_POLICY (certain) on connect",
        learned.connect(new BindException(InventedTexts.IN_USE), 0).toString());
  }

  @Test
  void acceptedAndResetBeforeWeLooked() {
    assertEquals(
        "ECONNRESET (by text) on connect",
        learned.connect(new SocketException(InventedTexts.RESET), 0).toString());
    assertEquals(
        FailureKind.UNKNOWN, nothing.connect(new SocketException(InventedTexts.RESET), 0).kind());
  }

  @Test
  void otherSocketExceptionsAreUnknownUnlessLearned() {
    assertEquals(
        "ENETUNREACH (by text) on connect",
        all.connect(new SocketException(InventedTexts.NO_NETWORK), 0).toString());
    assertEquals(
        FailureKind.UNKNOWN, learned.connect(new SocketException(InventedTexts.STRANGE), 0).kind());
  }

  @Test
  void addressBehindTheTextIsStillTheSame() {
    assertEquals(
        "ENETUNREACH (by text) on connect",
        all.connect(new SocketException(InventedTexts.NO_NETWORK + ": /192.0.2.1:80"), 0)
            .toString());
    assertEquals(
        FailureKind.UNKNOWN,
        all.connect(new SocketException(InventedTexts.NO_NETWORK + "?"), 0).kind());
    // What can't happen there is not believed, nor is what has a class of its own.
    for (String text : new String[] {InventedTexts.IN_USE, InventedTexts.REFUSED}) {
      assertEquals(
          FailureKind.UNKNOWN, all.connect(new SocketException(text + ": /::1:80"), 0).kind());
    }
  }

  @Test
  void whatHasAClassOfItsOwnIsNotBelievedWithoutIt() {
    for (String text :
        new String[] {InventedTexts.REFUSED, InventedTexts.TIMED_OUT, InventedTexts.UNREACHABLE}) {
      assertEquals(FailureKind.UNKNOWN, all.connect(new SocketException(text), 0).kind(), text);
    }
  }
}
