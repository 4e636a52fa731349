package dev.millrace.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class FailureInALogLineTest {

  @Test
  void namedFailureIsShort() {
    assertEquals(
        "ECONNRESET (certain) on read",
        new Failure(
                FailureKind.ECONNRESET,
                Certainty.CERTAIN,
                Operation.READ,
                new IOException("not shown"))
            .toString());
    assertEquals(
        "EPIPE (by text) on transfer",
        new Failure(FailureKind.EPIPE, Certainty.BY_TEXT, Operation.TRANSFER, null).toString());
  }

  @Test
  void orderlyEndHasNoOperation() {
    assertEquals("NONE (certain)", Failure.NONE.toString());
  }

  @Test
  void unknownShowsAllTheEvidence() {
    assertEquals(
        "UNKNOWN (unknown) on write: java.io.IOException: Le tube est rompu",
        unknown(new IOException("Le tube est rompu")));
    assertEquals(
        "UNKNOWN (unknown) on write: java.io.IOException", unknown(new IOException((String) null)));
    assertEquals("UNKNOWN (unknown) on write", unknown(null));
  }

  @Test
  void aTextCannotForgeALine() {
    assertEquals(
        "UNKNOWN (unknown) on write: java.io.IOException: a  b c d e [31m",
        unknown(new IOException("a\r\nb\u2028c\u2029d\u0085e\u001b[31m")));
  }

  @Test
  void aTextOfNextToNothingIsShownAsItIs() {
    assertEquals(
        "UNKNOWN (unknown) on write: java.io.IOException: no", unknown(new IOException("no")));
    assertEquals("UNKNOWN (unknown) on write: java.io.IOException: ", unknown(new IOException("")));
  }

  @Test
  void aPageOfTextIsCut() {
    assertEquals(
        "UNKNOWN (unknown) on write: java.io.IOException: " + "x".repeat(200) + "...",
        unknown(new IOException("x".repeat(5000))));
  }

  @Test
  void labelsAreTheSameInTurkey() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("tr"));
    try {
      assertEquals("timer", Labels.of("TIMER"));
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void holesAreRejected() {
    assertThrows(
        NullPointerException.class,
        () -> new Failure(null, Certainty.CERTAIN, Operation.READ, null));
    assertThrows(
        NullPointerException.class,
        () -> new Failure(FailureKind.EPIPE, null, Operation.READ, null));
    assertThrows(
        NullPointerException.class,
        () -> new Failure(FailureKind.EPIPE, Certainty.CERTAIN, null, null));
  }

  private static String unknown(Throwable cause) {
    return new Failure(FailureKind.UNKNOWN, Certainty.UNKNOWN, Operation.WRITE, cause).toString();
  }
}
