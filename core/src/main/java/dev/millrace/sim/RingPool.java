package dev.millrace.sim;

import java.util.ArrayDeque;

/**
 * Rings that worlds use again, by size: a run would spend most of its time on clearing new ones.
 */
final class RingPool {
  /** As many of a size as a run of a campaign has at a time, twenty connections' worth. */
  private static final int MAX_KEPT = 64;

  private static final int SIZES = 31;

  private final ArrayDeque<byte[]>[] bySize = deques();

  @SuppressWarnings({"unchecked", "rawtypes"}) // there are no arrays of generic types
  private static ArrayDeque<byte[]>[] deques() {
    ArrayDeque[] deques = new ArrayDeque[SIZES];
    for (int i = 0; i < SIZES; i++) {
      deques[i] = new ArrayDeque<byte[]>();
    }
    return deques;
  }

  /** A ring of this size, a power of two; its content is whatever it was. */
  byte[] take(int size) {
    byte[] kept = bySize[Integer.numberOfTrailingZeros(size)].poll();
    return kept != null ? kept : new byte[size];
  }

  void give(byte[] ring) {
    ArrayDeque<byte[]> kept = bySize[Integer.numberOfTrailingZeros(ring.length)];
    if (kept.size() < MAX_KEPT) {
      kept.push(ring);
    }
  }
}
