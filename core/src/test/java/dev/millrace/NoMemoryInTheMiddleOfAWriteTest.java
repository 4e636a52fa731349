package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.guard.ExpectedLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.Level;

/** The source of buffers has none left while a write is being taken. */
@Timeout(20)
class NoMemoryInTheMiddleOfAWriteTest {
  private int left = Integer.MAX_VALUE;
  private Connection opened;
  private final List<CloseRecord> closed = new ArrayList<>();

  private ByteBuffer source(int bytes) {
    if (left-- <= 0) {
      throw new OutOfMemoryError("no buffer in this test");
    }
    return ByteBuffer.allocateDirect(bytes);
  }

  private HandTurned hand() throws IOException {
    return new HandTurned(
        HandTurned.options().withPooledBytes(0).withChunkBytes(4 << 10).withBuffers(this::source));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 5})
  void allOfItIsTakenOrNothing(int chunks) throws Exception {
    try (HandTurned hand = hand()) {
      Server server =
          hand.serve(
              HandTurned.TIGHT,
              (connection, data) -> {
                connection.write(HandTurned.bytes("head "));
                left = chunks;
                assertThrows(
                    OutOfMemoryError.class, () -> connection.write(ByteBuffer.allocate(100 << 10)));
                left = Integer.MAX_VALUE;
                connection.write(HandTurned.bytes("tail"));
                connection.close();
              });
      SocketChannel peer = hand.dial(server);
      peer.write(ByteBuffer.allocate(1));
      assertEquals("head tail", hand.readToEnd(peer));
      assertEquals(0, hand.loop.memory.pool.lentBytes());
      assertEquals(0, hand.loop.memory.heldBytes());
    }
  }

  @Test
  @ExpectedLog(level = Level.ERROR, containing = "fault in the machine")
  void aFaultInTheFirstEventEndsTheConnectionOnce() throws Exception {
    try (HandTurned hand = hand()) {
      Server server =
          hand.serve(
              HandTurned.TIGHT,
              new ConnectionHandler() {
                @Override
                public void onOpen(Connection connection) {
                  opened = connection;
                  connection.write(ByteBuffer.allocate(64 << 10)); // more than the kernel takes
                  left = 0;
                }

                @Override
                public void onData(Connection connection, ByteBuffer data) {}

                @Override
                public void onClosed(Connection connection, CloseRecord record) {
                  closed.add(record);
                }
              });
      SocketChannel peer = hand.dial(server);
      hand.until(() -> opened != null);
      left = Integer.MAX_VALUE;
      hand.turns(3);
      assertEquals(1, closed.size());
      assertEquals(0, server.stats().open());
      assertEquals(0, hand.loop.memory.eventOf);
      assertThrows(IOException.class, () -> hand.readToEnd(peer));
    }
  }
}
