package dev.millrace.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.SocketException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Writing, and sending a file's region, which fails the same way. */
class WriteFailsTest {

  private final Classifier classifier = new Classifier(InventedTexts.all());

  @Test
  void departureIsNamedByText() {
    assertEquals("ECONNRESET (by text) on write", write(InventedTexts.RESET, false));
    assertEquals("EPIPE (by text) on write", write(InventedTexts.PIPE, false));
    assertEquals("EPIPE (by text) on write", write(InventedTexts.PIPE, true));
    assertEquals("ECONNRESET (by text) on transfer", transfer(InventedTexts.RESET, false));
    assertEquals("EPIPE (by text) on transfer", transfer(InventedTexts.PIPE, true));
  }

  @Test
  void vanishedPeerIsNamedByText() {
    assertEquals("ETIMEDOUT (by text) on write", write(InventedTexts.TIMED_OUT, false));
    assertEquals("EHOSTUNREACH (by text) on write", write(InventedTexts.UNREACHABLE, true));
  }

  @Test
  void resetAfterTheInputEndedContradictsTheKernel() {
    assertEquals(
        "UNKNOWN (unknown) on write: java.io.IOException: " + InventedTexts.RESET,
        write(InventedTexts.RESET, true));
    assertEquals(
        "UNKNOWN (unknown) on transfer: java.io.IOException: " + InventedTexts.RESET,
        transfer(InventedTexts.RESET, true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        InventedTexts.STRANGE,
        InventedTexts.IN_USE,
        InventedTexts.REFUSED,
        "Broken pipe",
        "Connection reset by peer",
        "????????????????"
      })
  void whatWasNotLearnedForAWriteIsUnknown(String text) {
    assertEquals("UNKNOWN (unknown) on write: java.io.IOException: " + text, write(text, false));
    assertEquals("UNKNOWN (unknown) on write: java.io.IOException: " + text, write(text, true));
  }

  @Test
  void classSaysNothingHere() {
    assertEquals(
        FailureKind.UNKNOWN,
        classifier.write(new SocketException(InventedTexts.STRANGE), false).kind());
  }

  @Test
  void textOfAnExceptionThatIsNoIoExceptionIsNotAsked() {
    assertEquals(
        FailureKind.UNKNOWN,
        classifier.write(new IllegalStateException(InventedTexts.PIPE), false).kind());
  }

  private String write(String text, boolean inputEnded) {
    return classifier.write(new IOException(text), inputEnded).toString();
  }

  private String transfer(String text, boolean inputEnded) {
    return classifier.transfer(new IOException(text), inputEnded).toString();
  }
}
