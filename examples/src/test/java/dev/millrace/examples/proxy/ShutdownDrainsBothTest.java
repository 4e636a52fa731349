package dev.millrace.examples.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.sim.SimHost;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trials;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** At a shutdown each side gets what was read from the other, the target too. */
@Timeout(60)
class ShutdownDrainsBothTest {
  private static final int SENT = 30_000;
  private static final int KERNEL = 1_000;
  private static final Duration SLOW = Duration.ofSeconds(3);

  @Test
  void bothWays() {
    Trials.of(
            trial -> {
              trial.serverHost().buffers(KERNEL, 65_536);
              trial.clientHost().buffers(65_536, KERNEL);
              SimHost host = Ground.host(trial, 0);
              host.buffers(65_536, KERNEL);
              SimPeer[] target = new SimPeer[1];
              host.listen(
                  Ground.PORT,
                  p -> {
                    target[0] = p;
                    p.stopReading().sendPattern(1, SENT).pause(SLOW).resumeReading().awaitEnd();
                  });
              ProxyService service =
                  Ground.proxy(trial, ProxySettings.to(List.of(Ground.address(host))));
              int[] told = {-1};
              boolean late = trial.dice().below(2) == 0;
              SimPeer client =
                  trial.peer(
                      p ->
                          p.stopReading()
                              .sendPattern(1, SENT)
                              .pause(late ? SLOW.plusSeconds(1) : SLOW.minusSeconds(1))
                              .resumeReading()
                              .awaitEnd());
              trial
                  .world()
                  .schedule(
                      Duration.ofSeconds(1),
                      () -> {
                        // A server that has a loop of its own stops it when it is done.
                        var unused =
                            trial
                                .server()
                                .shutdown(Duration.ofSeconds(10))
                                .thenRun(() -> told[0] = service.pairs());
                      });
              trial.check(
                  () -> {
                    assertEquals(SimPeer.End.RESET, client.end());
                    assertEquals(SimPeer.End.RESET, target[0].end());
                    assertTrue(client.receivedBytes() >= SENT - KERNEL, client::toString);
                    assertTrue(target[0].receivedBytes() >= SENT - KERNEL, target[0]::toString);
                    assertEquals(0, told[0], "pairs left when the shutdown was done");
                    assertEquals(0, trial.report().cut(), trial.report()::toString);
                  });
            })
        .seeds(1, 50);
  }
}
