package dev.millrace.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import org.junit.jupiter.api.Test;

class ReadFailsTest {

  private final Classifier classifier = new Classifier(InventedTexts.all());

  @Test
  void exactSocketExceptionIsAResetWhateverItSays() {
    for (String text : new String[] {null, "Connection reset", InventedTexts.TIMED_OUT}) {
      assertEquals(
          "ECONNRESET (certain) on read", classifier.read(new SocketException(text)).toString());
    }
  }

  @Test
  void subclassOfSocketExceptionIsNoReset() {
    assertEquals(
        FailureKind.UNKNOWN, classifier.read(new ConnectException(InventedTexts.STRANGE)).kind());
  }

  @Test
  void vanishedPeerIsNamedByText() {
    assertEquals(
        "ETIMEDOUT (by text) on read",
        classifier.read(new IOException(InventedTexts.TIMED_OUT)).toString());
    assertEquals(
        "EHOSTUNREACH (by text) on read",
        classifier.read(new IOException(InventedTexts.UNREACHABLE)).toString());
  }

  @Test
  void textOfAResetDoesNotOutweighTheClass() {
    assertEquals(
        "UNKNOWN (unknown) on read: java.io.IOException: " + InventedTexts.RESET,
        classifier.read(new IOException(InventedTexts.RESET)).toString());
  }

  @Test
  void textOfAnotherPhaseIsNotBelieved() {
    assertEquals(
        FailureKind.UNKNOWN, classifier.read(new IOException(InventedTexts.IN_USE)).kind());
    assertEquals(FailureKind.UNKNOWN, classifier.read(new IOException(InventedTexts.PIPE)).kind());
  }

  @Test
  void englishIsNotUnderstood() {
    assertEquals(
        FailureKind.UNKNOWN, classifier.read(new IOException("Connection timed out")).kind());
  }

  @Test
  void noTextIsUnknown() {
    assertEquals(FailureKind.UNKNOWN, classifier.read(new IOException((String) null)).kind());
  }
}
