package dev.millrace.bench.peer;

import dev.millrace.bench.load.ProtocolName;
import java.time.Duration;
import java.util.List;

/**
 * How a server is started.
 *
 * @param peer which one
 * @param protocol what it serves
 * @param jvmOptions for its JVM, the same for all that are compared; the peer's own {@link
 *     Peer#jvmOptions()} come before them
 * @param prefix a program that runs it, as {@code taskset -c 0}; it has to become the server and
 *     not start it, or the process that is asked and watched is the wrong one
 * @param readTimeout ends a connection that sent nothing for so long; zero for never
 */
public record ServerOptions(
    Peer peer,
    ProtocolName protocol,
    List<String> jvmOptions,
    List<String> prefix,
    Duration readTimeout) {
  /** What all of them can count in an {@code int} of milliseconds. */
  public static final Duration LONGEST_READ_TIMEOUT = Duration.ofDays(24);

  /** Checks and copies. */
  public ServerOptions {
    peer.checkSpeaks(protocol);
    jvmOptions = List.copyOf(jvmOptions);
    prefix = List.copyOf(prefix);
    if (readTimeout.isNegative() || readTimeout.compareTo(LONGEST_READ_TIMEOUT) > 0) {
      throw new IllegalArgumentException(
          "readTimeout is " + readTimeout + ", allowed is 0 to " + LONGEST_READ_TIMEOUT);
    }
  }
}
