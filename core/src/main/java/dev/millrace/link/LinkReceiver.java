package dev.millrace.link;

import java.nio.ByteBuffer;

/**
 * What an application does with the messages of links. The callbacks come on the loop's thread, one
 * at a time; of one session in the order
 *
 * <pre>
 *   (onSession onMessage*)+ onSessionEnd
 * </pre>
 *
 * <p>What a callback throws ends the connection, not the session: the link comes back, and a
 * message whose callback threw is offered again.
 *
 * <p>A callback must not block: while it runs nobody else on the loop is served. Where a message
 * can't be worked off at once, take it, and {@link LinkSession#pause} what follows.
 */
@FunctionalInterface
public interface LinkReceiver {
  /**
   * A message, exactly once and in order. To return is to have taken it: then it is acknowledged,
   * and not before. To throw is not to have taken it.
   *
   * @param session whose message
   * @param id its number in the session: 1, 2, 3 and so on
   * @param payload its bytes between position and limit, perhaps none; read-only, <em>borrowed</em>
   *     until this method returns
   */
  void onMessage(LinkSession session, long id, ByteBuffer payload);

  /**
   * A connection of a session begins. A greeting that was held up in the network and arrives behind
   * the session's good-bye begins one, too; no message follows it, and it ends by its age.
   *
   * @param session which one
   * @param start {@code LOST} if the link had a session that is not known here; what comes first
   *     may then have come before, up to {@link LinkSession#uncertainId}
   */
  default void onSession(LinkSession session, SessionStart start) {}

  /**
   * A session is forgotten. Should its link come back, it begins with {@link SessionStart#LOST}.
   *
   * @param session which one; never heard of again
   * @param end why
   */
  default void onSessionEnd(LinkSession session, SessionEnd end) {}
}
