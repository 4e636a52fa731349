package dev.millrace;

import dev.millrace.buffer.BufferPool;
import java.nio.ByteBuffer;

/**
 * The input that a handler did not consume, contiguous, in a pooled buffer of its own that doubles
 * up to a bound. Reads go straight behind the kept bytes, so a message is copied once at most per
 * doubling.
 */
final class KeptInput {
  private final LoopMemory memory;
  private final BufferPool pool;
  private final int maxBytes;
  private final boolean checked;
  private ByteBuffer buffer;
  private ByteBuffer view;
  private int from;
  private int to;

  /** Keeps a copy of what remains in {@code source}, and consumes it. */
  KeptInput(LoopMemory memory, ByteBuffer source, int maxBytes) {
    this.memory = memory;
    this.pool = memory.pool;
    this.checked = memory.checked;
    this.maxBytes = maxBytes;
    int n = source.remaining();
    // Twice what there is, so that the next read has room; the loop's read buffer may have held
    // more than the bound allows to
    // grow to, which is found when the handler leaves it all.
    this.buffer = pool.take(Math.min(n * 2, Math.max(n, maxBytes)));
    memory.keep(buffer.capacity());
    this.view = buffer.asReadOnlyBuffer();
    buffer.put(source);
    this.to = n;
  }

  /** What it takes of the loop's memory, which is more than it has. */
  int heldBytes() {
    return buffer.capacity();
  }

  int size() {
    return to - from;
  }

  /**
   * The buffer, positioned for a read behind the kept bytes; null if they have reached the bound.
   */
  ByteBuffer space() {
    int size = to - from;
    if (size >= maxBytes) {
      return null;
    }
    if (to == buffer.capacity()) {
      if (from >= buffer.capacity() / 2) {
        move(buffer);
      } else {
        ByteBuffer larger = pool.take(buffer.capacity() * 2);
        ByteBuffer old = buffer;
        memory.keep(larger.capacity() - old.capacity());
        move(larger);
        pool.give(old);
      }
    }
    return buffer.limit(Math.min(buffer.capacity(), from + maxBytes)).position(to);
  }

  @SuppressWarnings("ReferenceEquality") // that very buffer, not one with equal contents
  private void move(ByteBuffer target) {
    int size = to - from;
    target.clear();
    target.put(0, buffer, from, size);
    from = 0;
    to = size;
    if (target != buffer) {
      buffer = target;
      view = target.asReadOnlyBuffer();
    }
  }

  /** So many bytes were read behind the kept ones. */
  void extend(int n) {
    to += n;
  }

  /** A read-only view of all that is kept, to be lent for one callback. */
  ByteBuffer lend() {
    assert renewView(); // in checked mode; as in LoopMemory
    return view.limit(to).position(from);
  }

  private boolean renewView() {
    if (checked) {
      view = buffer.asReadOnlyBuffer();
    }
    return true;
  }

  /** Takes the view back; returns how many bytes were consumed, by the view's position. */
  int settle(int position) {
    int consumed = Math.max(0, Math.min(position, to) - from);
    from += consumed;
    return consumed;
  }

  void release() {
    memory.keep(-buffer.capacity());
    pool.give(buffer);
    buffer = null;
    view = null;
    from = to = 0;
  }
}
