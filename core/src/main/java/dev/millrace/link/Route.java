package dev.millrace.link;

import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.Connector;
import dev.millrace.EventLoop;
import dev.millrace.failure.FailureKind;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;

/** How a link gets a connection, each time that it wants one. Called on the loop's thread. */
@FunctionalInterface
public interface Route {
  /**
   * Begins to make a connection. Exactly one of the two methods of {@code arrival} is to be called,
   * once; none after the attempt was given up.
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
   * A route to one address, with default limits, time-outs and socket options.
   *
   * @param address where to, resolved
   * @param timeout how long an attempt may take; 0 leaves it to the kernel, which may take minutes
   * @return the route
   */
  static Route to(SocketAddress address, Duration timeout) {
    Objects.requireNonNull(address, "address");
    Objects.requireNonNull(timeout, "timeout");
    return (loop, arrival) -> {
      Connection connection = Connector.connect(loop, address, timeout, new Arriving(arrival));
      return () -> {
        if (!connection.state().isClosing()) {
          connection.abort();
        }
      };
    };
  }
}
