package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import dev.millrace.failure.FailureKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A crowd resets at once, as it does when a switch or a balancer goes down. Each end is told to its
 * handler; the log, which an operator reads, does not grow with the crowd.
 */
@Timeout(120)
class ManyResetsAtOnceTest {
  /** Both ends are in this process, which may have 20,000 descriptors where this was written. */
  private static final int CONNECTIONS = 2_000;

  @Test
  void everyHandlerIsToldAndTheLogIsNot() throws IOException {
    try (EndingFixture f = new EndingFixture();
        LoopFixture.LogLines log = new LoopFixture.LogLines()) {
      List<EndingFixture.Peer> peers = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        peers.add(f.connect());
      }
      int before = log.at(Level.INFO).size();
      for (EndingFixture.Peer peer : peers) {
        peer.rst();
      }
      f.turnUntil("all ended", () -> f.recorders.stream().allMatch(r -> r.record != null));
      for (EndingFixture.Recorder recorder : f.recorders) {
        assertEquals(FailureKind.ECONNRESET, recorder.record.kind());
      }
      int lines = log.at(Level.INFO).size() - before + log.warnings().size() + log.errors().size();
      assertTrue(lines <= 2, () -> "lines in the log: " + lines);
    }
  }
}
