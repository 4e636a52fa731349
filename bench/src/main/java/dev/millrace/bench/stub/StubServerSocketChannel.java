package dev.millrace.bench.stub;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Set;

/** A listener; {@link StubProvider#connect()} puts clients in its queue. */
public final class StubServerSocketChannel extends ServerSocketChannel implements Pollable {
  /** Where one is bound that asked for any port. */
  private static final int ANY_PORT = 7007;

  private final StubProvider stub;
  private final ArrayDeque<StubSocketChannel> queue = new ArrayDeque<>();
  private SocketAddress address;

  StubServerSocketChannel(StubProvider stub) {
    super(stub);
    this.stub = stub;
  }

  void arrive(StubSocketChannel channel) {
    queue.add(channel);
  }

  @Override
  public int readyOps() {
    return queue.isEmpty() ? 0 : SelectionKey.OP_ACCEPT;
  }

  /** The next client in the queue, or null if there is none: nobody waits here. */
  @Override
  public SocketChannel accept() throws IOException {
    ensureOpen();
    if (address == null) {
      throw new NotYetBoundException();
    }
    stub.counts.accepts++;
    StubSocketChannel accepted = queue.poll();
    if (accepted != null) {
      stub.counts.opens++;
    }
    return accepted;
  }

  @Override
  public ServerSocketChannel bind(SocketAddress local, int backlog) throws IOException {
    ensureOpen();
    if (address != null) {
      throw new AlreadyBoundException();
    }
    address =
        local instanceof InetSocketAddress asked && asked.getPort() != 0
            ? asked
            : new InetSocketAddress(InetAddress.getLoopbackAddress(), ANY_PORT);
    stub.bound(this);
    return this;
  }

  @Override
  public SocketAddress getLocalAddress() throws IOException {
    ensureOpen();
    stub.counts.options++;
    return address;
  }

  @Override
  public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
    ensureOpen();
    stub.counts.options++;
    return this;
  }

  @Override
  public <T> T getOption(SocketOption<T> name) {
    throw StubProvider.unsupported("getOption");
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    throw StubProvider.unsupported("supportedOptions");
  }

  @Override
  public ServerSocket socket() {
    throw StubProvider.unsupported("socket");
  }

  @Override
  protected void implConfigureBlocking(boolean block) {
    // Nothing here waits, so there is nothing to configure.
  }

  @Override
  protected void implCloseSelectableChannel() {
    stub.counts.closes++;
    queue.clear();
  }

  private void ensureOpen() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }
}
