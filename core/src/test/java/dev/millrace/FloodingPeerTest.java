package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One peer sends as fast as it can; another asks for little. */
@Timeout(60)
class FloodingPeerTest {
  @Test
  void theOtherIsServedInTheSameTurn() throws Exception {
    long[] most = new long[1];
    long[] read = new long[1];
    int readBuffer = ReadWriteFixture.OPTIONS.readBufferBytes();
    Limits limits = Limits.defaults();
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair flood =
          f.open(
              limits,
              (c, data) -> {
                read[0] += data.remaining();
                data.position(data.limit());
              });
      ReadWriteFixture.Pair other = f.open(limits, (c, data) -> c.write(data));
      ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
      long sent = 0;
      for (int i = 0; i < 200; i++) {
        int n;
        do {
          n = flood.peer.send(zeros.clear());
          sent += n;
        } while (n > 0);
        other.peer.send(ReadWriteFixture.bytes(i, 1));
        long before = read[0];
        f.loop.turn(1_000_000);
        most[0] = Math.max(most[0], read[0] - before);
        assertTrue(other.peer.has(i + 1), "served in the turn in which it asked, round " + i);
      }
      assertTrue(most[0] < limits.readBudgetBytes() + readBuffer, "read in one turn: " + most[0]);
      assertTrue(most[0] >= limits.readBudgetBytes(), "it did flood: " + most[0]);
      long total = sent;
      f.until("all of it is read", () -> read[0] == total);
      assertEquals(sent, read[0]);
    }
  }
}
