package dev.millrace.link;

import dev.millrace.WriteResult;
import dev.millrace.frame.FrameCodec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The messages that were accepted and are not acknowledged, each as the frame that is sent, and
 * sent again. Ids are consecutive, so a ring holds them:
 *
 * <pre>
 *     acknowledged              next            last
 *   ──────┼────────────────────────┼───────────────┼────▶ ids
 *    gone │ sent on this connection │ to be written │ room
 *                          sent is anywhere from next - 1 on: the highest that any connection was given
 * </pre>
 *
 * <p>Knows neither connections nor time. One thread.
 */
final class Outbox {
  /** So many messages' places to begin with; the ring doubles, and keeps its size. */
  private static final int FIRST_RING = 16;

  private final int maxMessages;
  private final long maxBytes;
  private final int maxMessageBytes;
  private final FrameCodec codec;

  private ByteBuffer[] ring = new ByteBuffer[FIRST_RING];
  private long acknowledged;
  private long next = 1;
  private long sent;
  private long last;
  private long bytes;

  /** The size of the smallest frame that was refused since room was told; 0 if none was. */
  private int refused;

  Outbox(int maxMessages, long maxBytes, int maxMessageBytes) {
    this.maxMessages = maxMessages;
    this.maxBytes = maxBytes;
    this.maxMessageBytes = maxMessageBytes;
    this.codec = new FrameCodec(maxMessageBytes);
  }

  /** Takes a message, copied, or says why not. */
  WriteResult offer(ByteBuffer payload) {
    if (payload.remaining() > maxMessageBytes) {
      return WriteResult.TOO_LARGE;
    }
    int size = FrameCodec.size(payload.remaining());
    if (size() >= maxMessages || bytes + size > maxBytes) {
      refused = refused == 0 ? size : Math.min(refused, size);
      return WriteResult.FULL;
    }
    if (size() == ring.length) {
      grow();
    }
    ByteBuffer frame = ByteBuffer.allocate(size);
    codec.write(frame, Frames.MESSAGE, last + 1, payload);
    last++;
    ring[slot(last)] = frame;
    bytes += size;
    return WriteResult.ACCEPTED;
  }

  private void grow() {
    ByteBuffer[] larger = new ByteBuffer[2 * ring.length];
    for (long id = acknowledged + 1; id <= last; id++) {
      larger[(int) (id & (larger.length - 1))] = ring[slot(id)];
    }
    ring = larger;
  }

  private int slot(long id) {
    return (int) (id & (ring.length - 1));
  }

  /** The frame to be written next, whole; null if there is none. Stays so until {@link #wrote}. */
  ByteBuffer next() {
    return next > last ? null : ring[slot(next)].clear();
  }

  /** The frame that is next was handed to a connection. */
  void wrote() {
    sent = Math.max(sent, next);
    next++;
  }

  /** Goes on behind this one, on a new connection. */
  void continueAfter(long delivered) {
    next = delivered + 1;
  }

  /** Lets go of all up to this one. */
  void acknowledge(long through) {
    while (acknowledged < through) {
      acknowledged++;
      bytes -= ring[slot(acknowledged)].capacity();
      ring[slot(acknowledged)] = null;
    }
    next = Math.max(next, through + 1);
  }

  /**
   * Whether there is room again for one who was refused: half of it, so that the two don't take
   * turns with every message, and enough for what was refused. Says so once.
   */
  boolean takeRoom() {
    if (refused == 0
        || size() > maxMessages / 2
        || bytes > maxBytes / 2
        || bytes + refused > maxBytes) {
      return false;
    }
    refused = 0;
    return true;
  }

  /** What is there, oldest first. */
  List<LinkReport.Message> unacknowledged() {
    List<LinkReport.Message> messages = new ArrayList<>(size());
    for (long id = acknowledged + 1; id <= last; id++) {
      ByteBuffer payload = ring[slot(id)].clear().position(FrameCodec.HEADER_BYTES).slice();
      messages.add(new LinkReport.Message(id, payload.asReadOnlyBuffer(), id <= sent));
    }
    return messages;
  }

  int size() {
    return (int) (last - acknowledged);
  }

  boolean isEmpty() {
    return last == acknowledged;
  }

  long bytes() {
    return bytes;
  }

  /** The id of the last message accepted; 0 if none was. */
  long last() {
    return last;
  }

  /** The highest id that is acknowledged, with all before it; 0 if none is. */
  long acknowledged() {
    return acknowledged;
  }

  /** The highest id that a connection was ever given; 0 if none was. */
  long sent() {
    return sent;
  }

  /** The highest id that this connection was given, or that was delivered before it. */
  long written() {
    return next - 1;
  }
}
