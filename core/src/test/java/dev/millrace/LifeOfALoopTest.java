package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.failure.FailureKind;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LifeOfALoopTest {
  private static EventLoop loop() throws Exception {
    return new EventLoop(new LoopFixture.Provider(), System::nanoTime, LoopFixture.options());
  }

  @Test
  void startedTwice() throws Exception {
    EventLoop loop = loop();
    Thread thread = loop.start();
    IllegalStateException e = assertThrows(IllegalStateException.class, loop::start);
    assertTrue(e.getMessage().contains("test-loop"), e.getMessage());
    loop.close();
    assertFalse(thread.isAlive() && !loop.isStopped());
  }

  @Test
  void stoppedBeforeItRuns() throws Exception {
    EventLoop loop = loop();
    AtomicBoolean ran = new AtomicBoolean();
    loop.execute(() -> ran.set(true));
    loop.stop();
    loop.run();
    assertTrue(loop.isStopped());
    assertTrue(ran.get());
  }

  @Test
  void stoppedTwiceAndClosedTwice() throws Exception {
    EventLoop loop = loop();
    loop.start();
    loop.stop();
    loop.stop();
    loop.close();
    loop.close();
    assertTrue(loop.isStopped());
  }

  @Test
  void runAdoptsTheCaller() throws Exception {
    EventLoop loop = loop();
    AtomicReference<Thread> ranOn = new AtomicReference<>();
    loop.execute(
        () -> {
          ranOn.set(Thread.currentThread());
          assertTrue(loop.inLoop());
          loop.stop();
        });
    assertFalse(loop.inLoop());
    loop.run();
    assertEquals(Thread.currentThread(), ranOn.get());
  }

  @Test
  void closedFromInsideEndsWithTheTurn() throws Exception {
    EventLoop loop = loop();
    CountDownLatch ended = new CountDownLatch(1);
    AtomicBoolean stillOpen = new AtomicBoolean();
    Thread thread = loop.start();
    loop.execute(
        () -> {
          loop.close();
          stillOpen.set(!loop.isStopped());
          ended.countDown();
        });
    ended.await();
    thread.join();
    assertTrue(stillOpen.get());
    assertTrue(loop.isStopped());
  }

  @Test
  void closedByTheThreadThatDrivesIt() throws Exception {
    // There is no further turn after this, so the close itself has to end the loop.
    EventLoop loop = loop();
    loop.turn(0);
    loop.close();
    assertTrue(loop.isStopped());
  }

  @Test
  void closedFromOutsideWaitsForAnAdoptedThread() throws Exception {
    EventLoop loop = loop();
    CountDownLatch running = new CountDownLatch(1);
    AtomicBoolean ranAtTheEnd = new AtomicBoolean();
    loop.execute(running::countDown);
    Thread adopted = new Thread(loop::run, "adopted");
    adopted.start();
    running.await();
    for (int i = 0; i < 1000; i++) {
      loop.execute(() -> {});
    }
    loop.execute(() -> ranAtTheEnd.set(true));
    loop.close();
    assertTrue(loop.isStopped());
    assertTrue(ranAtTheEnd.get());
    adopted.join();
  }

  @Test
  void everythingOnItIsToldAndNothingLeaks() throws Exception {
    stopWithThingsOnIt(); // loads what is loaded once
    long before = LoopFixture.openDescriptors();
    for (int i = 0; i < 5; i++) {
      stopWithThingsOnIt();
    }
    assertEquals(before, LoopFixture.openDescriptors());
  }

  private static void stopWithThingsOnIt() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      List<LoopFixture.Recorder> accepted = new ArrayList<>();
      Server server =
          f.server(
              Server.builder()
                  .handler(
                      () -> {
                        LoopFixture.Recorder r = new LoopFixture.Recorder();
                        accepted.add(r);
                        return r;
                      }));
      SocketChannel client = f.client(server);
      f.until("accepted", () -> accepted.size() == 1);
      f.loop.stop();
      f.turn();
      assertTrue(f.loop.isStopped());
      assertEquals(FailureKind.LOOP_STOPPED, accepted.get(0).record().kind());
      assertEquals(-1, client.read(java.nio.ByteBuffer.allocate(1)));
    }
  }

  @Test
  void whatTheLastTasksMakeIsEndedToo() throws Exception {
    // A server and a connect that a task makes while the loop ends come after everybody was told.
    lastTasksMakeThings();
    long before = LoopFixture.openDescriptors();
    for (int i = 0; i < 5; i++) {
      lastTasksMakeThings();
    }
    assertEquals(before, LoopFixture.openDescriptors());
  }

  private static void lastTasksMakeThings() throws Exception {
    try (LoopFixture f = new LoopFixture();
        java.net.ServerSocket listener = new java.net.ServerSocket(0)) {
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      f.loop.execute(
          () -> {
            f.loop.stop();
            f.loop.execute(
                () -> {
                  try {
                    Connector.connect(
                        f.loop,
                        LoopFixture.loopback(listener.getLocalPort()),
                        Duration.ofSeconds(5),
                        recorder);
                  } catch (RejectedExecutionException refused) {
                    recorder.events.add("refused");
                  }
                });
          });
      // Its listeners are registered by a task, which is run by the end.
      Server server =
          Server.builder()
              .loop(f.loop)
              .listen("127.0.0.1", 0)
              .handler(LoopFixture.Recorder::new)
              .start();
      f.turn();
      assertTrue(f.loop.isStopped());
      assertTrue(
          recorder.events.contains("closed") || recorder.events.contains("refused"),
          () -> "nobody was told: " + recorder.events);
      assertThrows(
          java.io.IOException.class,
          () -> SocketChannel.open(LoopFixture.loopback(server.port())).close());
    }
  }

  @Test
  void handlerThatReconnectsForEverDoesNotKeepItFromEnding() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      f.loop.turn(0);
      List<FailureKind> ends = new ArrayList<>();
      List<Throwable> refused = new ArrayList<>();
      class Reconnecting implements ConnectionHandler {
        @Override
        public void onData(Connection c, java.nio.ByteBuffer data) {}

        @Override
        public void onClosed(Connection c, CloseRecord record) {
          ends.add(record.kind());
          try {
            Connector.connect(f.loop, c.remoteAddress(), Duration.ofSeconds(1), this);
          } catch (RejectedExecutionException e) {
            refused.add(e);
          }
        }
      }
      try (java.net.ServerSocket listener = new java.net.ServerSocket(0)) {
        Connector.connect(
            f.loop,
            LoopFixture.loopback(listener.getLocalPort()),
            Duration.ofSeconds(1),
            new Reconnecting());
        f.turns(3);
        f.loop.stop();
        f.turn();
      }
      assertEquals(List.of(FailureKind.LOOP_STOPPED), ends.stream().distinct().toList());
      assertTrue(ends.size() < 50, "told of " + ends.size());
      assertEquals(1, refused.size());
      assertTrue(refused.get(0).getMessage().contains("test-loop"), refused.get(0).getMessage());
      assertTrue(f.loop.isStopped());
    }
  }

  @Test
  void connectOnAStoppedLoopIsRefusedAndLeaksNothing() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      f.loop.turn(0);
      f.loop.stop();
      f.loop.turn(0);
      long before = LoopFixture.openDescriptors();
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      assertThrows(
          RejectedExecutionException.class,
          () ->
              Connector.connect(f.loop, LoopFixture.loopback(1), Duration.ofSeconds(1), recorder));
      assertEquals(before, LoopFixture.openDescriptors());
      assertEquals(List.of(), recorder.events);
    }
  }
}
