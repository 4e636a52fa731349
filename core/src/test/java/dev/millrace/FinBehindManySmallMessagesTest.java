package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Kept messages wait for the next turn because a budget is used up, and the FIN is there. */
@Timeout(20)
class FinBehindManySmallMessagesTest {
  private static final int MESSAGES = 20_000;

  private int consumed;
  private int unconsumed = -1;

  private final ConnectionHandler handler =
      new ConnectionHandler() {
        @Override
        public void onData(Connection connection, ByteBuffer data) {
          consumed++;
          connection.write(HandTurned.bytes(String.valueOf((char) data.get())));
        }

        @Override
        public void onInputEnd(Connection connection, int left) {
          unconsumed = left;
          connection.close();
        }
      };

  @Test
  void everyMessageIsOfferedBeforeTheInputEnds() throws Exception {
    try (HandTurned hand = new HandTurned(HandTurned.options())) {
      Server server =
          Server.builder()
              .loop(hand.loop)
              .listen("127.0.0.1", 0)
              .limits(Limits.defaults().withWriteBudgetBytes(1))
              .handler(() -> handler)
              .start();
      SocketChannel peer = SocketChannel.open();
      try (peer) {
        peer.connect(server.addresses().get(0));
        peer.write(ByteBuffer.allocate(MESSAGES));
        peer.shutdownOutput();
        hand.until(() -> unconsumed >= 0);
        assertEquals(0, unconsumed);
        assertEquals(MESSAGES, consumed);
      }
    }
  }
}
