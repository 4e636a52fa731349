package dev.millrace.link;

import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.Connector;
import dev.millrace.EventLoop;
import dev.millrace.Limits;
import dev.millrace.SocketSettings;
import dev.millrace.Timeouts;
import dev.millrace.dial.Dialer;
import dev.millrace.failure.FailureKind;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** How a link gets a connection, each time that it wants one. Called on the loop's thread. */
@FunctionalInterface
public interface Route {
  /**
   * Begins to make a connection. Exactly one of the two methods of {@code arrival} is to be called,
   * once, and not before this has returned; none after the attempt was given up.
   *
   * @param loop carries the connection
   * @param arrival told of what came of it
   * @return gives the attempt up, without effect when it is over
   */
  Runnable connect(EventLoop loop, Arrival arrival);

  /** What comes of an attempt. */
  interface Arrival {
    /**
     * The connection is there.
     *
     * @param connection the link's from now on
     * @return its handler, whose {@code onOpen} is to be called next
     */
    ConnectionHandler onConnected(Connection connection);

    /**
     * It failed.
     *
     * @param kind what it failed of
     * @param reason the same in a few words
     */
    void onFailed(FailureKind kind, String reason);
  }

  /**
   * A route to a name, looked up anew for each attempt, or to an address written as text.
   *
   * @param dialer looks up and tries the addresses, within its deadline
   * @param host a name, an IPv4 address, or an IPv6 address, with or without brackets
   * @param port 1 to 65,535
   * @return the route
   * @throws IllegalArgumentException if the host is empty or the port out of range
   */
  static Route to(Dialer dialer, String host, int port) {
    Objects.requireNonNull(dialer, "dialer");
    if (host.isEmpty()) {
      throw new IllegalArgumentException("host is empty, allowed is a name or an address");
    }
    Bounds.range("port", port, 1, 65_535);
    return (loop, arrival) -> dialer.dial(loop, host, port, new Answer(arrival))::cancel;
  }

  /**
   * A route to the first of some addresses that answers; each attempt begins with the first one.
   *
   * @param dialer tries the addresses, within its deadline
   * @param addresses at least one; copied
   * @return the route
   * @throws IllegalArgumentException if there is no address
   */
  static Route to(Dialer dialer, List<InetSocketAddress> addresses) {
    Objects.requireNonNull(dialer, "dialer");
    List<InetSocketAddress> all = List.copyOf(addresses);
    if (all.isEmpty()) {
      throw new IllegalArgumentException("addresses are none, allowed is 1 or more");
    }
    return (loop, arrival) -> dialer.dial(loop, all, new Answer(arrival))::cancel;
  }

  /**
   * A route to one address, with default limits, time-outs and socket options.
   *
   * @param address where to, resolved
   * @param timeout how long an attempt may take; 0 leaves it to the kernel, which may take minutes
   * @return the route
   */
  static Route to(SocketAddress address, Duration timeout) {
    return to(address, timeout, Limits.defaults(), Timeouts.defaults(), SocketSettings.defaults());
  }

  /**
   * A route to one address.
   *
   * @param address where to, resolved
   * @param timeout how long an attempt may take; 0 leaves it to the kernel, which may take minutes
   * @param limits the connections' bounds; they must fit the options of the link's loop
   * @param timeouts the connections' time-outs; of {@code readIdle} heartbeats take the place
   * @param socketSettings the connections' socket options
   * @return the route
   */
  static Route to(
      SocketAddress address,
      Duration timeout,
      Limits limits,
      Timeouts timeouts,
      SocketSettings socketSettings) {
    Objects.requireNonNull(address, "address");
    Objects.requireNonNull(timeout, "timeout");
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(timeouts, "timeouts");
    Objects.requireNonNull(socketSettings, "socketSettings");
    return (loop, arrival) -> {
      Connection connection =
          Connector.connect(
              loop, address, timeout, new Arriving(arrival), limits, timeouts, socketSettings);
      return () -> {
        if (!connection.state().isClosing()) {
          connection.abort();
        }
      };
    };
  }
}
