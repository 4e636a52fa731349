package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One who has no end of output writes what there is room for, and goes on when told. */
@Timeout(60)
class ProducerFillsTheRoomTest {
  private static final int TOTAL = 20 << 20;

  /** Writes while there is room, in pieces of a size that doesn't divide anything. */
  private static void produce(EndingFixture.Recorder r, long[] left, long[] most) {
    int n;
    while (left[0] > 0 && (n = r.connection.room()) > 0) {
      int piece = (int) Math.min(left[0], Math.min(n, 10_007));
      assertEquals(WriteResult.ACCEPTED, r.write(ByteBuffer.allocate(piece)));
      left[0] -= piece;
      most[0] = Math.max(most[0], r.connection.queuedBytes());
    }
    if (left[0] == 0) {
      r.connection.close();
    }
  }

  @Test
  void allOfItArrivesAndNoMoreThanHighWaterIsEverHeld() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      long[] left = {TOTAL};
      long[] most = new long[1];
      f.script(
          r -> {
            r.onOpen = x -> produce(x, left, most);
            r.onWritable = x -> produce(x, left, most);
          });
      var peer = f.connect();
      assertEquals("FIN", peer.readToEnd());
      assertEquals(TOTAL, peer.got.size());
      assertTrue(most[0] > 0 && most[0] <= f.limits.highWaterBytes(), "held " + most[0]);
    }
  }

  @Test
  void producerThatMeetsNoKernelLimitIsToldAgainWithoutWaiting() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      long[] left = {f.limits.highWaterBytes() * 3L};
      long[] most = new long[1];
      int[] times = new int[1];
      f.script(
          r -> {
            r.onOpen = x -> produce(x, left, most);
            r.onWritable =
                x -> {
                  times[0]++;
                  produce(x, left, most);
                };
          });
      var peer = f.connect();
      assertEquals("FIN", peer.readToEnd());
      assertTrue(times[0] >= 2, "told " + times[0] + " times");
    }
  }

  @Test
  void stuckProducerIsToldOnceAndWithoutASpin() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      long[] left = {Long.MAX_VALUE};
      long[] most = new long[1];
      f.script(
          r -> {
            r.onOpen = x -> produce(x, left, most);
            r.onWritable = x -> produce(x, left, most);
          });
      var peer = f.connect();
      f.turns(500);
      long told = peer.recorder.events.stream().filter("onWritable"::equals).count();
      f.turns(500);
      assertEquals(
          told,
          peer.recorder.events.stream().filter("onWritable"::equals).count(),
          "nothing has moved since");
      // The kernel may take a little more yet; so much that somebody has to be told it has not.
      int untold = f.limits.highWaterBytes() - f.limits.lowWaterBytes();
      assertTrue(peer.recorder.connection.room() < untold, () -> "room for so many: " + untold);
      peer.recorder.connection.abort();
      assertEquals(0, peer.recorder.connection.room(), "over");
    }
  }

  @Test
  void roomOfADirectionThatHasEndedIsNone() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      var peer = f.connect();
      assertEquals(f.limits.highWaterBytes(), peer.recorder.connection.room());
      peer.recorder.connection.shutdownOutput();
      assertEquals(0, peer.recorder.connection.room());
      f.turns(3);
      assertTrue(!peer.recorder.events.contains("onWritable"), "promised nothing");
    }
  }
}
