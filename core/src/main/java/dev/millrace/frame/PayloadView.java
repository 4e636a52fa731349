package dev.millrace.frame;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A read-only view of a part of somebody else's buffer, moved from frame to frame instead of made
 * anew. Reused while the buffer given is the same object; so a program that makes a buffer for each
 * read pays for a view each, and one that reuses its buffer pays nothing.
 */
final class PayloadView {
  private ByteBuffer source;
  private ByteBuffer view;

  @SuppressWarnings("ReferenceEquality") // that very buffer, not one with equal contents
  ByteBuffer of(ByteBuffer data, int from, int bytes) {
    if (source != data) {
      view = data.asReadOnlyBuffer();
      source = data;
    }
    // The last borrower may have moved these. The order: a fresh view has it, so this one has.
    return view.limit(from + bytes).position(from).order(ByteOrder.BIG_ENDIAN);
  }

  /** Lets go of the buffer. */
  void clear() {
    source = null;
    view = null;
  }
}
