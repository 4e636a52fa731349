package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What was refused does not fit, although the queue is below the low water mark. */
@Timeout(20)
class RefusedWriteNeedsAnEmptyQueueTest {
  private Connection connection;
  private int writable;
  private WriteResult last = WriteResult.ACCEPTED;

  private final ConnectionHandler handler =
      new ConnectionHandler() {
        @Override
        public void onOpen(Connection opened) {
          connection = opened;
        }

        @Override
        public void onData(Connection same, ByteBuffer data) {}

        @Override
        public void onWritable(Connection same) {
          writable++;
          if (last == WriteResult.FULL) {
            last = same.write(ByteBuffer.allocate(250 << 10));
          }
        }
      };

  @Test
  void onWritableWaitsUntilItFits() throws Exception {
    try (HandTurned hand = new HandTurned(HandTurned.options())) {
      Server server = hand.serve(HandTurned.TIGHT, handler);
      SocketChannel peer = hand.dial(server);
      hand.until(() -> connection != null);
      assertEquals(WriteResult.ACCEPTED, connection.write(ByteBuffer.allocate(60 << 10)));
      last = connection.write(ByteBuffer.allocate(250 << 10));
      assertEquals(WriteResult.FULL, last);
      hand.turns(5);
      assertEquals(0, writable, "asked to try again although nothing has changed");
      assertEquals(310 << 10, hand.read(peer, 310 << 10).length());
      assertEquals(WriteResult.ACCEPTED, last);
    }
  }
}
