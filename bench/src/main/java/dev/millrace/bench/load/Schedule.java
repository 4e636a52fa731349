package dev.millrace.bench.load;

/**
 * When which connection has to ask, in an open loop: request g of the run is intended at {@code
 * start + g / rate} and belongs to connection {@code g mod connections}. A schedule walks through
 * those of one thread, which has every n-th connection. It is fixed by its arguments: nothing that
 * happens moves it.
 *
 * <pre>
 *     4 connections, 2 threads       g     0   1   2   3   4   5   6   7
 *     thread 0 has connections 0, 2        0       2       0       2
 *     thread 1 has connections 1, 3            1       3       1       3
 * </pre>
 *
 * <p>Thread rule: one thread. Time is what is passed in, in nanoseconds of one clock, which may
 * wrap.
 */
final class Schedule {
  private final long startNanos;
  private final double intervalNanos;
  private final int connections;
  private final int first;
  private final int step;

  private long round;
  private int connection;
  private long nextNanos;

  /**
   * The schedule of one thread.
   *
   * @param startNanos the intended start of request 0
   * @param rate requests a second of all threads together
   * @param connections how many all threads have together
   * @param first the thread's first connection
   * @param step how far its connections are apart
   */
  Schedule(long startNanos, double rate, int connections, int first, int step) {
    this.startNanos = startNanos;
    this.intervalNanos = 1e9 / rate;
    this.connections = connections;
    this.first = first;
    this.step = step;
    this.connection = first;
    this.nextNanos = intended();
  }

  /** The intended start of the next request. */
  long nextNanos() {
    return nextNanos;
  }

  /** The connection it belongs to. */
  int nextConnection() {
    return connection;
  }

  boolean isDue(long nowNanos) {
    return nextNanos - nowNanos <= 0;
  }

  /** Goes on to the request after it. */
  void advance() {
    connection += step;
    if (connection >= connections) {
      connection = first;
      round++;
    }
    nextNanos = intended();
  }

  /** From the start each time, so that no rounding error adds up. */
  private long intended() {
    return startNanos + (long) ((round * connections + connection) * intervalNanos);
  }
}
