package dev.millrace.sim;

import static dev.millrace.sim.Stage.assertEnd;
import static dev.millrace.sim.Stage.assertEvents;
import static dev.millrace.sim.Stage.assertGotAll;
import static dev.millrace.sim.Stage.play;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.EndedBy;
import dev.millrace.Limits;
import dev.millrace.LoopOptions;
import dev.millrace.WriteResult;
import dev.millrace.failure.FailureKind;
import dev.millrace.guard.ExpectedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

/** What one connection, task or timer does costs the others of its loop nothing. */
@Timeout(60)
class SeveralOfOneLoopInTheSimulationTest {
  private static final int SEEDS = 60;

  private final Stage.Seen seen = new Stage.Seen();

  private static SimPeer echoed(Stage s, Duration after, int bytes) {
    return s.trial.peer(
        after,
        p ->
            s.checked(p, Stage.TO_SERVER)
                .sendPattern(Stage.TO_SERVER, bytes)
                .awaitReceived(bytes)
                .shutdownOutput()
                .awaitEnd());
  }

  /** Which is the first is drawn; what was ready for the others is never told. */
  @Test
  void theFirstThatIsReadyEndsTheOthers() {
    boolean all =
        play(
            SEEDS,
            s -> {
              s.network();
              boolean aborts = s.flip();
              List<Diary> first = new ArrayList<>();
              s.serve(
                  d ->
                      d.onData =
                          (x, data) -> {
                            if (x.stage.now() >= 5_000_000_000L) {
                              Stage.echo(x, data); // of those that came later
                              return;
                            }
                            x.take(data);
                            first.add(x);
                            for (Diary other : s.diaries) {
                              if (other != x && other.connection != null) {
                                if (aborts) {
                                  other.connection.abort();
                                } else {
                                  other.connection.close();
                                }
                              }
                            }
                          });
              List<SimPeer> peers = new ArrayList<>();
              for (int i = 0; i < 10; i++) {
                peers.add(
                    s.peer(
                        p ->
                            p.pause(Duration.ofNanos(1_000_000_000L - s.now()))
                                .sendPattern(Stage.TO_SERVER, 1)
                                .pause(Duration.ofSeconds(2))
                                .shutdownOutput()
                                .awaitEnd()));
              }
              // A task holds the loop up, so that one poll finds all of them.
              s.trial.later(Duration.ofMillis(999), () -> s.trial.world().jump(200_000_000L));
              List<SimPeer> late = new ArrayList<>();
              for (int i = 0; i < 10; i++) {
                late.add(echoed(s, Duration.ofSeconds(5), 20));
              }
              s.trial.check(
                  () -> {
                    assertEquals(1, first.size(), "only the first was told of its data");
                    seen.add("connection " + first.get(0).connection.id());
                    for (SimPeer peer : peers) {
                      Diary d = s.of(peer);
                      if (d != first.get(0)) {
                        assertEvents(d, "onOpen", "onClosed");
                        assertEnd(EndedBy.US, aborts ? FailureKind.ABORTED : FailureKind.NONE, d);
                      } else {
                        assertEvents(d, "onOpen", "onData", "onInputEnd 0", "onClosed");
                        assertEnd(EndedBy.PEER, FailureKind.NONE, d);
                      }
                    }
                    for (SimPeer peer : late) {
                      assertGotAll(20, peer);
                    }
                  });
            });
    seen.atLeast(all, 5);
  }

  /** Each turn has work of its own; time passes while it is done. */
  @Test
  void aTaskThatPostsItselfKeepsNeitherInputNorTimersWaiting() {
    play(
        10,
        s -> {
          s.trial.serverHost().buffers(16_384, 16_384);
          s.serve(d -> d.onData = Stage::echo);
          long work = 20_000;
          int[] tasks = new int[1];
          boolean[] over = new boolean[1];
          s.trial.later(Duration.ZERO, () -> again(s, work, tasks, over));
          long[] late = new long[1];
          int[] fired = new int[1];
          s.trial.later(
              Duration.ofMillis(1),
              () -> {
                for (int i = 0; i < 20; i++) {
                  Duration delay = s.soon(200);
                  long due = s.now() + delay.toNanos();
                  s.trial
                      .loop()
                      .schedule(
                          delay,
                          () -> {
                            fired[0]++;
                            late[0] = Math.max(late[0], s.now() - due);
                          });
                }
              });
          List<SimPeer> peers = new ArrayList<>();
          List<Long> took = new ArrayList<>();
          for (int i = 0; i < 10; i++) {
            peers.add(
                s.trial.peer(
                    s.soon(200),
                    p -> {
                      long began = s.now();
                      p.sendPattern(Stage.TO_SERVER, 10)
                          .awaitReceived(10)
                          .then(() -> took.add(s.now() - began))
                          .shutdownOutput()
                          .awaitEnd();
                    }));
          }
          s.trial.world().schedule(Duration.ofMillis(400), () -> over[0] = true);
          s.trial.check(
              () -> {
                assertTrue(tasks[0] > 1_000, "it did go on: " + tasks[0]);
                assertEquals(20, fired[0]);
                assertTrue(late[0] <= (1 << 20) + 3 * work, late[0] + " ns late");
                for (SimPeer peer : peers) {
                  assertGotAll(10, peer);
                }
                // Four ways of at most 0.1 ms, and a few turns.
                assertTrue(took.stream().allMatch(t -> t < 1_000_000), took::toString);
              });
        });
  }

  private static void again(Stage s, long work, int[] tasks, boolean[] over) {
    tasks[0]++;
    s.trial.world().jump(work);
    if (!over[0]) {
      s.trial.loop().execute(() -> again(s, work, tasks, over));
    }
  }

  /** Whoever asks for little is served in the turn in which it asked, whatever the flood. */
  @Test
  void aFloodingPeerHoldsNobodyUp() {
    LoopOptions options = Stage.options().withReadBufferBytes(1 << 10);
    int budget = 8 << 10;
    boolean all =
        play(
            10,
            dice -> options,
            s -> {
              s.trial.serverHost().buffers(64 << 10, 64 << 10);
              s.trial.clientHost().buffers(64 << 10, 64 << 10);
              SimPeer[] other = new SimPeer[1];
              Diary[] flooded = new Diary[1];
              long[] sinceAsked = new long[2];
              s.serve(
                  d ->
                      d.onData =
                          (x, data) -> {
                            boolean floods = data.get(data.position()) != 0;
                            if (!floods) {
                              x.taken += data.remaining();
                              x.connection.write(data);
                              sinceAsked[0] = 0;
                              return;
                            }
                            flooded[0] = x;
                            // Work on it takes its time, in which more comes.
                            s.trial.world().jump(10L * data.remaining());
                            Endpoint end = other[0].serverEnd();
                            // Its first byte may be older than its accept, and its key.
                            boolean waits =
                                s.isKnown(other[0])
                                    && s.of(other[0]).taken > 0
                                    && end.receivedBytes() > s.of(other[0]).taken;
                            sinceAsked[0] = waits ? sinceAsked[0] + data.remaining() : 0;
                            sinceAsked[1] = Math.max(sinceAsked[1], sinceAsked[0]);
                            x.taken += data.remaining();
                            data.position(data.limit());
                          },
                  Limits.defaults().withReadBudgetBytes(budget));
              byte[] flood = new byte[1 << 20];
              Arrays.fill(flood, (byte) 1);
              SimPeer loud = s.trial.peer(p -> p.send(flood).shutdownOutput().awaitEnd());
              other[0] =
                  s.trial.peer(
                      Duration.ofMillis(1),
                      p -> {
                        for (int i = 0; i < 50; i++) {
                          p.send(new byte[1]).awaitReceived(i + 1).pause(s.soon(1));
                        }
                        p.shutdownOutput().awaitEnd();
                      });
              s.trial.check(
                  () -> {
                    assertGotAll(50, other[0]);
                    assertGotAll(0, loud);
                    assertEquals(flood.length, flooded[0].taken);
                    assertTrue(
                        sinceAsked[1] <= budget + (1 << 10),
                        "so much of the flood came first: " + sinceAsked[1]);
                    seen.add(sinceAsked[1] > 0 ? "it had to wait" : "never");
                  });
            });
    seen.exactly(all, "it had to wait");
  }

  /** An exception, or an Error, in each of the callbacks; what was accepted before is delivered. */
  @Test
  @ExpectedLog(level = Level.ERROR, containing = "handler threw")
  void whatACallbackThrowsCostsThatConnectionAlone() {
    boolean all =
        play(
            3 * SEEDS,
            s -> {
              s.network();
              s.trial.timeouts(Stage.PATIENT);
              String[] callbacks = {
                "onOpen", "onData", "onWritable", "onInputEnd", "onShutdown", "done", "onClosed"
              };
              String where = callbacks[s.dice.below(callbacks.length)];
              Throwable thrown = s.flip() ? new OnPurpose() : new ErrorOnPurpose();
              int[] made = new int[1];
              s.serve(
                  d -> {
                    if (made[0]++ > 0) {
                      d.onData = Stage::echo;
                      return;
                    }
                    seen.add(where + (thrown instanceof Error ? ", Error" : ""));
                    Consumer<Diary> sneak = x -> sneak(thrown);
                    d.onOpen =
                        x -> {
                          x.write(70_000, where.equals("done") ? sneak : y -> {});
                          if (where.equals("onWritable")) {
                            x.write(70_000);
                          }
                          if (where.equals("onOpen")) {
                            sneak(thrown);
                          }
                        };
                    d.onInputEnd = x -> {};
                    d.onShutdown = x -> {};
                    switch (where) {
                      case "onData" -> d.onData = (x, data) -> sneak(thrown);
                      case "onWritable" -> d.onWritable = sneak;
                      case "onInputEnd" -> d.onInputEnd = sneak;
                      case "onShutdown" -> d.onShutdown = sneak;
                      case "onClosed" -> {
                        d.onData = (x, data) -> x.connection.close();
                        d.onClosed = sneak;
                      }
                      default -> {}
                    }
                  },
                  Stage.lowMarks(10_000).withHardLimitBytes(200_000));
              SimPeer subject =
                  s.peer(
                      p -> {
                        p.sendPattern(Stage.TO_SERVER, 1).pause(s.soon(500));
                        if (where.equals("onInputEnd")) {
                          p.shutdownOutput();
                        }
                        p.awaitEnd();
                      });
              List<SimPeer> others = new ArrayList<>();
              for (int i = 0; i < 4; i++) {
                others.add(echoed(s, s.soon(500).plusMillis(200), 300));
              }
              if (where.equals("onShutdown")) {
                s.trial.later(
                    Duration.ofSeconds(50),
                    () -> {
                      var unused = s.trial.server().shutdown(Duration.ofSeconds(50));
                    });
              }
              s.trial.check(
                  () -> {
                    Diary d = s.of(subject);
                    assertTrue(d.addsUp(), d::toString);
                    assertEquals(1, d.count("onClosed"), d::toString);
                    if (where.equals("onClosed")) {
                      assertEnd(EndedBy.US, FailureKind.NONE, d);
                    } else {
                      assertEnd(EndedBy.FAULT, FailureKind.HANDLER_FAILED, d);
                      assertSame(thrown, d.record.cause());
                    }
                    assertGotAll(d.accepted, subject);
                    for (SimPeer other : others) {
                      assertGotAll(300, other);
                    }
                  });
            });
    seen.atLeast(all, 14);
  }

  private static void sneak(Throwable t) {
    if (t instanceof Error e) {
      throw e;
    }
    throw (RuntimeException) t;
  }

  private static final class OnPurpose extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OnPurpose() {
      super("thrown on purpose", null, false, false);
    }
  }

  private static final class ErrorOnPurpose extends Error {
    private static final long serialVersionUID = 1L;

    ErrorOnPurpose() {
      super("an error on purpose", null, false, false);
    }
  }

  @Test
  @ExpectedLog(level = Level.ERROR, containing = "task threw")
  @ExpectedLog(level = Level.ERROR, containing = "timer threw")
  @ExpectedLog(level = Level.ERROR, containing = "handler factory threw")
  void theLoopSurvivesErrorsOfTasksTimersAndFactories() {
    play(
        SEEDS,
        s -> {
          s.network();
          int[] made = new int[1];
          List<Integer> failed = new ArrayList<>();
          s.serve(
              d -> {
                if (made[0]++ % 3 == 1) {
                  failed.add(made[0]);
                  throw new ErrorOnPurpose();
                }
                d.onData = Stage::echo;
              });
          int[] ran = new int[2];
          for (int i = 0; i < 5; i++) {
            Throwable thrown = s.flip() ? new OnPurpose() : new ErrorOnPurpose();
            s.trial.later(
                s.soon(500),
                () -> {
                  ran[0]++;
                  s.trial.loop().schedule(s.soon(500), () -> fire(ran, thrown));
                  sneak(thrown);
                });
          }
          List<SimPeer> peers = new ArrayList<>();
          for (int i = 0; i < 9; i++) {
            peers.add(echoed(s, s.soon(1_000), 300));
          }
          s.trial.check(
              () -> {
                assertEquals(5, ran[0]);
                assertEquals(5, ran[1]);
                int served = 0;
                for (SimPeer peer : peers) {
                  if (s.isKnown(peer)) {
                    served++;
                    assertGotAll(300, peer);
                  }
                }
                assertEquals(6, served);
                assertEquals(3, failed.size());
              });
        });
  }

  private static void fire(int[] ran, Throwable thrown) {
    ran[1]++;
    sneak(thrown);
  }

  /** It closes or aborts itself, or another, in any callback; the rest is served. */
  @Test
  void closeInEveryCallbackOfThisOrAnother() {
    boolean all =
        play(
            3 * SEEDS,
            s -> {
              s.network();
              s.trial.timeouts(Stage.PATIENT);
              String[] callbacks = {
                "onOpen", "onData", "onWritable", "onInputEnd", "done", "onClosed"
              };
              String where = callbacks[s.dice.below(callbacks.length)];
              boolean aborts = s.flip();
              boolean itself = s.flip();
              int[] made = new int[1];
              Diary[] two = new Diary[2];
              boolean[] acted = new boolean[1];
              Consumer<Diary> act =
                  x -> {
                    if (!acted[0]) {
                      acted[0] = true;
                      Diary target = itself ? x : two[1];
                      if (aborts) {
                        target.connection.abort();
                      } else {
                        target.connection.close();
                      }
                      if (target.write(1) != WriteResult.CLOSED) {
                        s.trial.violated("a write was taken behind the end");
                      }
                    }
                  };
              s.serve(
                  d -> {
                    int number = made[0]++;
                    if (number == 0) {
                      two[1] = d; // the other one was there before
                      d.onOpen = x -> x.write(100);
                      d.onInputEnd = x -> {};
                      return;
                    }
                    if (number > 1) {
                      d.onData = Stage::echo;
                      return;
                    }
                    two[0] = d;
                    d.onOpen =
                        x -> {
                          x.write(70_000, where.equals("done") ? act : y -> {});
                          if (where.equals("onOpen")) {
                            act.accept(x);
                          }
                        };
                    d.onInputEnd = x -> {};
                    switch (where) {
                      case "onData" ->
                          d.onData =
                              (x, data) -> {
                                x.take(data);
                                act.accept(x);
                              };
                      case "onWritable" -> d.onWritable = act;
                      case "onInputEnd" -> d.onInputEnd = act;
                      case "onClosed" -> d.onClosed = act;
                      default -> {}
                    }
                  },
                  Stage.lowMarks(10_000).withHardLimitBytes(200_000));
              SimPeer otherPeer = s.peer(p -> p.awaitEnd());
              SimPeer subject =
                  s.peer(
                      Duration.ofSeconds(1),
                      p ->
                          p.sendPattern(Stage.TO_SERVER, 1)
                              .awaitReceived(70_000)
                              .shutdownOutput()
                              .awaitEnd());
              List<SimPeer> others = new ArrayList<>();
              for (int i = 0; i < 3; i++) {
                others.add(echoed(s, s.soon(500).plusSeconds(2), 300));
              }
              // Who is left open is closed at last.
              s.trial.later(
                  Duration.ofSeconds(20), () -> s.diaries.forEach(d -> d.connection.close()));
              s.trial.check(
                  () -> {
                    assertTrue(acted[0], where);
                    seen.add(where + (aborts ? " aborts " : " closes ") + (itself ? "me" : "it"));
                    boolean over = where.equals("onClosed");
                    Diary target = itself ? two[0] : two[1];
                    boolean aborted = aborts && !(itself && over);
                    SimPeer peer = itself ? subject : otherPeer;
                    assertEquals(
                        aborted ? FailureKind.ABORTED : FailureKind.NONE,
                        target.record.kind(),
                        target::toString);
                    assertEquals(
                        !itself || !(over || where.equals("onInputEnd"))
                            ? EndedBy.US
                            : EndedBy.PEER,
                        target.record.endedBy(),
                        target::toString);
                    if (!aborted) {
                      assertGotAll(target.accepted, peer);
                    }
                    Diary rest = itself ? two[1] : two[0];
                    assertEquals(FailureKind.NONE, rest.record.kind(), rest::toString);
                    for (Diary d : two) {
                      assertEquals(1, d.count("onClosed"), d::toString);
                      assertTrue(d.addsUp(), d::toString);
                    }
                    others.forEach(p -> assertGotAll(300, p));
                  });
            });
    seen.atLeast(all, 24);
  }
}
