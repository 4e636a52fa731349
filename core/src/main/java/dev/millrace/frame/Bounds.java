package dev.millrace.frame;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;

/** What the codecs refuse alike, with the words for it. */
final class Bounds {
  private Bounds() {}

  static int payload(int bytes, int most) {
    if (bytes < 0 || bytes > most) {
      throw new IllegalArgumentException(
          "payload bytes are " + bytes + ", allowed is 0 to " + most);
    }
    return bytes;
  }

  static ByteBuffer lent(ByteBuffer payload, FrameResult last) {
    if (payload == null) {
      throw new IllegalStateException("there is no payload: the last read was " + last);
    }
    return payload;
  }

  static void unconsumed(int bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException(
          "unconsumed bytes are " + bytes + ", allowed is 0 or more");
    }
  }

  /** Refuses what can't be written, before the first byte is. */
  @SuppressWarnings("ReferenceEquality") // that very buffer, not one with equal contents
  static void beforeWrite(
      ByteBuffer target, int overheadBytes, ByteBuffer payload, int maxPayloadBytes) {
    if (target == payload) {
      throw new IllegalArgumentException("the payload is the target");
    }
    payload(payload.remaining(), maxPayloadBytes);
    if (target.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    if (target.remaining() - overheadBytes < payload.remaining()) {
      throw new BufferOverflowException();
    }
  }
}
