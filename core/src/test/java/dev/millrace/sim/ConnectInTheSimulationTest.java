package dev.millrace.sim;

import static dev.millrace.sim.Stage.assertEnd;
import static dev.millrace.sim.Stage.assertEvents;
import static dev.millrace.sim.Stage.assertGotAll;
import static dev.millrace.sim.Stage.assertOnTime;
import static dev.millrace.sim.Stage.play;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.EndedBy;
import dev.millrace.Sender;
import dev.millrace.WriteResult;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import dev.millrace.fault.FaultKind;
import dev.millrace.fault.FaultPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connects that nobody hears, that are refused, given up, or used before they are there. */
@Timeout(60)
class ConnectInTheSimulationTest {
  private static final int SEEDS = 60;
  private static final int NOBODYS_PORT = 9_999;
  private static final int PORT = 9_000;

  private final Stage.Seen seen = new Stage.Seen();

  @Test
  void refusedIsToldByNameAndTheRecordAlone() {
    play(
        SEEDS,
        s -> {
          s.network();
          s.echo();
          List<Diary> all = new ArrayList<>();
          for (int i = 0; i < 4; i++) {
            InetSocketAddress to = s.trial.clientHost().address(NOBODYS_PORT);
            Diary d = s.connect(s.soon(500), to, Duration.ofSeconds(5), x -> {});
            d.onInputEnd = x -> {}; // who cares for half-closed connections hears no more of it
            all.add(d);
          }
          s.lasts(Duration.ofSeconds(10));
          s.trial.check(
              () -> {
                for (Diary d : all) {
                  assertEvents(d, "onClosed");
                  assertEnd(EndedBy.PEER, FailureKind.ECONNREFUSED, d);
                  assertEquals(Certainty.CERTAIN, d.record.certainty(), d::toString);
                  assertEquals(Operation.CONNECT, d.record.operation());
                }
              });
        });
  }

  @Test
  void nobodyAnswersAndTheDeadlineEndsIt() {
    play(
        SEEDS,
        s -> {
          s.trial.faults(FaultPlan.none().with(FaultKind.CONNECT_PENDING, 1));
          s.echo();
          s.trial.clientHost().listen(PORT, p -> p.awaitEnd());
          Duration deadline = s.soon(3_000).plusNanos(1);
          InetSocketAddress to = s.trial.clientHost().address(PORT);
          // At once: in the other mode the network is well again some time later.
          Diary d = s.connect(Duration.ZERO, to, deadline, x -> {});
          s.lasts(Duration.ofSeconds(10));
          s.trial.check(
              () -> {
                assertEvents(d, "onClosed");
                assertEnd(EndedBy.TIMER, FailureKind.CONNECT_TIMEOUT, d);
                assertOnTime(deadline, d.record.age().toNanos(), d);
              });
        });
  }

  /** Two find room in a backlog of one; whoever is the third waits in vain. */
  @Test
  void backlogIsFullAndTheDeadlineEndsTheOneThatFoundNoRoom() {
    boolean all =
        play(
            SEEDS,
            s -> {
              s.network();
              s.echo();
              ServerSocketChannel listening = listen(s);
              InetSocketAddress to = new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT);
              Duration deadline = Duration.ofSeconds(5);
              List<Diary> three = new ArrayList<>();
              for (int i = 0; i < 3; i++) {
                three.add(s.connect(s.soon(1), to, deadline, x -> {}));
              }
              s.trial.world().schedule(Duration.ofSeconds(20), () -> close(listening));
              s.lasts(Duration.ofSeconds(30));
              s.trial.check(
                  () -> {
                    int late = 0;
                    for (Diary d : three) {
                      if (d.openedAt >= 0) {
                        assertEvents(d, "onOpen", "onClosed");
                        assertEnd(EndedBy.PEER, FailureKind.ECONNRESET, d);
                      } else {
                        late++;
                        seen.add("number " + three.indexOf(d));
                        assertEvents(d, "onClosed");
                        assertEnd(EndedBy.TIMER, FailureKind.CONNECT_TIMEOUT, d);
                        assertOnTime(deadline, d.record.age().toNanos(), d);
                      }
                    }
                    assertEquals(1, late, three::toString);
                  });
            });
    seen.exactly(all, "number 0", "number 1", "number 2");
  }

  private static ServerSocketChannel listen(Stage s) {
    try {
      return s.trial
          .serverHost()
          .provider()
          .openServerSocketChannel()
          .bind(new InetSocketAddress(PORT), 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void close(ServerSocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void closedOrAbortedWhileItIsUnderWayEndsOnce() {
    boolean all =
        play(
            3 * SEEDS,
            s -> {
              s.queues();
              s.trial.faults(FaultPlan.none().with(FaultKind.LATENCY, 1, 0, 20_000_000));
              s.echo();
              s.trial.clientHost().listen(PORT, p -> p.awaitEnd());
              boolean abort = s.flip();
              Duration after = s.flip() ? Duration.ZERO : Duration.ofMillis(s.dice.below(60));
              Diary d =
                  s.connect(
                      s.soon(100),
                      s.trial.clientHost().address(PORT),
                      Duration.ofSeconds(5),
                      x -> {
                        if (after.isZero()) {
                          end(x, abort); // in the very call that began it
                        } else {
                          s.trial.later(after, () -> end(x, abort));
                        }
                      });
              s.lasts(Duration.ofSeconds(10));
              s.trial.check(
                  () -> {
                    boolean opened = d.openedAt >= 0;
                    seen.add((abort ? "aborted" : "closed") + (opened ? " open" : " connecting"));
                    if (opened) {
                      assertEvents(d, "onOpen", "onClosed");
                    } else {
                      assertEvents(d, "onClosed");
                    }
                    assertEnd(EndedBy.US, abort ? FailureKind.ABORTED : FailureKind.NONE, d);
                  });
            });
    seen.exactly(all, "aborted open", "aborted connecting", "closed open", "closed connecting");
  }

  private static void end(Diary d, boolean abort) {
    if (abort) {
      d.connection.abort();
    } else {
      d.connection.close();
    }
  }

  @Test
  void whatASenderWasGivenBeforeARefusalIsToldAsFailedBeforeTheRecord() {
    play(
        SEEDS,
        s -> {
          s.network();
          s.echo();
          long bytes = s.amount(5_000);
          Diary d =
              s.connect(
                  s.soon(500),
                  s.trial.clientHost().address(NOBODYS_PORT),
                  Duration.ofSeconds(5),
                  x -> {
                    Sender sender = x.connection.sender();
                    assertAccepted(s, x.send(sender, bytes));
                    assertAccepted(s, x.send(sender, 1));
                  });
          s.lasts(Duration.ofSeconds(10));
          s.trial.check(
              () -> {
                assertEvents(d, "done false", "done false", "onClosed");
                assertEnd(EndedBy.PEER, FailureKind.ECONNREFUSED, d);
                assertEquals(bytes + 1, d.record.bytesUnsent());
                assertEquals(2, d.record.writesFailed());
              });
        });
  }

  private static void assertAccepted(Stage s, WriteResult result) {
    if (result != WriteResult.ACCEPTED) {
      s.trial.violated("should have been accepted, and was " + result);
    }
  }

  @Test
  void whatIsGivenBeforeItIsOpenIsSentAfterwards() {
    play(
        SEEDS,
        s -> {
          long most = s.network();
          s.echo();
          long first = s.amount(most);
          long second = s.amount(Math.min(most, 20_000));
          SimPeer[] peer = new SimPeer[1];
          s.trial
              .clientHost()
              .listen(
                  PORT,
                  p -> {
                    peer[0] = p;
                    s.checked(p).awaitReceived(first + second).close();
                  });
          WriteResult[] early = new WriteResult[1];
          Diary d =
              s.connect(
                  s.soon(500),
                  s.trial.clientHost().address(PORT),
                  Duration.ofSeconds(30),
                  x -> {
                    assertAccepted(s, x.send(x.connection.sender(), first));
                    early[0] = x.write(second);
                  });
          d.onWritable =
              x -> {
                if (x.accepted == first) {
                  x.write(second, y -> {});
                }
              };
          s.lasts(Duration.ofSeconds(100));
          s.trial.check(
              () -> {
                assertEquals(WriteResult.FULL, early[0]);
                assertEquals("onOpen", d.events.get(0));
                assertTrue(d.count("onWritable") >= 1, d::toString);
                assertEquals(2, d.count("done true"), d::toString);
                assertEnd(EndedBy.PEER, FailureKind.NONE, d);
                assertEquals(first + second, peer[0].receivedBytes());
              });
        });
  }

  /** The peer's end is that of a connection; its bytes are what was written first. */
  @Test
  void aConnectThatIsAnsweredTalksLikeAnyOther() {
    play(
        SEEDS,
        s -> {
          long most = s.network();
          s.echo();
          long bytes = s.amount(most);
          SimPeer[] peer = new SimPeer[1];
          s.trial
              .clientHost()
              .listen(
                  PORT,
                  p -> {
                    peer[0] = p;
                    s.checked(p).sendPattern(Stage.TO_SERVER, bytes).awaitEnd();
                  });
          Diary d =
              s.connect(
                  s.soon(500), s.trial.clientHost().address(PORT), Duration.ofSeconds(30), x -> {});
          d.onOpen =
              x -> {
                x.write(1);
                x.connection.shutdownOutput();
              };
          s.lasts(Duration.ofSeconds(100));
          s.trial.check(
              () -> {
                assertEvents(d, "onOpen", "onData", "onInputEnd 0", "onClosed");
                assertEnd(EndedBy.PEER, FailureKind.NONE, d);
                assertEquals(bytes, d.taken);
                assertGotAll(1, peer[0]);
              });
        });
  }
}
