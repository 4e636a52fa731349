package dev.millrace.examples.lab;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;

/**
 * The platform's channels, but for how a socket channel comes to be; and the last of them can be
 * looked at. For one thread.
 */
final class PreparedProvider extends SelectorProvider {
  /** Opens a channel with the platform's help. */
  @FunctionalInterface
  interface Opening {
    SocketChannel open(SelectorProvider platform) throws IOException;
  }

  private final SelectorProvider platform = SelectorProvider.provider();
  private final Opening opening;
  private SocketChannel last;

  PreparedProvider(Opening opening) {
    this.opening = opening;
  }

  /** The channel that was opened last. */
  SocketChannel last() {
    return last;
  }

  @Override
  public SocketChannel openSocketChannel() throws IOException {
    last = opening.open(platform);
    return last;
  }

  @Override
  public ServerSocketChannel openServerSocketChannel() throws IOException {
    return platform.openServerSocketChannel();
  }

  @Override
  public DatagramChannel openDatagramChannel() throws IOException {
    return platform.openDatagramChannel();
  }

  @Override
  public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
    return platform.openDatagramChannel(family);
  }

  @Override
  public Pipe openPipe() throws IOException {
    return platform.openPipe();
  }

  @Override
  public AbstractSelector openSelector() throws IOException {
    return platform.openSelector();
  }
}
