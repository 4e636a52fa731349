package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.failure.FailureKind;
import dev.millrace.guard.ExpectedLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

/** What somebody learns of a server's connections who has none of the handlers. */
@Timeout(60)
class WatchingAServerTest {
  private final List<CloseRecord> records = new ArrayList<>();
  private final List<String> told = new ArrayList<>();

  private Server.Builder builder(LoopFixture f) {
    return Server.builder()
        .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .loop(f.loop)
        .handler(() -> (connection, data) -> connection.write(data));
  }

  @Test
  void eachEndIsToldAfterTheHandlerHeardOfIt() throws IOException {
    try (LoopFixture f = new LoopFixture()) {
      LoopFixture.Recorder recorder =
          new LoopFixture.Recorder() {
            @Override
            public void onClosed(Connection connection, CloseRecord record) {
              told.add("handler");
              super.onClosed(connection, record);
            }
          };
      Server server =
          builder(f)
              .handler(() -> recorder)
              .recordListener(
                  record -> {
                    told.add("listener");
                    records.add(record);
                  })
              .start();
      SocketChannel client = f.client(server);
      client.setOption(java.net.StandardSocketOptions.SO_LINGER, 0);
      f.until("open", () -> recorder.connection != null);
      client.close();
      f.until("over", () -> records.size() == 1);
      assertEquals(List.of("handler", "listener"), told);
      assertEquals(FailureKind.ECONNRESET, records.get(0).kind());
    }
  }

  @Test
  @ExpectedLog(level = Level.ERROR, containing = "record listener threw")
  void listenerThatThrowsIsNamedAndChangesNothing() throws IOException {
    try (LoopFixture f = new LoopFixture()) {
      Server server =
          builder(f)
              .recordListener(
                  record -> {
                    throw new IllegalStateException("on purpose");
                  })
              .start();
      f.client(server).close();
      f.until("one came and went", () -> server.stats().accepted() == 1 && open(server) == 0);
      SocketChannel next = f.client(server);
      next.write(HandTurned.bytes("served"));
      assertEquals(6, f.readFully(next, 6).length);
    }
  }

  private static int open(Server server) {
    return server.stats().open();
  }

  @Test
  void theConnectionsThatAreThereAndTheirBytes() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      Server server = builder(f).start();
      Server other = builder(f).start();
      SocketChannel client = f.client(server);
      f.client(other);
      client.write(HandTurned.bytes("four"));
      assertEquals(4, f.readFully(client, 4).length);
      List<String> seen = new ArrayList<>();
      server.forEachConnection(
          c ->
              seen.add(c.state() + " in=" + c.bytesReceived() + " out=" + c.bytesHandedToKernel()));
      assertEquals(List.of("OPEN in=4 out=4"), seen, "and not those of the other server");
      CompletableFuture<Void> stranger =
          CompletableFuture.runAsync(() -> server.forEachConnection(c -> {}));
      Exception thrown = assertThrows(ExecutionException.class, stranger::get);
      assertInstanceOf(IllegalStateException.class, thrown.getCause());
    }
  }

  @Test
  void transitionsAreCountedOnce() throws IOException {
    try (LoopFixture f = new LoopFixture()) {
      Server server = builder(f).recordListener(records::add).start();
      SocketChannel client = f.client(server);
      client.shutdownOutput();
      f.until("over", () -> records.size() == 1);
      assertEquals(1, f.loop.transitions(ConnectionState.OPEN, ConnectionState.ENDED_OPEN));
      assertEquals(
          1, f.loop.transitions(ConnectionState.ENDED_OPEN, ConnectionState.ENDED_DRAINING));
      assertEquals(1, f.loop.transitions(ConnectionState.ENDED_DRAINING, ConnectionState.CLOSED));
      long all = 0;
      for (ConnectionState from : ConnectionState.values()) {
        for (ConnectionState to : ConnectionState.values()) {
          all += f.loop.transitions(from, to);
        }
      }
      assertEquals(3, all);
    }
  }
}
