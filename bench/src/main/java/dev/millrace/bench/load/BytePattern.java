package dev.millrace.bench.load;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * Bytes without a rhythm, repeated without end. What is sent begins at another place in it for each
 * connection or key, so bytes of another one, and bytes that moved, do not fit.
 *
 * <p>Thread rule: any thread; a {@link View} for one.
 */
final class BytePattern {
  /**
   * Bytes after which the pattern repeats. It is a prime, so messages of any other size lie at
   * another phase each: two of them that were swapped are not equal.
   */
  static final int PERIOD = 65_521;

  /** How much is put or compared at a time; the pattern is stored so much longer. */
  static final int STRETCH = 16 * 1024;

  /** The golden section of the period: neighbours, and their neighbours, begin far apart. */
  private static final int STRIDE = 40_493;

  private final ByteBuffer bytes = ByteBuffer.allocateDirect(PERIOD + STRETCH);

  BytePattern(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int first = random.nextInt(256);
    int last = first;
    bytes.put(0, (byte) first);
    for (int i = 1; i < PERIOD; i++) {
      last = anyBut(last, i == PERIOD - 1 ? first : last, random);
      bytes.put(i, (byte) last);
    }
    for (int i = 0; i < STRETCH; i++) {
      bytes.put(PERIOD + i, bytes.get(i));
    }
  }

  /** Neighbours differ, so a byte that is lost or doubled is seen at once, not by chance. */
  private static int anyBut(int one, int other, SplittableRandom random) {
    int drawn = random.nextInt(256);
    while (drawn == one || drawn == other) {
      drawn = random.nextInt(256);
    }
    return drawn;
  }

  /**
   * Where something begins.
   *
   * @param number of a connection, or of a key
   */
  static int begin(long number) {
    return (int) Math.floorMod(number * STRIDE, (long) PERIOD);
  }

  /**
   * The byte at a position.
   *
   * @param position 0 and above
   */
  byte at(long position) {
    return bytes.get((int) (position % PERIOD));
  }

  /**
   * Puts a stretch of it.
   *
   * @param position of its first byte
   * @param n how many bytes, for which there is room
   */
  void put(long position, int n, ByteBuffer out) {
    long next = position;
    int left = n;
    while (left > 0) {
      int stretch = Math.min(left, STRETCH);
      out.put(out.position(), bytes, (int) (next % PERIOD), stretch);
      out.position(out.position() + stretch);
      next += stretch;
      left -= stretch;
    }
  }

  View view() {
    return new View();
  }

  /** Compares with the pattern. */
  final class View {
    private final Expected expected = new Expected(bytes);

    /**
     * Takes bytes as long as they fit.
     *
     * @param position of the first one
     * @param n how many to take at the most, which are there
     * @return how many were taken: {@code n}, unless the next one is wrong
     */
    int take(long position, int n, ByteBuffer in) {
      int taken = 0;
      while (taken < n) {
        int stretch = Math.min(n - taken, STRETCH);
        int right = expected.take((int) ((position + taken) % PERIOD), stretch, in);
        taken += right;
        if (right < stretch) {
          return taken;
        }
      }
      return taken;
    }
  }
}
