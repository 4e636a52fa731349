package dev.millrace.dial;

import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;

/**
 * Hears what came of a call: one of the two, once, on the loop's thread, never inside of {@code
 * dial}; neither after {@link Dial#cancel}.
 */
public interface DialListener {
  /**
   * There is a connection.
   *
   * @param connection open; it belongs to the handler from now on
   * @return its handler, whose {@code onOpen} is called next. If this is null, or something is
   *     thrown, the connection ends with {@code HANDLER_FAILED}, which is logged; nobody else hears
   *     of it
   */
  ConnectionHandler onConnected(Connection connection);

  /**
   * There is none.
   *
   * @param failure why; every address that was tried is in it
   */
  void onFailed(DialFailure failure);
}
