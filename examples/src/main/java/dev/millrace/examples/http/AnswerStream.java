package dev.millrace.examples.http;

import dev.millrace.Connection;
import java.nio.ByteBuffer;

/**
 * An answer that is sent as it comes into being. It keeps no queue of its own: a piece is handed to
 * the connection, or it is not.
 *
 * <p>Thread rule: the loop's thread.
 */
public final class AnswerStream {
  private final HttpConnection of;
  private final Connection connection;
  private final Runnable onEnd;
  private final boolean isChunked;

  AnswerStream(HttpConnection of, Connection connection, Runnable onEnd, boolean isChunked) {
    this.of = of;
    this.connection = connection;
    this.onEnd = onEnd;
    this.isChunked = isChunked;
  }

  /** Whose answer it is. */
  public Connection connection() {
    return connection;
  }

  /**
   * Whether the kernel has taken all that was written. Who writes only then has never more than one
   * piece waiting, however slowly the client reads.
   */
  public boolean isTaken() {
    return of.isOpen(this) && connection.queuedBytes() == 0 && connection.room() > 0;
  }

  /**
   * Writes a piece, as a whole or not at all.
   *
   * @param piece copied, at least one byte
   * @return false if it was not taken: no room even at the hard limit, or the stream is over
   */
  public boolean write(ByteBuffer piece) {
    return of.write(this, piece, isChunked);
  }

  /** Ends the answer in good order. Does nothing if it is over. */
  public void end() {
    if (of.isOpen(this)) {
      of.endStream(connection);
    }
  }

  boolean isChunked() {
    return isChunked;
  }

  void ended() {
    onEnd.run();
  }
}
