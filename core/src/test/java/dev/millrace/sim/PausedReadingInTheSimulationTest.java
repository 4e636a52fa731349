package dev.millrace.sim;

import static dev.millrace.sim.Stage.assertEnd;
import static dev.millrace.sim.Stage.assertEvents;
import static dev.millrace.sim.Stage.assertGotAll;
import static dev.millrace.sim.Stage.assertOnTime;
import static dev.millrace.sim.Stage.play;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.EndedBy;
import dev.millrace.Timeouts;
import dev.millrace.failure.FailureKind;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reading is paused and resumed, inside callbacks and outside, while input, FIN and reset come. */
@Timeout(60)
class PausedReadingInTheSimulationTest {
  private static final int SEEDS = 100;

  private final Stage.Seen seen = new Stage.Seen();

  @Test
  void nothingIsDeliveredWhilePausedAndNothingIsLost() {
    boolean all =
        play(
            SEEDS,
            s -> {
              long most = s.network();
              s.trial.timeouts(Stage.PATIENT);
              boolean fromTheBeginning = s.flip();
              boolean[] paused = new boolean[1];
              s.serve(
                  d -> {
                    d.onOpen =
                        x -> {
                          if (fromTheBeginning) {
                            pause(s, x, paused);
                          }
                        };
                    d.onData =
                        (x, data) -> {
                          if (paused[0]) {
                            s.trial.violated("data while paused");
                          }
                          x.take(data, s.dice.below(data.remaining()) + 1);
                          switch (s.dice.below(6)) {
                            case 0 -> pause(s, x, paused);
                            case 1 -> {
                              x.connection.pauseReading();
                              x.connection.resumeReading();
                              seen.add("in the same callback");
                            }
                            case 2 -> {
                              x.connection.resumeReading(); // does nothing
                              x.connection.pauseReading();
                              x.connection.pauseReading();
                              x.connection.resumeReading();
                            }
                            default -> {}
                          }
                        };
                  });
              long in = s.amount(most);
              SimPeer peer =
                  s.peer(
                      p ->
                          p.sendPattern(Stage.TO_SERVER, in / 2)
                              .pause(s.soon(100))
                              .sendPattern(Stage.TO_SERVER, in - in / 2)
                              .shutdownOutput()
                              .awaitEnd());
              s.trial.check(
                  () -> {
                    Diary d = s.of(peer);
                    assertEvents(d, "onOpen", "onData", "onInputEnd 0", "onClosed");
                    assertEquals(in, d.taken);
                    assertEnd(EndedBy.PEER, FailureKind.NONE, d);
                    assertGotAll(0, peer);
                  });
            });
    seen.exactly(all, "in the same callback", "later");
  }

  private void pause(Stage s, Diary d, boolean[] paused) {
    seen.add("later");
    paused[0] = true;
    d.connection.pauseReading();
    s.trial.later(
        s.soon(300),
        () -> {
          paused[0] = false;
          d.connection.resumeReading();
        });
  }

  /** Longer than the idle time-out; what counts again counts from the resume. */
  @Test
  void pausedIsNotIdle() {
    boolean all =
        play(
            SEEDS,
            s -> {
              s.network();
              Duration idle = Duration.ofSeconds(2);
              s.trial.timeouts(Timeouts.defaults().withReadIdle(idle));
              Duration pause = Duration.ofMillis(2_500 + s.dice.below(8_000));
              long[] resumedAt = new long[1];
              s.serve(
                  d ->
                      d.onData =
                          (x, data) -> {
                            x.take(data);
                            if (x.taken == 1) {
                              x.connection.pauseReading();
                              s.trial.later(
                                  pause,
                                  () -> {
                                    resumedAt[0] = s.now();
                                    x.connection.resumeReading();
                                  });
                            }
                          });
              boolean talksOn = s.flip();
              long second = s.dice.between(0, pause.toNanos() + 1_500_000_000L);
              long[] endAt = new long[1];
              SimPeer peer =
                  s.peer(
                      p -> {
                        p.sendPattern(Stage.TO_SERVER, 1);
                        if (talksOn) {
                          p.pause(Duration.ofNanos(second))
                              .sendPattern(Stage.TO_SERVER, 1)
                              .pause(Duration.ofNanos(pause.toNanos() - second / 2))
                              .shutdownOutput();
                        }
                        p.awaitEnd().then(() -> endAt[0] = s.now());
                      });
              s.trial.check(
                  () -> {
                    Diary d = s.of(peer);
                    long from = Math.max(resumedAt[0], d.lastDataAt);
                    assertTrue(endAt[0] > resumedAt[0], d::toString);
                    if (!talksOn) {
                      assertEnd(EndedBy.TIMER, FailureKind.READ_IDLE, d);
                      assertTrue(endAt[0] - from >= idle.toNanos(), d::toString);
                      seen.add("idle behind the pause");
                    } else if (d.record.kind() == FailureKind.READ_IDLE) {
                      assertTrue(endAt[0] - from >= idle.toNanos(), d::toString);
                    } else {
                      assertEnd(EndedBy.PEER, FailureKind.NONE, d);
                      assertEquals(2, d.taken);
                      seen.add("went on");
                    }
                    assertGotAll(0, peer);
                  });
            });
    seen.exactly(all, "idle behind the pause", "went on");
  }

  @Test
  void theirFinIsFoundByResumingOrByTheTimeoutOfThePause() {
    boolean all =
        play(
            SEEDS,
            s -> {
              s.network();
              Duration longest = Duration.ofSeconds(5);
              s.trial.timeouts(Stage.PATIENT.withPaused(longest));
              boolean resumes = s.flip();
              s.serve(
                  d ->
                      d.onOpen =
                          x -> {
                            x.connection.pauseReading();
                            if (resumes) {
                              s.trial.later(s.soon(4_900), x.connection::resumeReading);
                            }
                          });
              long in = s.flip() ? 0 : s.amount(50);
              SimPeer peer =
                  s.peer(
                      p ->
                          p.pause(s.soon(100))
                              .sendPattern(Stage.TO_SERVER, in)
                              .shutdownOutput()
                              .awaitEnd());
              s.trial.check(
                  () -> {
                    Diary d = s.of(peer);
                    seen.add((resumes ? "resumed" : "timed out") + (in > 0 ? ", data" : ""));
                    if (!resumes) {
                      assertEvents(d, "onOpen", "onClosed");
                      assertEnd(EndedBy.TIMER, FailureKind.PAUSED_TIMEOUT, d);
                      assertEquals(in, d.record.bytesUnconsumed(), "read, and thrown away");
                    } else {
                      if (in > 0) {
                        assertEvents(d, "onOpen", "onData", "onInputEnd 0", "onClosed");
                      } else {
                        assertEvents(d, "onOpen", "onInputEnd 0", "onClosed");
                      }
                      assertEnd(EndedBy.PEER, FailureKind.NONE, d);
                      assertEquals(in, d.taken);
                    }
                    assertGotAll(0, peer);
                  });
            });
    seen.exactly(all, "resumed", "resumed, data", "timed out", "timed out, data");
  }

  @Test
  void theirResetIsFoundByResumingBehindWhatCameBeforeIt() {
    play(
        SEEDS,
        s -> {
          s.network();
          Duration pause = Duration.ofMillis(500 + s.dice.below(4_000));
          long[] resumedAt = new long[1];
          s.serve(
              d ->
                  d.onOpen =
                      x -> {
                        x.connection.pauseReading();
                        s.trial.later(
                            pause,
                            () -> {
                              if (x.record != null) {
                                s.trial.violated("ended while it was deaf: " + x);
                              }
                              resumedAt[0] = s.now();
                              x.connection.resumeReading();
                            });
                      });
          long in = s.amount(50);
          SimPeer peer =
              s.peer(
                  p ->
                      p.sendPattern(Stage.TO_SERVER, in)
                          .pause(Duration.ofMillis(200)) // so that all of it has arrived
                          .reset());
          s.trial.check(
              () -> {
                Diary d = s.of(peer);
                assertEvents(d, "onOpen", "onData", "onClosed");
                assertEquals(in, d.taken);
                assertTrue(d.lastDataAt >= resumedAt[0]);
                assertEnd(EndedBy.PEER, FailureKind.ECONNRESET, d);
              });
        });
  }

  /** Many buffers go out by gathering writes while nothing is taken in. */
  @Test
  void writesGoOnWhileReadingIsPaused() {
    play(
        SEEDS,
        s -> {
          long most = s.network();
          s.trial.timeouts(Stage.PATIENT);
          long out = s.amount(most);
          long in = s.amount(100);
          long[] takenWhilePaused = {-1};
          s.serve(
              d -> {
                d.onOpen =
                    x -> {
                      x.connection.pauseReading();
                      pourOut(s, x, out, takenWhilePaused);
                    };
                d.onWritable = x -> pourOut(s, x, out, takenWhilePaused);
              },
              Stage.lowMarks(2_000));
          SimPeer peer =
              s.peer(
                  p ->
                      p.sendPattern(Stage.TO_SERVER, in)
                          .awaitReceived(out)
                          .shutdownOutput()
                          .awaitEnd());
          s.trial.check(
              () -> {
                Diary d = s.of(peer);
                assertEquals(0, takenWhilePaused[0]);
                assertEquals(in, d.taken);
                assertEnd(EndedBy.PEER, FailureKind.NONE, d);
                assertGotAll(out, peer);
              });
        });
  }

  private static void pourOut(Stage s, Diary d, long out, long[] takenWhilePaused) {
    if (takenWhilePaused[0] < 0 && d.pour(out)) {
      takenWhilePaused[0] = d.taken;
      s.trial.later(s.soon(2_000), d.connection::resumeReading);
    }
  }

  /** Nothing else ends a pause that is too long. */
  @Test
  void pausedForTooLongEndsAtItsTimeout() {
    play(
        SEEDS,
        s -> {
          s.network();
          Duration longest = s.soon(5_000).plusMillis(1);
          s.trial.timeouts(Stage.PATIENT.withPaused(longest));
          long[] pausedAt = new long[1];
          long[] closingAt = new long[1];
          s.serve(
              d ->
                  d.onOpen =
                      x ->
                          s.trial.later(
                              s.soon(1_000),
                              () -> {
                                pausedAt[0] = s.now();
                                x.connection.pauseReading();
                                watchFor(s, x, closingAt);
                              }));
          SimPeer peer = s.peer(p -> p.awaitEnd());
          s.trial.check(
              () -> {
                Diary d = s.of(peer);
                assertEnd(EndedBy.TIMER, FailureKind.PAUSED_TIMEOUT, d);
                assertOnTime(longest, closingAt[0] - pausedAt[0], d);
                assertGotAll(0, peer);
              });
        });
  }

  /** When the kernel was told of our FIN: looked at from outside, so that the loop may sleep. */
  private static void watchFor(Stage s, Diary d, long[] closingAt) {
    if (d.connection.state().isClosing()) {
      closingAt[0] = s.now();
    } else {
      s.trial.world().schedule(Duration.ofNanos(500_000), () -> watchFor(s, d, closingAt));
    }
  }
}
