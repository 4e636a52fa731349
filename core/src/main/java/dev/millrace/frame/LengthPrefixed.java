package dev.millrace.frame;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.Objects;

/**
 * Reads and writes frames that begin with the length of their payload, a number of one to four
 * bytes that does not count itself:
 *
 * <pre>
 *   00 05 h e l l o   two bytes, the greatest first (network order)
 *   05 00 h e l l o   two bytes, the least first
 * </pre>
 *
 * <p>No number is a wrong one but one that is too great: a stream out of step looks like frames, or
 * is {@link FrameResult#OVERSIZED}. Where both ends are yours, {@link FrameCodec} sees that.
 *
 * <p>Thread rule, buffers and cost are as in {@link FrameCodec}, without a checksum: a byte of a
 * payload is not looked at.
 */
public final class LengthPrefixed {
  private final int prefixBytes;
  private final boolean isBigEndian;
  private final int maxPayloadBytes;
  private final PayloadView view = new PayloadView();

  private FrameResult last = FrameResult.INCOMPLETE;
  private ByteBuffer payload;

  /**
   * Makes a reader and writer for one connection.
   *
   * @param prefixBytes the size of the length, in bytes, 1 to 4
   * @param order which of its bytes comes first; of no meaning with one byte
   * @param maxPayloadBytes the longest payload that is read or written, in bytes, 0 to what the
   *     prefix can say (255, 65,535, 16,777,215; with four bytes 2<sup>31</sup> - 5, so that a
   *     frame fits into one buffer). On a connection, {@code Limits.maxKeptBytes} must be no less
   *     than {@link #size} of it
   * @throws IllegalArgumentException if one of them is not in its range
   */
  public LengthPrefixed(int prefixBytes, ByteOrder order, int maxPayloadBytes) {
    if (prefixBytes < 1 || prefixBytes > 4) {
      throw new IllegalArgumentException("prefix bytes are " + prefixBytes + ", allowed is 1 to 4");
    }
    int most = prefixBytes == 4 ? Integer.MAX_VALUE - prefixBytes : (1 << (8 * prefixBytes)) - 1;
    this.prefixBytes = prefixBytes;
    this.isBigEndian = Objects.requireNonNull(order, "order") == ByteOrder.BIG_ENDIAN;
    this.maxPayloadBytes = Bounds.payload(maxPayloadBytes, most);
  }

  /**
   * The bytes of a frame, prefix and payload.
   *
   * @param payloadBytes the payload's, 0 to this codec's limit
   * @return as many and the prefix
   * @throws IllegalArgumentException if it is not in that range
   */
  public int size(int payloadBytes) {
    return prefixBytes + Bounds.payload(payloadBytes, maxPayloadBytes);
  }

  /**
   * Reads the frame at the buffer's position. A length that is too great is seen as soon as the
   * prefix is whole.
   *
   * @param data the bytes from the position on, <em>borrowed</em>; of any kind and byte order; its
   *     limit and bytes are left as they are
   * @return {@code FRAME}, and the position is behind it; or, with the position as it was, {@code
   *     INCOMPLETE} or {@code OVERSIZED}, which is said again whatever is given, until {@link
   *     #reset}
   */
  public FrameResult read(ByteBuffer data) {
    if (last == FrameResult.OVERSIZED) {
      return last;
    }
    payload = null;
    last = parse(data);
    return last;
  }

  private FrameResult parse(ByteBuffer data) {
    if (data.remaining() < prefixBytes) {
      return FrameResult.INCOMPLETE;
    }
    int at = data.position();
    int length = 0;
    for (int i = 0; i < prefixBytes; i++) {
      length = (length << 8) | (data.get(at + (isBigEndian ? i : prefixBytes - 1 - i)) & 0xFF);
    }
    if (length < 0 || length > maxPayloadBytes) { // below 0: it has no sign on the wire
      return FrameResult.OVERSIZED;
    }
    if (data.remaining() - prefixBytes < length) {
      return FrameResult.INCOMPLETE;
    }
    data.position(at + prefixBytes + length);
    payload = view.of(data, at + prefixBytes, length);
    return FrameResult.FRAME;
  }

  /**
   * Tells how the input ended. To be asked after {@link #read} has taken all that it can.
   *
   * @param unconsumedBytes how many bytes are left, as {@code onInputEnd} says it
   * @return {@code END} if none, else {@code TRUNCATED}; or {@code OVERSIZED} if the stream had
   *     ended in that before
   * @throws IllegalArgumentException if it is negative
   */
  public FrameResult end(int unconsumedBytes) {
    Bounds.unconsumed(unconsumedBytes);
    if (last.isFatal()) {
      return last;
    }
    return unconsumedBytes == 0 ? FrameResult.END : FrameResult.TRUNCATED;
  }

  /**
   * Tells how the input ended, by what is left of it.
   *
   * @param rest what {@link #read} has not taken; not moved
   * @return as {@link #end(int)}
   */
  public FrameResult end(ByteBuffer rest) {
    return end(rest.remaining());
  }

  /**
   * The payload that was read last, from its position to its limit.
   *
   * @return a read-only view of the buffer that was given to {@link #read}, <em>borrowed</em>:
   *     until that buffer changes, or the next read. The same object each time
   * @throws IllegalStateException unless the last read said {@code FRAME}
   */
  public ByteBuffer payload() {
    return Bounds.lent(payload, last);
  }

  /**
   * Writes one frame at the target's position and moves that behind it.
   *
   * @param target where to; its limit must leave {@link #size} of the payload. Unchanged if this
   *     throws
   * @param payload the bytes from the position on, <em>copied</em>; its position is moved to its
   *     limit. Another buffer than {@code target}, but it may lie in the same memory
   * @throws IllegalArgumentException if the payload is longer than this codec's limit, or is the
   *     target
   * @throws BufferOverflowException if the target is too small
   * @throws ReadOnlyBufferException if the target is read-only
   */
  public void write(ByteBuffer target, ByteBuffer payload) {
    Bounds.beforeWrite(target, prefixBytes, payload, maxPayloadBytes);
    int length = payload.remaining();
    int at = target.position();
    // The payload first: where it lies in the same memory the prefix would overwrite it.
    target.position(at + prefixBytes).put(payload);
    for (int i = 0; i < prefixBytes; i++) {
      target.put(at + (isBigEndian ? prefixBytes - 1 - i : i), (byte) (length >>> (8 * i)));
    }
  }

  /** Begins anew, as for a new connection, and lets go of the buffer that was read last. */
  public void reset() {
    last = FrameResult.INCOMPLETE;
    payload = null;
    view.clear();
  }
}
