package dev.millrace.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.fault.FaultPlan;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The example of the documentation, and the same seed twice. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class EchoUnderFaultsTest {
  private static final String PLAN =
      "short-read=0.5 short-write=0.5 spurious-ready=0.1 latency=1:1ms..50ms";

  private final Trials trials =
      Trials.of(
          trial -> {
            trial.server(() -> (connection, data) -> connection.write(data));
            trial.faults(FaultPlan.parse(PLAN));
            SimPeer peer =
                trial.peer(p -> p.send("hello").awaitReceived(5).shutdownOutput().awaitEnd());
            trial.check(() -> assertEquals("hello", peer.receivedText()));
          });

  @Test
  void everyByteComesBack() {
    assertEquals(1000, trials.seeds(1, 1000));
  }

  @Test
  void theSameSeedIsTheSameRun() {
    assertEquals(trials.run(7), trials.run(7));
    assertEquals(trials.replay(7), trials.replay(7));
  }
}
