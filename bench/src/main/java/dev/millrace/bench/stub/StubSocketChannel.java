package dev.millrace.bench.stub;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;

/**
 * A socket, and what its peer does: {@link #arrive} and {@link #arriveEnd} are the peer's sends,
 * {@link #takeAtMost} is how much the peer lets the kernel take. What arrives is {@link
 * StubProvider#byteAt}, or a message.
 *
 * <p>It is ready to be read while something is there or the end has come, as a level-triggered
 * kernel reports it, and ready to be written while its peer takes anything.
 */
public final class StubSocketChannel extends SocketChannel implements Pollable {
  private static final SocketAddress OURS =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 7007);
  private static final SocketAddress PEERS =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 40_000);

  private final StubProvider stub;
  private final Counts counts;
  private SocketAddress remote;
  private long arrived;
  private long read;
  private long written;
  private int takesAtMost = Integer.MAX_VALUE;
  private boolean endArrived;
  private boolean inputShut;
  private boolean outputShut;
  private ByteBuffer copyTo;

  /** What is read next; null for the provider's bytes. */
  private ByteBuffer message;

  StubSocketChannel(StubProvider stub, boolean connected) {
    super(stub);
    this.stub = stub;
    this.counts = stub.counts;
    this.remote = connected ? PEERS : null;
  }

  // ---- the peer's side

  /**
   * The peer sends.
   *
   * @param bytes how many more can be read, 0 or more
   */
  public void arrive(int bytes) {
    if (message != null) {
      checkMessageIsRead();
      message = null;
    }
    arrived += bytes;
  }

  /**
   * The peer sends a message, whose bytes arrive in place of {@link StubProvider#byteAt}.
   *
   * @param message is read from where it stands, which moves its position, and not copied
   * @throws IllegalStateException if something arrived before and was not read
   */
  public void arrive(ByteBuffer message) {
    checkMessageIsRead();
    this.message = message;
    arrived += message.remaining();
  }

  private void checkMessageIsRead() {
    if (arrived != read) {
      throw new IllegalStateException(
          (arrived - read) + " bytes that arrived before are still to be read");
    }
  }

  /** The peer's FIN: behind all that has arrived a read returns -1. */
  public void arriveEnd() {
    endArrived = true;
  }

  /**
   * Sets how much of a write is taken.
   *
   * @param bytes the most that one call takes, however many buffers it gathers; 0 takes nothing and
   *     is not ready to be written. All is taken until this is called
   */
  public void takeAtMost(int bytes) {
    takesAtMost = bytes;
  }

  /**
   * Keeps what is written, for who wants to look at it.
   *
   * @param copyTo gets a copy of every byte taken and must have room for it; null to stop
   */
  public void copyWrittenTo(ByteBuffer copyTo) {
    this.copyTo = copyTo;
  }

  /**
   * How many bytes were read.
   *
   * @return bytes, in all
   */
  public long bytesRead() {
    return read;
  }

  /**
   * How many bytes were taken from writes.
   *
   * @return bytes, in all
   */
  public long bytesWritten() {
    return written;
  }

  /**
   * Whether our FIN was sent.
   *
   * @return true after {@code shutdownOutput}, and after a close
   */
  public boolean isOutputEnded() {
    return outputShut || !isOpen();
  }

  // ---- the selector's side

  @Override
  public int readyOps() {
    if (remote == null) {
      return 0;
    }
    return (arrived != read || endArrived ? SelectionKey.OP_READ : 0)
        | (takesAtMost > 0 ? SelectionKey.OP_WRITE : 0);
  }

  // ---- the owner's side

  @Override
  public int read(ByteBuffer target) throws IOException {
    ensureConnected();
    if (target.isReadOnly()) {
      throw new IllegalArgumentException("Read-only buffer");
    }
    counts.reads++;
    int n = (int) Math.min(arrived - read, target.remaining());
    if (inputShut) {
      return -1;
    }
    if (n == 0) {
      return endArrived && arrived == read && target.hasRemaining() ? -1 : 0;
    }
    if (message == null) {
      stub.copy(read, target, n);
    } else {
      target.put(target.position(), message, message.position(), n);
      target.position(target.position() + n);
      message.position(message.position() + n);
    }
    read += n;
    counts.bytesRead += n;
    return n;
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) {
    throw StubProvider.unsupported("read");
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    ensureWritable();
    counts.writes++;
    return take(source, takesAtMost);
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, sources.length);
    ensureWritable();
    counts.writes++;
    int taken = 0;
    for (int i = offset; i < offset + length && taken < takesAtMost; i++) {
      taken += take(sources[i], takesAtMost - taken);
    }
    return taken;
  }

  private int take(ByteBuffer source, int most) {
    int position = source.position();
    int n = Math.min(source.remaining(), most);
    if (copyTo != null) {
      copyTo.put(copyTo.position(), source, position, n);
      copyTo.position(copyTo.position() + n);
    }
    source.position(position + n);
    written += n;
    counts.bytesWritten += n;
    return n;
  }

  /** Connected at once; the kernel does the same now and then on loopback. */
  @Override
  public boolean connect(SocketAddress address) throws IOException {
    ensureOpen();
    if (remote != null) {
      throw new AlreadyConnectedException();
    }
    remote = Objects.requireNonNull(address, "address");
    return true;
  }

  @Override
  public boolean finishConnect() throws IOException {
    ensureConnected();
    return true;
  }

  @Override
  public boolean isConnected() {
    return remote != null;
  }

  @Override
  public boolean isConnectionPending() {
    return false;
  }

  @Override
  public SocketChannel shutdownInput() throws IOException {
    ensureConnected();
    counts.halfCloses++;
    inputShut = true;
    return this;
  }

  @Override
  public SocketChannel shutdownOutput() throws IOException {
    ensureConnected();
    counts.halfCloses++;
    outputShut = true;
    return this;
  }

  @Override
  public SocketAddress getRemoteAddress() throws IOException {
    ensureOpen();
    counts.options++;
    return remote;
  }

  @Override
  public SocketAddress getLocalAddress() throws IOException {
    ensureOpen();
    counts.options++;
    return OURS;
  }

  @Override
  public <T> SocketChannel setOption(SocketOption<T> name, T value) throws IOException {
    ensureOpen();
    counts.options++;
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
  public SocketChannel bind(SocketAddress local) {
    throw StubProvider.unsupported("bind");
  }

  @Override
  public Socket socket() {
    throw StubProvider.unsupported("socket");
  }

  @Override
  protected void implConfigureBlocking(boolean block) {
    // Nothing here waits, so there is nothing to configure.
  }

  @Override
  protected void implCloseSelectableChannel() {
    counts.closes++;
  }

  private void ensureWritable() throws IOException {
    ensureConnected();
    if (outputShut) {
      throw new ClosedChannelException();
    }
  }

  private void ensureConnected() throws IOException {
    ensureOpen();
    if (remote == null) {
      throw new NotYetConnectedException();
    }
  }

  private void ensureOpen() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }
}
