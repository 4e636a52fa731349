package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In steady state an echo costs no garbage: measured on the thread that drives the loop. */
@Timeout(120)
class EchoAllocatesNothingTest {
  private static final int WARM_UP = 30_000;
  private static final int MEASURED = 20_000;

  /** As in production: the checked mode makes a view for each callback. */
  private static final LoopOptions OPTIONS = ReadWriteFixture.OPTIONS.withChecked(false);

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private void measure(int times, int warmUp, Runnable round) {
    for (int i = 0; i < warmUp; i++) {
      round.run();
    }
    threads.getCurrentThreadAllocatedBytes(); // its own first call may allocate
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < times; i++) {
      round.run();
    }
    assertEquals(0, threads.getCurrentThreadAllocatedBytes() - before, "bytes allocated");
  }

  private void echo(int size) throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture(OPTIONS)) {
      f.plain = true;
      ReadWriteFixture.Pair pair = f.open(Limits.defaults(), (c, data) -> c.write(data));
      ByteBuffer out = ReadWriteFixture.directBytes(0, size);
      ByteBuffer in = ByteBuffer.allocateDirect(size);
      measure(
          MEASURED,
          WARM_UP,
          () -> {
            try {
              out.clear();
              in.clear();
              for (int n = 0; in.hasRemaining(); n++) {
                assertTrue(n < 1000);
                if (out.hasRemaining()) {
                  pair.peer.channel.write(out);
                }
                f.nowNanos += 50_000;
                f.loop.turn(0);
                pair.peer.channel.read(in);
              }
            } catch (java.io.IOException e) {
              throw new AssertionError(e);
            }
          });
    }
  }

  @Test
  void small() throws Exception {
    echo(64);
  }

  @Test
  void large() throws Exception {
    echo(16 << 10);
  }

  @Test
  void queuedAndDrainedAgainAndAgain() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture(OPTIONS)) {
      f.plain = true;
      int[] writable = new int[1];
      long[] most = new long[1];
      ReadWriteFixture.Pair pair =
          f.open(
              Limits.defaults(),
              new ConnectionHandler() {
                @Override
                public void onData(Connection c, ByteBuffer data) {
                  c.write(data);
                  most[0] = Math.max(most[0], c.queuedBytes());
                }

                @Override
                public void onWritable(Connection c) {
                  writable[0]++;
                }
              },
              4096,
              4096);
      int size = 256 << 10;
      ByteBuffer out = ReadWriteFixture.directBytes(0, size);
      ByteBuffer in = ByteBuffer.allocateDirect(size);
      measure(
          200,
          500,
          () -> {
            try {
              out.clear();
              in.clear();
              for (int n = 0; in.hasRemaining(); n++) {
                assertTrue(n < 100_000);
                int sent = 0;
                if (out.hasRemaining()) {
                  sent = pair.peer.channel.write(out);
                }
                f.nowNanos += 50_000;
                f.loop.turn(0);
                if (sent == 0) {
                  // Reads only when it can send no more: so our queue fills before it drains.
                  pair.peer.channel.read(in);
                }
              }
            } catch (java.io.IOException e) {
              throw new AssertionError(e);
            }
          });
      assertTrue(writable[0] > 100, "above high water and back, times " + writable[0]);
      assertTrue(most[0] > Limits.defaults().highWaterBytes());
    }
  }

  @Test
  void withACompletionEach() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture(OPTIONS)) {
      f.plain = true;
      long[] done = new long[1];
      WriteCompletion completion = (c, handed) -> done[0]++;
      ReadWriteFixture.Pair pair =
          f.open(Limits.defaults(), (c, data) -> c.write(data, completion));
      ByteBuffer out = ReadWriteFixture.directBytes(0, 64);
      ByteBuffer in = ByteBuffer.allocateDirect(64);
      measure(
          MEASURED,
          WARM_UP,
          () -> {
            try {
              pair.peer.channel.write(out.clear());
              in.clear();
              while (in.hasRemaining()) {
                f.loop.turn(0);
                pair.peer.channel.read(in);
              }
            } catch (java.io.IOException e) {
              throw new AssertionError(e);
            }
          });
      assertTrue(done[0] >= MEASURED);
    }
  }
}
