package dev.millrace;

import java.nio.channels.SelectionKey;

/**
 * What a selection key carries: the seam between the loop, which knows no connection, and what
 * lives on it.
 *
 * <p>All methods run on the loop's thread and never inside another one of them. None of them may
 * throw for a fault of user code; a Throwable that comes out nevertheless is a fault of Millrace,
 * and the loop passes it to {@link #broken}.
 */
abstract class Ready {
  /**
   * The key on the loop's selector; null before registration. Replaced when the selector is
   * rebuilt.
   */
  SelectionKey key;

  /**
   * In how many polls, one after the other, this was ready and could do nothing: the spin counter.
   */
  int fruitless;

  /** The last of those polls. */
  int fruitlessPoll;

  /** Whether this stands in the loop's flush list. */
  boolean attended;

  /** Handles readiness; returns whether anything moved, so that a spin is seen. */
  abstract boolean ready(int ops);

  /** The flush phase: does what was asked for outside of this one's own events. */
  abstract void settle();

  /**
   * The closes phase: tells the end and closes the channel. Called once, after {@link
   * EventLoop#retire}.
   */
  abstract void retired();

  /**
   * Was ready in {@code LoopOptions.spinLimit} polls in a row without progress: must mute or end
   * itself. Returns what it did.
   */
  abstract String spinning();

  /** The loop ends: must retire. */
  abstract void loopStopping();

  /** Something threw where nothing should: must end itself. */
  abstract void broken(Throwable fault);

  /** The loop's memory budget has room again. */
  void memoryReleased() {}

  /**
   * Bytes of the loop's memory that this one holds for output, and how long it made no progress
   * with them.
   */
  long heldBytes() {
    return 0;
  }

  /** When output last moved, in the clock's nanoseconds. */
  long lastOutputNanos() {
    return 0;
  }

  /** Bytes of the loop's memory that this one holds for input that was not consumed. */
  long keptBytes() {
    return 0;
  }

  /** Closes this one because too much input is kept, and it has the most. */
  void closeForKept() {}

  /**
   * Ends this one because the loop's memory budget is used up and it is the largest that makes no
   * progress.
   */
  void cutForMemory() {}
}
