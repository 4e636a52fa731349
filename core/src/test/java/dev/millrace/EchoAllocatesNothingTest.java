package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * In steady state an echo costs no garbage: measured on the thread that drives the loop.
 *
 * <p>Beware: the JDK's epoll selector finds a key by the boxed number of its descriptor, which is
 * 16 bytes for each ready key whose number is above 127 (or above {@code -XX:AutoBoxCacheMax}). So
 * this holds for us, and for the JDK only with few descriptors open; a test elsewhere that leaks
 * them shows here as 16 bytes an echo.
 */
@Timeout(120)
class EchoAllocatesNothingTest {
  private static final int WARM_UP = 30_000;
  private static final int MEASURED = 20_000;

  /** As in production: the checked mode makes a view for each callback. */
  private static final LoopOptions OPTIONS = ReadWriteFixture.OPTIONS.withChecked(false);

  /** What {@link #allocatedBytes} allocates itself: its result is boxed. Far less than a round. */
  private long overhead;

  private final Object threads;
  private final Method read;

  /**
   * By reflection, because the module that these tests are compiled into does not read the
   * management modules, and the library has no use for them.
   */
  EchoAllocatesNothingTest() throws ReflectiveOperationException {
    threads =
        Class.forName("java.lang.management.ManagementFactory")
            .getMethod("getThreadMXBean")
            .invoke(null);
    read =
        Class.forName("com.sun.management.ThreadMXBean")
            .getMethod("getCurrentThreadAllocatedBytes");
    for (int i = 0; i < 1000; i++) {
      long before = allocatedBytes();
      overhead = allocatedBytes() - before; // the first ones cost more, so the last one counts
    }
  }

  private long allocatedBytes() {
    try {
      return (long) read.invoke(threads);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  private void measure(int times, int warmUp, Runnable round) {
    for (int i = 0; i < warmUp; i++) {
      round.run();
    }
    // The least of a few, because code that is compiled anew meanwhile allocates once in this
    // thread; what an echo allocates is in every one of them.
    long least = Long.MAX_VALUE;
    for (int n = 0; n < 5 && least > overhead; n++) {
      long before = allocatedBytes();
      for (int i = 0; i < times; i++) {
        round.run();
      }
      least = Math.min(least, allocatedBytes() - before);
    }
    assertTrue(least <= overhead, least + " bytes allocated by " + times + " rounds");
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
