package dev.millrace.sim;

import static dev.millrace.sim.Stage.assertEnd;
import static dev.millrace.sim.Stage.assertEvents;
import static dev.millrace.sim.Stage.assertGotAll;
import static dev.millrace.sim.Stage.play;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.EndedBy;
import dev.millrace.Server;
import dev.millrace.ShutdownReport;
import dev.millrace.failure.FailureKind;
import dev.millrace.fault.FaultKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server shuts down, or the loop is stopped, under peers of all kinds. */
@Timeout(60)
class ShutdownInTheSimulationTest {
  private static final int SEEDS = 80;

  private final Stage.Seen seen = new Stage.Seen();

  /** Begins at that time; what it says is kept. */
  private static ShutdownReport[] shutdown(Stage s, Duration when, Duration deadline) {
    ShutdownReport[] report = new ShutdownReport[1];
    s.trial.later(
        when,
        () -> {
          var unused = s.trial.server().shutdown(deadline).thenAccept(done -> report[0] = done);
        });
    return report;
  }

  @Test
  void idleOnesAreClosedAtOnceWithAFin() {
    play(
        SEEDS,
        s -> {
          s.network();
          s.echoless();
          int count = s.dice.below(10);
          List<SimPeer> peers = new ArrayList<>();
          for (int i = 0; i < count; i++) {
            peers.add(s.peer(s.soon(500), p -> p.awaitEnd()));
          }
          ShutdownReport[] report = shutdown(s, Duration.ofSeconds(1), Duration.ofSeconds(8));
          s.trial.check(
              () -> {
                assertEquals(
                    List.of(count, 0, 0, 0),
                    List.of(
                        report[0].idleClosed(),
                        report[0].drained(),
                        report[0].lingerCut(),
                        report[0].cut()),
                    report[0]::toString);
                assertTrue(report[0].took().toMillis() < 500, report[0]::toString);
                for (SimPeer peer : peers) {
                  assertEvents(s.of(peer), "onOpen", "onShutdown", "onClosed");
                  assertEnd(EndedBy.SHUTDOWN, FailureKind.NONE, s.of(peer));
                  assertGotAll(0, peer);
                }
              });
        });
  }

  /** Idle, draining, stuck, and paused: each ends as the report says, the stuck at the deadline. */
  @Test
  void eachEndsAsTheReportSays() {
    boolean all =
        play(
            SEEDS,
            s -> {
              s.network();
              int answer = 60_000;
              Duration deadline = Duration.ofMillis(1 + s.dice.below(4_000));
              Duration when = Duration.ofSeconds(2);
              boolean[] stuck = new boolean[1];
              s.serve(
                  d ->
                      d.onData =
                          (x, data) -> {
                            // One byte asks for an answer, two for a pause.
                            if (data.remaining() == 1) {
                              x.write(answer);
                            } else {
                              x.connection.pauseReading();
                            }
                            x.take(data);
                          });
              List<SimPeer> idle = new ArrayList<>();
              List<SimPeer> slow = new ArrayList<>();
              List<SimPeer> deaf = new ArrayList<>();
              for (int i = 0; i < 3; i++) {
                idle.add(s.peer(s.soon(500), p -> p.awaitEnd()));
                slow.add(
                    s.peer(
                        s.soon(500),
                        p ->
                            p.readAtMost(20_000 + s.dice.below(20_000))
                                .sendPattern(Stage.TO_SERVER, 1)
                                .awaitEnd()));
                if (s.flip()) {
                  stuck[0] = true;
                  deaf.add(
                      s.peer(
                          s.soon(500),
                          p ->
                              p.stopReading()
                                  .sendPattern(Stage.TO_SERVER, 1)
                                  .pause(Duration.ofSeconds(12))
                                  .resumeReading()
                                  .awaitEnd()));
                }
              }
              ShutdownReport[] report = shutdown(s, when, deadline);
              s.trial.check(
                  () -> {
                    ShutdownReport r = report[0];
                    int drained = 0;
                    int lingers = 0;
                    int cut = 0;
                    long unsent = 0;
                    for (SimPeer peer : idle) {
                      assertEnd(EndedBy.SHUTDOWN, FailureKind.NONE, s.of(peer));
                      assertGotAll(0, peer);
                    }
                    List<SimPeer> busy = new ArrayList<>(slow);
                    busy.addAll(deaf);
                    for (SimPeer peer : busy) {
                      Diary d = s.of(peer);
                      assertTrue(d.addsUp(), d::toString);
                      unsent += d.record.bytesUnsent();
                      if (d.record.bytesUnsent() > 0) {
                        cut++;
                        assertEquals(FailureKind.SHUTDOWN_DEADLINE, d.record.kind());
                        assertEquals(SimPeer.End.RESET, peer.end(), d::toString);
                      } else if (d.record.kind() == FailureKind.SHUTDOWN_DEADLINE) {
                        lingers++;
                      } else {
                        assertEquals(FailureKind.NONE, d.record.kind(), d::toString);
                        assertGotAll(answer, peer);
                        drained++;
                      }
                    }
                    for (SimPeer peer : deaf) {
                      assertTrue(s.of(peer).record.bytesUnsent() > 0, peer::toString);
                    }
                    assertEquals(cut, r.cut(), r::toString);
                    assertEquals(lingers, r.lingerCut(), r::toString);
                    // The kernel may have taken all before it began: then nothing was pending.
                    assertEquals(idle.size() + drained, r.idleClosed() + r.drained(), r::toString);
                    assertTrue(r.drained() <= drained, r::toString);
                    assertEquals(unsent, r.unsentBytes(), r::toString);
                    assertEquals(cut, r.cutPeers().size());
                    long late = r.took().toNanos() - deadline.toNanos();
                    assertTrue(late <= 5_000_000, r::toString);
                    if (!deaf.isEmpty()) {
                      assertTrue(late >= 0, r::toString);
                    }
                    seen.add(drained > 0 ? "some drained" : "none drained");
                    seen.add(stuck[0] ? "some are stuck" : "none is stuck");
                    seen.add(r.took().compareTo(deadline) < 0 ? "early" : "at the deadline");
                  });
            });
    seen.exactly(
        all,
        "some drained",
        "none drained",
        "some are stuck",
        "none is stuck",
        "early",
        "at the deadline");
  }

  @Test
  void aDeadlineOfZeroCutsInTheSameMoment() {
    play(
        SEEDS,
        s -> {
          s.network();
          s.serve(
              d -> {
                boolean writes = s.flip();
                d.onOpen =
                    x -> {
                      if (writes) {
                        x.write(200_000, y -> {});
                      }
                    };
              });
          List<SimPeer> peers = new ArrayList<>();
          for (int i = 0; i < 4; i++) {
            peers.add(
                s.peer(
                    s.soon(500),
                    p -> p.stopReading().pause(Duration.ofSeconds(5)).resumeReading().awaitEnd()));
          }
          ShutdownReport[] report = shutdown(s, Duration.ofSeconds(1), Duration.ZERO);
          s.trial.check(
              () -> {
                ShutdownReport r = report[0];
                int cut = 0;
                for (SimPeer peer : peers) {
                  Diary d = s.of(peer);
                  assertEquals(EndedBy.SHUTDOWN, d.record.endedBy());
                  assertTrue(d.addsUp(), d::toString);
                  if (d.accepted > 0) {
                    cut++;
                    assertEvents(d, "onOpen", "onShutdown", "done false", "onClosed");
                    assertEquals(SimPeer.End.RESET, peer.end(), d::toString);
                  } else {
                    assertEvents(d, "onOpen", "onShutdown", "onClosed");
                    assertGotAll(0, peer);
                  }
                }
                assertEquals(cut, r.cut(), r::toString);
                assertTrue(r.took().toMillis() <= 4, r::toString);
              });
        });
  }

  /** The first call counts; and in a handler's callback it may come while others are opened. */
  @Test
  void calledTwiceItIsOneShutdownWithOneReport() {
    play(
        SEEDS,
        s -> {
          s.network();
          List<CompletableFuture<ShutdownReport>> all = new ArrayList<>();
          boolean inACallback = s.flip();
          s.serve(
              d ->
                  d.onOpen =
                      x -> {
                        if (inACallback) {
                          all.add(s.trial.server().shutdown(Duration.ofSeconds(5)));
                        }
                      });
          List<SimPeer> peers = new ArrayList<>();
          for (int i = 0; i < 5; i++) {
            peers.add(s.peer(s.soon(100), p -> p.awaitEnd()));
          }
          for (int i = 0; i < 3; i++) {
            s.trial.later(
                s.soon(1_000).plusMillis(1),
                () -> all.add(s.trial.server().shutdown(Duration.ofSeconds(all.size() + 1))));
          }
          s.trial.check(
              () -> {
                assertTrue(all.size() >= 3);
                ShutdownReport first = all.get(0).getNow(null);
                for (CompletableFuture<ShutdownReport> other : all) {
                  assertSame(first, other.getNow(null));
                }
                int served = 0;
                for (SimPeer peer : peers) {
                  if (s.isKnown(peer)) {
                    served++;
                    assertEquals(1, s.of(peer).count("onShutdown"), s.of(peer)::toString);
                    assertEnd(EndedBy.SHUTDOWN, FailureKind.NONE, s.of(peer));
                  }
                }
                assertEquals(served, first.idleClosed(), first::toString);
              });
        });
  }

  /** Another server takes the port in the very moment of the report. */
  @Test
  void thePortIsFreeWhenTheReportCompletes() {
    play(
        SEEDS,
        s -> {
          s.network();
          s.serve(d -> d.onOpen = x -> x.write(s.amount(20_000)));
          List<SimPeer> before = new ArrayList<>();
          for (int i = 0; i < 4; i++) {
            before.add(s.peer(s.soon(500), p -> p.awaitEnd()));
          }
          Server[] second = new Server[1];
          s.trial.later(
              Duration.ofSeconds(1),
              () -> {
                var unused =
                    s.trial
                        .server()
                        .shutdown(Duration.ofSeconds(5))
                        .thenAccept(done -> second[0] = again(s));
              });
          SimPeer after =
              s.trial.peer(
                  Duration.ofSeconds(8),
                  p ->
                      s.checked(p, Stage.TO_SERVER)
                          .sendPattern(Stage.TO_SERVER, 100)
                          .awaitReceived(100)
                          .shutdownOutput()
                          .awaitEnd());
          s.trial.later(
              Duration.ofSeconds(60),
              () -> {
                var unused = second[0].shutdown(Duration.ZERO);
              });
          s.trial.check(
              () -> {
                assertGotAll(100, after);
                before.forEach(
                    peer -> assertEquals(SimPeer.End.END_OF_INPUT, peer.end(), peer::toString));
              });
        });
  }

  private static Server again(Stage s) {
    try {
      return Server.builder()
          .loop(s.trial.loop())
          .listen(s.trial.serverHost().address(7007))
          .handler(() -> (c, data) -> c.write(data))
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** That no descriptor, key, timer or buffer is left is an invariant of every run. */
  @Test
  void everythingOnALoopThatIsStoppedIsTold() {
    boolean all =
        play(
            SEEDS,
            s -> {
              s.trial.faults(s.pieces().with(FaultKind.CONNECT_PENDING, 1));
              s.queues();
              s.serve(
                  d -> {
                    d.onOpen =
                        x -> {
                          if (s.flip()) {
                            x.write(s.amount(50_000), y -> {});
                          }
                        };
                  });
              // One that is under way to an address where nobody answers.
              Diary connecting =
                  s.connect(s.soon(100), s.trial.clientHost().address(9), Duration.ZERO, x -> {});
              List<SimPeer> peers = new ArrayList<>();
              for (int i = 0; i < 5; i++) {
                peers.add(
                    s.peer(
                        s.soon(1_000),
                        p ->
                            (s.flip() ? p.stopReading() : p)
                                .pause(Duration.ofSeconds(5))
                                .resumeReading()));
              }
              s.trial.world().schedule(s.soon(1_500).plusMillis(200), () -> s.trial.loop().stop());
              s.trial.check(
                  () -> {
                    for (Diary d : s.diaries) {
                      if (d.events.isEmpty()) {
                        assertSame(connecting, d, "the loop had stopped before its connect");
                        continue;
                      }
                      assertEquals(1, d.count("onClosed"), d::toString);
                      assertTrue(d.addsUp(), d::toString);
                      if (d.record.kind() == FailureKind.LOOP_STOPPED) {
                        assertEquals(EndedBy.SHUTDOWN, d.record.endedBy(), d::toString);
                        seen.add(d.openedAt < 0 ? "connecting" : "open");
                        seen.add(d.record.bytesUnsent() > 0 ? "unsent" : "all sent");
                      }
                    }
                    for (SimPeer peer : peers) {
                      assertTrue(peer.isDone(), peer::toString);
                    }
                  });
            });
    seen.exactly(all, "connecting", "open", "unsent", "all sent");
  }
}
