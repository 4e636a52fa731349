package dev.millrace.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.fault.FaultPlan;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The first page's example of the test kit, and what it says when the handler is wrong. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class YourHandlerUnderFaultsTest {
  /** Answers each line in capitals; takes a line when it is whole. */
  private static class Shout implements ConnectionHandler {
    @Override
    public void onData(Connection connection, ByteBuffer data) {
      int end = data.position();
      while (end < data.limit() && data.get(end) != '\n') {
        end++;
      }
      if (end == data.limit()) {
        return; // the rest of the line is still to come
      }
      ByteBuffer answer = ByteBuffer.allocate(end + 1 - data.position());
      while (answer.hasRemaining()) {
        answer.put((byte) Character.toUpperCase(data.get()));
      }
      connection.write(answer.flip());
    }
  }

  @Test
  void theExampleOfTheFirstPage() {
    Trials.of(
            trial -> {
              trial.server(Shout::new);
              trial.faults(FaultPlan.parse("short-read=0.5 short-write=0.5 latency=1:1ms..50ms"));
              SimPeer peer = trial.peer(p -> p.send("a\nb\n").awaitReceived(4).shutdownOutput());
              trial.check(() -> assertEquals("A\nB\n", peer.receivedText()));
            })
        .seeds(1, 1000);
  }

  @Test
  void aHandlerThatTakesEveryReadForALineIsFoundOutWithItsSeedAndItsTrace() {
    Trials trials =
        Trials.of(
            trial -> {
              trial.server(
                  () ->
                      (connection, data) -> {
                        ByteBuffer answer = ByteBuffer.allocate(data.remaining() + 1);
                        connection.write(answer.put(data).put((byte) '.').flip());
                      });
              trial.faults(FaultPlan.parse("short-read=0.1:1"));
              SimPeer peer = trial.peer(p -> p.send("abc").awaitReceived(4).shutdownOutput());
              trial.check(() -> assertEquals("abc.", peer.receivedText()));
            });
    TrialFailed failed = assertThrows(TrialFailed.class, () -> trials.seeds(1, 1000));
    assertNotEquals(1, failed.seed(), "a read in ten is cut short");
    assertTrue(failed.getMessage().contains("to see it again: Trials.replay(" + failed.seed()));
    assertTrue(failed.getMessage().contains("server#2        read 1\n"), failed.getMessage());
    assertEquals(failed.reason(), failed.getCause().getMessage());
  }

  @Test
  void aHandlerThatThrowsEndsItsConnectionAndIsNoViolation() {
    Trials trials =
        Trials.of(
            trial -> {
              trial.server(Shout::new);
              trial.faults(FaultPlan.parse("handler-throws=1"));
              SimPeer peer = trial.peer(p -> p.send("a\n").awaitEnd());
              trial.check(() -> assertEquals(SimPeer.End.END_OF_INPUT, peer.end()));
              trial.check(() -> assertEquals(1, trial.records().size()));
            });
    dev.millrace.guard.LogGuard.expect(org.slf4j.event.Level.ERROR, "handler threw");
    assertEquals(1, trials.seeds(1, 1));
  }
}
