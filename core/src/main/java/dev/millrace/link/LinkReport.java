package dev.millrace.link;

import dev.millrace.failure.FailureKind;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * How a link ended, and what is not acknowledged.
 *
 * @param kind the failure after which it was given up; {@code NONE} if it was closed
 * @param reason the same in a few words
 * @param accepted how many messages were accepted in all
 * @param acknowledged how many of them are acknowledged: taken by the receiver's handler
 * @param unacknowledged the others, oldest first; the list and the messages are the caller's
 */
public record LinkReport(
    FailureKind kind,
    String reason,
    long accepted,
    long acknowledged,
    List<Message> unacknowledged) {

  /**
   * A message that is not acknowledged.
   *
   * @param id its id
   * @param payload what was given to {@link Link#send}; read-only
   * @param wasSent whether a connection was given it: if so it may have been delivered; if not, it
   *     certainly was not
   */
  public record Message(long id, ByteBuffer payload, boolean wasSent) {}

  /**
   * Whether every message that was accepted was delivered.
   *
   * @return true if so
   */
  public boolean isComplete() {
    return unacknowledged.isEmpty();
  }

  /** One line of {@code key=value}. */
  @Override
  public String toString() {
    return "kind="
        + kind.symbol()
        + " accepted="
        + accepted
        + " acknowledged="
        + acknowledged
        + " unacknowledged="
        + unacknowledged.size()
        + " reason=\""
        + reason
        + '"';
  }
}
