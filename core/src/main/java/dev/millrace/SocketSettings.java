package dev.millrace;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * Socket options of a server and its connections, or of a connector; immutable. 0 leaves the
 * system's default.
 *
 * <pre>{@code
 * SocketSettings settings = SocketSettings.defaults().withBacklog(4096).withKeepAlive(true);
 * }</pre>
 *
 * @param noDelay TCP_NODELAY. Default true: the loop gathers small writes itself, and Nagle's
 *     algorithm against delayed acknowledgements costs up to 40 ms a request
 * @param keepAlive SO_KEEPALIVE. Default false: read idle finds the dead earlier, and it is one
 *     system call less an accept
 * @param sendBufferBytes SO_SNDBUF, 0 for the system's, which grows by itself. Default 0
 * @param receiveBufferBytes SO_RCVBUF, 0 for the system's, which grows by itself. Default 0
 * @param reuseAddress SO_REUSEADDR of listeners. Default true: a restart must not wait for
 *     TIME_WAIT to pass
 * @param reusePort SO_REUSEPORT of listeners. Default false. With it several loops can share a
 *     port; a listener that closes resets the clients queued on it
 * @param backlog how many established connections the kernel queues before accept, capped by {@code
 *     net.core.somaxconn}. Default 1024: a burst of as many while a turn lasts
 */
public record SocketSettings(
    boolean noDelay,
    boolean keepAlive,
    int sendBufferBytes,
    int receiveBufferBytes,
    boolean reuseAddress,
    boolean reusePort,
    int backlog) {

  private static final SocketSettings DEFAULTS =
      new SocketSettings(true, false, 0, 0, true, false, 1024);

  /**
   * Checks every value.
   *
   * @param noDelay as above
   * @param keepAlive as above
   * @param sendBufferBytes as above
   * @param receiveBufferBytes as above
   * @param reuseAddress as above
   * @param reusePort as above
   * @param backlog as above
   * @throws IllegalArgumentException if a value is out of range; the message names the option, the
   *     value and what is allowed
   */
  public SocketSettings {
    Check.range("sendBufferBytes", sendBufferBytes, 0, 1 << 30);
    Check.range("receiveBufferBytes", receiveBufferBytes, 0, 1 << 30);
    Check.range("backlog", backlog, 1, 65_535);
  }

  /**
   * The defaults, each with its reason above.
   *
   * @return the defaults
   */
  public static SocketSettings defaults() {
    return DEFAULTS;
  }

  /**
   * The same with another {@code noDelay}.
   *
   * @param noDelay as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not allowed, alone or beside the others
   */
  public SocketSettings withNoDelay(boolean noDelay) {
    return new SocketSettings(
        noDelay, keepAlive, sendBufferBytes, receiveBufferBytes, reuseAddress, reusePort, backlog);
  }

  /**
   * The same with another {@code keepAlive}.
   *
   * @param keepAlive as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not allowed, alone or beside the others
   */
  public SocketSettings withKeepAlive(boolean keepAlive) {
    return new SocketSettings(
        noDelay, keepAlive, sendBufferBytes, receiveBufferBytes, reuseAddress, reusePort, backlog);
  }

  /**
   * The same with another {@code sendBufferBytes}.
   *
   * @param sendBufferBytes as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not allowed, alone or beside the others
   */
  public SocketSettings withSendBufferBytes(int sendBufferBytes) {
    return new SocketSettings(
        noDelay, keepAlive, sendBufferBytes, receiveBufferBytes, reuseAddress, reusePort, backlog);
  }

  /**
   * The same with another {@code receiveBufferBytes}.
   *
   * @param receiveBufferBytes as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not allowed, alone or beside the others
   */
  public SocketSettings withReceiveBufferBytes(int receiveBufferBytes) {
    return new SocketSettings(
        noDelay, keepAlive, sendBufferBytes, receiveBufferBytes, reuseAddress, reusePort, backlog);
  }

  /**
   * The same with another {@code reuseAddress}.
   *
   * @param reuseAddress as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not allowed, alone or beside the others
   */
  public SocketSettings withReuseAddress(boolean reuseAddress) {
    return new SocketSettings(
        noDelay, keepAlive, sendBufferBytes, receiveBufferBytes, reuseAddress, reusePort, backlog);
  }

  /**
   * The same with another {@code reusePort}.
   *
   * @param reusePort as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not allowed, alone or beside the others
   */
  public SocketSettings withReusePort(boolean reusePort) {
    return new SocketSettings(
        noDelay, keepAlive, sendBufferBytes, receiveBufferBytes, reuseAddress, reusePort, backlog);
  }

  /**
   * The same with another {@code backlog}.
   *
   * @param backlog as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not allowed, alone or beside the others
   */
  public SocketSettings withBacklog(int backlog) {
    return new SocketSettings(
        noDelay, keepAlive, sendBufferBytes, receiveBufferBytes, reuseAddress, reusePort, backlog);
  }

  /** Sets what differs from the system's defaults. */
  void applyTo(SocketChannel channel) throws IOException {
    if (noDelay) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
    if (keepAlive) {
      channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    }
    if (sendBufferBytes > 0) {
      channel.setOption(StandardSocketOptions.SO_SNDBUF, sendBufferBytes);
    }
    if (receiveBufferBytes > 0) {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBufferBytes);
    }
  }

  /**
   * Sets a listener's; the receive buffer must be set here to count in the window that SYN-ACK
   * offers.
   */
  void applyTo(ServerSocketChannel channel) throws IOException {
    channel.setOption(StandardSocketOptions.SO_REUSEADDR, reuseAddress);
    if (reusePort) {
      channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    }
    if (receiveBufferBytes > 0) {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBufferBytes);
    }
  }
}
