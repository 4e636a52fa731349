package dev.millrace;

import java.nio.ByteBuffer;

/**
 * One link of an {@link OutboundQueue}: a pooled chunk, a buffer that was given to us, or a region
 * of a file.
 */
final class Segment {
  /**
   * What is left to send, between position and limit; null for a region. A chunk grows at its
   * limit.
   */
  ByteBuffer buffer;

  /** Whether the buffer is a chunk from the pool. */
  boolean pooled;

  /** The region, owned by us, or null. */
  FileRegion region;

  Segment next;
}
