package dev.millrace;

import org.slf4j.event.Level;

/**
 * A run of the same trouble, told with one log line: at its end, with how long it lasted and how
 * often it happened; one that goes on for long is told while it lasts as well. It ends when nothing
 * of the kind has happened for {@link #QUIET_NANOS}, so that a listener that flaps around its limit
 * is one episode, not a thousand.
 */
final class Episode {
  /** Long enough to bridge the longest back-off between two attempts that both fail at once. */
  static final long QUIET_NANOS = 5_000_000_000L;

  /** When an operator should hear of it although it is not over. */
  static final long TELL_AFTER_NANOS = 30_000_000_000L;

  private final Log log;
  private final String what;
  private boolean running;
  private boolean told;
  private long startedNanos;
  private long lastNanos;
  private long count;

  Episode(Log log, String what) {
    this.log = log;
    this.what = what;
  }

  boolean isRunning() {
    return running;
  }

  long count() {
    return count;
  }

  /** It happened (again). */
  void happened(long now, Object details) {
    if (!running) {
      running = true;
      told = false;
      count = 0;
      startedNanos = now;
    }
    count++;
    lastNanos = now;
    if (!told && now - startedNanos >= TELL_AFTER_NANOS) {
      told = true;
      log.line(
          Level.WARN,
          "{}, still going on forMs={} count={} {}",
          what,
          (now - startedNanos) / 1_000_000,
          count,
          details);
    }
  }

  /** Ends the episode if it has been quiet for long enough, with its line; true if it ended now. */
  boolean endIfQuiet(long now, Object details) {
    if (!running || now - lastNanos < QUIET_NANOS) {
      return false;
    }
    end(details);
    return true;
  }

  /** Ends the episode, with its line. */
  void end(Object details) {
    if (running) {
      running = false;
      log.line(
          Level.WARN,
          "{} lastedMs={} count={} {}",
          what,
          (lastNanos - startedNanos) / 1_000_000,
          count,
          details);
    }
  }
}
