package dev.millrace.examples.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.sim.SimHost;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trials;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A side breaks off: the other one gets what came before, and a reset. */
@Timeout(60)
class ResetIsPassedOnTest {
  private static final int SENT = 30_000;
  private static final int KERNEL = 1_000;
  private static final Duration A_WHILE = Duration.ofSeconds(5);

  @Test
  void slowClientGetsWhatTheTargetHadSaidBeforeItBrokeOff() {
    Trials.of(
            trial -> {
              trial.serverHost().buffers(KERNEL, 65_536);
              trial.clientHost().buffers(KERNEL, KERNEL);
              SimHost host = Ground.host(trial, 0);
              host.buffers(65_536, 65_536);
              host.listen(
                  Ground.PORT, p -> p.sendPattern(1, SENT).pause(Duration.ofSeconds(1)).reset());
              Ground.proxy(trial, ProxySettings.to(List.of(Ground.address(host))));
              SimPeer client =
                  trial.peer(p -> p.stopReading().pause(A_WHILE).resumeReading().awaitEnd());
              trial.check(
                  () -> {
                    assertEquals(SimPeer.End.RESET, client.end());
                    assertTrue(client.receivedBytes() >= SENT - KERNEL, client::toString);
                  });
            })
        .seeds(1, 50);
  }

  @Test
  void targetOfAClientThatBreaksOffIsReset() {
    Trials.of(
            trial -> {
              SimHost host = Ground.host(trial, 0);
              SimPeer[] target = new SimPeer[1];
              host.listen(
                  Ground.PORT,
                  p -> {
                    target[0] = p;
                    p.awaitEnd();
                  });
              Ground.proxy(trial, ProxySettings.to(List.of(Ground.address(host))));
              trial.peer(p -> p.sendPattern(1, SENT).pause(Duration.ofSeconds(1)).reset());
              trial.check(
                  () -> {
                    assertEquals(SimPeer.End.RESET, target[0].end());
                    assertEquals(SENT, target[0].receivedBytes());
                  });
            })
        .seeds(1, 50);
  }

  @Test
  void whatWasEndedInGoodOrderIsNotOvertakenByALaterReset() {
    Trials.of(
            trial -> {
              trial.serverHost().buffers(KERNEL, 65_536);
              SimHost host = Ground.host(trial, 0);
              host.buffers(KERNEL, KERNEL);
              List<SimPeer> targets = new ArrayList<>();
              host.listen(
                  Ground.PORT,
                  p -> {
                    targets.add(p);
                    // With nothing to write to the client its reset would not be noticed.
                    p.stopReading().pause(Duration.ofSeconds(3)).send("?");
                    p.pause(Duration.ofSeconds(1)).resumeReading().awaitEnd();
                  });
              Ground.proxy(trial, ProxySettings.to(List.of(Ground.address(host))));
              // Gone in two seconds; its target reads only after four.
              trial.peer(
                  p ->
                      p.sendPattern(1, SENT).shutdownOutput().pause(Duration.ofSeconds(2)).reset());
              // So that the run goes on for that long.
              trial.peer(A_WHILE, p -> p.pause(A_WHILE).reset());
              trial.check(
                  () -> {
                    assertEquals(SENT, targets.get(0).receivedBytes());
                    assertEquals(SimPeer.End.END_OF_INPUT, targets.get(0).end());
                  });
            })
        .seeds(1, 50);
  }
}
