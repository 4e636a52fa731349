package dev.millrace;

import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;

/**
 * Makes connections from a loop, to one resolved address at a time.
 *
 * <p>Whatever comes of a connect is told through the handler, after the call: {@code onOpen}, or
 * {@code onClosed} alone with the record of why: {@code ECONNREFUSED}, {@code CONNECT_TIMEOUT} (our
 * deadline), {@code EHOSTUNREACH}, {@code UNRESOLVED}, {@code SELF_CONNECT}, {@code EMFILE} and so
 * on. A channel is never left behind, also where the JDK throws an unchecked exception and leaves
 * it open.
 *
 * <pre>{@code
 * Connection c = Connector.connect(loop, address, Duration.ofSeconds(3), handler);
 * // c.abort() gives it up
 * }</pre>
 */
public final class Connector {
  private Connector() {}

  /**
   * Connects with default limits, time-outs and socket options.
   *
   * @param loop carries the connection; the call must come from its thread
   * @param address where to, resolved
   * @param deadline how long the connect may take; 0 leaves it to the kernel, which may take
   *     minutes
   * @param handler hears of it
   * @return the connection, in the state {@code CONNECTING} (or over, if it failed at once: the
   *     handler is told later in this turn or the next)
   * @throws IllegalStateException if called from another thread
   * @throws RejectedExecutionException if the loop has stopped; the handler hears nothing
   * @throws IllegalArgumentException if the deadline is negative or over a century
   */
  public static Connection connect(
      EventLoop loop, SocketAddress address, Duration deadline, ConnectionHandler handler) {
    return connect(
        loop,
        address,
        deadline,
        handler,
        Limits.defaults(),
        Timeouts.defaults(),
        SocketSettings.defaults());
  }

  /**
   * Connects.
   *
   * @param loop carries the connection; the call must come from its thread
   * @param address where to, resolved
   * @param deadline how long the connect may take; 0 leaves it to the kernel, which may take
   *     minutes
   * @param handler hears of it
   * @param limits the connection's bounds
   * @param timeouts the connection's time-outs
   * @param socketSettings the connection's socket options
   * @return as in {@link #connect(EventLoop, SocketAddress, Duration, ConnectionHandler)}
   * @throws IllegalStateException if called from another thread
   * @throws RejectedExecutionException if the loop has stopped; the handler hears nothing
   * @throws IllegalArgumentException if the deadline is negative or over a century, or the limits
   *     don't fit the loop's options
   */
  public static Connection connect(
      EventLoop loop,
      SocketAddress address,
      Duration deadline,
      ConnectionHandler handler,
      Limits limits,
      Timeouts timeouts,
      SocketSettings socketSettings) {
    loop.checkThread();
    loop.checkNotStopped("connect");
    Objects.requireNonNull(address, "address");
    Objects.requireNonNull(handler, "handler");
    Check.timeout("deadline", deadline);
    ConnectionSettings settings = new ConnectionSettings(limits, timeouts, socketSettings);
    settings.checkAgainst(loop.options());
    SocketChannel channel = null;
    Throwable failed = null;
    try {
      if (!loop.hasConnected) {
        ErrorPaths.load();
        loop.hasConnected = true;
      }
      channel = loop.provider().openSocketChannel();
      channel.configureBlocking(false);
      socketSettings.applyTo(channel);
    } catch (Throwable t) {
      // Unchecked, say, where a channel of the provider's does not know an option; and an Error,
      // where there is no descriptor to load a class with.
      failed = t;
    }
    Connection connection =
        new Connection(loop, channel, address, ConnectionState.CONNECTING, handler, settings, null);
    if (failed == null) {
      connection.connect(deadline);
    } else if (channel == null) {
      connection.connectFailed(loop.classifier.open(failed, isOutOfDescriptors(loop)));
    } else {
      connection.connectFailed(loop.classifier.connect(failed, Long.MAX_VALUE));
    }
    return connection;
  }

  /**
   * The probe that no text is needed for. A socket could not be opened, for want of a descriptor or
   * of something that only sockets need; if a selector can't be either, it is the descriptor. To
   * open another socket would prove nothing.
   */
  private static boolean isOutOfDescriptors(EventLoop loop) {
    try {
      loop.provider().openSelector().close();
      return false;
    } catch (Throwable none) {
      return true;
    }
  }
}
