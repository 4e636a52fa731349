package dev.millrace.failure;

/**
 * What was being done when something failed. Together with the exception's class it decides the
 * {@link FailureKind}.
 */
public enum Operation {
  /**
   * Turning a name into an address. Millrace does not do it; it is told of names that nobody
   * turned.
   */
  RESOLVE,

  /** Making a channel: {@code socket(2)}, a pipe, a selector. */
  OPEN,

  /** Taking a local address, and listening on it. */
  BIND,

  /** Taking a connection from a listener's queue. */
  ACCEPT,

  /** Connecting to a peer, from {@code connect} to the end of {@code finishConnect}. */
  CONNECT,

  /** Reading from a connection. */
  READ,

  /** Writing to a connection, gathering writes included. */
  WRITE,

  /** Sending a region of a file: a read of the file and a write to the connection in one call. */
  TRANSFER,

  /** Ending: draining, lingering, closing. */
  CLOSE,

  /** Running a callback of the user's. */
  HANDLER,

  /** Nothing at that moment: a deadline passed. */
  TIMER,

  /** Nothing at all: there was no failure, or it belongs to no operation. */
  NONE;

  private final String label = Labels.of(name());

  /** The name for a log line: {@code "read"}. */
  String label() {
    return label;
  }
}
