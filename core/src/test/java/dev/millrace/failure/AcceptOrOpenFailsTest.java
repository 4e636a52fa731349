package dev.millrace.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.SocketException;
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
  void openingIsNotNamed() {
    assertEquals(
        "UNKNOWN (unknown) on open: java.net.SocketException: Too many open files",
        classifier.open(new SocketException("Too many open files")).toString());
  }
}
