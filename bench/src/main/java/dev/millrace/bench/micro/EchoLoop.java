package dev.millrace.bench.micro;

import java.net.InetSocketAddress;

/**
 * An echo server on one event loop that whoever measures drives by hand, on the thread that made
 * it.
 */
public interface EchoLoop extends AutoCloseable {
  /**
   * The most that a turn waits if nothing is ready. Nothing measured here waits: it is how long a
   * mistake in the measurement hangs before it shows.
   */
  long MAX_WAIT_MILLIS = 1_000;

  /** Where it listens. */
  InetSocketAddress address();

  /** One turn: polls as it would in production, with a time-out, and serves what is ready. */
  void turn();

  /** Ends it and everything on it. */
  @Override
  void close();
}
