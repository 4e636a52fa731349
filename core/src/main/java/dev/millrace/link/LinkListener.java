package dev.millrace.link;

/**
 * What a link tells. The callbacks come on the loop's thread, one at a time, never inside of
 * another or of a call to the link: what {@code send} or {@code close} causes is told after it has
 * returned. In each of them every method of the link may be called. {@link #onClosed} is the last.
 *
 * <p>What a callback throws does not stop the link. If it came in an event of the connection that
 * connection ends, and the link reconnects; else it is logged.
 */
public interface LinkListener {
  /**
   * The state has changed.
   *
   * @param link whose
   * @param transition from where to where, and why
   */
  default void onTransition(Link link, LinkTransition transition) {}

  /**
   * Some messages more are acknowledged: the receiver's handler took them.
   *
   * @param link whose
   * @param id the last of them; all with a lower id are, too
   */
  default void onAcknowledged(Link link, long id) {}

  /**
   * There is room again, after a message was refused with {@code FULL}: half of the queue is free.
   *
   * @param link whose
   */
  default void onRoom(Link link) {}

  /**
   * The receiver did not know the session any more. The link goes on and sends again what is not
   * acknowledged.
   *
   * @param link whose
   * @param loss which messages may come twice
   */
  default void onSessionLost(Link link, SessionLoss loss) {}

  /**
   * The link is over: exactly once, and last.
   *
   * @param link which
   * @param report why, and which messages are not acknowledged
   */
  default void onClosed(Link link, LinkReport report) {}
}
