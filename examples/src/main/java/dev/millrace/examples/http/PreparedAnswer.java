package dev.millrace.examples.http;

import java.nio.ByteBuffer;

/**
 * An answer that is the same for everybody but for its date: its bytes lie ready, and once a second
 * the date in them is changed.
 */
final class PreparedAnswer {
  private static final int DATE_AT = Status.OK.line.length() + "Date: ".length();

  private final byte[] bytes;
  private final ByteBuffer buffer;

  /** Prepares what the writer has been given. */
  PreparedAnswer(ResponseWriter writer) {
    ByteBuffer written = writer.buffer();
    bytes = new byte[written.remaining()];
    written.get(bytes);
    buffer = ByteBuffer.wrap(bytes);
  }

  void date(byte[] date) {
    System.arraycopy(date, 0, bytes, DATE_AT, HttpDate.BYTES);
  }

  /** To be written; it is rewound here, so whoever was refused may ask again. */
  ByteBuffer buffer() {
    return buffer.rewind();
  }
}
