package dev.millrace;

import dev.millrace.failure.FailureKind;
import dev.millrace.timer.Timer;

/**
 * The one timer of a connection, armed for the earliest of its deadlines.
 *
 * <p>Traffic does not move it: a read only notes when it was, and the timer, when it fires too
 * early for that, is armed again for the rest. So a busy connection costs one wake-up per time-out
 * and none per byte. Only what makes a deadline earlier, or starts one, arms anew; that is in the
 * cold path by nature.
 */
abstract class Deadlines extends Timer {
  static final long NONE = Long.MAX_VALUE;

  final long startedNanos;

  /** Since when input is as it is: paused, wanted again, or ended. */
  long inputSinceNanos;

  /** Since when output is as it is: pending, draining, or lingering. */
  long outputSinceNanos;

  /** The handler's own deadline, or that of the connect; absolute; see {@link #hasOwn}. */
  long ownNanos;

  boolean hasOwn;

  /**
   * The handler's own for {@code readIdleNanos} of the settings; 0 is off, below it there is none.
   */
  long ownReadIdleNanos = -1;

  Deadlines(long now) {
    startedNanos = now;
    inputSinceNanos = now;
    outputSinceNanos = now;
  }

  /** When the last byte came in. */
  abstract long lastInputNanos();

  /** When the kernel took the last byte. */
  abstract long lastOutputNanos();

  final long lastProgressNanos() {
    return later(lastInputNanos(), lastOutputNanos());
  }

  /**
   * The wait from {@code now} to the earliest deadline that runs in this situation: negative or 0
   * if it is due, {@link #NONE} if none runs.
   *
   * @param what what of the connection this is about: see {@link #situation}
   */
  long earliest(ConnectionSettings settings, long now, FailureKind what) {
    long wait = waitFor(settings, now, what);
    if (isOpen(what)) {
      wait = Math.min(wait, waitFor(settings, now, FailureKind.LIFETIME));
      wait = Math.min(wait, waitFor(settings, now, FailureKind.DEADLINE));
    }
    return wait;
  }

  /** Which deadline is due, where {@link #earliest} says that one is. */
  FailureKind due(ConnectionSettings settings, long now, FailureKind what) {
    if (waitFor(settings, now, what) <= 0) {
      return what;
    }
    return waitFor(settings, now, FailureKind.DEADLINE) <= 0
        ? FailureKind.DEADLINE
        : FailureKind.LIFETIME;
  }

  /**
   * The one deadline that the situation calls for; lifetime and the handler's own run beside it
   * while the connection is open.
   *
   * @param pending whether output waits for the kernel
   * @param paused whether reading is paused, by the handler or by a bound
   */
  static FailureKind situation(ConnectionState state, boolean pending, boolean paused) {
    return switch (state) {
      case CLOSED -> FailureKind.NONE;
      case CONNECTING -> FailureKind.CONNECT_TIMEOUT;
      case OPEN_DRAINING, ENDED_DRAINING -> FailureKind.DRAIN_TIMEOUT;
      case OPEN_LINGERING -> FailureKind.LINGER_TIMEOUT;
      case OPEN, OPEN_ENDING, OPEN_ENDED, ENDED_OPEN, ENDED_ENDING -> {
        if (pending) {
          yield FailureKind.WRITE_STALL;
        }
        if (state.isInputEnded()) {
          yield FailureKind.HALF_CLOSED_TIMEOUT;
        }
        yield paused ? FailureKind.PAUSED_TIMEOUT : FailureKind.READ_IDLE;
      }
    };
  }

  private static boolean isOpen(FailureKind what) {
    return switch (what) {
      case WRITE_STALL, HALF_CLOSED_TIMEOUT, PAUSED_TIMEOUT, READ_IDLE -> true;
      default -> false;
    };
  }

  private long waitFor(ConnectionSettings settings, long now, FailureKind what) {
    return switch (what) {
      case CONNECT_TIMEOUT, DEADLINE -> hasOwn ? ownNanos - now : NONE;
      case DRAIN_TIMEOUT ->
          left(now, later(outputSinceNanos, lastOutputNanos()), settings.drainNanos);
      case LINGER_TIMEOUT -> left(now, outputSinceNanos, settings.lingerNanos);
      case LIFETIME -> left(now, startedNanos, settings.lifetimeNanos);
      case WRITE_STALL ->
          left(now, later(outputSinceNanos, lastOutputNanos()), settings.writeStallNanos);
      case HALF_CLOSED_TIMEOUT ->
          left(now, later(inputSinceNanos, lastOutputNanos()), settings.halfClosedNanos);
      case PAUSED_TIMEOUT ->
          left(now, later(inputSinceNanos, lastInputNanos()), settings.pausedNanos);
      case READ_IDLE ->
          left(
              now,
              later(inputSinceNanos, lastInputNanos()),
              ownReadIdleNanos < 0 ? settings.readIdleNanos : ownReadIdleNanos);
      default -> NONE;
    };
  }

  private static long left(long now, long since, long timeout) {
    return timeout == 0 ? NONE : since - now + timeout;
  }

  private static long later(long a, long b) {
    return a - b > 0 ? a : b;
  }
}
