package dev.millrace.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Failures as the kernel makes them, not as a test imagines them. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class PeerReallyLeavesTest {

  private final Classifier classifier =
      new Classifier(FailureTexts.learn(SelectorProvider.provider()));

  @Test
  void resetFoundByWriteIsNamedByText() throws IOException {
    assertEquals(
        "ECONNRESET (by text) on write",
        classifier.write(Departures.resetThenWrite(), false).toString());
  }

  @Test
  void writeAfterFinIsABrokenPipeByText() throws IOException {
    assertEquals(
        "EPIPE (by text) on write", classifier.write(Departures.finThenWrite(), true).toString());
  }

  @Test
  void resetFoundByReadIsCertain() throws IOException {
    assertEquals(
        "ECONNRESET (certain) on read", classifier.read(Departures.resetThenRead()).toString());
  }

  @Test
  void writeAfterOwnEndIsOurOwnDoing() throws IOException {
    assertEquals(
        "CLOSED_LOCALLY (certain) on write",
        classifier.write(Departures.writeAfterOwnEnd(), false).toString());
  }

  @Test
  void refusalIsCertainWhenEarlyAndByTextWhenLate() throws IOException {
    IOException refused = Departures.connectToNobody();

    assertEquals(
        "ECONNREFUSED (certain) on connect", classifier.connect(refused, 1_000_000).toString());
    assertEquals(
        "ECONNREFUSED (by text) on connect",
        classifier.connect(refused, 2_000_000_000L).toString());
  }

  @Test
  void nothingLearnedMeansNothingNamedByText() throws IOException {
    Classifier deaf = new Classifier(FailureTexts.none());
    IOException broken = Departures.finThenWrite();

    Failure failure = deaf.write(broken, true);

    assertEquals(FailureKind.UNKNOWN, failure.kind());
    assertEquals(
        "UNKNOWN (unknown) on write: java.io.IOException: " + broken.getMessage(),
        failure.toString());
    assertSame(broken, failure.cause());
    assertEquals(FailureKind.ECONNRESET, deaf.read(Departures.resetThenRead()).kind());
  }
}
