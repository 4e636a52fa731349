package dev.millrace.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every byte of a stream arrives once and in its place, whatever the sizes of queues, writes and
 * reads: through the ring's end, and while it grows.
 */
@Timeout(120)
class RandomChunksThroughAFlowTest {
  @Test
  void byteForByte() throws Exception {
    long first = Long.getLong("millrace.seed", System.nanoTime());
    int count = Long.getLong("millrace.seed") != null ? 1 : 300;
    for (long seed = first; seed < first + count; seed++) {
      try {
        transfer(seed);
      } catch (AssertionError e) {
        throw new AssertionError("-Dmillrace.seed=" + seed, e);
      }
    }
  }

  private static int size(Random random) {
    return 1 + random.nextInt(1 << (1 + random.nextInt(17)));
  }

  private static void transfer(long seed) throws Exception {
    Random random = new Random(seed);
    SimPair pair = new SimPair(seed);
    int sendBytes = size(random);
    int receiveBytes = size(random);
    pair.clientHost.buffers(sendBytes, size(random));
    pair.serverHost.buffers(size(random), receiveBytes);
    pair.connect();
    int biggest = size(random);
    long total = 20L * Math.max(1_000, Math.min(sendBytes, biggest));
    long sent = 0;
    long received = 0;
    boolean ended = false;
    int fruitless = 0;
    while (true) {
      if (sent < total && random.nextInt(3) > 0) {
        int n = (int) Math.min(total - sent, 1 + random.nextInt(biggest));
        int taken = pair.client.write(SimPair.pattern(sent, n));
        assertTrue(taken >= 0 && taken <= n);
        sent += taken;
        assertTrue(
            sent - received <= (long) sendBytes + receiveBytes, "more than both queues hold");
      } else if (sent == total && !ended) {
        pair.client.shutdownOutput();
        ended = true;
      }
      if (random.nextBoolean()) {
        pair.world.advance(pair.world.nowNanos() + 1_000);
      } else {
        pair.settle();
      }
      int n = SimPair.read(pair.accepted, received, 1 + random.nextInt(biggest));
      if (n < 0) {
        break;
      }
      received += n;
      fruitless = n > 0 ? 0 : fruitless + 1;
      assertTrue(fruitless < 1_000, "stuck at " + received + " of " + total);
    }
    assertEquals(total, sent);
    assertEquals(total, received);
  }
}
