package dev.millrace.examples.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.sim.SimHost;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trial;
import dev.millrace.sim.Trials;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A pair ends when neither side moves, and not before. */
@Timeout(60)
class PairIsIdleTest {
  private static final Duration IDLE = Duration.ofSeconds(10);
  private static final int SEEDS = 30;

  private static void proxyTo(Trial trial, Consumer<SimPeer> target) {
    SimHost host = Ground.host(trial, 0);
    host.listen(Ground.PORT, target);
    Ground.proxy(trial, ProxySettings.to(List.of(Ground.address(host))).withIdle(IDLE));
  }

  @Test
  void clientThatOnlyReceivesIsNotCut() {
    Trials.of(
            trial -> {
              proxyTo(
                  trial,
                  p -> {
                    for (int i = 0; i < 50; i++) {
                      p.send("tick").pause(IDLE.minusSeconds(1));
                    }
                    p.shutdownOutput().awaitEnd();
                  });
              SimPeer client = trial.peer(p -> p.awaitEnd());
              trial.check(
                  () -> {
                    assertEquals(200, client.receivedBytes());
                    assertEquals(SimPeer.End.END_OF_INPUT, client.end());
                  });
            })
        .seeds(1, SEEDS);
  }

  @Test
  void clientThatHasEndedItsOutputMayReceiveForLong() {
    Trials.of(
            trial -> {
              proxyTo(
                  trial,
                  p -> {
                    p.awaitEnd();
                    for (int i = 0; i < 50; i++) {
                      p.send("tick").pause(IDLE.minusSeconds(1));
                    }
                    p.shutdownOutput();
                  });
              SimPeer client = trial.peer(p -> p.send("go").shutdownOutput().awaitEnd());
              trial.check(
                  () -> {
                    assertEquals(200, client.receivedBytes());
                    assertEquals(SimPeer.End.END_OF_INPUT, client.end());
                  });
            })
        .seeds(1, SEEDS);
  }

  @Test
  void slowReaderIsNotIdleThoughNothingIsRead() {
    Trials.of(
            trial -> {
              trial.serverHost().buffers(1_000, 65_536);
              trial.clientHost().buffers(1_000, 1_000);
              proxyTo(trial, p -> p.sendPattern(1, 60_000).shutdownOutput().awaitEnd());
              SimPeer client = trial.peer(p -> p.readAtMost(600).awaitEnd());
              trial.check(
                  () -> {
                    assertEquals(60_000, client.receivedBytes(), client::toString);
                    assertEquals(SimPeer.End.END_OF_INPUT, client.end());
                  });
            })
        .seeds(1, SEEDS);
  }

  @Test
  void bothAreResetWhenNeitherMovesAndNotBefore() {
    Trials.of(
            trial -> {
              SimPeer[] target = new SimPeer[1];
              proxyTo(
                  trial,
                  p -> {
                    target[0] = p;
                    p.send("hello").awaitEnd();
                  });
              long[] told = new long[1];
              SimPeer client =
                  trial.peer(
                      p ->
                          p.awaitReceived(5)
                              .then(() -> told[0] = trial.world().nowNanos())
                              .awaitEnd());
              long[] ended = new long[1];
              watch(trial, client, ended);
              trial.check(
                  () -> {
                    assertEquals(SimPeer.End.RESET, client.end());
                    assertEquals(SimPeer.End.RESET, target[0].end());
                    long after = ended[0] - told[0];
                    assertTrue(after >= IDLE.toNanos() - 1_000_000, "after " + after);
                    assertTrue(after <= IDLE.toNanos() + 200_000_000, "after " + after);
                  });
            })
        .seeds(1, SEEDS);
  }

  private static void watch(Trial trial, SimPeer peer, long[] ended) {
    trial
        .world()
        .schedule(
            Duration.ofMillis(50),
            () -> {
              if (!peer.isDone()) {
                watch(trial, peer, ended);
              } else {
                ended[0] = trial.world().nowNanos();
              }
            });
  }
}
