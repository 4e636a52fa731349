package dev.millrace;

import dev.millrace.buffer.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * What the connections of one loop share: the read buffer that they lend to their handlers, the
 * staging for small writes of the one connection whose event runs, the pool of chunks, and the
 * budget.
 *
 * <p>Staged output is, in this order: a range of the read buffer (a handler wrote back what it was
 * lent, which needs no copy), then the bytes in the staging buffer. It belongs to {@link #eventOf}
 * and leaves before that one's event is over, so the read buffer is free again for the next.
 */
final class LoopMemory {
  /**
   * The kernel takes at most so many buffers in one writev (UIO_MAXIOV), and the JDK passes them
   * all.
   */
  static final int MAX_VECTORS = 1024;

  /**
   * Enough to find a view that was kept for the answer of a second request, or of a timer; a power
   * of two.
   */
  private static final int REVOKED_VIEWS = 256;

  final BufferPool pool;
  final boolean checked;
  final int chunkBytes;

  /** For gathering writes; filled and cleared within one call. */
  final ByteBuffer[] vectors = new ByteBuffer[MAX_VECTORS];

  /** The number of the connection whose event runs: staging is its. 0 between events. */
  long eventOf;

  /** How often the running event may still offer what is left over. */
  int offersLeft;

  /** What its connection had handed over when the running event began to be served. */
  long servedFrom;

  private final ByteBuffer readBuffer;
  private final int readBufferBytes;
  private final ByteBuffer staging;
  private final ByteBuffer[] stagedPair = new ByteBuffer[2];
  private final long budgetBytes;
  private ByteBuffer lent;

  /** In checked mode the views that were revoked last, to know one that a handler kept. */
  private final ByteBuffer[] revoked;

  private int revokedCount;
  private int refFrom;
  private int refTo;
  private int stagedBytes;

  private final long keptBudgetBytes;
  private long keptBytes;
  private long heldBytes;
  private boolean pressed;
  private boolean released;
  private Segment freeSegments;
  private int freeSegmentCount;

  LoopMemory(LoopOptions options) {
    readBufferBytes = options.readBufferBytes();
    readBuffer = options.buffers().apply(options.readBufferBytes());
    staging = options.buffers().apply(options.stagingBytes());
    lent = readBuffer.asReadOnlyBuffer();
    pool = new BufferPool(options.buffers(), options.pooledBytes());
    checked = options.checked();
    revoked = new ByteBuffer[checked ? REVOKED_VIEWS : 0];
    chunkBytes = options.chunkBytes();
    budgetBytes = options.budgetBytes();
    keptBudgetBytes = options.keptBudgetBytes();
  }

  // ---- reading

  /** The read buffer, empty; only while nothing of it is staged. */
  ByteBuffer readBuffer() {
    return readBuffer.clear();
  }

  int readBufferBytes() {
    return readBufferBytes;
  }

  /**
   * A read-only view of the bytes {@code from} to {@code to} of the read buffer, to be lent for one
   * callback.
   */
  ByteBuffer lend(int from, int to) {
    assert renewView();
    return lent.clear().limit(to).position(from);
  }

  // What follows is the checked mode. Each is called from an assert statement, and returns true, so
  // that it costs nothing where assertions are off.

  private boolean renewView() {
    if (checked) {
      lent = readBuffer.asReadOnlyBuffer();
    }
    return true;
  }

  /**
   * A view that was lent is emptied after its callback, so that code which kept it fails at once.
   */
  boolean revoke(ByteBuffer view) {
    if (checked) {
      view.position(0).limit(0);
      revoked[revokedCount++ & (REVOKED_VIEWS - 1)] = view;
    }
    return true;
  }

  /**
   * A view whose callback is over has nothing left in it, so writing it would silently write
   * nothing.
   */
  @SuppressWarnings("ReferenceEquality") // that very buffer, not one with equal contents
  boolean checkStillLent(ByteBuffer source) {
    for (ByteBuffer view : revoked) {
      if (view == source) {
        throw new IllegalArgumentException(
            "the buffer lent to onData is written after its callback, allowed is inside of it: copy"
                + " the bytes, or leave them unconsumed");
      }
    }
    return true;
  }

  /** The read buffer is overwritten once nothing of it is staged. */
  boolean poison() {
    if (checked) {
      readBuffer.clear(); // a write from it has left its limit behind the bytes that were staged
      for (int i = 0; i < readBuffer.capacity(); i += 64) {
        readBuffer.put(i, (byte) 0xDB);
      }
    }
    return true;
  }

  // ---- staging

  /**
   * Stages the remaining bytes of {@code source}, by reference if it is the buffer that is lent;
   * false if there is no room.
   */
  boolean stage(ByteBuffer source) {
    int n = source.remaining();
    if (takesByReference(source)) {
      if (stagedBytes == 0) {
        refFrom = source.position();
      }
      refTo = source.limit();
      stagedBytes += n;
      source.position(refTo);
      return true;
    }
    if (n > staging.remaining()) {
      return false;
    }
    staging.put(source);
    stagedBytes += n;
    return true;
  }

  /**
   * Whether {@link #stage} would take this without a copy: then all that is staged is a range of
   * the read buffer, and no more than that holds.
   */
  @SuppressWarnings("ReferenceEquality") // that very buffer, not one with equal contents
  boolean takesByReference(ByteBuffer source) {
    return source == lent && (stagedBytes == 0 || isStagedUpTo(source.position()));
  }

  /** Whether all that is staged is a range of the read buffer that ends at this position. */
  private boolean isStagedUpTo(int position) {
    return stagedBytes == refTo - refFrom && refTo == position;
  }

  boolean isStaged() {
    return stagedBytes != 0;
  }

  int stagedBytes() {
    return stagedBytes;
  }

  /** Writes what is staged with one call; returns the bytes taken. What is left stays staged. */
  int writeStaged(SocketChannel channel) throws IOException {
    int n;
    if (stagedBytes == refTo - refFrom) {
      if (refFrom == 0 && refTo == readBuffer.position()) {
        readBuffer.flip(); // the same, cheaper
      } else {
        readBuffer.limit(refTo).position(refFrom);
      }
      n = channel.write(readBuffer);
      refFrom += n;
    } else if (refTo == refFrom) {
      staging.flip();
      try {
        n = channel.write(staging);
      } finally {
        staging.compact(); // costs nothing when all was taken
      }
    } else {
      stagedPair[0] = readBuffer.limit(refTo).position(refFrom);
      stagedPair[1] = staging.flip();
      try {
        n = (int) channel.write(stagedPair, 0, 2);
        refFrom = readBuffer.position();
      } finally {
        staging.compact();
        stagedPair[0] = null;
        stagedPair[1] = null;
      }
    }
    stagedBytes -= n;
    return n;
  }

  /** Moves what is staged to the end of a queue. */
  void unstageTo(OutboundQueue queue) {
    if (refTo != refFrom) {
      queue.append(readBuffer.limit(refTo).position(refFrom));
    }
    if (staging.position() != 0) {
      queue.append(staging.flip());
    }
    clearStaged();
  }

  void clearStaged() {
    refFrom = refTo = 0;
    stagedBytes = 0;
    staging.clear();
  }

  // ---- the budgets

  /** So many bytes more, or fewer, of buffers hold input that was not consumed. */
  void keep(int bytes) {
    keptBytes += bytes;
  }

  /** Whether one of those who have input kept for them must give it up. */
  boolean isTooMuchKept() {
    return keptBytes > keptBudgetBytes;
  }

  /**
   * Whether so many more bytes of output fit the budget; if not, the loop is under pressure from
   * here on.
   */
  boolean hasRoomFor(int bytes) {
    if (heldBytes + bytes <= budgetBytes) {
      return true;
    }
    pressed = true;
    return false;
  }

  /** How much more may be held; nothing counts as a refusal. */
  long roomBytes() {
    return hasRoomFor(1) ? budgetBytes - heldBytes : 0;
  }

  boolean isPressed() {
    return pressed;
  }

  long budgetBytes() {
    return budgetBytes;
  }

  long heldBytes() {
    return heldBytes;
  }

  void hold(long bytes) {
    heldBytes += bytes;
  }

  void release(long bytes) {
    heldBytes -= bytes;
    // A quarter of the budget between "full" and "room again", so that the two don't take turns
    // with every chunk.
    if (pressed && heldBytes <= budgetBytes - budgetBytes / 4) {
      pressed = false;
      released = true;
    }
  }

  /** Whether the pressure ended and those who wait for it are still to be told. */
  boolean isReleased() {
    return released;
  }

  /** True once after the pressure ended. */
  boolean takeReleased() {
    boolean was = released;
    released = false;
    return was;
  }

  // ---- segments

  Segment segment() {
    Segment s = freeSegments;
    if (s == null) {
      return new Segment();
    }
    freeSegments = s.next;
    freeSegmentCount--;
    s.next = null;
    return s;
  }

  void recycle(Segment s) {
    s.buffer = null;
    s.region = null;
    s.next = null;
    if (freeSegmentCount < MAX_VECTORS) {
      s.next = freeSegments;
      freeSegments = s;
      freeSegmentCount++;
    }
  }
}
