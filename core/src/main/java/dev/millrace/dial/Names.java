package dev.millrace.dial;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Turns a name into addresses; may block. {@link Resolver} calls it on its executor's threads, on
 * several at the same time.
 */
@FunctionalInterface
public interface Names {
  /**
   * Looks a name up.
   *
   * @param host the name
   * @return its addresses, the best first; at least one
   * @throws UnknownHostException if there is none, or nobody answered
   */
  List<InetAddress> lookUp(String host) throws UnknownHostException;

  /**
   * The system's: {@link InetAddress#getAllByName}, which asks what the machine is configured to
   * ask, and remembers answers for as long as {@code networkaddress.cache.ttl} says.
   *
   * @return one without a state of its own
   */
  static Names system() {
    return host -> List.of(InetAddress.getAllByName(host));
  }
}
