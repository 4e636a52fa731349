package dev.millrace;

import dev.millrace.failure.FailureKind;
import java.util.Map;

/**
 * A server's counts at one moment.
 *
 * @param open connections open now
 * @param accepted connections accepted since the start
 * @param rejectedByCap closed at once because of the connection cap
 * @param rejectedByAddressCap closed at once because of the cap for their address
 * @param shed closed at once because no descriptor was left
 * @param acceptFailures how often accept failed
 * @param endedByKind ended connections of this server's loop by failure kind; orderly ends are
 *     {@code NONE}
 */
public record ServerStats(
    int open,
    long accepted,
    long rejectedByCap,
    long rejectedByAddressCap,
    long shed,
    long acceptFailures,
    Map<FailureKind, Long> endedByKind) {

  /**
   * Copies the map.
   *
   * @param open as above
   * @param accepted as above
   * @param rejectedByCap as above
   * @param rejectedByAddressCap as above
   * @param shed as above
   * @param acceptFailures as above
   * @param endedByKind as above
   */
  public ServerStats {
    endedByKind = Map.copyOf(endedByKind);
  }
}
