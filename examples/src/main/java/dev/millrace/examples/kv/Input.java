package dev.millrace.examples.kv;

import java.nio.ByteBuffer;

/**
 * The bytes of one offer as an array, because what is done with them afterwards (to compare, hash
 * and copy) has fast forms for arrays only. To find the headers alone would cost the same in the
 * buffer: one bulk copy of a whole pipeline takes what the checks of so many single reads do.
 *
 * <p>Places are offsets from where the offer began, 0 to {@link #size()}. Only a window of the
 * offer is copied; what was looked at in an earlier offer is not copied again, so that a request
 * which comes byte by byte costs no more than its length.
 *
 * <pre>
 *   0         position                                 size     offsets in the offer
 *   |-- consumed --|--------- not consumed -------------|
 *                       |====== loaded ======|                  bytes[0] is the one at start
 *                     start                 end
 * </pre>
 *
 * <p>One per service: a service lives on one loop, and a loop offers to one connection at a time.
 */
public final class Input {
  /**
   * How much is copied ahead: what a loop reads at once by default, and no less than the longest
   * line that a request may have.
   */
  static final int WINDOW_BYTES = 64 << 10;

  /** So that eight bytes may be read at once at any place; what is behind the end is masked off. */
  private static final int PADDING_BYTES = 8;

  private ByteBuffer data;
  private int origin;
  private int size;
  private int position;

  private byte[] bytes = new byte[WINDOW_BYTES + PADDING_BYTES];
  private int start;
  private int end;

  /** Empty. */
  public Input() {}

  /**
   * Begins an offer.
   *
   * @param data what remains in it is offered; it is not touched before the end
   */
  public void begin(ByteBuffer data) {
    this.data = data;
    origin = data.position();
    size = data.remaining();
    position = 0;
    start = 0;
    end = 0;
  }

  /** Ends the offer: what was consumed is consumed in the buffer, too. */
  public void end() {
    data.position(origin + position);
    data = null;
    if (bytes.length > WINDOW_BYTES + PADDING_BYTES) {
      bytes = new byte[WINDOW_BYTES + PADDING_BYTES]; // a large request was here, and they are rare
    }
  }

  int size() {
    return size;
  }

  /** One byte, wherever it is. */
  byte at(int offset) {
    return data.get(origin + offset);
  }

  int position() {
    return position;
  }

  /** Consumes up to this offset. */
  void position(int offset) {
    position = offset;
  }

  /** The window; the byte at offset {@code o} is {@code bytes()[o - start()]}. */
  byte[] bytes() {
    return bytes;
  }

  int start() {
    return start;
  }

  /** The offset behind the last byte that is in the window. */
  int loadedEnd() {
    return end;
  }

  /**
   * Has the bytes from {@code from} on in the window: to {@code to} at least, and as many more as
   * are there and fit.
   */
  void load(int from, int to) {
    if (from >= start && to <= end) {
      return;
    }
    int wanted = Math.max(to - from, Math.min(size - from, WINDOW_BYTES));
    if (wanted + PADDING_BYTES > bytes.length) {
      bytes = new byte[wanted + PADDING_BYTES];
    }
    data.get(origin + from, bytes, 0, wanted);
    start = from;
    end = from + wanted;
  }
}
