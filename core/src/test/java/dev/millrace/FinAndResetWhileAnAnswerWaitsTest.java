package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The FIN is read and the write of the waiting answer fails, both in one event. */
@Timeout(20)
class FinAndResetWhileAnAnswerWaitsTest {
  private int opened;
  private int inputEndedAfterClosed;
  private int closed;

  private final ConnectionHandler handler =
      new ConnectionHandler() {
        @Override
        public void onOpen(Connection connection) {
          opened++;
          connection.write(ByteBuffer.allocate(100 << 10)); // below high water: reading goes on
        }

        @Override
        public void onData(Connection connection, ByteBuffer data) {}

        @Override
        public void onInputEnd(Connection connection, int unconsumed) {
          inputEndedAfterClosed += closed;
        }

        @Override
        public void onClosed(Connection connection, CloseRecord record) {
          closed++;
        }
      };

  @Test
  void endsOnce() throws Exception {
    try (HandTurned hand = new HandTurned(HandTurned.options())) {
      Server server = hand.serve(HandTurned.TIGHT, handler);
      SocketChannel peer = hand.dial(server);
      hand.until(() -> opened == 1);
      hand.turns(5);
      peer.shutdownOutput();
      peer.setOption(StandardSocketOptions.SO_LINGER, 0);
      peer.close();
      hand.until(() -> closed > 0);
      hand.turns(5);
      assertEquals(1, closed);
      assertEquals(0, inputEndedAfterClosed);
      assertEquals(0, server.stats().open());
    }
  }
}
