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

  private final ConnectionSettings settings;
  final long startedNanos;

  /** The last byte in, and the last byte that the kernel took. */
  long lastInputNanos;

  long lastOutputNanos;

  /** Since when input is as it is: paused, wanted again, or ended. */
  long inputSinceNanos;

  /** Since when output is as it is: pending, draining, or lingering. */
  long outputSinceNanos;

  /** The handler's own deadline, or that of the connect; absolute; see {@link #hasOwn}. */
  long ownNanos;

  boolean hasOwn;

  /** What {@link #earliest} found. */
  FailureKind kind = FailureKind.NONE;

  private long best;

  Deadlines(ConnectionSettings settings, long now) {
    this.settings = settings;
    startedNanos = now;
    lastInputNanos = now;
    lastOutputNanos = now;
    inputSinceNanos = now;
    outputSinceNanos = now;
  }

  long lastProgressNanos() {
    return lastInputNanos - lastOutputNanos > 0 ? lastInputNanos : lastOutputNanos;
  }

  /**
   * The wait from {@code now} to the earliest deadline that runs in this situation: negative or 0
   * if it is due, {@link #NONE} if none runs. {@link #kind} tells which.
   *
   * @param pending whether output waits for the kernel
   * @param paused whether reading is paused, by the handler or by a bound
   */
  long earliest(long now, ConnectionState state, boolean pending, boolean paused) {
    best = NONE;
    kind = FailureKind.NONE;
    switch (state) {
      case CLOSED -> {
        return NONE;
      }
      case CONNECTING -> {
        if (hasOwn) {
          consider(ownNanos - now, FailureKind.CONNECT_TIMEOUT);
        }
      }
      case OPEN_DRAINING, ENDED_DRAINING ->
          run(now, outputSinceNanos, settings.drainNanos, FailureKind.DRAIN_TIMEOUT);
      case OPEN_LINGERING ->
          run(now, outputSinceNanos, settings.lingerNanos, FailureKind.LINGER_TIMEOUT);
      default -> {
        run(now, startedNanos, settings.lifetimeNanos, FailureKind.LIFETIME);
        if (hasOwn) {
          consider(ownNanos - now, FailureKind.DEADLINE);
        }
        if (pending) {
          run(
              now,
              later(outputSinceNanos, lastOutputNanos),
              settings.writeStallNanos,
              FailureKind.WRITE_STALL);
        } else if (state.isInputEnded()) {
          run(
              now,
              later(inputSinceNanos, lastOutputNanos),
              settings.halfClosedNanos,
              FailureKind.HALF_CLOSED_TIMEOUT);
        } else if (paused) {
          run(
              now,
              later(inputSinceNanos, lastInputNanos),
              settings.pausedNanos,
              FailureKind.PAUSED_TIMEOUT);
        } else {
          run(
              now,
              later(inputSinceNanos, lastInputNanos),
              settings.readIdleNanos,
              FailureKind.READ_IDLE);
        }
      }
    }
    return best;
  }

  private void run(long now, long since, long timeout, FailureKind which) {
    if (timeout != 0) {
      consider(since - now + timeout, which);
    }
  }

  private void consider(long wait, FailureKind which) {
    if (wait < best) {
      best = wait;
      kind = which;
    }
  }

  private static long later(long a, long b) {
    return a - b > 0 ? a : b;
  }
}
