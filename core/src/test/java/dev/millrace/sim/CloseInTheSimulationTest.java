package dev.millrace.sim;

import static dev.millrace.sim.Stage.assertEnd;
import static dev.millrace.sim.Stage.assertEvents;
import static dev.millrace.sim.Stage.assertGotAll;
import static dev.millrace.sim.Stage.play;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.ConnectionState;
import dev.millrace.EndedBy;
import dev.millrace.WriteResult;
import dev.millrace.failure.FailureKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Our closes deliver and our aborts reset, whatever the peer does meanwhile. */
@Timeout(60)
class CloseInTheSimulationTest {
  private static final int SEEDS = 100;

  private final Stage.Seen seen = new Stage.Seen();

  /** A close with input unread would be a reset, and would destroy the answer on its way. */
  @Test
  void closeDeliversWhileTheUploadGoesOnAndIsNeverAReset() {
    play(
        SEEDS,
        s -> {
          long most = s.network();
          s.trial.timeouts(Stage.PATIENT);
          long out = s.amount(most);
          long in = s.amount(most);
          s.serve(
              d ->
                  d.onData =
                      (x, data) -> {
                        x.take(data, 1);
                        x.write(out);
                        x.connection.close();
                        x.connection.close();
                        s.trial.later(s.soon(1_000), x.connection::close);
                      });
          boolean listens = s.flip();
          SimPeer peer =
              s.peer(
                  p -> {
                    if (!listens) {
                      p.stopReading(); // looks for an answer when it has said all
                    }
                    p.sendPattern(Stage.TO_SERVER, in).resumeReading().awaitEnd();
                  });
          s.trial.check(
              () -> {
                Diary d = s.of(peer);
                assertEvents(d, "onOpen", "onData", "onClosed");
                assertEnd(EndedBy.US, FailureKind.NONE, d);
                assertGotAll(out, peer);
                assertEquals(in, d.record.bytesReceived());
                assertEquals(in - 1, d.record.bytesUnconsumed());
              });
        });
  }

  @Test
  void theirFinWhileTheirInputIsDiscarded() {
    boolean all =
        play(
            SEEDS,
            s -> {
              long most = s.network();
              s.trial.timeouts(Stage.PATIENT);
              long out = s.amount(most);
              long in = s.amount(most);
              s.serve(
                  d ->
                      d.onOpen =
                          x -> {
                            x.write(out);
                            x.connection.close();
                          });
              SimPeer peer =
                  s.peer(
                      p ->
                          p.stopReading()
                              .sendPattern(Stage.TO_SERVER, in)
                              .shutdownOutput()
                              .pause(s.soon(2_000))
                              .resumeReading()
                              .awaitEnd());
              s.trial.check(
                  () -> {
                    Diary d = s.of(peer);
                    seen.add(d.record.state().name());
                    assertEvents(d, "onOpen", "onClosed");
                    assertEnd(EndedBy.US, FailureKind.NONE, d);
                    assertEquals(in, d.record.bytesUnconsumed());
                    assertGotAll(out, peer);
                  });
            });
    seen.exactly(all, ConnectionState.ENDED_DRAINING.name(), ConnectionState.OPEN_LINGERING.name());
  }

  @Test
  void inTheFirstCallback() {
    play(
        SEEDS,
        s -> {
          s.network();
          long out = s.flip() ? 0 : s.amount(100);
          s.serve(
              d ->
                  d.onOpen =
                      x -> {
                        x.write(out);
                        x.connection.close();
                        if (x.write(1) != WriteResult.CLOSED) {
                          s.trial.violated("a write behind the close was taken");
                        }
                      });
          List<SimPeer> peers = new ArrayList<>();
          for (int i = 0; i < 5; i++) {
            peers.add(s.peer(s.soon(10), p -> p.sendPattern(Stage.TO_SERVER, 3).awaitEnd()));
          }
          s.trial.check(
              () -> {
                for (SimPeer peer : peers) {
                  assertEvents(s.of(peer), "onOpen", "onClosed");
                  assertEnd(EndedBy.US, FailureKind.NONE, s.of(peer));
                  assertGotAll(out, peer);
                }
              });
        });
  }

  /** At once, whatever waits: for the peer a reset, and for the handler the record in that turn. */
  @Test
  void abortIsAResetAtOnceWhateverWaits() {
    boolean all =
        play(
            SEEDS,
            s -> {
              long most = s.network();
              long out = s.flip() ? 0 : s.amount(most);
              Duration after = s.soon(2_000);
              long[] abortedAt = new long[1];
              s.serve(
                  d ->
                      d.onOpen =
                          x -> {
                            if (out > 0) {
                              x.write(out, y -> {});
                            }
                            s.trial.later(
                                after,
                                () -> {
                                  abortedAt[0] = s.now();
                                  x.connection.abort();
                                  x.connection.abort();
                                });
                          });
              boolean reads = s.flip();
              SimPeer peer =
                  s.peer(
                      p -> {
                        if (!reads) {
                          p.stopReading().pause(Duration.ofSeconds(5)).resumeReading();
                        }
                        p.awaitEnd();
                      });
              s.trial.check(
                  () -> {
                    Diary d = s.of(peer);
                    assertEnd(EndedBy.US, FailureKind.ABORTED, d);
                    assertEquals(SimPeer.End.RESET, peer.end(), peer::toString);
                    assertEquals(abortedAt[0], d.endedAt, "told in the turn of the abort");
                    String lost = out == 0 ? "nothing" : d.record.bytesUnsent() > 0 ? "some" : "0";
                    seen.add(lost);
                    switch (lost) {
                      case "nothing" -> assertEvents(d, "onOpen", "onClosed");
                      case "some" -> assertEvents(d, "onOpen", "done false", "onClosed");
                      default -> assertEvents(d, "onOpen", "done true", "onClosed");
                    }
                  });
            });
    seen.exactly(all, "nothing", "some", "0");
  }

  /** A peer that has seen our FIN would wait for ever if nothing told it. */
  @Test
  void abortBehindOurFinResetsToo() {
    boolean all =
        play(
            SEEDS,
            s -> {
              long most = s.network();
              long out = s.amount(most);
              s.serve(
                  d ->
                      d.onOpen =
                          x -> {
                            x.write(out);
                            x.connection.shutdownOutput();
                            s.trial.later(
                                Duration.ofMillis(s.dice.below(1_000)), x.connection::abort);
                          });
              Endpoint[] end = new Endpoint[1];
              boolean[] isReset = new boolean[1];
              SimPeer peer =
                  s.peer(
                      p -> {
                        p.then(() -> end[0] = p.serverEnd().path().client);
                        if (s.flip()) {
                          p.readAtMost(1_000); // so that the FIN waits behind what it reads
                        }
                        // It keeps the connection, and says nothing.
                        p.pause(Duration.ofSeconds(20));
                        p.then(() -> isReset[0] = end[0].phase() == Endpoint.Phase.GONE);
                      });
              s.trial.check(
                  () -> {
                    Diary d = s.of(peer);
                    assertEnd(EndedBy.US, FailureKind.ABORTED, d);
                    boolean behind = d.record.state() == ConnectionState.OPEN_ENDED;
                    seen.add(behind ? "behind the FIN" : "before the FIN");
                    assertTrue(isReset[0] || peer.end() == SimPeer.End.RESET, peer::toString);
                  });
            });
    seen.exactly(all, "behind the FIN", "before the FIN");
  }

  /** What comes later does not hide the first cause. */
  @Test
  void resetWhileDrainingIsToldAndTheCloseStaysOurs() {
    boolean all =
        play(
            SEEDS,
            s -> {
              long most = s.network();
              s.trial.timeouts(Stage.PATIENT);
              long out = s.amount(2 * most);
              s.serve(
                  d ->
                      d.onOpen =
                          x -> {
                            x.write(out);
                            x.connection.close();
                          });
              SimPeer peer = s.peer(p -> p.stopReading().pause(s.soon(4_000)).reset());
              s.trial.check(
                  () -> {
                    Diary d = s.of(peer);
                    assertEvents(d, "onOpen", "onClosed");
                    // Above the high water mark nothing is read; then a write finds it.
                    assertEnd(EndedBy.US, FailureKind.ECONNRESET, d);
                    boolean draining = d.record.state() == ConnectionState.OPEN_DRAINING;
                    assertEquals(draining, d.record.bytesUnsent() > 0, d::toString);
                    seen.add(d.record.state().name());
                  });
            });
    seen.exactly(all, ConnectionState.OPEN_DRAINING.name(), ConnectionState.OPEN_LINGERING.name());
  }
}
