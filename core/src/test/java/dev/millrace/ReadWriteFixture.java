package dev.millrace;

import dev.millrace.failure.FailureKind;
import dev.millrace.failure.FailureTexts;
import dev.millrace.failure.Operation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * A loop that the test thread drives by hand, with a clock that the test moves, and peers that are
 * played from the same thread over loopback. No time passes on the loop unless the test says so.
 */
final class ReadWriteFixture implements AutoCloseable {
  /** How many turns a condition may take; each waits a millisecond at the most. */
  private static final int MAX_TURNS = 20_000;

  /** No failure text is needed here, and learning them opens sockets. */
  static final LoopOptions OPTIONS =
      LoopOptions.defaults().withFailureTexts(FailureTexts.none()).withChecked(true);

  final EventLoop loop;
  final List<Connection> opened = new ArrayList<>();
  final Map<Connection, CloseRecord> records = new HashMap<>();
  private final List<SocketChannel> toClose = new ArrayList<>();
  private final ServerSocketChannel listener;

  /** The loop's time. */
  long nowNanos;

  /** Whether connections get the channel itself, for what the kernel or the JDK does with it. */
  boolean plain;

  ReadWriteFixture() throws IOException {
    this(OPTIONS);
  }

  ReadWriteFixture(LoopOptions options) throws IOException {
    loop = new EventLoop(SelectorProvider.provider(), () -> nowNanos, options);
    loop.turn(0); // the loop is this thread's from here on
    listener = ServerSocketChannel.open();
  }

  /** A connection of the loop, and its peer. */
  final class Pair {
    final Connection connection;
    final Scripted channel;
    final Peer peer;

    Pair(Connection connection, Scripted channel, Peer peer) {
      this.connection = connection;
      this.channel = channel;
      this.peer = peer;
    }

    CloseRecord record() {
      return records.get(connection);
    }
  }

  Pair open(Limits limits, ConnectionHandler handler) throws IOException {
    return open(limits, handler, 0, 0);
  }

  /**
   * A connection that is open, with the send buffer of this size at our side and the receive buffer
   * of that size at the peer's; 0 is the system's.
   */
  Pair open(Limits limits, ConnectionHandler handler, int sendBuffer, int peerReceiveBuffer)
      throws IOException {
    if (listener.getLocalAddress() == null) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
    }
    SocketChannel far = SocketChannel.open();
    if (peerReceiveBuffer != 0) {
      far.setOption(StandardSocketOptions.SO_RCVBUF, peerReceiveBuffer);
    }
    far.connect(listener.getLocalAddress());
    far.setOption(StandardSocketOptions.TCP_NODELAY, true);
    far.configureBlocking(false);
    SocketChannel near = listener.accept();
    near.setOption(StandardSocketOptions.TCP_NODELAY, true);
    if (sendBuffer != 0) {
      near.setOption(StandardSocketOptions.SO_SNDBUF, sendBuffer);
    }
    near.configureBlocking(false);
    Peer peer = new Peer(far);
    toClose.add(far);
    Scripted scripted = new Scripted(near);
    ConnectionSettings settings =
        new ConnectionSettings(limits, Timeouts.defaults(), SocketSettings.defaults());
    settings.checkAgainst(loop.options());
    Connection connection =
        new Connection(
            loop,
            plain ? near : scripted,
            near.getRemoteAddress(),
            ConnectionState.OPEN,
            recording(handler),
            settings,
            null);
    loop.register(near, java.nio.channels.SelectionKey.OP_READ, connection);
    connection.open();
    return new Pair(connection, scripted, peer);
  }

  private ConnectionHandler recording(ConnectionHandler handler) {
    return new ConnectionHandler() {
      @Override
      public void onOpen(Connection connection) {
        opened.add(connection);
        handler.onOpen(connection);
      }

      @Override
      public void onData(Connection connection, ByteBuffer data) {
        handler.onData(connection, data);
      }

      @Override
      public void onWritable(Connection connection) {
        handler.onWritable(connection);
      }

      @Override
      public void onInputEnd(Connection connection, int unconsumed) {
        handler.onInputEnd(connection, unconsumed);
      }

      @Override
      public void onClosed(Connection connection, CloseRecord record) {
        if (records.put(connection, record) != null) {
          throw new AssertionError("closed twice: " + record);
        }
        handler.onClosed(connection, record);
      }
    };
  }

  /** Turns the loop until the condition holds, or fails. */
  void until(String what, BooleanSupplier condition) {
    for (int n = 0; n < MAX_TURNS; n++) {
      if (condition.getAsBoolean()) {
        return;
      }
      loop.turn(1_000_000);
    }
    throw new AssertionError("never: " + what);
  }

  /** Turns the loop until nothing is left to do, so that a negative can be asserted. */
  void settle() {
    for (int quiet = 0, n = 0; quiet < 5 && n < MAX_TURNS; n++) {
      quiet = loop.turn(1_000_000) ? 0 : quiet + 1;
    }
  }

  @Override
  public void close() throws IOException {
    loop.close();
    while (!loop.isStopped()) {
      loop.turn(0); // an adopted thread ends its loop in a turn
    }
    for (SocketChannel each : toClose) {
      each.close();
    }
    listener.close();
    for (CloseRecord record : records.values()) {
      if (record.kind() == FailureKind.UNKNOWN && record.operation() == Operation.HANDLER) {
        throw new AssertionError("a fault of the machine: " + record, record.cause());
      }
    }
  }

  /** The byte that stands at an offset of every stream in these tests. */
  static byte at(long offset) {
    return (byte) ((offset * 0x9E3779B97F4A7C15L) >>> 56);
  }

  /** So many bytes of the stream from an offset, in a heap buffer. */
  static ByteBuffer bytes(long offset, int count) {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    for (int i = 0; i < count; i++) {
      buffer.put(i, at(offset + i));
    }
    return buffer;
  }

  /** The same in a direct buffer. */
  static ByteBuffer directBytes(long offset, int count) {
    return ByteBuffer.allocateDirect(count).put(bytes(offset, count)).flip();
  }

  static byte[] array(long offset, int count) {
    return bytes(offset, count).array();
  }

  /** The other end, non-blocking. */
  static final class Peer {
    final SocketChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);

    /** How many bytes of the stream have come. */
    long received;

    /** Where they stopped being those of the stream; -1 if they never did. */
    long wrongAt = -1;

    boolean ended;
    IOException failure;

    Peer(SocketChannel channel) {
      this.channel = channel;
    }

    /** Sends as much as goes; returns how much did. */
    int send(ByteBuffer bytes) {
      try {
        return channel.write(bytes);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    int send(byte... bytes) {
      return send(ByteBuffer.wrap(bytes));
    }

    /** Reads at most so many bytes and checks them against the stream; returns how many came. */
    int read(int max) {
      if (ended || failure != null) {
        return 0;
      }
      buffer.clear().limit(Math.min(max, buffer.capacity()));
      int n;
      try {
        n = channel.read(buffer);
      } catch (IOException e) {
        failure = e;
        return 0;
      }
      if (n < 0) {
        ended = true;
        return 0;
      }
      for (int i = 0; i < n && wrongAt < 0; i++) {
        if (buffer.get(i) != at(received + i)) {
          wrongAt = received + i;
        }
      }
      received += n;
      return n;
    }

    /** Reads all that is there. */
    void readAll() {
      int n;
      do {
        n = read(1 << 16);
      } while (n > 0);
    }

    boolean has(long count) {
      readAll();
      if (wrongAt >= 0) {
        throw new AssertionError("byte " + wrongAt + " of " + received + " is wrong");
      }
      if (received > count) {
        throw new AssertionError(received + " bytes came, expected " + count);
      }
      return received == count;
    }

    void reset() throws IOException {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      channel.close();
    }
  }

  /**
   * A channel that counts calls, and takes as many bytes as a script says. The real one behind it
   * is what the selector knows, so readiness is real.
   */
  static final class Scripted extends SocketChannel {
    private final SocketChannel real;

    /** How many bytes each of the next write calls takes; those after it take all. */
    final java.util.ArrayDeque<Integer> takes = new java.util.ArrayDeque<>();

    /** Where bytes go instead of the real channel; null for the real one. */
    ByteArrayOutputStream sink;

    int writeCalls;
    int readCalls;

    /** Thrown once by the write call after all of {@link #takes}. */
    IOException thenThrow;

    Scripted(SocketChannel real) {
      super(real.provider());
      this.real = real;
    }

    /** A channel with nothing behind it. */
    static Scripted sink() throws IOException {
      Scripted s = new Scripted(SocketChannel.open());
      s.sink = new ByteArrayOutputStream();
      return s;
    }

    private boolean isScripted() {
      return sink != null || !takes.isEmpty() || thenThrow != null;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      if (isScripted()) {
        return (int) write(new ByteBuffer[] {source}, 0, 1);
      }
      writeCalls++;
      return real.write(source);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
      writeCalls++;
      if (!isScripted()) {
        return real.write(sources, offset, length);
      }
      if (takes.isEmpty() && thenThrow != null) {
        IOException e = thenThrow;
        thenThrow = null;
        throw e;
      }
      int left = takes.isEmpty() ? Integer.MAX_VALUE : takes.poll();
      long taken = 0;
      for (int i = offset; i < offset + length && left > 0; i++) {
        int n = Math.min(left, sources[i].remaining());
        ByteBuffer part = sources[i].slice(sources[i].position(), n);
        if (sink != null) {
          byte[] copy = new byte[n];
          part.get(copy);
          sink.writeBytes(copy);
        } else {
          while (part.hasRemaining()) {
            real.write(part); // little enough to fit
          }
        }
        sources[i].position(sources[i].position() + n);
        left -= n;
        taken += n;
      }
      return taken;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      readCalls++;
      return real.read(target);
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
      return real.read(targets, offset, length);
    }

    @Override
    public SocketChannel bind(SocketAddress local) throws IOException {
      real.bind(local);
      return this;
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, T value) throws IOException {
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
    public SocketChannel shutdownInput() throws IOException {
      real.shutdownInput();
      return this;
    }

    @Override
    public SocketChannel shutdownOutput() throws IOException {
      real.shutdownOutput();
      return this;
    }

    @Override
    public Socket socket() {
      return real.socket();
    }

    @Override
    public boolean isConnected() {
      return real.isConnected();
    }

    @Override
    public boolean isConnectionPending() {
      return real.isConnectionPending();
    }

    @Override
    public boolean connect(SocketAddress remote) throws IOException {
      return real.connect(remote);
    }

    @Override
    public boolean finishConnect() throws IOException {
      return real.finishConnect();
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
    protected void implCloseSelectableChannel() throws IOException {
      real.close();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
      real.configureBlocking(block);
    }
  }
}
