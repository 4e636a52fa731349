package dev.millrace.sim;

import dev.millrace.fault.Dice;
import java.nio.ByteBuffer;

/**
 * An endless sequence of bytes, told by a key: a receiver can check each byte without anything
 * having been stored. All sequences go round one table of random bytes, whose length is prime; the
 * key says where they begin. So bytes that are missing, twice, or another connection's are seen at
 * once.
 */
public final class BytePattern {
  /** The largest prime below 64 KiB: no power of two, such as a buffer's size, divides it. */
  private static final int PERIOD = 65_521;

  /** Keys that follow each other begin far apart; any number that is not a divisor would do. */
  private static final int SPREAD = 7_919;

  private static final byte[] TABLE = table();

  private BytePattern() {}

  private static byte[] table() {
    byte[] table = new byte[PERIOD];
    Dice dice = new Dice(PERIOD);
    for (int i = 0; i < PERIOD; i++) {
      table[i] = (byte) dice.next();
    }
    return table;
  }

  private static int index(long key, long position) {
    return Math.floorMod(key % PERIOD * SPREAD + position % PERIOD, PERIOD);
  }

  /**
   * One byte.
   *
   * @param key which sequence
   * @param position which byte, from 0
   * @return the byte
   */
  public static byte at(long key, long position) {
    return TABLE[index(key, position)];
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
    int at = index(key, from);
    for (int left = count; left > 0; ) {
      int n = Math.min(left, PERIOD - at);
      target.put(TABLE, at, n);
      left -= n;
      at = 0;
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
    int at = index(key, from);
    int done = 0;
    for (int left = bytes.remaining(); left > 0; ) {
      int n = Math.min(left, PERIOD - at);
      ByteBuffer expected = ByteBuffer.wrap(TABLE, at, n);
      int wrong = bytes.slice(bytes.position() + done, n).mismatch(expected);
      if (wrong >= 0) {
        return done + wrong;
      }
      done += n;
      left -= n;
      at = 0;
    }
    return -1;
  }
}
