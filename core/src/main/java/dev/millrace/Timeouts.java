package dev.millrace;

import java.time.Duration;

/**
 * Time-outs of one connection; immutable; 0 switches one off. A connection arms one timer, for the
 * earliest of them.
 *
 * <pre>{@code
 * Timeouts timeouts = Timeouts.defaults().withReadIdle(Duration.ofSeconds(15)).withLifetime(Duration.ofHours(1));
 * }</pre>
 *
 * @param readIdle no byte came for so long, while we wanted to read and nothing waited to be
 *     written: the connection is closed, with a clean FIN. Default 60 s, the usual idle time of a
 *     keep-alive client
 * @param writeStall bytes are pending and the kernel took none for so long: the connection is cut.
 *     Counted in bytes, so a slow but steady reader is left alone. Default 30 s: longer than a lost
 *     packet's first four retransmissions
 * @param paused the handler paused reading for so long. While paused with nothing to write, the
 *     channel is deaf: a reset goes unnoticed until the next write or resume, or until this closes
 *     the connection. Default 5 min
 * @param halfClosed the peer sent its FIN and nothing was pending for so long. Default 60 s
 * @param drain after a close, bytes are pending and the kernel took none for so long: what is left
 *     is cut. Counted in bytes as {@code writeStall} is, so that the last answer reaches a slow but
 *     steady reader whole. Default 5 s: shorter, as nobody will answer this peer any more
 * @param linger after the last byte and our FIN, how long to wait for the peer's. Default 5 s. Its
 *     end is a plain close
 * @param lifetime age at which the connection is closed, gently. Default 0: off
 */
public record Timeouts(
    Duration readIdle,
    Duration writeStall,
    Duration paused,
    Duration halfClosed,
    Duration drain,
    Duration linger,
    Duration lifetime) {

  private static final Timeouts DEFAULTS =
      new Timeouts(
          Duration.ofSeconds(60),
          Duration.ofSeconds(30),
          Duration.ofMinutes(5),
          Duration.ofSeconds(60),
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          Duration.ZERO);

  /**
   * Checks every value.
   *
   * @param readIdle as above
   * @param writeStall as above
   * @param paused as above
   * @param halfClosed as above
   * @param drain as above
   * @param linger as above
   * @param lifetime as above
   * @throws IllegalArgumentException if a value is negative or over a century; the message names
   *     the option, the value and what is allowed
   */
  public Timeouts {
    Check.timeout("readIdle", readIdle);
    Check.timeout("writeStall", writeStall);
    Check.timeout("paused", paused);
    Check.timeout("halfClosed", halfClosed);
    Check.timeout("drain", drain);
    Check.timeout("linger", linger);
    Check.timeout("lifetime", lifetime);
  }

  /**
   * The defaults, each with its reason above.
   *
   * @return the defaults
   */
  public static Timeouts defaults() {
    return DEFAULTS;
  }

  /**
   * The same with another {@code readIdle}.
   *
   * @param readIdle as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not allowed, alone or beside the others
   */
  public Timeouts withReadIdle(Duration readIdle) {
    return new Timeouts(readIdle, writeStall, paused, halfClosed, drain, linger, lifetime);
  }

  /**
   * The same with another {@code writeStall}.
   *
   * @param writeStall as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not allowed, alone or beside the others
   */
  public Timeouts withWriteStall(Duration writeStall) {
    return new Timeouts(readIdle, writeStall, paused, halfClosed, drain, linger, lifetime);
  }

  /**
   * The same with another {@code paused}.
   *
   * @param paused as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not allowed, alone or beside the others
   */
  public Timeouts withPaused(Duration paused) {
    return new Timeouts(readIdle, writeStall, paused, halfClosed, drain, linger, lifetime);
  }

  /**
   * The same with another {@code halfClosed}.
   *
   * @param halfClosed as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not allowed, alone or beside the others
   */
  public Timeouts withHalfClosed(Duration halfClosed) {
    return new Timeouts(readIdle, writeStall, paused, halfClosed, drain, linger, lifetime);
  }

  /**
   * The same with another {@code drain}.
   *
   * @param drain as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not allowed, alone or beside the others
   */
  public Timeouts withDrain(Duration drain) {
    return new Timeouts(readIdle, writeStall, paused, halfClosed, drain, linger, lifetime);
  }

  /**
   * The same with another {@code linger}.
   *
   * @param linger as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not allowed, alone or beside the others
   */
  public Timeouts withLinger(Duration linger) {
    return new Timeouts(readIdle, writeStall, paused, halfClosed, drain, linger, lifetime);
  }

  /**
   * The same with another {@code lifetime}.
   *
   * @param lifetime as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not allowed, alone or beside the others
   */
  public Timeouts withLifetime(Duration lifetime) {
    return new Timeouts(readIdle, writeStall, paused, halfClosed, drain, linger, lifetime);
  }
}
