package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A peer sends a byte as urgent, which nobody uses and everybody can send. It is kept out of the
 * stream by the kernel (SO_OOBINLINE is off), and it must not make the loop turn for nothing.
 */
@Timeout(60)
class UrgentDataTest {
  @Test
  void isNotInTheStreamAndNoReasonToTurn() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      var peer = f.connect();
      peer.send("before");
      Socket socket = peer.channel.socket();
      peer.channel.configureBlocking(true); // the adaptor asks for it
      socket.sendUrgentData('!');
      f.turnUntil("what came before", () -> peer.recorder.text().equals("before"));
      f.turns(3);
      // All is read, and the urgent byte still lies there: a ready channel would end this at once.
      assertFalse(f.loop.turn(1_000_000), "the urgent byte woke the loop");
      peer.channel.write(
          ByteBuffer.wrap("after".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
      f.turnUntil("what comes behind", () -> peer.recorder.text().equals("beforeafter"));
      peer.channel.shutdownOutput();
      CloseRecord record = peer.record();
      assertEquals(11, record.bytesReceived());
      assertEquals(EndedBy.PEER, record.endedBy());
    }
  }
}
