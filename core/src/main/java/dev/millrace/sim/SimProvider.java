package dev.millrace.sim;

import dev.millrace.fault.FaultKind;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;

/** Opens what a host's programs use; TCP only. */
final class SimProvider extends SelectorProvider {
  /** The JDK's has the epoll instance and the event that wakes it. */
  private static final int SELECTOR_DESCRIPTORS = 2;

  private final SimHost host;
  private boolean used;

  SimProvider(SimHost host) {
    this.host = host;
  }

  boolean isUsed() {
    return used;
  }

  @Override
  public AbstractSelector openSelector() throws IOException {
    if (!host.take(SELECTOR_DESCRIPTORS)) {
      throw Errno.EMFILE.plain();
    }
    used = true;
    return new SimSelector(this, host, SELECTOR_DESCRIPTORS);
  }

  @Override
  public ServerSocketChannel openServerSocketChannel() throws IOException {
    takeOne();
    return new SimServerSocketChannel(this, host);
  }

  @Override
  public SocketChannel openSocketChannel() throws IOException {
    takeOne();
    return new SimSocketChannel(this, host, new Endpoint(host));
  }

  @Override
  public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
    checkFamily(family);
    return openSocketChannel();
  }

  @Override
  public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
    checkFamily(family);
    return openServerSocketChannel();
  }

  private static void checkFamily(ProtocolFamily family) {
    if (family != StandardProtocolFamily.INET) {
      throw new UnsupportedOperationException(
          "the simulated network has no " + family + ", only " + StandardProtocolFamily.INET);
    }
  }

  private void takeOne() throws IOException {
    used = true;
    SimWorld world = host.world();
    if (host.plan().happens(FaultKind.OPEN_EMFILE, world.dice()) || !host.take(1)) {
      world.note(host, "EMFILE on open", -1);
      throw Errno.EMFILE.ofOpen();
    }
  }

  @Override
  public DatagramChannel openDatagramChannel() {
    throw new UnsupportedOperationException("the simulated network has no datagrams, only TCP");
  }

  @Override
  public DatagramChannel openDatagramChannel(ProtocolFamily family) {
    return openDatagramChannel();
  }

  @Override
  public Pipe openPipe() {
    throw new UnsupportedOperationException("the simulated network has no pipes, only TCP");
  }
}
