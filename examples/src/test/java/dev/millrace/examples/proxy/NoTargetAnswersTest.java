package dev.millrace.examples.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.fault.FaultPlan;
import dev.millrace.guard.LogGuard;
import dev.millrace.sim.SimHost;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trials;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

/** Targets that refuse, swallow connects, or can't be asked because we have no socket. */
@Timeout(60)
class NoTargetAnswersTest {
  private static final int SEEDS = 50;

  @BeforeEach
  void targetsAreDown() {
    LogGuard.allow(Level.WARN, "target down");
    LogGuard.allow(Level.WARN, "no target for clients");
  }

  @Test
  void nextOneIsAskedWhenOneRefusesAndWhenOneIsSilent() {
    Trials.of(
            trial -> {
              SimHost refuses = Ground.host(trial, 0);
              SimHost silent = Ground.host(trial, 1);
              SimHost answers = Ground.host(trial, 2);
              silent.listen(Ground.PORT, p -> {});
              silent.disconnect();
              answers.listen(Ground.PORT, p -> p.send("hello").shutdownOutput().awaitEnd());
              ProxySettings settings =
                  ProxySettings.to(
                      List.of(
                          Ground.address(refuses),
                          Ground.address(silent),
                          Ground.address(answers)));
              ProxyService service = Ground.proxy(trial, settings);
              SimPeer client = trial.peer(p -> p.send("early").shutdownOutput().awaitEnd());
              trial.check(
                  () -> {
                    assertEquals("hello", client.receivedText());
                    assertEquals(SimPeer.End.END_OF_INPUT, client.end());
                    assertEquals(
                        List.of("DOWN", "DOWN", "UP"),
                        service.summary().stream()
                            .map(l -> l.replaceAll(".* state=(\\w+) .*", "$1"))
                            .toList());
                  });
            })
        .seeds(1, SEEDS);
  }

  @Test
  void allRefuseAndTheClientIsReset() {
    LogGuard.expect(Level.WARN, "target down target=10.0.0.3:9000 kind=ECONNREFUSED restMs=1000");
    Trials.of(
            trial -> {
              List<InetSocketAddress> nobody =
                  List.of(
                      Ground.address(Ground.host(trial, 0)), Ground.address(Ground.host(trial, 1)));
              Ground.proxy(trial, ProxySettings.to(nobody));
              List<SimPeer> clients = new ArrayList<>();
              for (int i = 0; i < 5; i++) {
                clients.add(trial.peer(Duration.ofMillis(i * 10L), p -> p.send("x").awaitEnd()));
              }
              trial.check(
                  () -> {
                    for (SimPeer client : clients) {
                      assertEquals(SimPeer.End.RESET, client.end());
                    }
                  });
            })
        .seeds(1, SEEDS);
  }

  @Test
  void noDescriptorForTheTargetsSocketIsNotTheTargetsFault() {
    LogGuard.expect(Level.WARN, "no target for clients, they are reset kind=");
    Trials.of(
            trial -> {
              SimHost host = Ground.host(trial, 0);
              host.listen(Ground.PORT, p -> p.send("hello").awaitEnd());
              ProxyService service =
                  Ground.proxy(trial, ProxySettings.to(List.of(Ground.address(host))));
              trial.faults(FaultPlan.parse("open-emfile=1"));
              SimPeer early = trial.peer(p -> p.send("x").awaitEnd());
              trial
                  .world()
                  .schedule(
                      Duration.ofSeconds(1), () -> trial.serverHost().faults(FaultPlan.none()));
              SimPeer late =
                  trial.peer(
                      Duration.ofSeconds(2), p -> p.awaitReceived(5).shutdownOutput().awaitEnd());
              trial.check(
                  () -> {
                    assertEquals(SimPeer.End.RESET, early.end());
                    assertEquals("hello", late.receivedText());
                    assertTrue(service.summary().get(0).endsWith("failed=0 timesDown=0"));
                  });
            })
        .seeds(1, SEEDS);
  }

  @Test
  void shutdownWhileConnectingEndsAtOnce() {
    Trials.of(
            trial -> {
              SimHost silent = Ground.host(trial, 0);
              silent.listen(Ground.PORT, p -> {});
              silent.disconnect();
              ProxySettings settings =
                  ProxySettings.to(List.of(Ground.address(silent)))
                      .withConnectTimeout(Duration.ofMinutes(1));
              ProxyService service = Ground.proxy(trial, settings);
              SimPeer client = trial.peer(p -> p.send("x").awaitEnd());
              trial
                  .world()
                  .schedule(
                      Duration.ofSeconds(2),
                      () -> {
                        assertEquals(1, service.pairs());
                        var unused = trial.server().shutdown(Duration.ofSeconds(10));
                      });
              trial
                  .world()
                  .schedule(
                      Duration.ofSeconds(3),
                      () -> {
                        assertEquals(0, service.pairs());
                        assertEquals(0, trial.loop().stats().registered());
                      });
              trial.check(() -> assertEquals(SimPeer.End.RESET, client.end()));
            })
        .seeds(1, SEEDS);
  }
}
