package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A loop over its budget stops in the middle of the kept messages of a connection. */
@Timeout(20)
class KeptMessageBehindALoopBudgetTest {
  private final List<Connection> open = new ArrayList<>();
  private int messages;

  private final ConnectionHandler handler =
      new ConnectionHandler() {
        @Override
        public void onOpen(Connection connection) {
          open.add(connection);
        }

        @Override
        public void onData(Connection connection, ByteBuffer data) {
          if (data.remaining() < 4) {
            return;
          }
          data.position(data.position() + 4);
          if (++messages == 1) {
            connection.write(ByteBuffer.allocate(100 << 10)); // more than can be staged
            HandTurned.hog(open.get(0));
          }
        }
      };

  @Test
  void theRestIsOfferedWhenTheBudgetHasRoom() throws Exception {
    try (HandTurned hand = new HandTurned(HandTurned.tightBudget())) {
      Server server = hand.serve(HandTurned.TIGHT, handler);
      hand.dial(server);
      hand.until(() -> open.size() == 1);
      SocketChannel peer = hand.dial(server);
      hand.until(() -> open.size() == 2);
      peer.write(HandTurned.bytes("aa"));
      hand.turns(3);
      peer.write(HandTurned.bytes("aabbbb"));
      hand.until(() -> messages == 1);
      hand.turns(3);
      assertEquals(1, messages);
      open.get(0).abort();
      hand.until(() -> messages == 2);
    }
  }
}
