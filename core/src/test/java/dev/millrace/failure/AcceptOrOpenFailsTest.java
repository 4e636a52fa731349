package dev.millrace.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;

class AcceptOrOpenFailsTest {

  private final Classifier classifier = new Classifier(InventedTexts.all());

  @Test
  void stateOfTheProcessDecidesAboutAccept() {
    IOException t = new IOException(InventedTexts.STRANGE);

    assertEquals("EMFILE (certain) on accept", classifier.accept(t, true).toString());
    assertEquals(
        "UNKNOWN (unknown) on accept: java.io.IOException: " + InventedTexts.STRANGE,
        classifier.accept(t, false).toString());
  }

  @Test
  void errorsOfAcceptAreExhaustionToo() {
    assertEquals(
        "EMFILE (certain) on accept",
        classifier.accept(new NoClassDefFoundError("x"), true).toString());
  }

  @Test
  void stateOfTheProcessDecidesAboutOpen() {
    IOException t = new SocketException(InventedTexts.STRANGE);

    assertEquals("EMFILE (certain) on open", classifier.open(t, true).toString());
    assertEquals(FailureKind.UNKNOWN, classifier.open(t, false).kind());
    assertEquals(
        FailureKind.CLOSED_LOCALLY, classifier.open(new ClosedChannelException(), true).kind());
  }

  @Test
  void openingIsNotNamed() {
    assertEquals(
        "UNKNOWN (unknown) on open: java.net.SocketException: Too many open files",
        classifier.open(new SocketException("Too many open files")).toString());
  }
}
