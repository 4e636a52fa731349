package dev.millrace.frame;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.zip.CRC32C;

/**
 * Reads and writes checksummed frames; the package's description has the picture.
 *
 * <p>{@link #read} takes at most one frame from the buffer's position and moves the position behind
 * it. A flipped bit anywhere in a frame is found: in the header it is {@link
 * FrameResult#DESYNCHRONISED}, in the payload {@link FrameResult#CORRUPT}.
 *
 * <p>One codec serves one connection, in both directions; reading and writing share nothing but the
 * limit. Thread rule: one thread. A codec keeps no bytes, only a view of the buffer that was last
 * given to it.
 *
 * <p>Cost: each byte is checksummed once in reading, and copied and checksummed once in writing;
 * nothing is allocated for a frame.
 */
public final class FrameCodec {
  /** The bytes before the payload. */
  public static final int HEADER_BYTES = 24;

  /** The most that a payload may be allowed: with its header it must fit into one buffer. */
  public static final int MAX_PAYLOAD_BYTES = Integer.MAX_VALUE - HEADER_BYTES;

  /** The greatest type; the least is 0. */
  public static final int MAX_TYPE = 0xFF;

  private static final int MAGIC_AND_VERSION = 0xFA4D01; // three bytes
  private static final int TYPE_AT = 3;
  private static final int LENGTH_AT = 4;
  private static final int ID_AT = 8;
  private static final int PAYLOAD_CHECKSUM_AT = 16;
  private static final int HEADER_CHECKSUM_AT = 20;

  /**
   * The checksum of a read-only heap buffer goes through an array, since the JDK would make one
   * each time. As large as costs nothing and makes the loop around it not count.
   */
  private static final int PIECE_BYTES = 1024;

  private final int maxPayloadBytes;
  private final CRC32C crc = new CRC32C();
  private final PayloadView view = new PayloadView();
  private byte[] piece;

  private FrameResult last = FrameResult.INCOMPLETE;
  private int type;
  private long id;
  private int length;
  private ByteBuffer payload;

  /**
   * Makes a codec for one connection.
   *
   * @param maxPayloadBytes the longest payload, in bytes, that is read or written, 0 to {@value
   *     #MAX_PAYLOAD_BYTES}. The buffer that {@code read} is given must be able to grow to {@link
   *     #size} of that: on a connection, {@code Limits.maxKeptBytes} must be no less
   * @throws IllegalArgumentException if it is not in that range
   */
  public FrameCodec(int maxPayloadBytes) {
    this.maxPayloadBytes = Bounds.payload(maxPayloadBytes, MAX_PAYLOAD_BYTES);
  }

  /**
   * The bytes of a frame, header and payload.
   *
   * @param payloadBytes the payload's, 0 to {@value #MAX_PAYLOAD_BYTES}
   * @return as many and {@value #HEADER_BYTES}
   * @throws IllegalArgumentException if it is not in that range
   */
  public static int size(int payloadBytes) {
    return HEADER_BYTES + Bounds.payload(payloadBytes, MAX_PAYLOAD_BYTES);
  }

  /**
   * Reads the frame at the buffer's position.
   *
   * <p>Another protocol is found as soon as one of the first three bytes is wrong, everything else
   * that is wrong with a header when its 24 bytes are there, without waiting for a payload.
   *
   * @param data the bytes from the position on, <em>borrowed</em>; of any kind and byte order. Its
   *     limit is as before when this returns, and so are its bytes; a mark may be lost
   * @return {@code FRAME} or {@code CORRUPT}, and the position is behind the frame; or, with the
   *     position as it was, {@code INCOMPLETE}, {@code OVERSIZED} or {@code DESYNCHRONISED}, of
   *     which the last two are said again whatever is given, until {@link #reset}
   */
  public FrameResult read(ByteBuffer data) {
    if (last == FrameResult.OVERSIZED || last == FrameResult.DESYNCHRONISED) {
      return last;
    }
    payload = null;
    last = parse(data);
    return last;
  }

  private FrameResult parse(ByteBuffer data) {
    int at = data.position();
    int available = data.remaining();
    if (!mayBeFrame(data, at, available)) {
      return FrameResult.DESYNCHRONISED;
    }
    if (available < HEADER_BYTES) {
      return FrameResult.INCOMPLETE;
    }
    if (checksum(data, at, HEADER_CHECKSUM_AT) != intAt(data, at + HEADER_CHECKSUM_AT)) {
      return FrameResult.DESYNCHRONISED;
    }
    type = data.get(at + TYPE_AT) & 0xFF;
    id = ((long) intAt(data, at + ID_AT) << 32) | (intAt(data, at + ID_AT + 4) & 0xFFFF_FFFFL);
    length = intAt(data, at + LENGTH_AT);
    if (length < 0 || length > maxPayloadBytes) { // below 0: it has no sign on the wire
      return FrameResult.OVERSIZED;
    }
    if (available - HEADER_BYTES < length) {
      return FrameResult.INCOMPLETE;
    }
    int from = at + HEADER_BYTES;
    boolean isRight = checksum(data, from, length) == intAt(data, at + PAYLOAD_CHECKSUM_AT);
    data.position(from + length);
    if (!isRight) {
      return FrameResult.CORRUPT;
    }
    payload = view.of(data, from, length);
    return FrameResult.FRAME;
  }

  /** Whether what is there of the first three bytes is what a frame begins with. */
  private static boolean mayBeFrame(ByteBuffer data, int at, int available) {
    int looked = Math.min(available, TYPE_AT);
    for (int i = 0; i < looked; i++) {
      int expected = (MAGIC_AND_VERSION >>> (8 * (TYPE_AT - 1 - i))) & 0xFF;
      if ((data.get(at + i) & 0xFF) != expected) {
        return false;
      }
    }
    return true;
  }

  /**
   * Tells how the input ended. To be asked after {@link #read} has taken all that it can.
   *
   * @param unconsumedBytes how many bytes are left, as {@code onInputEnd} says it
   * @return {@code END} if none, else {@code TRUNCATED}; or {@code OVERSIZED} or {@code
   *     DESYNCHRONISED} if the stream had ended in that before
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
   * The type in the header that was read last.
   *
   * @return 0 to {@value #MAX_TYPE}
   * @throws IllegalStateException unless the last read said {@code FRAME}, {@code CORRUPT} or
   *     {@code OVERSIZED}: in each of them the header is whole
   */
  public int type() {
    checkHeader();
    return type;
  }

  /**
   * The id in the header that was read last.
   *
   * @return any number
   * @throws IllegalStateException as {@link #type}
   */
  public long id() {
    checkHeader();
    return id;
  }

  /**
   * The payload's length in the header that was read last, also where there is no payload to look
   * at.
   *
   * @return in bytes, 0 to 2<sup>32</sup> - 1
   * @throws IllegalStateException as {@link #type}
   */
  public long payloadBytes() {
    checkHeader();
    return length & 0xFFFF_FFFFL;
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

  private void checkHeader() {
    if (last != FrameResult.FRAME && last != FrameResult.CORRUPT && last != FrameResult.OVERSIZED) {
      throw new IllegalStateException("there is no header: the last read was " + last);
    }
  }

  /**
   * Writes one frame at the target's position and moves that behind it.
   *
   * @param target where to; its limit must leave {@link #size} of the payload. Unchanged if this
   *     throws, but for bytes behind its position
   * @param type 0 to {@value #MAX_TYPE}
   * @param id any number
   * @param payload the bytes from the position on, <em>copied</em>; its position is moved to its
   *     limit. Another buffer than {@code target}, but it may lie in the same memory
   * @throws IllegalArgumentException if the type is out of range, the payload longer than this
   *     codec's limit (the other end would refuse it), or the payload is the target
   * @throws BufferOverflowException if the target is too small
   * @throws ReadOnlyBufferException if the target is read-only
   */
  public void write(ByteBuffer target, int type, long id, ByteBuffer payload) {
    if (type < 0 || type > MAX_TYPE) {
      throw new IllegalArgumentException("type is " + type + ", allowed is 0 to " + MAX_TYPE);
    }
    int bytes = payload.remaining();
    Bounds.beforeWrite(target, HEADER_BYTES, payload, maxPayloadBytes);
    int at = target.position();
    int from = at + HEADER_BYTES;
    // The payload first: where it lies in the same memory the header would overwrite it.
    target.position(from).put(payload);
    int payloadChecksum = checksum(target, from, bytes);
    // By bytes where the order matters: the target's is the caller's.
    putInt(target, at, (MAGIC_AND_VERSION << 8) | type);
    putInt(target, at + LENGTH_AT, bytes);
    putInt(target, at + ID_AT, (int) (id >>> 32));
    putInt(target, at + ID_AT + 4, (int) id);
    putInt(target, at + PAYLOAD_CHECKSUM_AT, payloadChecksum);
    putInt(target, at + HEADER_CHECKSUM_AT, checksum(target, at, HEADER_CHECKSUM_AT));
  }

  /**
   * Begins anew, as for a new connection: what was read before is forgotten, and the buffer that it
   * lay in is let go of.
   */
  public void reset() {
    last = FrameResult.INCOMPLETE;
    payload = null;
    view.clear();
  }

  private int checksum(ByteBuffer data, int from, int bytes) {
    crc.reset();
    if (data.isDirect() || data.hasArray()) {
      int position = data.position();
      int limit = data.limit();
      data.limit(from + bytes).position(from);
      crc.update(data);
      data.limit(limit).position(position);
    } else {
      if (piece == null) {
        piece = new byte[PIECE_BYTES];
      }
      for (int done = 0, n; done < bytes; done += n) {
        n = Math.min(piece.length, bytes - done);
        data.get(from + done, piece, 0, n);
        crc.update(piece, 0, n);
      }
    }
    return (int) crc.getValue();
  }

  private static int intAt(ByteBuffer data, int at) {
    int value = data.getInt(at);
    return data.order() == ByteOrder.BIG_ENDIAN ? value : Integer.reverseBytes(value);
  }

  private static void putInt(ByteBuffer target, int at, int value) {
    boolean isBig = target.order() == ByteOrder.BIG_ENDIAN;
    target.putInt(at, isBig ? value : Integer.reverseBytes(value));
  }
}
