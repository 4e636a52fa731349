package dev.millrace.frame;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;

/**
 * Reads and writes frames that end with a delimiter of one to eight bytes, which no payload may
 * hold: lines, for one.
 *
 * <p>It remembers how far it has looked, so a frame that comes byte by byte costs no more than one
 * that comes whole: each byte is looked at once, whatever the delimiter. That is why what it has
 * not taken must be offered again, with what follows, as {@code onData} does it.
 *
 * <p>Thread rule and buffers are as in {@link FrameCodec}.
 */
public final class Delimited {
  /** The longest delimiter, in bytes: as many as a long holds. */
  public static final int MAX_DELIMITER_BYTES = 8;

  /** The most that a payload may be allowed: with its delimiter it must fit into one buffer. */
  public static final int MAX_PAYLOAD_BYTES = Integer.MAX_VALUE - MAX_DELIMITER_BYTES;

  private final byte[] delimiter;

  /** The delimiter as the low bytes of a number, which the window of the last bytes is held to. */
  private final long wanted;

  private final long mask;
  private final int maxPayloadBytes;
  private final PayloadView view = new PayloadView();

  private FrameResult last = FrameResult.INCOMPLETE;
  private ByteBuffer payload;

  /** How many bytes from the position on were looked at, without finding the delimiter's end. */
  private int looked;

  /** The last eight of those. */
  private long window;

  /**
   * Makes a reader and writer for one connection.
   *
   * @param delimiter what ends a frame, 1 to {@value #MAX_DELIMITER_BYTES} bytes, <em>copied</em>
   * @param maxPayloadBytes the longest payload that is read or written, in bytes, without its
   *     delimiter, 0 to {@value #MAX_PAYLOAD_BYTES}. On a connection, {@code Limits.maxKeptBytes}
   *     must be no less than {@link #size} of it
   * @throws IllegalArgumentException if one of them is not in its range
   */
  public Delimited(byte[] delimiter, int maxPayloadBytes) {
    if (delimiter.length < 1 || delimiter.length > MAX_DELIMITER_BYTES) {
      throw new IllegalArgumentException(
          "delimiter has " + delimiter.length + " bytes, allowed is 1 to " + MAX_DELIMITER_BYTES);
    }
    this.delimiter = delimiter.clone();
    this.maxPayloadBytes = Bounds.payload(maxPayloadBytes, MAX_PAYLOAD_BYTES);
    long number = 0;
    for (byte b : delimiter) {
      number = shifted(number, b);
    }
    wanted = number;
    mask = -1L >>> (Long.SIZE - Byte.SIZE * delimiter.length);
  }

  /**
   * The bytes of a frame, payload and delimiter.
   *
   * @param payloadBytes the payload's, 0 to this codec's limit
   * @return as many and the delimiter
   * @throws IllegalArgumentException if it is not in that range
   */
  public int size(int payloadBytes) {
    return delimiter.length + Bounds.payload(payloadBytes, maxPayloadBytes);
  }

  /**
   * Reads the frame at the buffer's position: up to the first delimiter.
   *
   * <p>That a frame is too long is seen when so many bytes are there that a payload of the allowed
   * length and its delimiter would have fitted.
   *
   * @param data the bytes from the position on, <em>borrowed</em>; of any kind; its limit and bytes
   *     are left as they are. After {@code INCOMPLETE} it must begin with what it held then
   * @return {@code FRAME}, and the position is behind the delimiter; or, with the position as it
   *     was, {@code INCOMPLETE} or {@code OVERSIZED}, which is said again whatever is given, until
   *     {@link #reset}
   * @throws IllegalArgumentException if there is less than what was {@code INCOMPLETE} before
   */
  public FrameResult read(ByteBuffer data) {
    if (last == FrameResult.OVERSIZED) {
      return last;
    }
    if (data.remaining() < looked) {
      throw new IllegalArgumentException(
          "data holds "
              + data.remaining()
              + " bytes, but "
              + looked
              + " were offered before and not taken; they are to be offered again");
    }
    payload = null;
    last = parse(data);
    return last;
  }

  private FrameResult parse(ByteBuffer data) {
    int at = data.position();
    int available = data.remaining();
    int most = maxPayloadBytes + delimiter.length;
    int end = Math.min(available, most);
    while (looked < end) {
      window = shifted(window, data.get(at + looked));
      looked++;
      if (isDelimiter(window, looked)) {
        payload = view.of(data, at, looked - delimiter.length);
        data.position(at + looked);
        looked = 0;
        return FrameResult.FRAME;
      }
    }
    return looked == most ? FrameResult.OVERSIZED : FrameResult.INCOMPLETE;
  }

  private static long shifted(long window, byte next) {
    return (window << Byte.SIZE) | (next & 0xFF);
  }

  /** So many bytes there must be: else the window still holds some of the frame before. */
  private boolean isDelimiter(long window, int seen) {
    return (window & mask) == wanted && seen >= delimiter.length;
  }

  /**
   * Tells how the input ended. To be asked after {@link #read} has taken all that it can. A program
   * that takes a last line without its end may do so where this says {@code TRUNCATED}.
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
   * The payload that was read last, from its position to its limit, without the delimiter.
   *
   * @return a read-only view of the buffer that was given to {@link #read}, <em>borrowed</em>:
   *     until that buffer changes, or the next read. The same object each time
   * @throws IllegalStateException unless the last read said {@code FRAME}
   */
  public ByteBuffer payload() {
    return Bounds.lent(payload, last);
  }

  /**
   * Writes one frame at the target's position and moves that behind it. Each byte is looked at, for
   * what a payload may not hold.
   *
   * @param target where to; its limit must leave {@link #size} of the payload. Unchanged if this
   *     throws
   * @param payload the bytes from the position on, <em>copied</em>; its position is moved to its
   *     limit. Another buffer than {@code target}, but it may lie in the same memory
   * @throws IllegalArgumentException if the payload is longer than this codec's limit, is the
   *     target, or holds the delimiter, or with its last bytes begins one that would end early: the
   *     other end would read another frame than this one
   * @throws BufferOverflowException if the target is too small
   * @throws ReadOnlyBufferException if the target is read-only
   */
  public void write(ByteBuffer target, ByteBuffer payload) {
    Bounds.beforeWrite(target, delimiter.length, payload, maxPayloadBytes);
    checkHoldsNone(payload);
    target.put(payload).put(delimiter);
  }

  private void checkHoldsNone(ByteBuffer payload) {
    int from = payload.position();
    int bytes = payload.remaining();
    long seen = 0;
    // One less than all: the last byte of the frame is where the delimiter is to be found.
    for (int i = 0; i < bytes + delimiter.length - 1; i++) {
      seen = shifted(seen, i < bytes ? payload.get(from + i) : delimiter[i - bytes]);
      if (isDelimiter(seen, i + 1)) {
        throw new IllegalArgumentException(
            "payload holds the delimiter at byte " + (i + 1 - delimiter.length));
      }
    }
  }

  /** Begins anew, as for a new connection, and lets go of the buffer that was read last. */
  public void reset() {
    last = FrameResult.INCOMPLETE;
    payload = null;
    looked = 0;
    window = 0;
    view.clear();
  }
}
