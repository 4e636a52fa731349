package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The borrowed view is the handler's until its callback returns, also after a close in it. */
@Timeout(20)
class CloseThenForwardKeptInputTest {
  private final List<Connection> open = new ArrayList<>();

  private final ConnectionHandler handler =
      new ConnectionHandler() {
        @Override
        public void onOpen(Connection connection) {
          open.add(connection);
        }

        @Override
        public void onData(Connection connection, ByteBuffer data) {
          if (data.remaining() < 8) {
            return;
          }
          connection.close();
          Connection other = open.get(0);
          other.write(HandTurned.bytes("HEAD"));
          other.write(data);
        }
      };

  @Test
  void theOtherConnectionGetsTheseBytes() throws Exception {
    try (HandTurned hand = new HandTurned(HandTurned.tightBudget())) {
      Server server = hand.serve(HandTurned.TIGHT, handler);
      SocketChannel target = hand.dial(server);
      hand.until(() -> open.size() == 1);
      SocketChannel source = hand.dial(server);
      hand.until(() -> open.size() == 2);
      source.write(HandTurned.bytes("abc"));
      hand.turns(3);
      source.write(HandTurned.bytes("defgh"));
      assertEquals("HEADabcdefgh", hand.read(target, 12));
    }
  }
}
