package dev.millrace;

import java.util.Arrays;

/**
 * The completions asked for on one connection, each with the offset in its stream at which it is
 * due. Offsets only grow, so a ring is enough: the first one not due ends the search.
 */
final class Completions {
  /**
   * Far more than the writes that fit the default bounds; a handler that asks for more is told
   * FULL.
   */
  static final int MAX = 1 << 16;

  private long[] offsets = new long[8];
  private WriteCompletion[] completions = new WriteCompletion[8];
  private int first;
  private int size;

  boolean isFull() {
    return size == MAX;
  }

  int size() {
    return size;
  }

  void add(long offset, WriteCompletion completion) {
    if (size == offsets.length) {
      grow();
    }
    int i = (first + size++) & (offsets.length - 1);
    offsets[i] = offset;
    completions[i] = completion;
  }

  /**
   * The next completion that is due when so many bytes are handed over, taken out; null if none is.
   */
  WriteCompletion poll(long handed) {
    if (size == 0 || offsets[first] > handed) {
      return null;
    }
    WriteCompletion completion = completions[first];
    completions[first] = null;
    first = (first + 1) & (offsets.length - 1);
    size--;
    return completion;
  }

  private void grow() {
    int n = offsets.length;
    long[] moreOffsets = new long[n * 2];
    WriteCompletion[] more = Arrays.copyOf(completions, n * 2);
    for (int i = 0; i < n; i++) {
      int from = (first + i) & (n - 1);
      moreOffsets[i] = offsets[from];
      more[i] = completions[from];
    }
    offsets = moreOffsets;
    completions = more;
    first = 0;
  }
}
