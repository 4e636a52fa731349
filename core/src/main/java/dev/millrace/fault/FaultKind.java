package dev.millrace.fault;

import java.util.Locale;

/**
 * What can be made to go wrong. Each has a chance, drawn at the occasion named here, and most have
 * an amount, drawn from a range when it happens.
 *
 * <p>{@link Reach#CHANNEL} faults can be injected around real channels and in the simulated network
 * alike; {@link Reach#NETWORK} ones need a network and a clock that obey; {@link Reach#CODE} ones
 * are done to the program's own code, by the simulation's test kit.
 */
public enum FaultKind {
  /** A read moves so many bytes at the most; drawn each read. */
  SHORT_READ(Reach.CHANNEL, Unit.BYTES, 1, 64),
  /** A write takes so many bytes at the most, 0 as if the socket were full; drawn each write. */
  SHORT_WRITE(Reach.CHANNEL, Unit.BYTES, 0, 64),
  /** A key is reported ready for all it asks for, and is not; drawn each select and key. */
  SPURIOUS_READY(Reach.CHANNEL, Unit.NONE, 0, 0),
  /** An accept returns null although a connection waits; drawn each accept. */
  NULL_ACCEPT(Reach.CHANNEL, Unit.NONE, 0, 0),
  /** An accept fails as at the descriptor limit; drawn each accept. */
  ACCEPT_EMFILE(Reach.CHANNEL, Unit.NONE, 0, 0),
  /** Opening a channel fails as at the descriptor limit; drawn each open. */
  OPEN_EMFILE(Reach.CHANNEL, Unit.NONE, 0, 0),
  /** A read fails like one whose peer has vanished (a time-out, no reset); drawn each read. */
  READ_ERROR(Reach.CHANNEL, Unit.NONE, 0, 0),
  /** A write fails like one whose peer has vanished; drawn each write. */
  WRITE_ERROR(Reach.CHANNEL, Unit.NONE, 0, 0),
  /** The peer resets after so many bytes in both directions; drawn each connection. */
  RESET_AT(Reach.CHANNEL, Unit.BYTES, 0, 65_536),
  /** Nothing moves any more after so many bytes in both directions; drawn each connection. */
  STALL_AT(Reach.CHANNEL, Unit.BYTES, 0, 65_536),
  /** The peer's end of stream comes after so many bytes of input; drawn each connection. */
  HALF_CLOSE_AT(Reach.CHANNEL, Unit.BYTES, 0, 65_536),
  /** A connect is refused; drawn each connect. */
  CONNECT_REFUSED(Reach.CHANNEL, Unit.NONE, 0, 0),
  /** A connect stays pending for ever; drawn each connect. */
  CONNECT_PENDING(Reach.CHANNEL, Unit.NONE, 0, 0),
  /** A connect fails with a time-out, after so long; drawn each connect. */
  CONNECT_FAILS_LATE(Reach.CHANNEL, Unit.NANOS, 1_000_000, 3_000_000_000L),

  /** The peer takes so many bytes a second at the most; drawn each connection. */
  SLOW_DRAIN(Reach.NETWORK, Unit.BYTES, 1_000, 100_000),
  /** A segment is under way for so long; drawn each segment, so that a range is jitter. */
  LATENCY(Reach.NETWORK, Unit.NANOS, 0, 50_000_000),
  /** A direction of a connection carries so many bytes a second; drawn each connection. */
  BANDWIDTH(Reach.NETWORK, Unit.BYTES, 10_000, 10_000_000),
  /** Nothing arrives for so long, then all of it; drawn each second and host. */
  PARTITION(Reach.NETWORK, Unit.NANOS, 10_000_000, 10_000_000_000L),
  /** The clock jumps ahead by so much between two polls, as after a suspend; drawn each poll. */
  CLOCK_JUMP(Reach.NETWORK, Unit.NANOS, 1_000_000, 3_600_000_000_000L),

  /** A callback of the handler throws; drawn each callback. */
  HANDLER_THROWS(Reach.CODE, Unit.NONE, 0, 0),
  /** A task holds the loop up for so long; drawn each poll. */
  TASK_STALL(Reach.CODE, Unit.NANOS, 1_000_000, 5_000_000_000L);

  /** Who can inject a fault. */
  public enum Reach {
    /** Whatever stands around a channel. */
    CHANNEL,
    /** Only a simulated network. */
    NETWORK,
    /** Only who calls the program's code. */
    CODE
  }

  /** What the amount of a fault counts. */
  public enum Unit {
    /** The fault has no amount. */
    NONE,
    /** Bytes, or bytes a second. */
    BYTES,
    /** Nanoseconds; written with a unit in a plan's text. */
    NANOS
  }

  private final Reach reach;
  private final Unit unit;
  private final long min;
  private final long max;

  FaultKind(Reach reach, Unit unit, long min, long max) {
    this.reach = reach;
    this.unit = unit;
    this.min = min;
    this.max = max;
  }

  /**
   * Who can inject it.
   *
   * @return the reach
   */
  public Reach reach() {
    return reach;
  }

  /**
   * What its amount counts.
   *
   * @return the unit
   */
  public Unit unit() {
    return unit;
  }

  /**
   * The smallest amount where a plan gives none.
   *
   * @return in {@link #unit()}s
   */
  public long defaultMin() {
    return min;
  }

  /**
   * The largest amount where a plan gives none.
   *
   * @return in {@link #unit()}s
   */
  public long defaultMax() {
    return max;
  }

  /**
   * The word for it in a plan's text.
   *
   * @return lower case with hyphens, such as {@code short-read}
   */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
