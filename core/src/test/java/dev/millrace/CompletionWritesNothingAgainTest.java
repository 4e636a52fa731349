package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** An empty write is complete at once; its completion writes an empty buffer again, for ever. */
@Timeout(value = 20, threadMode = ThreadMode.SEPARATE_THREAD)
class CompletionWritesNothingAgainTest {
  private int told;
  private int other;

  private void again(Connection connection) {
    connection.write(
        ByteBuffer.allocate(0),
        (same, handed) -> {
          told++;
          if (handed) {
            again(same);
          }
        });
  }

  @Test
  void othersAreServed() throws Exception {
    try (HandTurned hand = new HandTurned(HandTurned.options())) {
      Server server =
          hand.serve(
              HandTurned.TIGHT,
              (connection, data) -> {
                if (data.get() == 'x') {
                  again(connection);
                } else {
                  other++;
                }
              });
      SocketChannel peer = hand.dial(server);
      SocketChannel otherPeer = hand.dial(server);
      peer.write(HandTurned.bytes("x"));
      hand.until(() -> told > 0);
      otherPeer.write(HandTurned.bytes("y"));
      hand.until(() -> other == 1);
      assertTrue(told > 1);
    }
  }
}
