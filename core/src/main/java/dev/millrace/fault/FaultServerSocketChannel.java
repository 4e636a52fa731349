package dev.millrace.fault;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;

/**
 * A listener around the platform's. Its connections are numbered in the order in which it accepts
 * them, and by that number they get their faults.
 *
 * <p>Thread rule: that of {@link ServerSocketChannel}.
 */
final class FaultServerSocketChannel extends ServerSocketChannel implements FaultChannel {
  private final FaultSelectorProvider provider;
  private final FaultPlan plan;
  private final ServerSocketChannel real;
  private final Dice dice;
  private final Dice accepts;
  private final Dice connections;
  private final Registrations registrations = new Registrations();
  private long accepted;

  FaultServerSocketChannel(
      FaultSelectorProvider provider, FaultPlan plan, Dice dice, ServerSocketChannel real) {
    super(provider);
    this.provider = provider;
    this.plan = plan;
    this.real = real;
    this.dice = dice;
    this.accepts = Lane.ACCEPT.of(dice);
    this.connections = Lane.ACCEPTED.of(dice);
  }

  @Override
  public SelectableChannel real() {
    return real;
  }

  @Override
  public Registrations registrations() {
    return registrations;
  }

  @Override
  public Dice dice() {
    return dice;
  }

  @Override
  public SocketChannel accept() throws IOException {
    try {
      if (isOpen() && real.getLocalAddress() != null) {
        synchronized (accepts) {
          if (plan.happens(FaultKind.ACCEPT_EMFILE, accepts)) {
            throw new IOException(FaultSelectorProvider.TOO_MANY_FILES);
          }
          // One that blocks has no null to return.
          if (plan.happens(FaultKind.NULL_ACCEPT, accepts) && !isBlocking()) {
            return null;
          }
        }
      }
      SocketChannel connection = real.accept();
      return connection == null ? null : wrap(connection);
    } finally {
      if (!real.isOpen()) {
        close(); // at an interrupt the JDK closes the real one by itself
      }
    }
  }

  private SocketChannel wrap(SocketChannel connection) {
    Dice ofConnection;
    synchronized (accepts) {
      ofConnection = connections.branch(accepted++);
    }
    return new FaultSocketChannel(provider, plan, ofConnection, connection);
  }

  // ---- the rest is the platform's

  @Override
  public ServerSocketChannel bind(SocketAddress local, int backlog) throws IOException {
    real.bind(local, backlog);
    return this;
  }

  @Override
  public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
    real.setOption(name, value);
    return this;
  }

  @Override
  public <T> T getOption(SocketOption<T> name) throws IOException {
    return real.getOption(name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return real.supportedOptions();
  }

  /** The platform's own: for options, addresses and bind. What it accepts meets no fault. */
  @Override
  public ServerSocket socket() {
    return real.socket();
  }

  @Override
  public SocketAddress getLocalAddress() throws IOException {
    return real.getLocalAddress();
  }

  @Override
  protected void implCloseSelectableChannel() throws IOException {
    real.close();
  }

  @Override
  protected void implConfigureBlocking(boolean block) throws IOException {
    registrations.cancelStale();
    real.configureBlocking(block);
  }

  @Override
  public String toString() {
    return "FaultServerSocketChannel[" + real + "]";
  }
}
