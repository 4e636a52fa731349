package dev.millrace.sim;

import dev.millrace.fault.FaultKind;
import dev.millrace.fault.FaultPlan;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import java.util.Set;

/**
 * What the JDK makes of an {@link Endpoint}: its exceptions, its memory of a reset, its late close.
 * In blocking mode a call that has to wait lets the world go on until it need not.
 */
final class SimSocketChannel extends SocketChannel implements SimSelector.Pollable {
  /** Vectors that one gathering or scattering call looks at (IOV_MAX). */
  private static final int MAX_VECTORS = 1_024;

  private static final Set<SocketOption<?>> OPTIONS =
      Set.of(
          StandardSocketOptions.SO_SNDBUF,
          StandardSocketOptions.SO_RCVBUF,
          StandardSocketOptions.SO_KEEPALIVE,
          StandardSocketOptions.SO_LINGER,
          StandardSocketOptions.SO_REUSEADDR,
          StandardSocketOptions.TCP_NODELAY,
          StandardSocketOptions.IP_TOS);

  private final SimHost host;
  private final SimWorld world;
  private final Endpoint endpoint;
  private final SimOptions options = new SimOptions(OPTIONS);
  private boolean connected;
  private boolean connecting;
  private boolean inputClosed;
  private boolean outputClosed;

  /** The JDK remembers a reset, and throws it from every later read. */
  private boolean resetSeen;

  private boolean closing;
  private boolean killed;

  SimSocketChannel(SelectorProvider provider, SimHost host, Endpoint endpoint) {
    super(provider);
    this.host = host;
    this.world = host.world();
    this.endpoint = endpoint;
    this.connected = endpoint.phase() != Endpoint.Phase.FRESH;
  }

  // ---- addresses and options

  @Override
  public SocketChannel bind(SocketAddress asked) throws IOException {
    ensureOpen();
    if (connecting) {
      throw new ConnectionPendingException();
    }
    if (connected || endpoint.isBound()) {
      throw new AlreadyBoundException();
    }
    try {
      endpoint.bind(asked == null ? SimHost.anyAddress() : SimHost.checked(asked));
    } catch (Endpoint.Failed e) {
      throw e.errno.ofBind();
    }
    return this;
  }

  @Override
  public <T> SocketChannel setOption(SocketOption<T> name, T value) throws IOException {
    ensureOpen();
    options.set(name, value);
    if (name == StandardSocketOptions.SO_LINGER) {
      endpoint.lingersZero = value.equals(0);
    } else if (name == StandardSocketOptions.SO_SNDBUF) {
      endpoint.sendBuffer = (Integer) value;
    } else if (name == StandardSocketOptions.SO_RCVBUF) {
      endpoint.receiveBuffer = (Integer) value;
    }
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
  public Socket socket() {
    throw new UnsupportedOperationException(
        "a simulated channel has no java.net.Socket; use the channel's own methods");
  }

  @Override
  public SocketAddress getRemoteAddress() throws IOException {
    ensureOpen();
    return endpoint.remote(); // also while it connects
  }

  @Override
  public SocketAddress getLocalAddress() throws IOException {
    ensureOpen();
    return connected || endpoint.isBound() ? endpoint.local() : null;
  }

  private void ensureOpen() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }

  private void ensureOpenAndConnected() throws ClosedChannelException {
    ensureOpen();
    if (!connected) {
      throw new NotYetConnectedException();
    }
  }

  // ---- connecting

  @Override
  public boolean isConnected() {
    return connected && isOpen();
  }

  @Override
  public boolean isConnectionPending() {
    return connecting && isOpen();
  }

  @Override
  public boolean connect(SocketAddress remote) throws IOException {
    InetSocketAddress to = SimHost.checked(remote);
    ensureOpen();
    if (connected) {
      throw new AlreadyConnectedException();
    }
    if (connecting) {
      throw new ConnectionPendingException();
    }
    connecting = true;
    endpoint.connect(to.getAddress().isAnyLocalAddress() ? host.address(to.getPort()) : to);
    return isBlocking() && finishConnect();
  }

  @Override
  public boolean finishConnect() throws IOException {
    ensureOpen();
    if (connected) {
      return true;
    }
    if (!connecting) {
      throw new NoConnectionPendingException();
    }
    if (isBlocking()) {
      world.await(() -> endpoint.phase() != Endpoint.Phase.CONNECTING, "connect");
    }
    if (endpoint.phase() == Endpoint.Phase.CONNECTING) {
      return false;
    }
    Errno error = endpoint.takeConnectError();
    if (error != null) {
      // Also a reset that came right after the connection was made: it takes the input with it.
      close();
      throw error.ofConnect();
    }
    connecting = false;
    connected = true;
    world.moved();
    return true;
  }

  // ---- reading and writing

  @Override
  public int read(ByteBuffer target) throws IOException {
    Objects.requireNonNull(target, "target");
    if (!isInputThere()) {
      return -1;
    }
    checkWritable(target);
    return target.hasRemaining() ? readOnce(target, beforeRead()) : 0;
  }

  /** What the JDK asks itself before each read: false at an end that it knows of. */
  private boolean isInputThere() throws IOException {
    ensureOpenAndConnected();
    if (inputClosed) {
      return false; // even after a reset
    }
    if (resetSeen) {
      throw new SocketException("Connection reset");
    }
    return true;
  }

  private static void checkWritable(ByteBuffer target) {
    if (target.isReadOnly()) {
      throw new IllegalArgumentException("Read-only buffer");
    }
  }

  /** Waits if it is blocking, draws the faults of one call, and tells how much it may read. */
  private int beforeRead() {
    if (isBlocking()) {
      world.await(endpoint::isReadable, "read");
    }
    FaultPlan plan = host.plan();
    if (plan.happens(FaultKind.READ_ERROR, world.dice())) {
      endpoint.vanish(world.dice().below(2) == 0 ? Errno.ETIMEDOUT : Errno.EHOSTUNREACH);
    }
    return plan.happens(FaultKind.SHORT_READ, world.dice())
        ? (int) Math.max(1, plan.amount(FaultKind.SHORT_READ, world.dice()))
        : Integer.MAX_VALUE;
  }

  private int readOnce(ByteBuffer target, int atMost) throws IOException {
    try {
      int n = endpoint.read(target, atMost);
      return n == Endpoint.AGAIN ? 0 : n;
    } catch (Endpoint.Failed e) {
      if (e.errno.isReset()) {
        resetSeen = true;
        throw new SocketException("Connection reset");
      }
      throw e.errno.plain();
    }
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, targets.length);
    if (!isInputThere()) {
      return -1;
    }
    int end = endOfVectors(targets, offset, length);
    for (int i = offset; i < end; i++) {
      checkWritable(targets[i]);
    }
    long total = 0;
    int atMost = -1;
    for (int i = offset; i < end; i++) {
      if (!targets[i].hasRemaining()) {
        continue;
      }
      if (atMost < 0) {
        // One call: only its first byte may have to be waited for, or be an end or an error.
        atMost = beforeRead();
        int n = readOnce(targets[i], atMost);
        if (n <= 0) {
          return n;
        }
        total = n;
      } else if (total < atMost && endpoint.hasInput()) {
        total += readOnce(targets[i], (int) (atMost - total));
      }
    }
    return total;
  }

  /** Empty buffers don't count among the vectors of a call. */
  private static int endOfVectors(ByteBuffer[] buffers, int offset, int length) {
    int vectors = 0;
    int i = offset;
    while (i < offset + length && vectors < MAX_VECTORS) {
      if (buffers[i++].hasRemaining()) {
        vectors++;
      }
    }
    return i;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    Objects.requireNonNull(source, "source");
    ensureOpenAndConnected();
    if (!source.hasRemaining()) {
      return nothing();
    }
    int total = 0;
    do {
      if (isBlocking()) {
        world.await(endpoint::isWritable, "write");
      }
      total += writeOnce(source, shortWrite());
    } while (isBlocking() && source.hasRemaining());
    return total;
  }

  /** Without a byte to write the JDK makes no system call: an error of the connection stays. */
  private int nothing() throws AsynchronousCloseException {
    if (outputClosed) {
      throw new AsynchronousCloseException();
    }
    return 0;
  }

  private int shortWrite() {
    FaultPlan plan = host.plan();
    if (plan.happens(FaultKind.WRITE_ERROR, world.dice())) {
      endpoint.vanish(world.dice().below(2) == 0 ? Errno.ETIMEDOUT : Errno.EHOSTUNREACH);
    }
    return plan.happens(FaultKind.SHORT_WRITE, world.dice())
        ? (int) plan.amount(FaultKind.SHORT_WRITE, world.dice())
        : Integer.MAX_VALUE;
  }

  private int writeOnce(ByteBuffer source, int atMost) throws IOException {
    try {
      int n = endpoint.write(source, atMost);
      if (n == 0 && source.hasRemaining()) {
        world.changed(); // a fault may have kept it from going out though there is room
      }
      return n;
    } catch (Endpoint.Failed e) {
      if (outputClosed) {
        throw new AsynchronousCloseException(); // of the JDK's own making; the call failed, too
      }
      throw e.errno.plain();
    }
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, sources.length);
    ensureOpenAndConnected();
    int end = endOfVectors(sources, offset, length);
    int left = -1;
    long total = 0;
    for (int i = offset; i < end; i++) {
      int wanted = sources[i].remaining();
      if (wanted == 0) {
        continue;
      }
      if (left < 0) {
        left = isBlocking() ? Integer.MAX_VALUE : shortWrite(); // one decision for one call
      }
      int n = isBlocking() ? write(sources[i]) : writeOnce(sources[i], left);
      total += n;
      left -= n;
      if (n < wanted) {
        return total;
      }
    }
    return left < 0 ? nothing() : total;
  }

  // ---- ending

  @Override
  public SocketChannel shutdownInput() throws IOException {
    ensureOpenAndConnected();
    if (!inputClosed) {
      inputClosed = true;
      endpoint.shutdownInput();
    }
    return this;
  }

  @Override
  public SocketChannel shutdownOutput() throws IOException {
    ensureOpenAndConnected();
    if (!outputClosed) {
      outputClosed = true;
      endpoint.shutdownOutput();
    }
    return this;
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
    } else if (connected && !endpoint.lingersZero) {
      // The descriptor stays until the key is deregistered, in the next select; so the JDK ends the
      // output at least, unless a reset was asked for.
      endpoint.shutdownOutput();
    }
  }

  @Override
  public void kill() {
    if (closing && !killed) {
      killed = true;
      endpoint.close();
      host.give(1);
    }
  }

  @Override
  public int events(int interest) {
    if (endpoint.isBroken()) {
      return BROKEN;
    }
    int events = 0;
    if ((interest & SelectionKey.OP_READ) != 0 && endpoint.isReadable()) {
      events |= SelectionKey.OP_READ;
    }
    // To the kernel both are room in the queue.
    if ((interest & (SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT)) != 0
        && endpoint.isWritable()) {
      events |= SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT;
    }
    return events;
  }

  @Override
  public int translate(int events, int interest) {
    if ((events & BROKEN) != 0) {
      return interest;
    }
    int ready = events & interest;
    if (!isConnected()) {
      ready &= ~(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    }
    return isConnectionPending() ? ready : ready & ~SelectionKey.OP_CONNECT;
  }

  @Override
  public String toString() {
    return "SimSocketChannel[#" + endpoint.number + " on " + host + "]";
  }
}
