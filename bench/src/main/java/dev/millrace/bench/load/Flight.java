package dev.millrace.bench.load;

/**
 * The requests of one connection: due, then in flight, then answered, each of them in order. They
 * lie in one ring:
 *
 * <pre>
 *      answered            begun               due
 *         |   in flight      |     queued       |   free
 *     ----[=================][.................][--------
 * </pre>
 *
 * <p>Numbers go on when the connection is replaced by a new one.
 *
 * <p>Thread rule: one thread. Time is what is passed in. No method allocates.
 */
final class Flight {
  private final long[] intendedNanos;
  private final long[] begunNanos;
  private final int mask;
  private long due;
  private long begun;
  private long answered;

  /**
   * Nothing is due yet.
   *
   * @param capacity how many may be queued and in flight together; rounded up to a power of two
   */
  Flight(int capacity) {
    int size = Integer.highestOneBit(Math.max(1, capacity - 1)) << 1;
    intendedNanos = new long[size];
    begunNanos = new long[size];
    mask = size - 1;
  }

  /**
   * A request is due.
   *
   * @param nanos its intended start
   * @return false if there is no room for it: it will never be sent
   */
  boolean due(long nanos) {
    if (due - answered > mask) {
      return false;
    }
    intendedNanos[(int) due & mask] = nanos;
    due++;
    return true;
  }

  /**
   * Begins those that are queued, oldest first.
   *
   * @param depth how many may be in flight
   * @param nowNanos when they leave
   * @return how many began, 0 if the connection is full or nothing is queued
   */
  int begin(int depth, long nowNanos) {
    int n = (int) Math.min(due - begun, depth - (begun - answered));
    for (int i = 0; i < n; i++) {
      begunNanos[(int) begun & mask] = nowNanos;
      begun++;
    }
    return Math.max(0, n);
  }

  /**
   * Answers are complete.
   *
   * @param n how many
   * @param nowNanos when
   * @param tally takes the latencies
   * @throws WrongAnswerException if there are more of them than requests
   */
  void answered(int n, long nowNanos, Tally tally) throws WrongAnswerException {
    if (n > inFlight()) {
      throw new WrongAnswerException(
          "%d answers came to %d requests in flight".formatted(n, inFlight()));
    }
    // Requests of a closed loop leave together and are answered together: one look-up for all that
    // started at the same moment makes the histogram's cost small at depth 16.
    int left = n;
    while (left > 0) {
      int slot = (int) answered & mask;
      long intended = intendedNanos[slot];
      long sent = begunNanos[slot];
      int same = 1;
      while (same < left
          && intendedNanos[(int) (answered + same) & mask] == intended
          && begunNanos[(int) (answered + same) & mask] == sent) {
        same++;
      }
      tally.answered(same, nowNanos - intended, nowNanos - sent);
      answered += same;
      left -= same;
    }
  }

  /**
   * The connection is lost, and with it what is in flight.
   *
   * @return how many requests
   */
  int lost() {
    int n = inFlight();
    answered = begun;
    return n;
  }

  /** How many requests were ever begun, which is the number of the next. */
  long begun() {
    return begun;
  }

  int inFlight() {
    return (int) (begun - answered);
  }

  int queued() {
    return (int) (due - begun);
  }

  boolean isEmpty() {
    return due == answered;
  }

  /**
   * How long the oldest has been waiting to be answered.
   *
   * @return nanoseconds since its intended start, 0 if none is due
   */
  long oldestNanos(long nowNanos) {
    return isEmpty() ? 0 : nowNanos - intendedNanos[(int) answered & mask];
  }
}
