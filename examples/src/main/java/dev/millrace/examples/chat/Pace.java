package dev.millrace.examples.chat;

/**
 * How fast one member may talk: a burst at once, then a rate. Without it a program that sends as
 * fast as it can would fill the others' backlogs faster than they can read, and they would be cut
 * for it. What comes too fast is not lost and not answered: it is read later, and TCP tells the
 * sender to wait.
 *
 * <p>It is one number, as in RFC 1459, section 8.10: the time until which the member has talked in
 * advance. Time is passed in.
 */
final class Pace {
  private final long nanosPerByte;
  private final long burstNanos;
  private long paidUntilNanos;

  /**
   * Starts with the whole burst.
   *
   * @param bytesPerSecond the rate; 0 for none
   * @param burstBytes what may come at once
   * @param nowNanos the time
   */
  Pace(int bytesPerSecond, int burstBytes, long nowNanos) {
    this.nanosPerByte = bytesPerSecond == 0 ? 0 : 1_000_000_000L / bytesPerSecond;
    this.burstNanos = burstBytes * nanosPerByte;
    this.paidUntilNanos = nowNanos;
  }

  /** How long to wait before the next line; 0 if it may come now. */
  long waitNanos(long nowNanos) {
    return Math.max(0, paidUntilNanos - nowNanos - burstNanos);
  }

  /** Counts a line. */
  void spend(int bytes, long nowNanos) {
    long from = paidUntilNanos - nowNanos < 0 ? nowNanos : paidUntilNanos;
    paidUntilNanos = from + bytes * nanosPerByte;
  }
}
