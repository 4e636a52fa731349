package dev.millrace;

import dev.millrace.failure.FailureTexts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelectionKey;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A real {@link EventLoop}, and real connections on it, on a provider that needs no descriptor: so
 * thousands of loops a second can be made, one for each try of a stress test.
 *
 * <p>The selector keeps the contract that the wake-up protocol builds on: a wake-up lets the
 * running or the next select return at once, and that select uses it up. One thing no real selector
 * can do: when every caller has said {@link #callerIsDone} and no wake-up is left, a select that
 * would sleep for ever ends the try with {@link SleepsForEver}. What was accepted and not done by
 * then is lost, which is what the tests look for.
 */
final class LoopWithoutKernel extends SelectorProvider {

  /** The loop sleeps, and nobody is left who could wake it. */
  static final class SleepsForEver extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SleepsForEver() {
      super("nobody is left to wake the loop", null, false, false);
    }
  }

  private static final LoopOptions OPTIONS =
      LoopOptions.defaults()
          .withReadBufferBytes(1 << 10)
          .withStagingBytes(1 << 10)
          .withChunkBytes(4 << 10)
          .withPooledBytes(0)
          .withChecked(false)
          .withBuffers(ByteBuffer::allocate)
          .withFailureTexts(FailureTexts.none());

  private static final ConnectionSettings SETTINGS =
      new ConnectionSettings(Limits.defaults(), Timeouts.defaults(), SocketSettings.defaults());

  private static final SocketAddress PEER =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

  final EventLoop loop;

  /** What the tasks and the channel note, in order; for the loop's thread, and the arbiter. */
  final StringBuilder done = new StringBuilder();

  /** What the completions say: a digit for true, a digit and an exclamation mark for false. */
  final StringBuilder told = new StringBuilder();

  CloseRecord record;

  private final AtomicInteger callersLeft;

  /** How many of the first sleeps end for another reason than a wake-up, as when a key is ready. */
  private int earlyReturns;

  /** How many of the first sleeps fail, so that the loop replaces its selector. */
  private int failures;

  LoopWithoutKernel(int callers, int earlyReturns, int failures) {
    this.callersLeft = new AtomicInteger(callers);
    this.earlyReturns = earlyReturns;
    this.failures = failures;
    try {
      this.loop = new EventLoop(this, () -> 0, OPTIONS);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  LoopWithoutKernel(int callers) {
    this(callers, 0, 0);
  }

  /** A task that notes its number. */
  Runnable task(int number) {
    return () -> done.append(number);
  }

  /** An open connection whose peer takes everything, and answers a FIN with its own. */
  Connection connection() {
    return connection(SETTINGS);
  }

  Connection connection(ConnectionSettings settings) {
    OpenChannel channel = new OpenChannel();
    ConnectionHandler handler =
        new ConnectionHandler() {
          @Override
          public void onData(Connection connection, ByteBuffer data) {
            throw new AssertionError("the peer sends nothing");
          }

          @Override
          public void onClosed(Connection connection, CloseRecord closed) {
            record = closed;
          }
        };
    Connection connection =
        new Connection(loop, channel, PEER, ConnectionState.OPEN, handler, settings, null);
    try {
      channel.configureBlocking(false);
      loop.register(channel, SelectionKey.OP_READ, connection);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return connection;
  }

  /** A message of one byte, which the channel notes as its number. */
  static ByteBuffer message(int number) {
    return ByteBuffer.wrap(String.valueOf(number).getBytes(StandardCharsets.US_ASCII));
  }

  WriteCompletion completion(int number) {
    return (connection, handed) -> told.append(number).append(handed ? "" : "!");
  }

  /** Said by a caller that will not call again. */
  void callerIsDone() {
    callersLeft.decrementAndGet();
  }

  /** The loop's thread: turns until the loop has ended, or sleeps for ever. */
  void drive() {
    try {
      while (!loop.isStopped()) {
        loop.turn(Long.MAX_VALUE);
      }
    } catch (SleepsForEver e) {
      // It is the end of the try; what the loop has done by now is what counts.
    }
  }

  /** Nothing is a word, so that it can be seen in a table of results. */
  static String orNothing(CharSequence text) {
    return text.length() == 0 ? "nothing" : text.toString();
  }

  private final class WakeableSelector extends AbstractSelector {
    private final AtomicBoolean woken = new AtomicBoolean();
    private final List<OpenKey> keys = new ArrayList<>();

    WakeableSelector() {
      super(LoopWithoutKernel.this);
    }

    @Override
    public int select(Consumer<SelectionKey> action, long timeout) throws IOException {
      if (failures > 0) {
        failures--;
        throw new IOException("the selector fails");
      }
      if (earlyReturns > 0) {
        earlyReturns--;
        woken.set(false);
        return 0;
      }
      for (; ; ) {
        int ready = ready(action);
        if (ready > 0 || woken.getAndSet(false)) {
          return ready;
        }
        if (callersLeft.get() == 0 && !woken.get()) {
          throw new SleepsForEver();
        }
        Thread.onSpinWait();
      }
    }

    @Override
    public int selectNow(Consumer<SelectionKey> action) {
      woken.set(false);
      return ready(action);
    }

    @Override
    public Selector wakeup() {
      woken.set(true);
      return this;
    }

    private int ready(Consumer<SelectionKey> action) {
      int n = 0;
      for (OpenKey key : keys) {
        if (key.isValid() && key.channel.isEndOfStreamDue() && key.ops == SelectionKey.OP_READ) {
          action.accept(key);
          n++;
        }
      }
      return n;
    }

    @Override
    protected SelectionKey register(AbstractSelectableChannel ch, int ops, Object attachment) {
      OpenKey key = new OpenKey(this, (OpenChannel) ch);
      key.ops = ops;
      key.attach(attachment);
      keys.add(key);
      return key;
    }

    @Override
    public Set<SelectionKey> keys() {
      return keys.stream().filter(OpenKey::isValid).collect(Collectors.toSet());
    }

    @Override
    protected void implCloseSelector() {
      keys.clear();
    }

    /** The loop's last one, which only deregisters. */
    @Override
    public int selectNow() {
      woken.set(false);
      return 0;
    }

    @Override
    public int select(long timeout) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int select() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
      throw new UnsupportedOperationException();
    }
  }

  private static final class OpenKey extends AbstractSelectionKey {
    private final WakeableSelector selector;
    private final OpenChannel channel;
    private int ops;

    OpenKey(WakeableSelector selector, OpenChannel channel) {
      this.selector = selector;
      this.channel = channel;
    }

    @Override
    public SelectableChannel channel() {
      return channel;
    }

    @Override
    public Selector selector() {
      return selector;
    }

    @Override
    public int interestOps() {
      return ops;
    }

    @Override
    public SelectionKey interestOps(int wanted) {
      ops = wanted;
      return this;
    }

    @Override
    public int readyOps() {
      return SelectionKey.OP_READ;
    }
  }

  /** Takes all that is written, and notes it. */
  private final class OpenChannel extends SocketChannel {
    private boolean outputEnded;
    private boolean inputEnded;

    OpenChannel() {
      super(LoopWithoutKernel.this);
    }

    boolean isEndOfStreamDue() {
      return outputEnded && !inputEnded;
    }

    @Override
    public int write(ByteBuffer source) {
      int n = source.remaining();
      done.append(StandardCharsets.US_ASCII.decode(source));
      return n;
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
      long n = 0;
      for (int i = offset; i < offset + length; i++) {
        n += write(sources[i]);
      }
      return n;
    }

    @Override
    public int read(ByteBuffer target) {
      inputEnded |= outputEnded;
      return inputEnded ? -1 : 0;
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public SocketChannel shutdownOutput() {
      outputEnded = true;
      return this;
    }

    @Override
    public SocketChannel shutdownInput() {
      throw new UnsupportedOperationException();
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, T value) {
      return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
      return Set.of();
    }

    @Override
    public SocketAddress getLocalAddress() {
      return PEER;
    }

    @Override
    public SocketAddress getRemoteAddress() {
      return PEER;
    }

    @Override
    public boolean isConnected() {
      return true;
    }

    @Override
    public boolean isConnectionPending() {
      return false;
    }

    @Override
    public SocketChannel bind(SocketAddress local) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean connect(SocketAddress remote) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean finishConnect() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Socket socket() {
      throw new UnsupportedOperationException();
    }

    @Override
    protected void implConfigureBlocking(boolean block) {
      // There is nothing to be configured, and nothing here blocks.
    }

    @Override
    protected void implCloseSelectableChannel() {
      // There is no descriptor.
    }
  }

  @Override
  public AbstractSelector openSelector() {
    return new WakeableSelector();
  }

  @Override
  public SocketChannel openSocketChannel() {
    throw new UnsupportedOperationException();
  }

  @Override
  public ServerSocketChannel openServerSocketChannel() {
    throw new UnsupportedOperationException();
  }

  @Override
  public DatagramChannel openDatagramChannel() {
    throw new UnsupportedOperationException();
  }

  @Override
  public DatagramChannel openDatagramChannel(ProtocolFamily family) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Pipe openPipe() {
    throw new UnsupportedOperationException();
  }
}
