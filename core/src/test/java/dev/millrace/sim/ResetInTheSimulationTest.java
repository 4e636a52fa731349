package dev.millrace.sim;

import static dev.millrace.sim.Stage.assertEnd;
import static dev.millrace.sim.Stage.assertEvents;
import static dev.millrace.sim.Stage.play;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.CapPolicy;
import dev.millrace.ConnectionState;
import dev.millrace.EndedBy;
import dev.millrace.WriteResult;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The peer resets, at any moment: what is told, what is counted, and what is not told. */
@Timeout(60)
class ResetInTheSimulationTest {
  private static final int SEEDS = 100;

  private final Stage.Seen seen = new Stage.Seen();

  @Test
  void resetFoundByAReadIsCertainAndOnlyTheRecordFollows() {
    boolean all =
        play(
            SEEDS,
            s -> {
              s.network();
              s.echoless();
              long in = s.flip() ? 0 : s.amount(500);
              SimPeer peer =
                  s.peer(
                      s.soon(100),
                      p -> p.sendPattern(Stage.TO_SERVER, in).pause(s.soon(100)).reset());
              s.trial.check(
                  () -> {
                    Diary d = s.of(peer);
                    seen.add(d.taken == 0 ? "nothing came" : d.taken < in ? "some" : "all");
                    if (d.taken == 0) {
                      assertEvents(d, "onOpen", "onClosed");
                    } else {
                      assertEvents(d, "onOpen", "onData", "onClosed");
                    }
                    assertEnd(EndedBy.PEER, FailureKind.ECONNRESET, d);
                    assertEquals(Operation.READ, d.record.operation());
                    assertEquals(Certainty.CERTAIN, d.record.certainty());
                    assertEquals(ConnectionState.OPEN, d.record.state());
                  });
            });
    seen.exactly(all, "nothing came", "some", "all");
  }

  /** It waits in the backlog, behind the cap, and is gone when it is accepted. */
  @Test
  void resetBeforeTheAcceptIsAConnectionThatEndsWithAReset() {
    play(
        SEEDS,
        s -> {
          s.network();
          s.serve(d -> {}, b -> b.maxConnections(1).capPolicy(CapPolicy.WAIT));
          SimPeer first = s.peer(p -> p.pause(Duration.ofSeconds(2)).close());
          long in = s.flip() ? 0 : s.amount(100);
          SimPeer second =
              s.peer(
                  Duration.ofSeconds(1),
                  p -> p.sendPattern(Stage.TO_SERVER, in).pause(s.soon(500)).reset());
          s.trial.check(
              () -> {
                assertEnd(EndedBy.PEER, FailureKind.NONE, s.of(first));
                Diary d = s.of(second);
                assertTrue(d.openedAt >= s.of(first).endedAt, "waited for the first");
                assertEquals("onOpen", d.events.get(0));
                assertFalse(d.events.contains("onInputEnd 0"), d::toString);
                assertEnd(EndedBy.PEER, FailureKind.ECONNRESET, d);
              });
        });
  }

  @Test
  void whileOutputIsQueuedWhatWasNotSentIsCounted() {
    boolean all =
        play(
            SEEDS,
            s -> {
              s.network();
              // The marks decide whether it is a read or a write that finds it.
              int mark = s.flip() ? 1 << 20 : 100;
              long each = 20_000;
              s.serve(
                  d ->
                      d.onOpen =
                          x -> {
                            for (int i = 0; i < 5; i++) {
                              x.write(each, y -> {});
                            }
                          },
                  Stage.lowMarks(mark).withHardLimitBytes(2 << 20));
              boolean reads = s.flip();
              SimPeer peer =
                  s.peer(
                      p ->
                          (reads ? p.readAtMost(10_000) : p.stopReading())
                              .pause(s.soon(5_000))
                              .reset());
              s.trial.check(
                  () -> {
                    Diary d = s.of(peer);
                    assertEnd(EndedBy.PEER, FailureKind.ECONNRESET, d);
                    assertEquals(5 * each, d.accepted);
                    assertTrue(d.record.bytesUnsent() > 0, d::toString);
                    long sent = (5 * each - d.record.bytesUnsent()) / each;
                    assertEquals(sent, d.count("done true"));
                    assertEquals(5 - sent, d.record.writesFailed());
                    List<String> expected = new ArrayList<>(List.of("onOpen"));
                    for (int i = 0; i < 5; i++) {
                      expected.add("done " + (i < sent));
                    }
                    expected.add("onClosed");
                    assertEquals(expected, d.events);
                    boolean byRead = d.record.operation() == Operation.READ;
                    assertEquals(
                        byRead ? Certainty.CERTAIN : Certainty.BY_TEXT, d.record.certainty());
                    seen.add(byRead ? "by a read" : "by a write");
                    seen.add(sent > 0 ? "some were sent" : "none was sent");
                  });
            });
    seen.exactly(all, "by a read", "by a write", "some were sent", "none was sent");
  }

  /** Its FIN came; our first write is answered with a reset, and the next is a broken pipe. */
  @Test
  void writingToAPeerThatIsGoneIsABrokenPipeAndOneRecord() {
    boolean all =
        play(
            SEEDS,
            s -> {
              s.network();
              List<WriteResult> after = new ArrayList<>();
              s.serve(
                  d -> {
                    d.onInputEnd = x -> writeOn(s, x);
                    d.onClosed = x -> after.add(x.write(1));
                  });
              SimPeer peer = s.peer(p -> p.pause(s.soon(50)).close());
              s.trial.check(
                  () -> {
                    Diary d = s.of(peer);
                    assertEnd(EndedBy.PEER, FailureKind.EPIPE, d);
                    assertEquals(Operation.WRITE, d.record.operation());
                    assertEquals(ConnectionState.ENDED_OPEN, d.record.state());
                    assertEquals(List.of(WriteResult.CLOSED), after);
                    assertTrue(d.record.bytesHandedToKernel() >= 10, d::toString);
                    assertTrue(d.record.bytesUnsent() >= 1, d::toString);
                    assertEquals("done false", d.events.get(d.events.size() - 2), d::toString);
                    assertEquals(1, d.count("onClosed"));
                    seen.add(d.count("done true") == 1 ? "the second" : "a later one");
                  });
            });
    seen.exactly(all, "the second", "a later one");
  }

  private static void writeOn(Stage s, Diary d) {
    if (d.record == null && d.write(10, x -> {}) == WriteResult.ACCEPTED) {
      s.trial.later(Duration.ofMillis(s.dice.below(40)), () -> writeOn(s, d));
    }
  }

  @Test
  void behindOurFinIsNoCleanEnd() {
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
                      });
          SimPeer peer = s.peer(p -> p.awaitEnd().pause(s.soon(500)).reset());
          s.trial.check(
              () -> {
                Diary d = s.of(peer);
                assertEvents(d, "onOpen", "onClosed");
                assertEnd(EndedBy.PEER, FailureKind.ECONNRESET, d);
                assertEquals(ConnectionState.OPEN_ENDED, d.record.state());
                assertEquals(0, d.record.bytesUnsent());
                assertFalse(d.record.isOrderly());
              });
        });
  }

  /** Each handler is told, and the log is not. */
  @Test
  void ofThreeHundredAtOnceEachIsTold() {
    try (Logged log = new Logged()) {
      ofThreeHundred(log);
    }
  }

  private static void ofThreeHundred(Logged log) {
    play(
        3,
        s -> {
          log.clear();
          s.network();
          s.echoless();
          List<SimPeer> peers = new ArrayList<>();
          for (int i = 0; i < 300; i++) {
            peers.add(
                s.peer(
                    s.soon(1_000),
                    p -> p.pause(Duration.ofNanos(5_000_000_000L - s.now())).reset()));
          }
          s.trial.check(
              () -> {
                for (SimPeer peer : peers) {
                  assertEvents(s.of(peer), "onOpen", "onClosed");
                  assertEnd(EndedBy.PEER, FailureKind.ECONNRESET, s.of(peer));
                }
                long told = s.trial.server().stats().endedByKind().get(FailureKind.ECONNRESET);
                assertEquals(300, told);
                // That it listens, and that it has shut down.
                assertTrue(log.with("").size() <= 2, () -> log.with("").toString());
              });
        });
  }
}
