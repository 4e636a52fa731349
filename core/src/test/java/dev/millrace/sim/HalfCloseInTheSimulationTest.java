package dev.millrace.sim;

import static dev.millrace.sim.Stage.assertEnd;
import static dev.millrace.sim.Stage.assertEvents;
import static dev.millrace.sim.Stage.assertGotAll;
import static dev.millrace.sim.Stage.play;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.EndedBy;
import dev.millrace.WriteResult;
import dev.millrace.failure.FailureKind;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One direction ends before the other, by either side, in any order of the packets. */
@Timeout(60)
class HalfCloseInTheSimulationTest {
  private static final int SEEDS = 100;

  private final Stage.Seen seen = new Stage.Seen();

  @Test
  void finThenDataIsStillReadable() {
    play(
        SEEDS,
        s -> {
          long most = s.network();
          s.trial.timeouts(Stage.PATIENT);
          s.serve(
              d ->
                  d.onData =
                      (x, data) -> {
                        x.take(data, s.dice.below(data.remaining()) + 1);
                        if (s.dice.below(10) == 0) {
                          x.connection.pauseReading();
                          s.trial.later(s.soon(100), x.connection::resumeReading);
                        }
                      });
          long bytes = s.amount(most);
          SimPeer peer =
              s.peer(
                  s.soon(100),
                  p -> p.sendPattern(Stage.TO_SERVER, bytes).shutdownOutput().awaitEnd());
          s.trial.check(
              () -> {
                Diary d = s.of(peer);
                assertEvents(d, "onOpen", "onData", "onInputEnd 0", "onClosed");
                assertEquals(bytes, d.taken);
                assertEnd(EndedBy.PEER, FailureKind.NONE, d);
                assertGotAll(0, peer);
              });
        });
  }

  /** The queue is full and above the mark when the output ends: nobody is told of room any more. */
  @Test
  void ourFinGoesBehindWhatWasWrittenAndInputGoesOn() {
    play(
        SEEDS,
        s -> {
          long most = s.network();
          s.trial.timeouts(Stage.PATIENT);
          long out = s.amount(most);
          long in = s.amount(most);
          WriteResult[] after = new WriteResult[1];
          s.serve(
              d ->
                  d.onOpen =
                      x -> {
                        x.write(out);
                        x.connection.shutdownOutput();
                        after[0] = x.write(1);
                        x.connection.shutdownOutput();
                        s.trial.later(s.soon(500), x.connection::shutdownOutput);
                      },
              Stage.lowMarks((int) s.amount(1_000)).withHardLimitBytes(1 << 20));
          long[] gotAtFin = {-1};
          SimPeer peer =
              s.peer(
                  p ->
                      p.pause(s.soon(100))
                          .awaitEnd()
                          .then(() -> gotAtFin[0] = p.receivedBytes())
                          .sendPattern(Stage.TO_SERVER, in));
          s.trial.check(
              () -> {
                Diary d = s.of(peer);
                assertEquals(WriteResult.CLOSED, after[0]);
                assertEvents(d, "onOpen", "onData", "onInputEnd 0", "onClosed");
                assertEquals(out, gotAtFin[0]);
                assertEquals(in, d.taken);
                assertEnd(EndedBy.PEER, FailureKind.NONE, d);
                assertGotAll(out, peer);
              });
        });
  }

  @Test
  void bothAtTheSameTime() {
    boolean all =
        play(
            SEEDS,
            s -> {
              long most = s.network();
              s.trial.timeouts(Stage.PATIENT);
              long out = s.flip() ? 0 : s.amount(most);
              boolean[] weWereFirst = new boolean[1];
              boolean[] done = new boolean[1];
              Duration ours = s.soon(20);
              s.serve(
                  d -> {
                    d.onOpen =
                        x -> {
                          x.write(out);
                          s.trial.later(
                              ours,
                              () -> {
                                done[0] = true;
                                x.connection.shutdownOutput();
                                x.connection.shutdownOutput();
                              });
                        };
                    d.onInputEnd = x -> weWereFirst[0] = done[0];
                  });
              Duration theirs = s.soon(20);
              SimPeer peer = s.peer(p -> p.pause(theirs).shutdownOutput().awaitEnd());
              s.trial.check(
                  () -> {
                    Diary d = s.of(peer);
                    seen.add(weWereFirst[0] ? "ours first" : "theirs first");
                    assertEvents(d, "onOpen", "onInputEnd 0", "onClosed");
                    assertEnd(EndedBy.PEER, FailureKind.NONE, d);
                    assertGotAll(out, peer);
                  });
            });
    seen.exactly(all, "ours first", "theirs first");
  }

  @Test
  void halfCloseAndThenClose() {
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
                            x.connection.shutdownOutput();
                            s.trial.later(
                                s.soon(1_000),
                                () -> {
                                  x.connection.close();
                                  x.connection.shutdownOutput();
                                  x.connection.close();
                                });
                          });
              SimPeer peer = s.peer(p -> p.sendPattern(Stage.TO_SERVER, in).awaitEnd());
              s.trial.check(
                  () -> {
                    Diary d = s.of(peer);
                    boolean heard = d.events.contains("onInputEnd 0");
                    seen.add(heard ? "after the peer's end" : "before the peer's end");
                    List<String> frame = List.of("onData", "onInputEnd 0");
                    assertEquals(
                        List.of("onOpen", "onClosed"),
                        d.events.stream().filter(e -> !frame.contains(e)).toList());
                    assertEnd(heard ? EndedBy.PEER : EndedBy.US, FailureKind.NONE, d);
                    assertEquals(in, d.record.bytesReceived());
                    assertGotAll(out, peer);
                  });
            });
    seen.exactly(all, "before the peer's end", "after the peer's end");
  }

  @Test
  void aHandlerThatGoesOnWritingAfterTheirFin() {
    play(
        SEEDS,
        s -> {
          long most = s.network();
          s.trial.timeouts(Stage.PATIENT);
          long in = s.amount(most);
          long out = s.amount(most);
          s.serve(
              d -> {
                d.onInputEnd =
                    x -> {
                      if (x.pour(out)) {
                        s.trial.later(s.soon(1_000), x.connection::close);
                      }
                    };
                d.onWritable =
                    x -> {
                      if (x.record == null && x.accepted > 0 && x.pour(out)) {
                        x.connection.close();
                      }
                    };
              },
              Stage.lowMarks(3_000));
          SimPeer peer =
              s.peer(p -> p.sendPattern(Stage.TO_SERVER, in).shutdownOutput().awaitEnd());
          s.trial.check(
              () -> {
                Diary d = s.of(peer);
                assertEquals(1, d.count("onInputEnd 0"), d::toString);
                assertEquals(List.of("onOpen", "onData", "onInputEnd 0"), d.events.subList(0, 3));
                assertEquals(in, d.taken);
                assertEnd(EndedBy.PEER, FailureKind.NONE, d);
                assertGotAll(out, peer);
              });
        });
  }

  /** Who overrides nothing has its echo delivered and its connection closed for it. */
  @Test
  void whoDoesNotCareIsClosedAfterAllOfItsInput() {
    play(
        SEEDS,
        s -> {
          long most = s.network();
          s.trial.timeouts(Stage.PATIENT);
          s.echo();
          long bytes = s.amount(most);
          SimPeer peer =
              s.trial.peer(
                  p ->
                      s.checked(p, Stage.TO_SERVER)
                          .sendPattern(Stage.TO_SERVER, bytes)
                          .shutdownOutput()
                          .awaitEnd());
          s.trial.check(
              () -> {
                Diary d = s.of(peer);
                d.events.removeIf("onWritable"::equals);
                assertEquals("onOpen", d.events.get(0));
                assertEquals(
                    List.of("onInputEnd 0", "onClosed"),
                    d.events.subList(d.events.size() - 2, d.events.size()),
                    d::toString);
                assertEquals(1, d.count("onInputEnd 0"));
                assertEquals(bytes, d.record.bytesReceived());
                assertEquals(
                    List.of(EndedBy.PEER, true),
                    List.of(d.record.endedBy(), d.record.isOrderly()),
                    d::toString);
                assertGotAll(bytes, peer);
              });
        });
  }
}
