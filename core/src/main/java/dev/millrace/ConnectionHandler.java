package dev.millrace;

import java.nio.ByteBuffer;

/**
 * What an application does with one connection. The callbacks come on the loop's thread, one at a
 * time, in the order
 *
 * <pre>
 *   onOpen (onData | onWritable)* (onInputEnd onWritable*)? onClosed
 * </pre>
 *
 * with at most one {@link #onShutdown}, and an {@link #onDeadline} for each deadline that passed,
 * anywhere between {@code onOpen} and {@code onClosed}. A connect that fails gives {@code onClosed}
 * alone. After {@link Connection#close()}, and after a callback that threw, only completions and
 * {@code onClosed} follow.
 *
 * <p>Callbacks never nest: what one of them causes is delivered after it has returned. In each of
 * them every method of {@link Connection} may be called, on this and on every other connection of
 * the same loop.
 *
 * <p>What a callback throws ends this one connection: what was accepted before is drained, as by
 * {@link Connection#close()}, and the record says {@code HANDLER_FAILED}. The loop goes on.
 *
 * <p>A callback must not block: while it runs nobody else on the loop is served.
 *
 * <p>An echo is {@code (connection, data) -> connection.write(data)}.
 */
@FunctionalInterface
public interface ConnectionHandler {
  /**
   * The connection is there, accepted or connected.
   *
   * @param connection this handler's from now on
   */
  default void onOpen(Connection connection) {}

  /**
   * Bytes came. What is not consumed, by {@code data}'s position, is kept and offered again,
   * together with what follows: at once while something was consumed and something is left, else
   * when more has come, reading is resumed, or room for output is back. So a handler may take one
   * message at a time and leave an incomplete one where it is.
   *
   * @param connection whose bytes they are
   * @param data the bytes between position and limit, at least one; read-only, <em>borrowed</em>
   *     until this method returns. To write them back, give this very buffer to {@link
   *     Connection#write(ByteBuffer)}: it costs no copy
   */
  void onData(Connection connection, ByteBuffer data);

  /**
   * There is room for output again: after a write was answered {@link WriteResult#FULL}, or after
   * the queue was above the high water mark, it has fallen to the low one.
   *
   * @param connection which one
   */
  default void onWritable(Connection connection) {}

  /**
   * The peer has sent its FIN: no more bytes come. The default closes, which delivers what was
   * written before. One that overrides this may go on writing, and has to close at some time;
   * {@code Timeouts.halfClosed} bounds a pause.
   *
   * @param connection which one
   * @param unconsumed how many bytes were offered and never consumed; not 0 means that the last
   *     message is incomplete
   */
  default void onInputEnd(Connection connection, int unconsumed) {
    connection.close();
  }

  /**
   * The deadline set by {@link Connection#deadline} has passed. When this returns the connection is
   * closed with {@code DEADLINE}, which delivers what was written; unless another deadline was set
   * in here. So this is the place for a last word to the peer, and the default has none.
   *
   * @param connection which one
   */
  default void onDeadline(Connection connection) {}

  /**
   * The server is shutting down. The default closes. One that overrides this may finish its work
   * first, and then has to close: at the shutdown's deadline the connection is cut.
   *
   * @param connection which one
   */
  default void onShutdown(Connection connection) {
    connection.close();
  }

  /**
   * The connection is over: exactly once, and last.
   *
   * @param connection which one; writes are answered {@link WriteResult#CLOSED}
   * @param record who ended it, how, and what was lost
   */
  default void onClosed(Connection connection, CloseRecord record) {}
}
