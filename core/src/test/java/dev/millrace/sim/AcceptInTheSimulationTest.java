package dev.millrace.sim;

import static dev.millrace.sim.Stage.assertEnd;
import static dev.millrace.sim.Stage.assertGotAll;
import static dev.millrace.sim.Stage.play;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.CapPolicy;
import dev.millrace.EndedBy;
import dev.millrace.ServerStats;
import dev.millrace.failure.FailureKind;
import dev.millrace.guard.ExpectedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

/** Many come at once, more than may, or more than there are descriptors. */
@Timeout(60)
class AcceptInTheSimulationTest {
  private static final int SEEDS = 60;

  private final Stage.Seen seen = new Stage.Seen();
  private final Logged log = new Logged();

  @AfterEach
  void detach() {
    log.close();
  }

  /** Its begin and its end, however often it happened in between. */
  private void assertToldOnce(String what) {
    List<String> lines = log.with(what);
    assertTrue(!lines.isEmpty() && lines.size() <= 2, lines::toString);
  }

  /** A task holds the loop up while they connect and talk: nobody is accepted before they wait. */
  @Test
  void whoConnectedBeforeAnybodyAcceptedIsServed() {
    play(
        10,
        s -> {
          s.network();
          s.serve(d -> d.onData = Stage::echo);
          int count = 80 + s.dice.below(60); // more than one turn accepts
          List<SimPeer> peers = new ArrayList<>();
          for (int i = 0; i < count; i++) {
            peers.add(
                s.trial.peer(
                    Duration.ofMillis(10).plus(s.soon(1_000)),
                    p ->
                        s.checked(p, Stage.TO_SERVER)
                            .sendPattern(Stage.TO_SERVER, 5)
                            .awaitReceived(5)
                            .shutdownOutput()
                            .awaitEnd()));
          }
          s.trial.later(Duration.ofMillis(9), () -> s.trial.world().jump(1_500_000_000L));
          s.trial.check(
              () -> {
                for (SimPeer peer : peers) {
                  assertGotAll(5, peer);
                  assertEquals(EndedBy.PEER, s.of(peer).record.endedBy());
                  assertTrue(s.of(peer).record.isOrderly());
                  assertTrue(s.of(peer).openedAt >= 1_500_000_000L);
                }
                assertEquals(s.diaries.size(), s.trial.server().stats().accepted());
              });
        });
  }

  @Test
  void theListenerIsClosedWhileConnectionsWaitInIt() {
    boolean all =
        play(
            SEEDS,
            s -> {
              s.network();
              s.serve(d -> {}, b -> b.maxConnections(3).capPolicy(CapPolicy.WAIT));
              List<SimPeer> peers = new ArrayList<>();
              for (int i = 0; i < 8; i++) {
                peers.add(s.peer(s.soon(1_000), p -> p.pause(s.soon(1_000)).awaitEnd()));
              }
              Duration when = s.soon(2_000);
              s.trial.later(when, () -> shutDown(s));
              s.trial.check(
                  () -> {
                    int served = 0;
                    for (SimPeer peer : peers) {
                      if (s.isKnown(peer)) {
                        served++;
                        assertEnd(EndedBy.SHUTDOWN, FailureKind.NONE, s.of(peer));
                        assertGotAll(0, peer);
                        seen.add("served");
                      } else {
                        // It waited, and is told; or it came when nobody listened any more.
                        assertTrue(
                            peer.end() == SimPeer.End.RESET
                                || peer.end() == SimPeer.End.NOT_CONNECTED,
                            peer::toString);
                        seen.add(peer.end().name());
                      }
                    }
                    ServerStats stats = s.trial.server().stats();
                    assertTrue(served <= 3, "the cap");
                    assertEquals(s.diaries.size(), stats.accepted());
                    assertEquals(0, stats.open());
                  });
            });
    seen.exactly(all, "served", "RESET", "NOT_CONNECTED");
  }

  private static void shutDown(Stage s) {
    var unused = s.trial.server().shutdown(Duration.ofSeconds(5));
  }

  @Test
  @ExpectedLog(level = Level.WARN, containing = "connections rejected, cap reached")
  void atTheCapTheRestIsClosedAtOnce() {
    play(
        SEEDS,
        s -> {
          log.clear();
          s.network();
          int cap = 1 + s.dice.below(4);
          s.serve(d -> {}, b -> b.maxConnections(cap).capPolicy(CapPolicy.REJECT));
          List<SimPeer> peers = new ArrayList<>();
          long[] endAt = new long[cap + 4];
          for (int i = 0; i < cap + 4; i++) {
            int number = i;
            peers.add(
                s.peer(
                    s.soon(200),
                    p -> {
                      long began = s.now();
                      p.awaitEnd().then(() -> endAt[number] = s.now() - began);
                    }));
          }
          // Those that are served stay until all have come.
          s.trial.later(Duration.ofSeconds(5), () -> s.diaries.forEach(d -> d.connection.close()));
          s.trial.check(
              () -> {
                int served = 0;
                for (SimPeer peer : peers) {
                  assertGotAll(0, peer);
                  if (s.isKnown(peer)) {
                    served++;
                  } else {
                    assertTrue(endAt[peers.indexOf(peer)] < 500_000_000L, "not at once: " + peer);
                  }
                }
                assertEquals(cap, served);
                assertEquals(4, s.trial.server().stats().rejectedByCap());
                assertToldOnce("connections rejected, cap reached");
              });
        });
  }

  @Test
  void whoWaitsAtTheCapIsServedWhenOneEnds() {
    play(
        SEEDS,
        s -> {
          s.network();
          int cap = 1 + s.dice.below(3);
          int[] open = new int[2];
          s.serve(
              d -> {
                d.onOpen = x -> open[1] = Math.max(open[1], ++open[0]);
                d.onClosed = x -> open[0]--;
                d.onData = Stage::echo;
              },
              b -> b.maxConnections(cap).capPolicy(CapPolicy.WAIT));
          List<SimPeer> peers = new ArrayList<>();
          for (int i = 0; i < 8; i++) {
            peers.add(
                s.trial.peer(
                    s.soon(200),
                    p ->
                        s.checked(p, Stage.TO_SERVER)
                            .sendPattern(Stage.TO_SERVER, 10)
                            .awaitReceived(10)
                            .pause(s.soon(2_000))
                            .shutdownOutput()
                            .awaitEnd()));
          }
          s.trial.check(
              () -> {
                for (SimPeer peer : peers) {
                  assertGotAll(10, peer);
                  assertTrue(s.of(peer).record.isOrderly());
                }
                assertTrue(open[1] <= cap, () -> open[1] + " at a time, the cap is " + cap);
                assertEquals(0, open[0]);
                assertEquals(0, s.trial.server().stats().rejectedByCap());
              });
        });
  }

  @Test
  @ExpectedLog(level = Level.WARN, containing = "connections rejected, cap for one address")
  void theCapOfOneAddressLeavesTheOthersAlone() {
    play(
        SEEDS,
        s -> {
          log.clear();
          s.network();
          int cap = 1 + s.dice.below(3);
          s.serve(d -> {}, b -> b.maxConnectionsPerAddress(cap));
          SimHost other = s.trial.world().host("other");
          List<SimPeer> crowd = new ArrayList<>();
          for (int i = 0; i < cap + 3; i++) {
            crowd.add(s.peer(s.soon(200), p -> p.awaitEnd()));
          }
          List<SimPeer> alone = new ArrayList<>();
          for (int i = 0; i < cap; i++) {
            alone.add(s.trial.peer(other, s.soon(200), p -> p.awaitEnd()));
          }
          s.trial.later(Duration.ofSeconds(5), () -> s.diaries.forEach(d -> d.connection.close()));
          s.trial.check(
              () -> {
                assertEquals(cap, crowd.stream().filter(s::isKnown).count());
                assertEquals(cap, alone.stream().filter(s::isKnown).count());
                assertEquals(3, s.trial.server().stats().rejectedByAddressCap());
                assertToldOnce("connections rejected, cap for one address");
                crowd.forEach(peer -> assertGotAll(0, peer));
              });
        });
  }

  /** It backs off: neither the log nor the attempts grow with the crowd that waits. */
  @Test
  @ExpectedLog(level = Level.WARN, containing = "accept failed on")
  void descriptorsRunOutSomeAreShedAndItServesAgain() {
    boolean all =
        play(
            SEEDS,
            s -> {
              log.clear();
              s.network();
              s.serve(d -> d.onData = Stage::echo);
              int room = 1 + s.dice.below(4);
              // Two of the selector, the listener, and its reserve.
              s.trial.serverHost().descriptorLimit(4 + room);
              List<SimPeer> crowd = new ArrayList<>();
              for (int i = 0; i < room + 10; i++) {
                crowd.add(
                    s.trial.peer(
                        s.soon(1_000),
                        p ->
                            p.pause(Duration.ofNanos(10_000_000_000L - s.now()))
                                .sendPattern(Stage.TO_SERVER, 10)
                                .awaitReceived(10)
                                .close()));
              }
              SimPeer late =
                  s.trial.peer(
                      Duration.ofSeconds(20),
                      p ->
                          p.sendPattern(Stage.TO_SERVER, 10)
                              .awaitReceived(10)
                              .shutdownOutput()
                              .awaitEnd());
              s.trial.check(
                  () -> {
                    ServerStats stats = s.trial.server().stats();
                    for (SimPeer peer : crowd) {
                      assertTrue(peer.isDone(), "neither served nor told: " + peer);
                      seen.add(s.isKnown(peer) ? "served" : "shed");
                    }
                    assertTrue(stats.shed() >= 1, stats::toString);
                    assertGotAll(10, late);
                    assertToldOnce("accept failed on");
                    // Doubling from 10 ms to 2 s: a dozen in ten seconds, and one for each end.
                    assertTrue(stats.acceptFailures() <= 12 + crowd.size(), stats::toString);
                  });
            });
    seen.exactly(all, "served", "shed");
  }
}
