package dev.millrace.bench.load;

import java.nio.ByteBuffer;

/**
 * Bytes that have to come.
 *
 * <p>Thread rule: one thread.
 */
final class Expected {
  private final ByteBuffer bytes;

  /**
   * Some bytes.
   *
   * @param bytes are not copied; position and limit stay as they are
   */
  Expected(ByteBuffer bytes) {
    this.bytes = bytes.duplicate();
  }

  /**
   * Takes bytes as long as they are as expected.
   *
   * @param at where the first one is among those expected
   * @param n how many to take at the most, which are there on both sides
   * @return how many were taken: {@code n}, unless the next one is wrong
   */
  int take(int at, int n, ByteBuffer in) {
    int limit = in.limit();
    bytes.limit(at + n).position(at);
    in.limit(in.position() + n);
    int wrong = in.mismatch(bytes);
    in.limit(limit);
    int taken = wrong < 0 ? n : wrong;
    in.position(in.position() + taken);
    return taken;
  }
}
