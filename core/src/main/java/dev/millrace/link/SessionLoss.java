package dev.millrace.link;

/**
 * The receiving side did not know the session any more. What was acknowledged was delivered,
 * before; what was not yet sent is not concerned. In between is what nobody can know: it may have
 * been delivered, and is sent again, so it may come twice.
 *
 * @param why how it was lost
 * @param firstUncertainId the first message of which it is not known; above the last if there is
 *     none
 * @param lastUncertainId the last message of which it is not known
 */
public record SessionLoss(Why why, long firstUncertainId, long lastUncertainId) {
  /** How a session is lost. */
  public enum Why {
    /** The same receiver has forgotten it: it was away for too long, or others needed the room. */
    EVICTED,
    /** It is another receiver: the process was started anew, or this is another machine. */
    RESTARTED
  }

  /**
   * Whether some messages may come twice.
   *
   * @return false if all that was sent was acknowledged
   */
  public boolean mayRepeat() {
    return firstUncertainId <= lastUncertainId;
  }
}
