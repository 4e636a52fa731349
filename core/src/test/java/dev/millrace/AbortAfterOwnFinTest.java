package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Our FIN is out already, and then the connection is reset, by us or by the peer. */
@Timeout(60)
class AbortAfterOwnFinTest {
  @Test
  void ourResetReachesAPeerThatHasSeenOurFin() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      var peer = f.connect();
      peer.recorder.connection.shutdownOutput();
      assertEquals("FIN", peer.readToEnd());
      assertEquals(ConnectionState.OPEN_ENDED, peer.recorder.connection.state());
      peer.recorder.connection.abort();
      CloseRecord record = peer.record();
      assertEquals(EndedBy.US, record.endedBy());
      assertEquals(ConnectionState.OPEN_ENDED, record.state());
      f.turns(2);
      // After a plain close the first write would be taken, and only answered by a reset.
      assertThrows(IOException.class, () -> peer.channel.write(ByteBuffer.allocate(1)));
    }
  }

  @Test
  void thePeersResetBehindOurFinIsNoCleanEnd() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      var peer = f.connect();
      peer.recorder.connection.shutdownOutput();
      assertEquals("FIN", peer.readToEnd());
      peer.rst();
      CloseRecord record = peer.record();
      assertEquals(EndedBy.PEER, record.endedBy());
      assertEquals(dev.millrace.failure.FailureKind.ECONNRESET, record.kind());
    }
  }
}
