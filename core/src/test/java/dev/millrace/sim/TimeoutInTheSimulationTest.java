package dev.millrace.sim;

import static dev.millrace.sim.Stage.assertEnd;
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

/** Who is idle, stalls or overstays is ended, no earlier than promised; who moves is not. */
@Timeout(60)
class TimeoutInTheSimulationTest {
  private static final int SEEDS = 60;

  /** Longer than any packet here is under way, and back. */
  private static final long ROUND_TRIP_NANOS = 120_000_000L;

  private final Stage.Seen seen = new Stage.Seen();

  /**
   * A byte now and then, at intervals just below it, keeps it; then silence ends it, with a FIN.
   */
  @Test
  void nothingComesForTooLongAndItIsClosedWithAFin() {
    boolean all =
        play(
            SEEDS,
            s -> {
              s.network();
              Duration idle = Duration.ofMillis(500 + s.dice.below(3_000));
              s.trial.timeouts(Stage.PATIENT.withReadIdle(idle));
              s.echoless();
              int bytes = s.dice.below(8);
              long gap = idle.toNanos() - ROUND_TRIP_NANOS;
              long[] endAt = new long[1];
              SimPeer peer =
                  s.peer(
                      s.soon(1_000),
                      p -> {
                        for (int i = 0; i < bytes; i++) {
                          p.pause(Duration.ofNanos(s.flip() ? gap : s.dice.between(1, gap)));
                          p.sendPattern(Stage.TO_SERVER, 1);
                        }
                        p.awaitEnd().then(() -> endAt[0] = s.now());
                      });
              s.trial.check(
                  () -> {
                    Diary d = s.of(peer);
                    assertEnd(EndedBy.TIMER, FailureKind.READ_IDLE, d);
                    assertEquals(bytes, d.taken, d::toString);
                    long silence = endAt[0] - Math.max(d.openedAt, d.lastDataAt);
                    assertTrue(silence >= idle.toNanos(), d::toString);
                    assertTrue(silence <= idle.toNanos() + ROUND_TRIP_NANOS, d::toString);
                    assertGotAll(0, peer);
                    seen.add(d.record.age().compareTo(idle.multipliedBy(2)) > 0 ? "long" : "short");
                  });
            });
    seen.exactly(all, "long", "short");
  }

  @Test
  void nothingIsTakenForTooLongAndItIsCut() {
    play(
        SEEDS,
        s -> {
          s.queues();
          Duration stall = Duration.ofMillis(500 + s.dice.below(4_000));
          s.trial.timeouts(Timeouts.defaults().withWriteStall(stall));
          s.serve(
              d -> {
                d.onOpen = x -> x.pour(1_000_000);
                d.onWritable = x -> x.pour(1_000_000);
              });
          // It reads for a while, and then no more.
          SimPeer peer =
              s.peer(
                  p ->
                      p.readAtMost(50_000)
                          .pause(s.soon(2_000))
                          .stopReading()
                          .pause(Duration.ofSeconds(20))
                          .resumeReading()
                          .awaitEnd());
          s.trial.check(
              () -> {
                Diary d = s.of(peer);
                assertEnd(EndedBy.TIMER, FailureKind.WRITE_STALL, d);
                assertTrue(d.record.bytesUnsent() > 0, d::toString);
                assertOnTime(stall, d.record.sinceProgress().toNanos(), d);
                assertEquals(SimPeer.End.RESET, peer.end(), peer::toString);
              });
        });
  }

  /** Many times longer than the stall allows, but never so long without any byte. */
  @Test
  void aSlowButSteadyReaderIsLeftAlone() {
    play(
        SEEDS,
        s -> {
          int queue = 600 + s.dice.below(3_000);
          s.trial.serverHost().buffers(queue, 1_000);
          s.trial.clientHost().buffers(1_000, queue);
          // The kernel tells of room when a third of its queue is free.
          Duration stall = Duration.ofSeconds(3);
          long rate = s.dice.between(queue / 4, queue);
          s.trial.timeouts(Stage.PATIENT.withWriteStall(stall).withReadIdle(Duration.ofSeconds(1)));
          long total = 10L * queue;
          s.serve(
              d -> {
                d.onOpen = x -> x.pour(total);
                d.onWritable = x -> x.pour(total);
              },
              Stage.lowMarks(1_000));
          SimPeer peer =
              s.peer(p -> p.readAtMost(rate).awaitReceived(total).shutdownOutput().awaitEnd());
          s.trial.check(
              () -> {
                Diary d = s.of(peer);
                // Whoever reads an answer is not idle; behind it, it may be.
                assertEquals(total, peer.receivedBytes(), d::toString);
                assertEquals(0, d.record.bytesUnsent(), d::toString);
                assertEquals(SimPeer.End.END_OF_INPUT, peer.end(), d::toString);
                assertTrue(
                    d.record.kind() == FailureKind.NONE || d.record.kind() == FailureKind.READ_IDLE,
                    d::toString);
                assertTrue(d.record.age().compareTo(stall.multipliedBy(2)) > 0, d::toString);
              });
        });
  }

  /** Both directions at a crawl, for much longer than either time-out. */
  @Test
  void aByteNowAndThenIsEnoughInBothDirections() {
    play(
        SEEDS,
        s -> {
          s.network();
          Duration limit = Duration.ofSeconds(1);
          s.trial.timeouts(Stage.PATIENT.withReadIdle(limit).withWriteStall(limit));
          s.serve(d -> d.onData = Stage::echo);
          int bytes = 20;
          SimPeer peer =
              s.trial.peer(
                  p -> {
                    s.checked(p, Stage.TO_SERVER);
                    for (int i = 0; i < bytes; i++) {
                      p.sendPattern(Stage.TO_SERVER, 1)
                          .pause(Duration.ofNanos(limit.toNanos() - ROUND_TRIP_NANOS));
                    }
                    p.shutdownOutput().awaitEnd();
                  });
          s.trial.check(
              () -> {
                Diary d = s.of(peer);
                assertTrue(d.record.isOrderly(), d::toString);
                assertEquals(EndedBy.PEER, d.record.endedBy(), d::toString);
                assertTrue(d.record.age().compareTo(limit.multipliedBy(10)) > 0, d::toString);
                assertGotAll(bytes, peer);
              });
        });
  }

  @Test
  void theLifetimeEndsAlsoABusyOneAndGently() {
    play(
        SEEDS,
        s -> {
          s.network();
          Duration life = Duration.ofMillis(200 + s.dice.below(3_000));
          s.trial.timeouts(Stage.PATIENT.withLifetime(life));
          s.serve(d -> d.onData = Stage::echo);
          long[] endAt = new long[1];
          SimPeer peer =
              s.trial.peer(
                  s.soon(500),
                  p -> {
                    s.checked(p, Stage.TO_SERVER);
                    for (int i = 0; i < 20; i++) {
                      p.sendPattern(Stage.TO_SERVER, s.amount(20)).pause(s.soon(200));
                    }
                    p.awaitEnd().then(() -> endAt[0] = s.now());
                  });
          s.trial.check(
              () -> {
                Diary d = s.of(peer);
                assertEquals(EndedBy.TIMER, d.record.endedBy(), d::toString);
                assertEquals(FailureKind.LIFETIME, d.record.kind(), d::toString);
                assertTrue(endAt[0] - d.openedAt >= life.toNanos(), d::toString);
                assertTrue(d.lastDataAt - d.openedAt <= life.toNanos() + 3_000_000, d::toString);
                assertEquals(0, d.record.bytesUnsent());
                assertGotAll(d.record.bytesHandedToKernel(), peer);
              });
        });
  }
}
