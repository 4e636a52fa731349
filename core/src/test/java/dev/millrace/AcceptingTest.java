package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.failure.FailureKind;
import dev.millrace.guard.ExpectedLog;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

@Timeout(60)
class AcceptingTest {

  @Test
  void manyAtOnceTakeSeveralTurns() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      Server server = f.server(new LoopFixture.Recorder());
      for (int i = 0; i < 100; i++) {
        f.client(server);
      }
      f.loop.turn(0);
      assertEquals(64, server.stats().open());
      f.loop.turn(0);
      assertEquals(100, server.stats().open());
      assertEquals(100, server.stats().accepted());
    }
  }

  @Test
  @ExpectedLog(level = Level.WARN, containing = "connections rejected, cap reached")
  void rejectedAtTheCapAtOnceCountedAndToldOnce() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      Server server =
          f.server(
              Server.builder()
                  .timeouts(LoopFixture.noTimeouts())
                  .maxConnections(2)
                  .handler(() -> (c, data) -> c.write(data)));
      SocketChannel first = f.client(server);
      f.client(server);
      f.until("two", () -> server.stats().open() == 2);
      for (int i = 0; i < 5; i++) {
        SocketChannel refused = f.client(server);
        f.turns(2);
        assertEquals(-1, refused.read(ByteBuffer.allocate(1)));
      }
      assertEquals(5, server.stats().rejectedByCap());
      assertEquals(2, server.stats().accepted());
      assertEquals(List.of(), f.log.warnings());
      first.close();
      f.until("one gone", () -> server.stats().open() == 1);
      f.clock.moveMillis(6_000);
      SocketChannel served = f.client(server);
      served.write(ByteBuffer.wrap(new byte[] {9}));
      assertEquals(9, f.readFully(served, 1)[0]);
      assertEquals(
          List.of("connections rejected, cap reached lastedMs=0 count=5 kind=CONNECTION_CAP cap=2"),
          f.log.warnings());
    }
  }

  @Test
  void waitsAtTheCapAndIsServedWhenOneEnds() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      Server server =
          f.server(
              Server.builder()
                  .timeouts(LoopFixture.noTimeouts())
                  .maxConnections(1)
                  .capPolicy(CapPolicy.WAIT)
                  .handler(() -> (c, data) -> c.write(data)));
      SocketChannel first = f.client(server);
      f.until("one", () -> server.stats().open() == 1);
      SocketChannel second = f.client(server);
      second.write(ByteBuffer.wrap(new byte[] {5}));
      second.configureBlocking(false);
      f.turns(5);
      assertEquals(0, second.read(ByteBuffer.allocate(1)));
      // Waiting costs nothing: the listener is not ready again and again.
      assertFalse(f.loop.turn(0));
      first.close();
      assertEquals(5, f.readFully(second, 1)[0]);
      assertEquals(0, server.stats().rejectedByCap());
      assertEquals(1, server.stats().open());
    }
  }

  @Test
  @ExpectedLog(level = Level.WARN, containing = "cap for one address reached")
  void capForEachAddress() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      Server server =
          f.server(
              Server.builder()
                  .timeouts(LoopFixture.noTimeouts())
                  .maxConnectionsPerAddress(2)
                  .handler(LoopFixture.Recorder::new));
      SocketChannel a = from(f, server, "127.0.0.2");
      from(f, server, "127.0.0.2");
      from(f, server, "127.0.0.3");
      f.until("three", () -> server.stats().open() == 3);
      SocketChannel refused = from(f, server, "127.0.0.2");
      f.until("refused", () -> server.stats().rejectedByAddressCap() == 1);
      f.turn();
      assertEquals(-1, refused.read(ByteBuffer.allocate(1)));
      from(f, server, "127.0.0.3");
      f.until("four", () -> server.stats().open() == 4);
      a.close();
      f.until("three again", () -> server.stats().open() == 3);
      from(f, server, "127.0.0.2");
      f.until("four again", () -> server.stats().open() == 4);
      assertEquals(1, server.stats().rejectedByAddressCap());
    }
  }

  private static SocketChannel from(LoopFixture f, Server server, String address) throws Exception {
    SocketChannel client = f.closeLater(SocketChannel.open());
    client.bind(new InetSocketAddress(address, 0));
    client.connect(LoopFixture.loopback(server.port()));
    return client;
  }

  @Test
  @ExpectedLog(level = Level.ERROR, containing = "handler factory threw", atLeast = 3)
  void factoryThatFailsCostsThatConnectionOnly() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      List<String> todo = new ArrayList<>(List.of("throw", "error", "null"));
      Server server =
          f.server(
              Server.builder()
                  .maxConnectionsPerAddress(1)
                  .handler(
                      () -> {
                        switch (todo.isEmpty() ? "work" : todo.remove(0)) {
                          case "throw" -> throw new IllegalStateException("no handler today");
                          case "error" -> throw new StackOverflowError();
                          case "null" -> {
                            return null;
                          }
                          default -> {
                            return (c, data) -> c.write(data);
                          }
                        }
                      }));
      for (int i = 1; i <= 3; i++) {
        SocketChannel lost = f.client(server);
        int n = i;
        f.until("accepted", () -> server.stats().accepted() == n);
        f.turn();
        assertEquals(-1, lost.read(ByteBuffer.allocate(1)));
        assertEquals(0, server.stats().open());
      }
      assertEquals(3, f.log.errors().size());
      // With a cap of one per address this one would be refused if a count had not gone back.
      SocketChannel served = f.client(server);
      served.write(ByteBuffer.wrap(new byte[] {4}));
      assertEquals(4, f.readFully(served, 1)[0]);
    }
  }

  @Test
  void resetInTheBacklogIsAConnectionThatEndsWithAReset() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      Server server = f.server(recorder);
      SocketChannel client = f.client(server);
      client.write(ByteBuffer.wrap(new byte[5]));
      LoopFixture.resetOnClose(client);
      f.until("closed", () -> !recorder.records.isEmpty());
      assertEquals(FailureKind.ECONNRESET, recorder.record().kind());
      assertEquals(EndedBy.PEER, recorder.record().endedBy());
      assertEquals(5, recorder.record().bytesReceived());
      assertEquals(List.of("open", "data", "closed"), recorder.events);
      assertEquals(0, server.stats().open());
    }
  }

  @Test
  void listenerReadyWithNobodyInTheQueueIsMutedAndComesBack() throws Exception {
    try (LoopFixture f =
        new LoopFixture(new LoopFixture.Provider(), LoopFixture.options().withSpinLimit(16))) {
      Server server = f.server((c, data) -> c.write(data));
      List<Ready> listeners = new ArrayList<>();
      f.loop.forEach(listeners::add);
      Ready listener = listeners.get(0);
      // As the loop would, after a poll that said "ready" for a client that is gone again.
      for (int i = 0; i < 16; i++) {
        assertFalse(listener.ready(java.nio.channels.SelectionKey.OP_ACCEPT));
      }
      assertEquals("muted for 2000 ms", listener.spinning());
      SocketChannel client = f.client(server);
      client.write(ByteBuffer.wrap(new byte[] {3}));
      f.turns(5);
      assertEquals(0, server.stats().accepted());
      f.clock.moveMillis(2_010);
      assertEquals(3, f.readFully(client, 1)[0]);
    }
  }

  @Test
  void socketOptionsAreReallySet() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      SocketSettings settings =
          SocketSettings.defaults()
              .withKeepAlive(true)
              .withSendBufferBytes(20_000)
              .withReceiveBufferBytes(30_000);
      Server server =
          f.server(
              Server.builder()
                  .socketSettings(settings)
                  .timeouts(LoopFixture.noTimeouts())
                  .handler(LoopFixture.Recorder::new));
      f.client(server);
      f.until("open", () -> server.stats().open() == 1);
      List<SocketChannel> accepted = new ArrayList<>();
      f.loop.forEach(
          r -> {
            if (r instanceof Connection) {
              accepted.add((SocketChannel) r.key.channel());
            }
          });
      SocketChannel channel = accepted.get(0);
      assertTrue(channel.getOption(StandardSocketOptions.TCP_NODELAY));
      assertTrue(channel.getOption(StandardSocketOptions.SO_KEEPALIVE));
      assertEquals(20_000, channel.getOption(StandardSocketOptions.SO_SNDBUF));
      assertEquals(30_000, channel.getOption(StandardSocketOptions.SO_RCVBUF));
    }
  }

  @Test
  void defaultOptionsAreNoDelayAlone() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      Server server = f.server(recorder);
      f.client(server);
      f.until("open", () -> recorder.connection != null);
      SocketChannel channel = (SocketChannel) recorder.connection.key.channel();
      assertTrue(channel.getOption(StandardSocketOptions.TCP_NODELAY));
      assertFalse(channel.getOption(StandardSocketOptions.SO_KEEPALIVE));
      try (Server nagling =
          Server.builder()
              .socketSettings(SocketSettings.defaults().withNoDelay(false))
              .listen("127.0.0.1", 0)
              .loop(f.loop)
              .handler(() -> recorder)
              .start()) {
        Connection first = recorder.connection;
        f.closeLater(SocketChannel.open(LoopFixture.loopback(nagling.port())));
        f.until("open", () -> recorder.connection != first);
        SocketChannel other = (SocketChannel) recorder.connection.key.channel();
        assertFalse(other.getOption(StandardSocketOptions.TCP_NODELAY));
      }
    }
  }
}
