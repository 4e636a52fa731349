package dev.millrace.sim;

import java.nio.ByteBuffer;

/**
 * An endless sequence of bytes, told by a key: byte n can be computed by itself, so that a receiver
 * can check each byte without anything having been stored. Sequences of different keys differ soon,
 * and none repeats itself within 64 KiB.
 */
public final class BytePattern {
  private BytePattern() {}

  /**
   * One byte.
   *
   * @param key which sequence
   * @param position which byte, from 0
   * @return the byte
   */
  public static byte at(long key, long position) {
    return (byte) (position * 31 + (position >>> 8) * 17 + key * 101 + (key >>> 8));
  }

  /**
   * Puts a part of a sequence into a buffer.
   *
   * @param target gets the bytes, at its position
   * @param key which sequence
   * @param from the first byte's position in the sequence
   * @param count how many; at most {@code target.remaining()}
   */
  public static void fill(ByteBuffer target, long key, long from, int count) {
    for (int i = 0; i < count; i++) {
      target.put(at(key, from + i));
    }
  }

  /**
   * Compares what remains in a buffer with a part of a sequence, without moving its position.
   *
   * @param bytes what came
   * @param key which sequence
   * @param from the first byte's position in the sequence
   * @return the index of the first byte that differs, from the buffer's position; -1 if none does
   */
  public static int mismatch(ByteBuffer bytes, long key, long from) {
    int position = bytes.position();
    int n = bytes.remaining();
    for (int i = 0; i < n; i++) {
      if (bytes.get(position + i) != at(key, from + i)) {
        return i;
      }
    }
    return -1;
  }
}
