package dev.millrace.fault;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.SelectableChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;

/**
 * The platform's datagram channel with a coat on, so that it can be registered with a {@link
 * FaultSelector}: no fault but spurious readiness. A channel of the platform itself could not be,
 * for it frees its descriptor only once all its keys are gone from a selector of its own.
 *
 * <p>Thread rule: that of {@link DatagramChannel}.
 */
final class PlainDatagramChannel extends DatagramChannel implements FaultChannel {
  private final DatagramChannel real;
  private final Dice dice;
  private final Registrations registrations = new Registrations();

  PlainDatagramChannel(SelectorProvider provider, Dice dice, DatagramChannel real) {
    super(provider);
    this.dice = dice;
    this.real = real;
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
  public DatagramChannel bind(SocketAddress local) throws IOException {
    real.bind(local);
    return this;
  }

  @Override
  public <T> DatagramChannel setOption(SocketOption<T> name, T value) throws IOException {
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

  @Override
  public DatagramSocket socket() {
    return real.socket();
  }

  @Override
  public boolean isConnected() {
    return real.isConnected();
  }

  @Override
  public DatagramChannel connect(SocketAddress remote) throws IOException {
    real.connect(remote);
    return this;
  }

  @Override
  public DatagramChannel disconnect() throws IOException {
    real.disconnect();
    return this;
  }

  @Override
  public SocketAddress getRemoteAddress() throws IOException {
    return real.getRemoteAddress();
  }

  @Override
  public SocketAddress getLocalAddress() throws IOException {
    return real.getLocalAddress();
  }

  @Override
  public SocketAddress receive(ByteBuffer dst) throws IOException {
    try {
      return real.receive(dst);
    } finally {
      closeWithReal();
    }
  }

  @Override
  public int send(ByteBuffer src, SocketAddress target) throws IOException {
    try {
      return real.send(src, target);
    } finally {
      closeWithReal();
    }
  }

  @Override
  public int read(ByteBuffer dst) throws IOException {
    try {
      return real.read(dst);
    } finally {
      closeWithReal();
    }
  }

  @Override
  public long read(ByteBuffer[] dsts, int offset, int length) throws IOException {
    try {
      return real.read(dsts, offset, length);
    } finally {
      closeWithReal();
    }
  }

  @Override
  public int write(ByteBuffer src) throws IOException {
    try {
      return real.write(src);
    } finally {
      closeWithReal();
    }
  }

  @Override
  public long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
    try {
      return real.write(srcs, offset, length);
    } finally {
      closeWithReal();
    }
  }

  /** The key's channel is the platform's. */
  @Override
  public MembershipKey join(InetAddress group, NetworkInterface network) throws IOException {
    return real.join(group, network);
  }

  @Override
  public MembershipKey join(InetAddress group, NetworkInterface network, InetAddress source)
      throws IOException {
    return real.join(group, network, source);
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

  /** The JDK closes the real channel by itself at an interrupt. */
  private void closeWithReal() throws IOException {
    if (!real.isOpen()) {
      close();
    }
  }

  @Override
  public String toString() {
    return "PlainDatagramChannel[" + real + "]";
  }
}
