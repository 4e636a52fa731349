package dev.millrace.sim;

import static dev.millrace.sim.Stage.assertEnd;
import static dev.millrace.sim.Stage.assertEvents;
import static dev.millrace.sim.Stage.assertGotAll;
import static dev.millrace.sim.Stage.play;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.EndedBy;
import dev.millrace.Limits;
import dev.millrace.LoopStats;
import dev.millrace.failure.FailureKind;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Messages that are left where they are until they are whole, cut anywhere by the network. */
@Timeout(60)
class MessageInTheSimulationTest {
  private static final int SEEDS = 100;

  private final Stage.Seen seen = new Stage.Seen();

  /** Of this length each: offered in pieces, taken as a whole. */
  private static void inMessagesOf(int length, Diary d) {
    d.onData =
        (x, data) -> {
          if (data.remaining() >= length) {
            x.take(data, length);
          }
        };
  }

  @Test
  void anyCutGivesTheSameMessagesAndThenTheEnd() {
    boolean all =
        play(
            SEEDS,
            s -> {
              long most = s.network();
              s.trial.timeouts(Stage.PATIENT);
              int length = (int) s.amount(Math.min(5_000, most));
              Limits limits = Limits.defaults().withMaxKeptBytes(length); // exactly the largest
              s.serve(d -> inMessagesOf(length, d), limits);
              int messages = s.dice.below(20);
              int rest = s.dice.below(length);
              long[] lent = {-1};
              SimPeer peer =
                  s.peer(
                      p -> {
                        long left = (long) messages * length;
                        while (left > 0) {
                          long n = s.amount(left);
                          p.sendPattern(Stage.TO_SERVER, n);
                          left -= n;
                          if (s.dice.below(4) == 0) {
                            p.pause(s.soon(100));
                          }
                        }
                        // What was needed for a message is given back when it is taken.
                        p.pause(Duration.ofSeconds(30))
                            .then(() -> ask(s, lent))
                            .pause(Duration.ofSeconds(1))
                            .sendPattern(Stage.TO_SERVER, rest)
                            .shutdownOutput()
                            .awaitEnd();
                      });
              s.trial.check(
                  () -> {
                    Diary d = s.of(peer);
                    assertEquals((long) messages * length, d.taken);
                    assertEquals(0, lent[0], "a connection that keeps nothing owns no buffer");
                    if (messages == 0 && rest == 0) {
                      assertEvents(d, "onOpen", "onInputEnd 0", "onClosed");
                    } else {
                      assertEvents(d, "onOpen", "onData", "onInputEnd " + rest, "onClosed");
                    }
                    assertEnd(EndedBy.PEER, FailureKind.NONE, d);
                    assertEquals(rest, d.record.bytesUnconsumed());
                    assertGotAll(0, peer);
                    seen.add(rest > 0 ? "the last one is incomplete" : "all are whole");
                  });
            });
    seen.exactly(all, "the last one is incomplete", "all are whole");
  }

  private static void ask(Stage s, long[] lent) {
    s.trial.loop().execute(() -> lent[0] = s.trial.loop().stats().lentBytes());
  }

  /** It never is whole: the byte behind the limit ends it, and not before. */
  @Test
  void oneByteMoreThanTheLargestMessageEndsIt() {
    play(
        SEEDS,
        s -> {
          s.network();
          s.trial.timeouts(Stage.PATIENT);
          int largest = (int) s.amount(3_000);
          Limits limits = Limits.defaults().withMaxKeptBytes(largest);
          s.serve(d -> d.onData = (x, data) -> {}, limits);
          boolean[] openWithAll = new boolean[1];
          SimPeer peer =
              s.peer(
                  p ->
                      p.sendPattern(Stage.TO_SERVER, largest)
                          .pause(Duration.ofSeconds(20))
                          .then(() -> openWithAll[0] = s.of(p).record == null)
                          .sendPattern(Stage.TO_SERVER, 1 + s.amount(100))
                          .awaitEnd());
          s.trial.check(
              () -> {
                Diary d = s.of(peer);
                assertTrue(openWithAll[0], "exactly the largest is no failure");
                assertEvents(d, "onOpen", "onData", "onClosed");
                assertEnd(EndedBy.LIMIT, FailureKind.MESSAGE_TOO_LARGE, d);
                assertEquals(peer.sentBytes(), d.record.bytesUnconsumed());
                assertGotAll(0, peer);
              });
        });
  }

  /** What is kept while it is not whole is seen in the loop's gauges, and goes with the end. */
  @Test
  void anUnfinishedMessageKeepsABufferUntilItsConnectionEnds() {
    play(
        SEEDS,
        s -> {
          s.network();
          s.serve(d -> inMessagesOf(1_000, d));
          LoopStats[] stats = new LoopStats[2];
          int part = 1 + s.dice.below(999);
          SimPeer peer = s.peer(p -> p.sendPattern(Stage.TO_SERVER, part).awaitEnd());
          boolean aborts = s.flip();
          s.trial.later(Duration.ofSeconds(20), () -> stats[0] = s.trial.loop().stats());
          s.trial.later(
              Duration.ofSeconds(22),
              () -> {
                for (Diary d : s.diaries) {
                  if (aborts) {
                    d.connection.abort();
                  } else {
                    d.connection.close();
                  }
                }
              });
          s.trial.later(Duration.ofSeconds(24), () -> stats[1] = s.trial.loop().stats());
          s.trial.check(
              () -> {
                assertTrue(stats[0].lentBytes() >= 1, stats[0]::toString);
                assertEquals(0, stats[1].lentBytes(), stats[1]::toString);
                assertEnd(EndedBy.US, aborts ? FailureKind.ABORTED : FailureKind.NONE, s.of(peer));
                assertEquals(part, s.of(peer).record.bytesUnconsumed());
              });
        });
  }
}
