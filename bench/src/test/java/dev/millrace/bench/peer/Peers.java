package dev.millrace.bench.peer;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.bench.load.ProtocolName;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The servers that can run here, and how they are started where nothing is measured. */
public final class Peers {
  /** Far more than any test takes; so that only the test's own time-out ends an idle client. */
  static final Duration LONG = Duration.ofMinutes(5);

  /** Small and quickly there: many are started. */
  static final List<String> QUICK_JVM =
      List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private Peers() {}

  /** Those that echo. */
  static Stream<Peer> available() {
    return available(ProtocolName.ECHO);
  }

  private static Stream<Peer> available(ProtocolName protocol) {
    return Peer.speaking(protocol).stream().filter(peer -> peer.unavailable().isEmpty());
  }

  static Stream<Peer> availableOfHttp() {
    return available(ProtocolName.HTTP);
  }

  /** All there are: a test asks for each by {@link #require}. */
  static Stream<Peer> ofResp() {
    return Peer.speaking(ProtocolName.RESP).stream();
  }

  /**
   * Skips the test where a server can't run; in CI, where all of them are to be there, fails it.
   */
  public static void require(Peer peer) {
    peer.unavailable()
        .ifPresent(
            why -> {
              if ("true".equals(System.getenv("CI"))) {
                fail(peer.title() + ": " + why);
              }
              assumeTrue(false, peer.title() + ": " + why);
            });
  }

  /** One in a JVM and the one that is not, where it does not matter which server it is. */
  static Stream<Peer> oneOfEachKind() {
    return available().filter(peer -> peer == Peer.BARE || !peer.isJava());
  }

  static Stream<Peer> availableWithReadTimeout() {
    return available().filter(Peer::hasReadTimeout);
  }

  /** As what it serves first, which is the echo where it knows that. */
  static ServerOptions options(Peer peer, Duration readTimeout) {
    return options(peer, peer.protocols().iterator().next(), readTimeout);
  }

  static ServerOptions options(Peer peer, ProtocolName protocol, Duration readTimeout) {
    List<String> jvm = peer.isJava() ? QUICK_JVM : List.of();
    return new ServerOptions(peer, protocol, jvm, List.of(), readTimeout);
  }
}
