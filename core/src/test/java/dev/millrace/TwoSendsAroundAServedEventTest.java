package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The connection is served between two sends, and the loop's task queue still holds the sender's
 * node from the first: pushed again it would lose its link, and with it the tasks below.
 */
@Timeout(20)
class TwoSendsAroundAServedEventTest {
  private int tasks;

  @Test
  void noTaskIsLost() throws Exception {
    try (HandTurned hand = new HandTurned(HandTurned.options())) {
      Server server =
          hand.serve(
              HandTurned.TIGHT,
              (connection, data) -> {
                data.position(data.limit());
                connection.loop().execute(() -> tasks++);
                connection.sender().send(HandTurned.bytes("one "));
                connection.write(
                    HandTurned.bytes("zero "),
                    (same, handed) -> same.sender().send(HandTurned.bytes("two ")));
              });
      SocketChannel peer = hand.dial(server);
      peer.write(ByteBuffer.allocate(1));
      assertEquals("zero one two ", hand.read(peer, 13));
      assertEquals(1, tasks);
    }
  }
}
