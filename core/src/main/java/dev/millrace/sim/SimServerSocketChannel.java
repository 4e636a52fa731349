package dev.millrace.sim;

import dev.millrace.fault.FaultKind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;

/** What the JDK makes of a {@link Listening}. */
final class SimServerSocketChannel extends ServerSocketChannel implements SimSelector.Pollable {
  /** What the JDK takes where 0 or nothing is given. */
  private static final int DEFAULT_BACKLOG = 50;

  private static final Set<SocketOption<?>> OPTIONS =
      Set.of(
          StandardSocketOptions.SO_RCVBUF,
          StandardSocketOptions.SO_REUSEADDR,
          StandardSocketOptions.SO_REUSEPORT);

  private final SimHost host;
  private final SimWorld world;
  private final SimOptions options = new SimOptions(OPTIONS);
  private Listening listening;
  private boolean closing;
  private boolean killed;

  SimServerSocketChannel(SelectorProvider provider, SimHost host) {
    super(provider);
    this.host = host;
    this.world = host.world();
    options.set(
        StandardSocketOptions.SO_REUSEADDR, true); // the JDK does, wherever it is not Windows
  }

  @Override
  public ServerSocketChannel bind(SocketAddress asked, int backlog) throws IOException {
    ensureOpen();
    if (listening != null) {
      throw new AlreadyBoundException();
    }
    InetSocketAddress address = asked == null ? SimHost.anyAddress() : SimHost.checked(asked);
    try {
      listening = host.bind(address, backlog < 1 ? DEFAULT_BACKLOG : backlog);
    } catch (Endpoint.Failed e) {
      throw e.errno.ofBind();
    }
    world.note(host, "listening", listening.address.getPort());
    return this;
  }

  @Override
  public SocketChannel accept() throws IOException {
    ensureOpen();
    if (listening == null) {
      throw new NotYetBoundException();
    }
    if (isBlocking()) {
      world.await(listening::isAcceptable, "accept");
    }
    if (!listening.isAcceptable() || host.plan().happens(FaultKind.NULL_ACCEPT, world.dice())) {
      return null;
    }
    if (host.plan().happens(FaultKind.ACCEPT_EMFILE, world.dice()) || !host.take(1)) {
      world.moved();
      world.note(host, "EMFILE on accept", -1);
      throw Errno.EMFILE.plain();
    }
    SimSocketChannel accepted = new SimSocketChannel(provider(), host, listening.accept());
    accepted.setOption(
        StandardSocketOptions.SO_REUSEADDR, options.get(StandardSocketOptions.SO_REUSEADDR));
    return accepted;
  }

  @Override
  public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
    ensureOpen();
    options.set(name, value);
    return this;
  }

  @Override
  public <T> T getOption(SocketOption<T> name) throws IOException {
    ensureOpen();
    return options.get(name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return OPTIONS;
  }

  @Override
  public ServerSocket socket() {
    throw new UnsupportedOperationException(
        "a simulated channel has no java.net.ServerSocket; use the channel's own methods");
  }

  @Override
  public SocketAddress getLocalAddress() throws IOException {
    ensureOpen();
    return listening == null ? null : listening.address;
  }

  private void ensureOpen() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }

  @Override
  protected void implConfigureBlocking(boolean block) {
    // Read where it matters, from isBlocking().
  }

  @Override
  protected void implCloseSelectableChannel() {
    closing = true;
    if (!isRegistered()) {
      kill();
    }
  }

  @Override
  public void kill() {
    if (closing && !killed) {
      killed = true;
      if (listening != null) {
        listening.close();
      }
      host.give(1);
    }
  }

  @Override
  public int events(int interest) {
    if (listening == null) {
      return BROKEN; // a socket that does not listen is hung up
    }
    return listening.isAcceptable() ? interest & SelectionKey.OP_ACCEPT : 0;
  }

  @Override
  public int translate(int events, int interest) {
    return (events & BROKEN) != 0 ? interest : events & interest;
  }

  @Override
  public String toString() {
    return "SimServerSocketChannel["
        + (listening == null ? "unbound" : listening.address)
        + " on "
        + host
        + "]";
  }
}
