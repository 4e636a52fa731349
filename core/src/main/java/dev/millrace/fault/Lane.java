package dev.millrace.fault;

/**
 * What a channel throws dice for. Each has dice of its own, so that a program that reads once more
 * meets the same faults when it writes, and readiness, which depends on timing, disturbs nothing.
 */
enum Lane {
  /** Opening it. */
  OPEN(0),
  /** Connecting it. */
  CONNECT(1),
  /** Where the connection ends, decided when it begins. */
  COURSE(2),
  /** Reads. */
  READ(3),
  /** Writes. */
  WRITE(4),
  /** Spurious readiness, once a select and key. */
  READY(5),
  /** Accepts. */
  ACCEPT(6),
  /** The connections that a listener accepts: their dice branch off here, by number. */
  ACCEPTED(7);

  /** Given here and not by order, so that a seed means the same in the next version. */
  private final int number;

  Lane(int number) {
    this.number = number;
  }

  /** The dice for it, of a channel's. */
  Dice of(Dice channel) {
    return channel.branch(number);
  }
}
