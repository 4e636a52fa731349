package dev.millrace.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ShortReadsAndWritesTest {
  @Test
  void aReadMovesSoManyBytesAndTheRestComesLater() throws Exception {
    try (Loopback pair = new Loopback("short-read=1:3")) {
      pair.peerSends("abcdefgh");
      assertEquals("abc", pair.read(100));
      assertEquals("de", pair.read(2));
      assertEquals(SelectionKey.OP_READ, pair.awaitReady());
      assertEquals("fgh", pair.read(100));
      assertEquals("", pair.read(100));
    }
  }

  @Test
  void aScatteringReadEndsInTheMiddleOfABuffer() throws Exception {
    try (Loopback pair = new Loopback("short-read=1:5")) {
      pair.peerSends("abcdefgh");
      ByteBuffer[] buffers = {
        ByteBuffer.allocate(9),
        ByteBuffer.allocate(2),
        ByteBuffer.allocate(0),
        ByteBuffer.allocate(4),
        ByteBuffer.allocate(4)
      };
      assertEquals(5, pair.own.read(buffers, 1, 4));
      assertEquals(0, buffers[0].position());
      assertEquals("ab", Loopback.text(buffers[1].flip()));
      assertEquals(4, buffers[3].limit());
      assertEquals("cde", Loopback.text(buffers[3].flip()));
      assertEquals(0, buffers[4].position());
    }
  }

  @Test
  void aWriteTakesSoManyBytesFromWhereTheBufferStands() throws Exception {
    try (Loopback pair = new Loopback("short-write=1:3")) {
      ByteBuffer buffer = Loopback.bytes("abcdefgh");
      buffer.position(1);
      assertEquals(3, pair.own.write(buffer));
      assertEquals(8, buffer.limit());
      assertEquals(4, buffer.position());
      assertEquals("bcd", pair.peerReads());
      ByteBuffer[] gathered = {Loopback.bytes("ij"), Loopback.bytes(""), Loopback.bytes("klmn")};
      assertEquals(3, pair.own.write(gathered));
      assertEquals(3, gathered[2].remaining());
      assertEquals("ijk", pair.peerReads());
    }
  }

  @Test
  void aWriteMayTakeNothingAsIfTheSocketWereFull() throws Exception {
    try (Loopback pair = new Loopback("short-write=1:0")) {
      assertEquals(0, pair.write("abc"));
      pair.key.interestOps(SelectionKey.OP_WRITE);
      assertEquals(SelectionKey.OP_WRITE, pair.awaitReady());
      assertEquals(0, pair.write("abc"));
    }
  }

  @Test
  void aBlockingChannelMovesAByteAtLeast() throws Exception {
    try (Loopback pair = new Loopback("short-read=1:0 short-write=1:0")) {
      pair.peerSends("abc");
      pair.key.cancel();
      // The key is still in the selector, but no longer in the way, as with the platform's.
      pair.own.configureBlocking(true);
      assertEquals("a", pair.read(10));
      assertEquals(1, pair.write("xyz"));
      assertEquals("x", pair.peerReads());
    }
  }

  @Test
  void aShareOfTheReadsIsShort() throws Exception {
    try (Loopback pair = new Loopback("seed=7 short-read=0.5:1")) {
      int shortReads = 0;
      for (int i = 0; i < 1_000; i++) {
        pair.peerSends("ab");
        if (pair.read(10).length() == 1) {
          shortReads++;
          assertTrue(pair.read(1).length() == 1);
        }
      }
      // Each short read is followed by one of a single byte, whose own throw shows nothing.
      assertTrue(shortReads > 400 && shortReads < 600, shortReads + " of 1000");
    }
  }
}
