package dev.millrace;

import java.util.Objects;

/**
 * What the connections of one server or one connect have in common; shared by them, so that each
 * carries one reference.
 */
final class ConnectionSettings {
  final Limits limits;
  final Timeouts timeouts;
  final SocketSettings socket;

  /** Read at each event: one load instead of two. */
  final int readBudgetBytes;

  final int writeBudgetBytes;
  final int highWaterBytes;
  final int hardLimitBytes;

  /** The time-outs in nanoseconds; 0 is off. */
  final long readIdleNanos;

  final long writeStallNanos;
  final long pausedNanos;
  final long halfClosedNanos;
  final long drainNanos;
  final long lingerNanos;
  final long lifetimeNanos;

  ConnectionSettings(Limits limits, Timeouts timeouts, SocketSettings socket) {
    this.limits = Objects.requireNonNull(limits, "limits");
    this.timeouts = Objects.requireNonNull(timeouts, "timeouts");
    this.socket = Objects.requireNonNull(socket, "socketSettings");
    readBudgetBytes = limits.readBudgetBytes();
    writeBudgetBytes = limits.writeBudgetBytes();
    highWaterBytes = limits.highWaterBytes();
    hardLimitBytes = limits.hardLimitBytes();
    readIdleNanos = timeouts.readIdle().toNanos();
    writeStallNanos = timeouts.writeStall().toNanos();
    pausedNanos = timeouts.paused().toNanos();
    halfClosedNanos = timeouts.halfClosed().toNanos();
    drainNanos = timeouts.drain().toNanos();
    lingerNanos = timeouts.linger().toNanos();
    lifetimeNanos = timeouts.lifetime().toNanos();
  }

  /** Refuses what only the loop's own settings show to be wrong. */
  void checkAgainst(LoopOptions options) {
    long least = (long) limits.highWaterBytes() + options.readBufferBytes();
    if (limits.hardLimitBytes() < least) {
      throw new IllegalArgumentException(
          "hardLimitBytes is "
              + limits.hardLimitBytes()
              + ", allowed is "
              + least
              + " (highWaterBytes + the loop's readBufferBytes) or more: an echo must never be told FULL");
    }
    if (limits.maxKeptBytes() > options.keptBudgetBytes()) {
      throw new IllegalArgumentException(
          "maxKeptBytes is "
              + limits.maxKeptBytes()
              + ", allowed is at most the loop's keptBudgetBytes, "
              + options.keptBudgetBytes());
    }
    if (limits.hardLimitBytes() > options.budgetBytes()) {
      throw new IllegalArgumentException(
          "hardLimitBytes is "
              + limits.hardLimitBytes()
              + ", allowed is at most the loop's budgetBytes, "
              + options.budgetBytes());
    }
  }
}
