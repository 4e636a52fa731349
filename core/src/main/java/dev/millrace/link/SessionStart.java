package dev.millrace.link;

/** How a connection of a session begins, as the receiving side decides it. */
public enum SessionStart {
  /** The first one: nothing was sent before. */
  NEW,
  /** The session is known: it goes on behind the last message that was delivered. */
  RESUMED,
  /**
   * There was one, and this receiver does not know it: evicted, or the receiver was started anew.
   * What was sent and not acknowledged may have been delivered, and comes again.
   */
  LOST
}
