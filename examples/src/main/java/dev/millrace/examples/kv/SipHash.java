package dev.millrace.examples.kv;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * SipHash-1-3 with a secret key: who does not know the key can't choose names that fall into one
 * bucket, and make every look-up as slow as a list (Aumasson and Bernstein, "SipHash: a fast
 * short-input PRF", 2012). One round a word and three at the end, as Rust and CPython have it; a
 * table asks for less than a signature.
 */
final class SipHash {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final long key0;
  private final long key1;

  SipHash(long key0, long key1) {
    this.key0 = key0;
    this.key1 = key1;
  }

  long hash(byte[] bytes, int from, int to) {
    long v0 = key0 ^ 0x736f6d6570736575L;
    long v1 = key1 ^ 0x646f72616e646f6dL;
    long v2 = key0 ^ 0x6c7967656e657261L;
    long v3 = key1 ^ 0x7465646279746573L;
    int at = from;
    int more = 3;
    while (true) {
      long word;
      if (at + 8 <= to) {
        word = (long) LONG.get(bytes, at);
        at += 8;
      } else if (at <= to) {
        word = last(bytes, at, to) | (long) (to - from) << 56;
        at = to + 1;
      } else if (more-- > 0) {
        // The rounds at the end are rounds like the others, but for the mark before the first.
        if (more == 2) {
          v2 ^= 0xff;
        }
        word = 0;
      } else {
        return v0 ^ v1 ^ v2 ^ v3;
      }
      v3 ^= word;
      v0 += v1;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v3;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 += v3;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 += v1;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v2 = Long.rotateLeft(v2, 32);
      v0 ^= word;
    }
  }

  /** The up to seven bytes that are left, the first one lowest. */
  private static long last(byte[] bytes, int at, int to) {
    if (at == to) {
      return 0;
    }
    if (at + 8 <= bytes.length) {
      return (long) LONG.get(bytes, at) & (-1L >>> (8 * (8 - (to - at))));
    }
    long word = 0;
    for (int i = to; --i >= at; ) {
      word = (word << 8) | (bytes[i] & 0xff);
    }
    return word;
  }
}
