package dev.millrace.sim;

import static dev.millrace.sim.Stage.assertEnd;
import static dev.millrace.sim.Stage.assertGotAll;
import static dev.millrace.sim.Stage.play;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.EndedBy;
import dev.millrace.Limits;
import dev.millrace.LoopStats;
import dev.millrace.Sender;
import dev.millrace.WriteResult;
import dev.millrace.failure.FailureKind;
import dev.millrace.fault.FaultKind;
import dev.millrace.fault.FaultPlan;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Output in all sizes to peers of all speeds: whole, in order, bounded, and told of. */
@Timeout(60)
class WriteInTheSimulationTest {
  private static final int SEEDS = 100;

  private final Stage.Seen seen = new Stage.Seen();

  /** The kernel takes a byte, a few, or none of what it is offered. */
  @Test
  void whateverTheKernelTakesTheStreamIsTheSame() {
    play(
        3 * SEEDS,
        s -> {
          s.trial.faults(
              FaultPlan.none().with(FaultKind.SHORT_WRITE, 1, s.dice.below(2), 1 + s.amount(40)));
          int queue = (int) s.amount(300);
          s.trial.serverHost().buffers(queue, 1_000);
          s.trial.clientHost().buffers(1_000, (int) s.amount(300));
          s.trial.timeouts(Stage.PATIENT);
          long total = 40L * queue;
          s.serve(
              d -> {
                boolean[] sending = new boolean[1];
                d.onOpen = x -> mix(s, x, total, sending);
                d.onWritable = x -> mix(s, x, total, sending);
              },
              Stage.lowMarks((int) s.amount(2_000)).withSenderBytes(20_000));
          SimPeer peer =
              s.peer(p -> (s.flip() ? p.readAtMost(s.amount(100_000) + 1_000) : p).awaitEnd());
          s.trial.check(
              () -> {
                assertEnd(EndedBy.US, FailureKind.NONE, s.of(peer));
                assertGotAll(total, peer);
              });
        });
  }

  /**
   * Small ones that are gathered, large ones that are queued, and buffers that are given, as other
   * threads do. Behind such a one it waits, for a write would overtake what is not fetched yet.
   */
  private static void mix(Stage s, Diary d, long total, boolean[] sending) {
    while (!sending[0] && d.accepted < total) {
      long next = Math.min(s.amount(500), total - d.accepted);
      if (s.dice.below(4) == 0) {
        sending[0] = true;
        d.send(
            d.connection.sender(),
            next,
            x -> {
              sending[0] = false;
              mix(s, x, total, sending);
            });
      } else if (d.write(next) != WriteResult.ACCEPTED
          || (s.flip() && d.connection.queuedBytes() > 2_000)) {
        return; // onWritable goes on
      }
    }
    if (!sending[0]) {
      d.connection.close();
    }
  }

  @Test
  void manyMebibytesArriveWholeAndInOrder() {
    play(
        5,
        s -> {
          s.network();
          s.trial.serverHost().buffers(64 << 10, 64 << 10);
          s.trial.clientHost().buffers(64 << 10, 64 << 10);
          s.trial.timeouts(Stage.PATIENT);
          long total = 2 << 20;
          s.serve(
              d -> {
                d.onOpen = x -> pourAndClose(x, total);
                d.onWritable = x -> pourAndClose(x, total);
              });
          SimPeer peer = s.peer(p -> p.awaitEnd());
          s.trial.check(
              () -> {
                assertEnd(EndedBy.US, FailureKind.NONE, s.of(peer));
                assertGotAll(total, peer);
              });
        });
  }

  private static void pourAndClose(Diary d, long total) {
    if (d.pour(total)) {
      d.connection.close();
    }
  }

  /** Each is told after its bytes are handed over, in order, and inside of nothing else. */
  @Test
  void completionsComeInOrderAndInsideOfNothing() {
    boolean all =
        play(
            SEEDS,
            s -> {
              s.network();
              s.trial.timeouts(Stage.PATIENT);
              int writes = 5 + s.dice.below(20);
              s.serve(d -> d.onOpen = x -> chain(s, x, writes));
              SimPeer peer =
                  s.peer(
                      p -> {
                        if (s.flip()) {
                          p.stopReading().pause(s.soon(1_000)).resumeReading();
                        }
                        p.awaitEnd();
                      });
              s.trial.check(
                  () -> {
                    Diary d = s.of(peer);
                    assertEquals(0, d.count("done false"), d::toString);
                    assertTrue(d.count("done true") >= writes, d::toString);
                    assertEquals("onOpen", d.events.get(0));
                    assertEquals("onClosed", d.events.get(d.events.size() - 1));
                    assertEnd(EndedBy.US, FailureKind.NONE, d);
                    assertGotAll(d.accepted, peer);
                    seen.add(d.record.age().toMillis() > 300 ? "waited" : "at once");
                  });
            });
    seen.exactly(all, "waited", "at once");
  }

  private static void chain(Stage s, Diary d, int left) {
    if (left == 0) {
      d.connection.close();
      return;
    }
    // What is told in the callback itself would be seen by the diary.
    d.write(s.amount(2_000) - 1, x -> chain(s, x, left - 1));
    if (s.dice.below(4) == 0) {
      d.write(s.amount(100), x -> {});
    }
  }

  /** Whatever ends it: a reset, a failure, an abort, a stall. */
  @Test
  void everyWriteIsToldOnceBeforeTheRecordAlsoWhereItFails() {
    boolean all =
        play(
            SEEDS,
            s -> {
              s.network();
              s.trial.faults(
                  FaultPlan.none()
                      .with(FaultKind.RESET_AT, 0.3, 0, 30_000)
                      .with(FaultKind.WRITE_ERROR, 0.01)
                      .with(FaultKind.READ_ERROR, 0.01)
                      .with(FaultKind.SHORT_WRITE, 0.3, 0, 500));
              s.serve(
                  d ->
                      d.onOpen =
                          x -> {
                            for (int i = 0; i < 10; i++) {
                              x.write(4_000, y -> {});
                            }
                            if (s.flip()) {
                              s.trial.later(s.soon(1_000), x.connection::abort);
                            } else {
                              s.trial.later(s.soon(1_000), x.connection::close);
                            }
                          });
              SimPeer peer =
                  s.peer(
                      p ->
                          (s.flip() ? p.readAtMost(20_000) : p)
                              .sendPattern(Stage.TO_SERVER, 100)
                              .awaitEnd());
              s.trial.check(
                  () -> {
                    if (!s.isKnown(peer)) {
                      return; // reset before it was accepted, and found to be gone there
                    }
                    Diary d = s.of(peer);
                    assertTrue(d.addsUp(), d::toString);
                    assertEquals(10, d.count("done true") + d.count("done false"), d::toString);
                    int firstFailed = d.events.indexOf("done false");
                    if (firstFailed >= 0) {
                      assertTrue(firstFailed > d.events.lastIndexOf("done true"), d::toString);
                    }
                    assertEquals("onClosed", d.events.get(d.events.size() - 1), d::toString);
                    assertEquals(d.record.bytesUnsent() > 0, firstFailed >= 0, d::toString);
                    seen.add(firstFailed < 0 ? "all" : d.count("done true") > 0 ? "some" : "none");
                    seen.add(d.record.kind().name());
                  });
            });
    seen.atLeast(all, 7);
  }

  /** What is refused leaves nothing behind, and whoever is told of room finds it. */
  @Test
  void fullAndTooLargeAreValuesAndRoomIsToldWhenItFits() {
    play(
        SEEDS,
        s -> {
          s.network();
          s.trial.timeouts(Stage.PATIENT);
          Limits limits = Stage.lowMarks(1 + (int) s.amount(20_000));
          int hard = limits.hardLimitBytes();
          int piece = 1 + s.dice.below(hard);
          long total = 3L * hard;
          s.serve(
              d -> {
                d.onOpen =
                    x -> {
                      if (x.write(hard + 1) != WriteResult.TOO_LARGE) {
                        s.trial.violated("it can never fit");
                      }
                      fill(s, x, piece, total, hard);
                    };
                d.onWritable =
                    x -> {
                      long before = x.accepted;
                      fill(s, x, piece, total, hard);
                      if (before < total && x.accepted == before) {
                        s.trial.violated("told of room, and there is none for " + piece);
                      }
                    };
              },
              limits);
          SimPeer peer =
              s.peer(p -> p.stopReading().pause(s.soon(2_000)).resumeReading().awaitEnd());
          s.trial.check(
              () -> {
                Diary d = s.of(peer);
                assertTrue(d.count("onWritable") >= 1, d::toString);
                assertEnd(EndedBy.US, FailureKind.NONE, d);
                assertGotAll(total, peer);
              });
        });
  }

  private static void fill(Stage s, Diary d, int piece, long total, int hard) {
    while (d.accepted < total) {
      WriteResult result = d.write(Math.min(piece, total - d.accepted));
      if (d.connection.queuedBytes() > hard) {
        s.trial.violated("more is queued than may be: " + d.connection.queuedBytes());
      }
      if (result != WriteResult.ACCEPTED) {
        if (result != WriteResult.FULL) {
          s.trial.violated("it fits, and was " + result);
        }
        return;
      }
    }
    d.connection.close();
  }

  /** In the room that was told of it fills the queue again, over and over. */
  @Test
  void whatIsWrittenWhenThereIsRoomCanFillItAgain() {
    play(
        SEEDS,
        s -> {
          long most = s.network();
          int high = (int) s.amount(1_000);
          s.trial.timeouts(Stage.PATIENT);
          s.serve(
              d -> {
                d.onOpen = x -> untilFull(s, x, high, most);
                d.onWritable = x -> untilFull(s, x, high, most);
              },
              Stage.lowMarks(high));
          SimPeer peer = s.peer(p -> p.readAtMost(200_000).awaitEnd());
          s.trial.check(
              () -> {
                Diary d = s.of(peer);
                assertTrue(d.count("onWritable") > 2, d::toString);
                assertEnd(EndedBy.US, FailureKind.NONE, d);
                assertGotAll(most, peer);
              });
        });
  }

  private static void untilFull(Stage s, Diary d, int high, long total) {
    if (d.connection.queuedBytes() > 0) {
      s.trial.violated("told of room above the low water mark, which is 0");
    }
    while (d.accepted < total) {
      if (d.connection.queuedBytes() > high) {
        return; // onWritable follows
      }
      d.write(Math.min(s.amount(500), total - d.accepted));
    }
    d.connection.close();
  }

  /** Its window is 0 for a while: the echo of all of it waits, and then arrives. */
  @Test
  void aPeerThatReadsNothingAndThenAllGetsAll() {
    boolean all =
        play(
            SEEDS,
            s -> {
              long most = s.network();
              s.trial.timeouts(Stage.PATIENT);
              s.serve(d -> d.onData = Stage::echo, Stage.lowMarks((int) s.amount(4_000)));
              long first = s.amount(most / 40); // so much its own queue takes, whoever reads
              long bytes = first + s.amount(most);
              Duration deaf = s.soon(10_000);
              SimPeer peer =
                  s.trial.peer(
                      p ->
                          s.checked(p, Stage.TO_SERVER)
                              .stopReading()
                              .sendPattern(Stage.TO_SERVER, first)
                              .pause(deaf)
                              .resumeReading()
                              .sendPattern(Stage.TO_SERVER, bytes - first)
                              .awaitReceived(bytes)
                              .shutdownOutput()
                              .awaitEnd());
              s.trial.check(
                  () -> {
                    Diary d = s.of(peer);
                    assertEquals(bytes, d.record.bytesReceived());
                    assertTrue(d.record.isOrderly(), d::toString);
                    assertGotAll(bytes, peer);
                    seen.add(d.record.age().toSeconds() > 1 ? "waited" : "at once");
                  });
            });
    seen.exactly(all, "waited", "at once");
  }

  /** Twenty requests in one piece: what does not fit now is left, and offered again. */
  @Test
  void requestsInOnePieceWithLargeAnswersAreAllAnswered() {
    boolean all =
        play(
            SEEDS,
            s -> {
              s.network();
              s.trial.timeouts(Stage.PATIENT);
              Limits limits = Stage.lowMarks((int) s.amount(30_000));
              int answer = limits.hardLimitBytes() / 3;
              int requests = 20;
              s.serve(
                  d ->
                      d.onData =
                          (x, data) -> {
                            WriteResult result = x.write(answer);
                            if (result == WriteResult.ACCEPTED) {
                              x.take(data, 1);
                            } else if (result == WriteResult.FULL) {
                              seen.add("left for later");
                            } else {
                              s.trial.violated("an answer is " + result);
                            }
                            if (x.connection.queuedBytes() > limits.hardLimitBytes()) {
                              s.trial.violated("more is queued than may be");
                            }
                          },
                  limits);
              SimPeer peer =
                  s.peer(
                      p -> {
                        if (s.flip()) {
                          p.stopReading();
                        }
                        p.sendPattern(Stage.TO_SERVER, requests)
                            .pause(s.soon(1_000))
                            .resumeReading()
                            .awaitReceived((long) requests * answer)
                            .shutdownOutput()
                            .awaitEnd();
                      });
              s.trial.check(
                  () -> {
                    Diary d = s.of(peer);
                    assertEquals(requests, d.taken, d::toString);
                    assertEnd(EndedBy.PEER, FailureKind.NONE, d);
                    assertGotAll((long) requests * answer, peer);
                    seen.add("answered");
                  });
            });
    seen.exactly(all, "answered", "left for later");
  }

  @Test
  void aCloseInACompletionIsTheLastThingButTheRecord() {
    boolean all =
        play(
            SEEDS,
            s -> {
              s.network();
              s.trial.timeouts(Stage.PATIENT);
              boolean aborts = s.flip();
              boolean afterTheirFin = s.flip();
              s.serve(
                  d -> {
                    d.onOpen =
                        x -> {
                          if (!afterTheirFin) {
                            begin(s, x, aborts);
                          }
                        };
                    d.onInputEnd =
                        x -> {
                          if (afterTheirFin) {
                            begin(s, x, aborts);
                          }
                        };
                  });
              SimPeer peer =
                  s.peer(
                      p -> {
                        if (afterTheirFin) {
                          p.shutdownOutput();
                        }
                        p.awaitEnd();
                      });
              s.trial.check(
                  () -> {
                    Diary d = s.of(peer);
                    EndedBy by = afterTheirFin ? EndedBy.PEER : EndedBy.US;
                    int at = d.events.indexOf("done true");
                    List<String> rest = d.events.subList(at + 1, d.events.size());
                    if (aborts) {
                      assertEnd(by, FailureKind.ABORTED, d);
                      boolean wasOut = d.record.bytesUnsent() == 0;
                      assertEquals(List.of("done " + wasOut, "onClosed"), rest, d::toString);
                      assertTrue(
                          peer.end() != SimPeer.End.CLOSED_HERE && peer.end() != SimPeer.End.OPEN,
                          peer::toString);
                    } else {
                      assertEquals(List.of("done true", "onClosed"), rest, d::toString);
                      assertEnd(by, FailureKind.NONE, d);
                      assertGotAll(d.accepted, peer);
                    }
                    seen.add(by + (aborts ? " aborts" : " closes"));
                  });
            });
    seen.exactly(all, "PEER aborts", "PEER closes", "US aborts", "US closes");
  }

  private static void begin(Stage s, Diary d, boolean aborts) {
    d.write(
        s.amount(5_000),
        x -> {
          if (aborts) {
            x.connection.abort();
          } else {
            x.connection.close();
          }
          if (x.write(1) != WriteResult.CLOSED) {
            s.trial.violated("a write behind the end was taken");
          }
        });
    d.write(s.amount(5_000), x -> {});
  }

  @Test
  void behindTheEndEveryWayToWriteIsClosed() {
    play(
        SEEDS,
        s -> {
          s.network();
          s.trial.timeouts(Stage.PATIENT);
          List<WriteResult> results = new ArrayList<>();
          s.serve(
              d -> {
                d.onOpen = x -> x.connection.sender();
                d.onClosed =
                    x -> {
                      Sender sender = x.connection.sender();
                      results.add(x.write(1));
                      results.add(sender.send(ByteBuffer.allocate(1)));
                      s.trial.later(
                          s.soon(1_000),
                          () -> {
                            results.add(x.write(1));
                            results.add(x.write(200_000)); // not too large: closed
                            results.add(x.connection.sender().send(ByteBuffer.allocate(1)));
                          });
                    };
              },
              Stage.lowMarks(1_000));
          int how = s.dice.below(3);
          s.peer(
              p -> {
                p.pause(s.soon(100));
                switch (how) {
                  case 0 -> p.reset();
                  case 1 -> p.close();
                  default -> p.shutdownOutput().awaitEnd();
                }
              });
          s.trial.check(
              () -> {
                assertEquals(5, results.size());
                assertTrue(
                    results.stream().allMatch(r -> r == WriteResult.CLOSED), results::toString);
              });
        });
  }

  /**
   * What waited has left, or was dropped with its connection: no buffer is out, also of the open
   * ones.
   */
  @Test
  void noBufferIsHeldAfterItWasSentOrItsConnectionEnded() {
    boolean all =
        play(
            SEEDS,
            s -> {
              s.network();
              s.serve(
                  d ->
                      d.onOpen =
                          x -> {
                            x.write(s.amount(50_000));
                            x.send(x.connection.sender(), s.amount(5_000));
                          });
              Duration quiet = Duration.ofSeconds(20);
              for (int i = 0; i < 4; i++) {
                int how = s.dice.below(3);
                s.peer(
                    s.soon(100),
                    p -> {
                      if (s.flip()) {
                        p.stopReading().pause(s.soon(3_000)).resumeReading();
                      }
                      switch (how) {
                        case 0 -> p.reset();
                        case 1 -> p.close();
                        default -> p.pause(Duration.ofNanos(quiet.toNanos() - s.now())).close();
                      }
                    });
              }
              long[] mostLent = new long[1];
              sample(s, mostLent, 200);
              LoopStats[] stats = new LoopStats[1];
              s.trial.later(quiet.minusSeconds(1), () -> stats[0] = s.trial.loop().stats());
              s.trial.check(
                  () -> {
                    assertEquals(0, stats[0].lentBytes(), stats[0]::toString);
                    assertEquals(0, stats[0].queuedBytes(), stats[0]::toString);
                    seen.add(mostLent[0] > 0 ? "some were out before" : "none was out");
                    seen.add(stats[0].registered() > 1 ? "some are open" : "all have ended");
                  });
            });
    seen.exactly(all, "some were out before", "none was out", "some are open", "all have ended");
  }

  private static void sample(Stage s, long[] most, int left) {
    s.trial.later(
        Duration.ofMillis(10),
        () -> {
          most[0] = Math.max(most[0], s.trial.loop().stats().lentBytes());
          if (left > 0) {
            sample(s, most, left - 1);
          }
        });
  }
}
