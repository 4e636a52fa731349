package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.failure.FailureKind;
import dev.millrace.guard.ExpectedLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

/** The server shuts down, with peers in every situation. */
@Timeout(60)
class ServerShutsDownTest {
  private static final Duration LONG = Duration.ofMinutes(10);

  /** Drain and linger end later than any deadline here, so that the deadline is what is tested. */
  private static EndingFixture fixture() throws IOException {
    EndingFixture f = new EndingFixture();
    f.timeouts = Timeouts.defaults().withDrain(Duration.ofHours(1)).withLinger(Duration.ofHours(1));
    return f;
  }

  private static ShutdownReport done(EndingFixture f, CompletableFuture<ShutdownReport> report) {
    f.turnUntil("the shutdown is done", report::isDone);
    return report.join();
  }

  private static void assertCounts(
      int idleClosed, int drained, int lingerCut, int cut, ShutdownReport report) {
    assertEquals(
        List.of(idleClosed, drained, lingerCut, cut),
        List.of(report.idleClosed(), report.drained(), report.lingerCut(), report.cut()),
        report::toString);
  }

  @Test
  void withNobodyThere() throws IOException {
    try (EndingFixture f = fixture()) {
      Server server = f.server();
      f.turn();
      ShutdownReport report = done(f, server.shutdown(LONG));
      assertCounts(0, 0, 0, 0, report);
      assertEquals(Duration.ZERO, report.took(), "no quiet period");
      assertFalse(f.loop.isStopped(), "the loop was given, so it goes on");
    }
  }

  @Test
  void withIdlePeers() throws IOException {
    try (EndingFixture f = fixture()) {
      Server server = f.server();
      List<EndingFixture.Peer> peers = List.of(f.connect(), f.connect(), f.connect());
      CompletableFuture<ShutdownReport> report = server.shutdown(LONG);
      for (var peer : peers) {
        assertEquals("FIN", peer.readToEnd());
        assertFalse(report.isDone());
        peer.channel.close();
      }
      assertCounts(3, 0, 0, 0, done(f, report));
      assertEquals(Duration.ZERO, report.join().took(), "as soon as it is done");
      for (var peer : peers) {
        assertEquals(EndedBy.SHUTDOWN, peer.recorder.record.endedBy());
        assertEquals(FailureKind.NONE, peer.recorder.record.kind());
        assertEquals(List.of("onOpen", "onShutdown", "onClosed"), peer.recorder.events);
      }
    }
  }

  @Test
  void withOutputQueuedThatDrains() throws IOException {
    try (EndingFixture f = fixture()) {
      Server server = f.server();
      var peer = f.connect();
      f.fill(peer.recorder);
      CompletableFuture<ShutdownReport> report = server.shutdown(LONG);
      f.turn(); // the shutdown finds the output queued; only then the peer reads
      assertEquals("FIN", peer.readToEnd());
      assertEquals(peer.recorder.accepted, peer.got.size());
      peer.channel.close();
      assertCounts(0, 1, 0, 0, done(f, report));
      assertEquals(0, report.join().unsentBytes());
    }
  }

  @Test
  void withPeersThatNeverRead() throws IOException {
    try (EndingFixture f = fixture()) {
      Server server = f.server();
      var one = f.connect();
      var two = f.connect();
      long queuedForOne = f.fill(one.recorder);
      long queuedForTwo = f.fill(two.recorder);
      two.recorder.write(1234);
      var a = one.recorder.connection.remoteAddress();
      var b = two.recorder.connection.remoteAddress();
      CompletableFuture<ShutdownReport> report = server.shutdown(Duration.ofSeconds(2));
      f.turns(3);
      f.pass(Duration.ofMillis(1999));
      assertFalse(report.isDone());
      f.pass(Duration.ofMillis(3));
      assertCounts(0, 0, 0, 2, done(f, report));
      assertEquals(
          java.util.Set.of(
              new ShutdownReport.CutPeer(a, queuedForOne),
              new ShutdownReport.CutPeer(b, queuedForTwo + 1234)),
          java.util.Set.copyOf(report.join().cutPeers()));
      assertEquals(queuedForOne + queuedForTwo + 1234, report.join().unsentBytes());
      assertEquals(FailureKind.SHUTDOWN_DEADLINE, one.recorder.record.kind());
      assertEquals("RESET", one.readToEnd());
    }
  }

  @Test
  void withOneThatIsPaused() throws IOException {
    try (EndingFixture f = fixture()) {
      f.script(r -> r.onOpen = x -> x.connection.pauseReading());
      Server server = f.server();
      var peer = f.connect().send("never heard");
      CompletableFuture<ShutdownReport> report = server.shutdown(LONG);
      assertEquals("FIN", peer.readToEnd());
      peer.channel.close();
      assertCounts(1, 0, 0, 0, done(f, report));
      assertEquals(11, peer.recorder.record.bytesUnconsumed());
    }
  }

  @Test
  void withOneThatLingersUntilTheDeadline() throws IOException {
    try (EndingFixture f = fixture()) {
      Server server = f.server();
      var early = f.connect();
      var atShutdown = f.connect();
      early.recorder.write(500);
      early.recorder.connection.close();
      early.readToEnd();
      CompletableFuture<ShutdownReport> report = server.shutdown(Duration.ofSeconds(2));
      f.turns(3);
      f.pass(Duration.ofSeconds(2).plusMillis(3));
      assertCounts(0, 0, 2, 0, done(f, report));
      assertEquals("FIN", atShutdown.readToEnd());
      // Plainly closed, not reset: the end of stream stays the end of stream.
      assertEquals(-1, early.channel.read(ByteBuffer.allocate(1)));
      assertEquals(-1, atShutdown.channel.read(ByteBuffer.allocate(1)));
    }
  }

  /** Why somebody lingers is no matter: the deadline found it lingering. */
  @Test
  @ExpectedLog(level = Level.ERROR, containing = "handler threw")
  void withOneThatLingersAfterItsHandlerFailed() throws IOException {
    try (EndingFixture f = fixture()) {
      f.script(
          r ->
              r.onData =
                  (x, data) -> {
                    throw new IllegalStateException("the handler's fault");
                  });
      Server server = f.server();
      var peer = f.connect().send("x");
      assertEquals("FIN", peer.readToEnd());
      CompletableFuture<ShutdownReport> report = server.shutdown(Duration.ofSeconds(2));
      f.turns(3);
      f.pass(Duration.ofSeconds(2).plusMillis(3));
      assertCounts(0, 0, 1, 0, done(f, report));
      assertEquals(FailureKind.HANDLER_FAILED, peer.recorder.record.kind());
    }
  }

  @Test
  void withLingeringOnesWhenTheLoopIsStopped() throws IOException {
    try (EndingFixture f = fixture()) {
      Server server = f.server();
      f.connect();
      var stuck = f.connect();
      long queued = f.fill(stuck.recorder);
      CompletableFuture<ShutdownReport> report = server.shutdown(LONG);
      f.turns(3);
      f.loop.stop();
      f.turn();
      assertTrue(report.isDone());
      assertCounts(0, 0, 1, 1, report.join());
      assertEquals(queued, report.join().unsentBytes());
    }
  }

  @Test
  void withAHandlerThatFinishesItsWorkFirst() throws IOException {
    try (EndingFixture f = fixture()) {
      f.script(r -> r.onShutdown = x -> {});
      Server server = f.server();
      var peer = f.connect();
      CompletableFuture<ShutdownReport> report = server.shutdown(LONG);
      f.turns(3);
      peer.send("the rest");
      f.turnUntil("heard", () -> peer.recorder.input.size() == 8);
      peer.recorder.write(100);
      peer.recorder.connection.close();
      assertEquals("FIN", peer.readToEnd());
      assertEquals(100, peer.got.size());
      peer.channel.close();
      assertCounts(0, 1, 0, 0, done(f, report));
      assertEquals(EndedBy.SHUTDOWN, peer.recorder.record.endedBy());
    }
  }

  @Test
  void withAHandlerThatNeverFinishes() throws IOException {
    try (EndingFixture f = fixture()) {
      f.script(r -> r.onShutdown = x -> {});
      Server server = f.server();
      var peer = f.connect();
      CompletableFuture<ShutdownReport> report = server.shutdown(Duration.ofSeconds(2));
      f.turns(3);
      f.pass(Duration.ofSeconds(2).plusMillis(3));
      assertCounts(0, 0, 0, 1, done(f, report));
      assertEquals(List.of(), report.join().cutPeers(), "it lost nothing");
      assertEquals("FIN", peer.readToEnd());
      assertEquals(FailureKind.SHUTDOWN_DEADLINE, peer.recorder.record.kind());
    }
  }

  @Test
  void withAllOfThemAtOnce() throws IOException {
    try (EndingFixture f = fixture()) {
      Server server = f.server();
      var idle = f.connect();
      var draining = f.connect();
      f.fill(draining.recorder);
      var stuck = f.connect();
      long queued = f.fill(stuck.recorder);
      f.connect(); // lingers: never sends its FIN
      f.script(r -> r.onShutdown = x -> {});
      f.connect(); // never done
      CompletableFuture<ShutdownReport> report = server.shutdown(Duration.ofSeconds(2));
      for (var peer : List.of(idle, draining)) {
        peer.readToEnd();
        peer.channel.close();
      }
      f.turns(5);
      f.pass(Duration.ofSeconds(2).plusMillis(3));
      assertCounts(1, 1, 1, 2, done(f, report));
      assertEquals(queued, report.join().unsentBytes());
      assertEquals(f.recorders.size(), 5);
    }
  }

  @Test
  void withADeadlineOfZero() throws IOException {
    try (EndingFixture f = fixture()) {
      Server server = f.server();
      f.connect();
      var stuck = f.connect();
      long queued = f.fill(stuck.recorder);
      CompletableFuture<ShutdownReport> report = server.shutdown(Duration.ZERO);
      f.turn();
      f.pass(Duration.ofMillis(3)); // the coming tick of the wheel
      assertCounts(0, 0, 1, 1, done(f, report));
      assertEquals(queued, report.join().unsentBytes());
    }
  }

  @Test
  void calledTwice() throws IOException {
    try (EndingFixture f = fixture()) {
      Server server = f.server();
      var peer = f.connect();
      CompletableFuture<ShutdownReport> first = server.shutdown(LONG);
      CompletableFuture<ShutdownReport> second = server.shutdown(Duration.ZERO);
      f.turns(3);
      f.pass(Duration.ofSeconds(1));
      assertFalse(first.isDone(), "the second changes nothing");
      peer.readToEnd();
      peer.channel.close();
      assertSame(done(f, first), done(f, second));
      CompletableFuture<ShutdownReport> third = server.shutdown(LONG);
      assertSame(first.join(), third.join());
    }
  }

  @Test
  void closedOnTheLoopsOwnThread() throws IOException {
    try (EndingFixture f = fixture()) {
      Server server = f.server();
      var peer = f.connect();
      server.close(); // begins, and must not wait for itself
      assertEquals("FIN", peer.readToEnd());
      peer.channel.close();
      assertCounts(1, 0, 0, 0, done(f, server.shutdown(LONG)));
    }
  }

  @Test
  void ofALoopOfItsOwn() throws IOException {
    Server server =
        Server.builder()
            .listen("127.0.0.1", 0)
            .loopOptions(
                LoopOptions.defaults().withDaemon(true).withFailureTexts(EndingFixture.TEXTS))
            .handler(() -> (connection, data) -> connection.write(data))
            .start();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(7);
      assertEquals(7, socket.getInputStream().read());
      CompletableFuture<ShutdownReport> report = server.shutdown(LONG);
      assertEquals(-1, socket.getInputStream().read());
      socket.shutdownOutput(); // its FIN, which the server waits for
      assertEquals(1, report.join().idleClosed());
    }
    server.close();
    assertTrue(server.loop().isStopped());
  }

  /** A proxy, say: its client is gone in good order, and its target reads slowly. */
  @Test
  void ofALoopOfItsOwnOnWhichAnotherConnectionStillDelivers() throws Exception {
    int size = 12 << 20;
    CountDownLatch written = new CountDownLatch(1);
    try (ServerSocket target = new ServerSocket()) {
      target.setReceiveBufferSize(4 << 10);
      target.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      ConnectionHandler toTarget =
          new ConnectionHandler() {
            @Override
            public void onOpen(Connection connection) {
              assertEquals(WriteResult.ACCEPTED, connection.write(ByteBuffer.allocate(size)));
              connection.shutdownOutput();
              written.countDown();
            }

            @Override
            public void onData(Connection connection, ByteBuffer data) {}
          };
      ConnectionHandler handler =
          new ConnectionHandler() {
            @Override
            public void onOpen(Connection connection) {
              Connector.connect(
                  connection.loop(),
                  target.getLocalSocketAddress(),
                  Duration.ofSeconds(30),
                  toTarget);
            }

            @Override
            public void onData(Connection connection, ByteBuffer data) {}
          };
      try (Server server = Server.builder().listen("127.0.0.1", 0).handler(() -> handler).start()) {
        new Socket(InetAddress.getLoopbackAddress(), server.port()).close();
        assertTrue(written.await(30, TimeUnit.SECONDS));
        try (Socket accepted = target.accept()) {
          var report = server.shutdown(Duration.ofSeconds(50));
          assertEquals(size, accepted.getInputStream().readAllBytes().length);
          accepted.shutdownOutput();
          report.get(50, TimeUnit.SECONDS);
        }
      }
    }
  }

  /** At the very moment that the report completes, in its own callback. */
  @Test
  void thePortIsFreeWhenTheReportCompletes() throws IOException {
    try (EndingFixture f = fixture()) {
      Server server = f.server();
      var peer = f.connect();
      CompletableFuture<Integer> boundAgain =
          server
              .shutdown(LONG)
              .thenApply(
                  report -> {
                    try (ServerSocketChannel again = ServerSocketChannel.open()) {
                      again.bind(
                          new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
                      return again.socket().getLocalPort();
                    } catch (IOException e) {
                      throw new java.io.UncheckedIOException(e);
                    }
                  });
      peer.readToEnd();
      peer.channel.close();
      f.turnUntil("bound again", boundAgain::isDone);
      assertEquals(server.port(), boundAgain.join());
    }
  }

  @Test
  void withConnectionsThatAreAcceptedInTheSameTurn() throws IOException {
    try (EndingFixture f = fixture()) {
      Server server = f.server();
      f.turn();
      var one = f.dial(server.addresses().get(0), 0);
      var two = f.dial(server.addresses().get(0), 0);
      CompletableFuture<ShutdownReport> report = server.shutdown(LONG);
      f.turn();
      assertEquals(2, f.recorders.size());
      for (var peer : List.of(one, two)) {
        assertEquals("FIN", peer.readToEnd());
        peer.channel.close();
      }
      assertCounts(2, 0, 0, 0, done(f, report));
    }
  }

  @Test
  void calledByAHandlerWhileMoreAreAccepted() throws IOException {
    try (EndingFixture f = fixture()) {
      Server[] server = new Server[1];
      CompletableFuture<?>[] report = new CompletableFuture<?>[1];
      f.script(
          r ->
              r.onOpen =
                  x -> {
                    if (report[0] == null) {
                      report[0] = server[0].shutdown(LONG);
                    }
                  });
      server[0] = f.server();
      f.turn();
      var peers =
          List.of(
              f.dial(server[0].addresses().get(0), 0),
              f.dial(server[0].addresses().get(0), 0),
              f.dial(server[0].addresses().get(0), 0));
      for (var peer : peers) {
        assertEquals("FIN", peer.readToEnd());
        peer.channel.close();
      }
      f.turnUntil("done", report[0]::isDone);
      assertCounts(3, 0, 0, 0, (ShutdownReport) report[0].join());
    }
  }

  @Test
  void anotherServerOfTheLoopGoesOn() throws IOException {
    try (EndingFixture f = fixture()) {
      Server first = f.server();
      Server second = f.server();
      f.connectTo(first).channel.close();
      f.script(r -> r.onData = (x, data) -> x.write(data));
      var stays = f.connectTo(second);
      ShutdownReport report = done(f, first.shutdown(LONG));
      assertTrue(report.idleClosed() <= 1);
      stays.send("still there").readUntil(11);
      assertNull(stays.recorder.record);
      f.connectTo(second);
    }
  }

  @Test
  void aLoopThatIsStoppedTellsEveryConnection() throws IOException {
    try (EndingFixture f = fixture()) {
      var idle = f.connect();
      var stuck = f.connect();
      long queued = f.fill(stuck.recorder);
      stuck.recorder.write(10, (r, ok) -> {});
      var lingering = f.connect();
      lingering.recorder.connection.close();
      f.turns(3);
      f.loop.stop();
      f.turn();
      assertTrue(f.loop.isStopped());
      for (var peer : List.of(idle, stuck, lingering)) {
        assertEquals(FailureKind.LOOP_STOPPED, peer.recorder.record.kind());
      }
      assertEquals(EndedBy.SHUTDOWN, idle.recorder.record.endedBy());
      assertEquals(EndedBy.US, lingering.recorder.record.endedBy());
      assertEquals(queued + 10, stuck.recorder.record.bytesUnsent());
      assertEquals(1, stuck.recorder.falses);
    }
  }
}
