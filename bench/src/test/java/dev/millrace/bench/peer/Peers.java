package dev.millrace.bench.peer;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The servers that can run here, and how they are started where nothing is measured. */
final class Peers {
  /** Far more than any test takes; so that only the test's own time-out ends an idle client. */
  static final Duration LONG = Duration.ofMinutes(5);

  /** Small and quickly there: many are started. */
  static final List<String> QUICK_JVM =
      List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private Peers() {}

  static Stream<Peer> available() {
    return Arrays.stream(Peer.values()).filter(peer -> peer.unavailable().isEmpty());
  }

  /** One in a JVM and the one that is not, where it does not matter which server it is. */
  static Stream<Peer> oneOfEachKind() {
    return available().filter(peer -> peer == Peer.BARE || !peer.isJava());
  }

  static Stream<Peer> availableWithReadTimeout() {
    return available().filter(Peer::hasReadTimeout);
  }

  static ServerOptions options(Peer peer, Duration readTimeout) {
    return new ServerOptions(peer, peer.isJava() ? QUICK_JVM : List.of(), List.of(), readTimeout);
  }
}
