package dev.millrace.bench.compare;

import dev.millrace.bench.load.ProtocolName;
import dev.millrace.bench.peer.Peer;

/**
 * What the ratios of a protocol are told against.
 *
 * @param peer the server
 * @param words what it is, in titles
 * @param name what it is, in the head of a column
 */
record Baseline(Peer peer, String words, String name) {
  /** The least that does what all of them do. */
  static final Baseline FLOOR =
      new Baseline(Peer.BARE_TIMEOUTS, "bare loop with time-outs", "floor");

  /**
   * That of a protocol. Of an echo it is the floor. A loop by hand that speaks HTTP or RESP would
   * be one more server and no floor, so there it is who was the fastest: of the HTTP servers in
   * Java, and Redis itself.
   */
  static Baseline of(ProtocolName protocol) {
    return switch (protocol) {
      case ECHO -> FLOOR;
      case HTTP -> new Baseline(Peer.ACTIVEJ, "ActiveJ", "activej");
      case RESP -> new Baseline(Peer.REDIS_SERVER, "redis-server", "redis-server");
    };
  }
}
