package dev.millrace;

/**
 * Bounds of one connection, in bytes; immutable. Start from {@link #defaults()} and change what you
 * need.
 *
 * <pre>{@code
 * Limits limits = Limits.defaults().withMaxKeptBytes(1 << 20); // messages up to 1 MiB
 * }</pre>
 *
 * @param highWaterBytes above so many queued bytes of output, reading pauses by itself. Default 64
 *     KiB: one read buffer's worth, so an echo holds at most high water plus one read buffer, 128
 *     KiB
 * @param lowWaterBytes at or below so many, reading resumes and {@code onWritable} is called.
 *     Default 32 KiB: half, so that the two don't take turns with every packet
 * @param hardLimitBytes never more queued bytes than this: a write that would exceed it is {@link
 *     WriteResult#FULL}, one that never can fit is {@link WriteResult#TOO_LARGE}. Default 16 MiB: a
 *     large answer in one write, an eighth of the loop's budget
 * @param senderBytes most bytes waiting in a connection's {@link Sender}, each buffer counted with
 *     64 bytes of overhead. Default 1 MiB: other threads notice back-pressure soon
 * @param maxKeptBytes most input that a handler may leave unconsumed, which is the largest message
 *     it can take in one piece. Default 64 KiB; beyond it the connection ends with {@code
 *     MESSAGE_TOO_LARGE}
 * @param readBudgetBytes most bytes read from one connection in one turn. Default 256 KiB: four
 *     read buffers, so that one that floods delays the others by tens of microseconds, not more
 * @param writeBudgetBytes most bytes written to one connection in one turn, file regions included.
 *     Default 256 KiB, as for reading
 * @param lingerBytes most bytes discarded after a close while waiting for the peer's FIN. Default
 *     64 MiB: an upload that is under way has our receive buffer full (Linux lets it grow to 32
 *     MiB, tcp_rmem) and goes on, and to close with a byte of it unread destroys the answer that is
 *     on its way. Discarding takes no memory, and the linger time-out bounds it as well
 */
public record Limits(
    int highWaterBytes,
    int lowWaterBytes,
    int hardLimitBytes,
    int senderBytes,
    int maxKeptBytes,
    int readBudgetBytes,
    int writeBudgetBytes,
    long lingerBytes) {

  private static final Limits DEFAULTS =
      new Limits(64 << 10, 32 << 10, 16 << 20, 1 << 20, 64 << 10, 256 << 10, 256 << 10, 64 << 20);

  /** A gigabyte: sums of two bounds still fit an int. */
  private static final int MAX = 1 << 30;

  /**
   * Checks every value.
   *
   * @param highWaterBytes as above
   * @param lowWaterBytes as above
   * @param hardLimitBytes as above
   * @param senderBytes as above
   * @param maxKeptBytes as above
   * @param readBudgetBytes as above
   * @param writeBudgetBytes as above
   * @param lingerBytes as above
   * @throws IllegalArgumentException if a value is out of range; the message names the option, the
   *     value and what is allowed
   */
  public Limits {
    Check.range("highWaterBytes", highWaterBytes, 1, MAX);
    Check.range("lowWaterBytes", lowWaterBytes, 0, highWaterBytes);
    Check.range("hardLimitBytes", hardLimitBytes, highWaterBytes, MAX);
    Check.range("senderBytes", senderBytes, 1, MAX);
    Check.range("maxKeptBytes", maxKeptBytes, 1, MAX / 2);
    Check.range("readBudgetBytes", readBudgetBytes, 1, MAX);
    Check.range("writeBudgetBytes", writeBudgetBytes, 1, MAX);
    Check.range("lingerBytes", lingerBytes, 0, Long.MAX_VALUE);
  }

  /**
   * The defaults, each with its reason above.
   *
   * @return the defaults
   */
  public static Limits defaults() {
    return DEFAULTS;
  }

  /**
   * The same with another {@code highWaterBytes}.
   *
   * @param highWaterBytes as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not allowed, alone or beside the others
   */
  public Limits withHighWaterBytes(int highWaterBytes) {
    return new Limits(
        highWaterBytes,
        lowWaterBytes,
        hardLimitBytes,
        senderBytes,
        maxKeptBytes,
        readBudgetBytes,
        writeBudgetBytes,
        lingerBytes);
  }

  /**
   * The same with another {@code lowWaterBytes}.
   *
   * @param lowWaterBytes as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not allowed, alone or beside the others
   */
  public Limits withLowWaterBytes(int lowWaterBytes) {
    return new Limits(
        highWaterBytes,
        lowWaterBytes,
        hardLimitBytes,
        senderBytes,
        maxKeptBytes,
        readBudgetBytes,
        writeBudgetBytes,
        lingerBytes);
  }

  /**
   * The same with another {@code hardLimitBytes}.
   *
   * @param hardLimitBytes as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not allowed, alone or beside the others
   */
  public Limits withHardLimitBytes(int hardLimitBytes) {
    return new Limits(
        highWaterBytes,
        lowWaterBytes,
        hardLimitBytes,
        senderBytes,
        maxKeptBytes,
        readBudgetBytes,
        writeBudgetBytes,
        lingerBytes);
  }

  /**
   * The same with another {@code senderBytes}.
   *
   * @param senderBytes as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not allowed, alone or beside the others
   */
  public Limits withSenderBytes(int senderBytes) {
    return new Limits(
        highWaterBytes,
        lowWaterBytes,
        hardLimitBytes,
        senderBytes,
        maxKeptBytes,
        readBudgetBytes,
        writeBudgetBytes,
        lingerBytes);
  }

  /**
   * The same with another {@code maxKeptBytes}.
   *
   * @param maxKeptBytes as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not allowed, alone or beside the others
   */
  public Limits withMaxKeptBytes(int maxKeptBytes) {
    return new Limits(
        highWaterBytes,
        lowWaterBytes,
        hardLimitBytes,
        senderBytes,
        maxKeptBytes,
        readBudgetBytes,
        writeBudgetBytes,
        lingerBytes);
  }

  /**
   * The same with another {@code readBudgetBytes}.
   *
   * @param readBudgetBytes as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not allowed, alone or beside the others
   */
  public Limits withReadBudgetBytes(int readBudgetBytes) {
    return new Limits(
        highWaterBytes,
        lowWaterBytes,
        hardLimitBytes,
        senderBytes,
        maxKeptBytes,
        readBudgetBytes,
        writeBudgetBytes,
        lingerBytes);
  }

  /**
   * The same with another {@code writeBudgetBytes}.
   *
   * @param writeBudgetBytes as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not allowed, alone or beside the others
   */
  public Limits withWriteBudgetBytes(int writeBudgetBytes) {
    return new Limits(
        highWaterBytes,
        lowWaterBytes,
        hardLimitBytes,
        senderBytes,
        maxKeptBytes,
        readBudgetBytes,
        writeBudgetBytes,
        lingerBytes);
  }

  /**
   * The same with another {@code lingerBytes}.
   *
   * @param lingerBytes as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not allowed, alone or beside the others
   */
  public Limits withLingerBytes(long lingerBytes) {
    return new Limits(
        highWaterBytes,
        lowWaterBytes,
        hardLimitBytes,
        senderBytes,
        maxKeptBytes,
        readBudgetBytes,
        writeBudgetBytes,
        lingerBytes);
  }
}
