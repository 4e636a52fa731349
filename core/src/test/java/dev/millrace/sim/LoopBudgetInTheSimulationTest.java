package dev.millrace.sim;

import static dev.millrace.sim.Stage.assertEnd;
import static dev.millrace.sim.Stage.assertGotAll;
import static dev.millrace.sim.Stage.play;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.EndedBy;
import dev.millrace.LoopOptions;
import dev.millrace.Timeouts;
import dev.millrace.failure.FailureKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Peers that don't read, and a loop that may hold so much for all of them together. */
@Timeout(60)
class LoopBudgetInTheSimulationTest {
  private static final int SEEDS = 60;
  private static final int BUDGET = 256 << 10;
  private static final Duration STALL = Duration.ofSeconds(2);

  /** So that nothing but the budget ends anybody. */
  private static final Timeouts NONE =
      new Timeouts(
          Duration.ZERO,
          Duration.ZERO,
          Duration.ZERO,
          Duration.ZERO,
          Duration.ofMinutes(5),
          Duration.ofMinutes(5),
          Duration.ZERO);

  private static LoopOptions options(Duration stall) {
    return Stage.options()
        .withReadBufferBytes(1 << 10)
        .withStagingBytes(1 << 10)
        .withChunkBytes(4 << 10)
        .withBudgetBytes(BUDGET)
        .withBudgetStallTimeout(stall);
  }

  /** Holds so much from the beginning; its peer reads as it is told. */
  private static final class Holder {
    final long bytes;
    SimPeer peer;

    Holder(long bytes) {
      this.bytes = bytes;
    }
  }

  private static void serve(Stage s, List<Holder> holders) {
    int[] made = new int[1];
    s.trial.serverHost().buffers(2_000, 2_000);
    s.trial.clientHost().buffers(2_000, 2_000);
    s.trial.timeouts(NONE);
    s.serve(
        d -> {
          int number = made[0]++;
          if (number < holders.size()) {
            d.onOpen = x -> x.write(holders.get(number).bytes);
          } else {
            d.onData =
                (x, data) -> {
                  x.take(data);
                  x.pour(WANTED);
                };
            d.onWritable = x -> x.pour(WANTED);
          }
        },
        Stage.lowMarks(64 << 10).withHardLimitBytes(BUDGET));
  }

  private static final long WANTED = 60_000;

  private static SimPeer waiter(Stage s, Duration after) {
    return s.peer(
        after,
        p -> p.sendPattern(Stage.TO_SERVER, 1).awaitReceived(WANTED).shutdownOutput().awaitEnd());
  }

  /** Not before the time is over; not one that moves; and nobody else once there is room. */
  @Test
  void theLargestThatDoesNotMoveIsCutAndThenThereIsRoom() {
    play(
        SEEDS,
        dice -> options(STALL),
        s -> {
          Holder small = new Holder(30_000 + s.dice.below(20_000));
          Holder large = new Holder(60_000 + s.dice.below(20_000));
          Holder moving = new Holder(110_000 + s.dice.below(10_000));
          List<Holder> holders = List.of(small, large, moving);
          serve(s, holders);
          for (Holder h : holders) {
            h.peer =
                s.peer(
                    Duration.ofMillis(100L * holders.indexOf(h)),
                    p -> {
                      if (h == moving) {
                        p.readAtMost(1_000 + s.dice.below(1_000));
                      } else {
                        p.stopReading().pause(Duration.ofSeconds(60)).resumeReading();
                      }
                      p.awaitReceived(h.bytes).shutdownOutput().awaitEnd();
                    });
          }
          Duration asked = Duration.ofSeconds(1).plus(s.soon(3_000));
          SimPeer waiting = waiter(s, asked);
          s.trial.check(
              () -> {
                Diary cut = s.of(large.peer);
                assertEnd(EndedBy.LIMIT, FailureKind.LOOP_BUDGET, cut);
                assertTrue(cut.record.bytesUnsent() > 0);
                assertEquals(SimPeer.End.RESET, large.peer.end());
                assertTrue(cut.record.sinceProgress().compareTo(STALL) >= 0, cut::toString);
                long waited = cut.endedAt - s.of(waiting).lastDataAt;
                assertTrue(
                    waited >= STALL.toNanos() && waited <= STALL.toNanos() + 500_000_000L,
                    "cut after " + waited);
                assertTrue(s.of(waiting).count("onWritable") >= 1);
                assertGotAll(WANTED, waiting);
                assertGotAll(small.bytes, small.peer);
                assertGotAll(moving.bytes, moving.peer);
              });
        });
  }

  /** Whoever leaves makes room; that is told in that moment, and nobody is cut for it. */
  @Test
  void roomThatAnEndMakesIsToldAtOnceAndNobodyIsCut() {
    play(
        SEEDS,
        dice -> options(STALL),
        s -> {
          List<Holder> holders = new ArrayList<>();
          for (int i = 0; i < 2; i++) {
            holders.add(new Holder(110_000 + s.dice.below(10_000)));
          }
          serve(s, holders);
          for (Holder h : holders) {
            h.peer =
                s.peer(
                    Duration.ofMillis(100L * holders.indexOf(h)),
                    p ->
                        p.stopReading()
                            .pause(Duration.ofSeconds(60))
                            .resumeReading()
                            .awaitReceived(h.bytes)
                            .shutdownOutput()
                            .awaitEnd());
          }
          SimPeer waiting = waiter(s, Duration.ofSeconds(1));
          long[] abortedAt = new long[1];
          boolean[] wasFull = new boolean[1];
          s.trial.later(
              Duration.ofMillis(1_100 + s.dice.below(1_700)),
              () -> {
                abortedAt[0] = s.now();
                wasFull[0] = s.of(waiting).accepted < WANTED;
                s.of(holders.get(0).peer).connection.abort();
              });
          long[] toldAt = new long[1];
          s.trial.later(
              Duration.ofMillis(1_050),
              () -> {
                Diary d = s.of(waiting);
                d.onWritable =
                    x -> {
                      toldAt[0] = toldAt[0] == 0 ? s.now() : toldAt[0];
                      x.pour(WANTED);
                    };
              });
          s.trial.check(
              () -> {
                assertTrue(wasFull[0], "there was no room");
                assertEquals(abortedAt[0], toldAt[0], "in the moment of the end");
                assertEnd(EndedBy.US, FailureKind.ABORTED, s.of(holders.get(0).peer));
                assertEnd(EndedBy.PEER, FailureKind.NONE, s.of(holders.get(1).peer));
                assertGotAll(WANTED, waiting);
                assertNull(s.trial.server().stats().endedByKind().get(FailureKind.LOOP_BUDGET));
              });
        });
  }

  /** With no time-out nobody is cut, and room is told at three quarters, not with each byte. */
  @Test
  void nobodyIsCutWithoutATimeoutAndAllGoOnWhenThereIsRoom() {
    play(
        SEEDS / 3,
        dice -> options(Duration.ZERO),
        s -> {
          List<Holder> holders = new ArrayList<>();
          for (int i = 0; i < 2; i++) {
            holders.add(new Holder(110_000 + s.dice.below(10_000)));
          }
          serve(s, holders);
          for (Holder h : holders) {
            h.peer =
                s.peer(
                    Duration.ofMillis(100L * holders.indexOf(h)),
                    p ->
                        p.stopReading()
                            .pause(Duration.ofSeconds(5).plus(s.soon(5_000)))
                            .readAtMost(20_000 + s.dice.below(50_000))
                            .resumeReading()
                            .awaitReceived(h.bytes)
                            .shutdownOutput()
                            .awaitEnd());
          }
          List<SimPeer> waiting = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            waiting.add(waiter(s, Duration.ofSeconds(1).plus(s.soon(500))));
          }
          long[] most = new long[1];
          for (int i = 0; i < 200; i++) {
            s.trial.later(
                Duration.ofMillis(100L * i),
                () -> most[0] = Math.max(most[0], s.trial.loop().stats().queuedBytes()));
          }
          s.trial.check(
              () -> {
                for (Holder h : holders) {
                  assertGotAll(h.bytes, h.peer);
                }
                for (SimPeer peer : waiting) {
                  assertGotAll(WANTED, peer);
                  assertTrue(s.of(peer).count("onWritable") >= 1, "it had to wait");
                }
                // By the capacity of chunks: one of each may be nearly empty.
                assertTrue(most[0] <= BUDGET + 5 * (4 << 10), "held " + most[0]);
              });
        });
  }
}
