package dev.millrace.bench.stub;

import java.net.ProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;

/**
 * Selectors and sockets without a kernel, for measuring who uses them. What the loop of the core
 * asks for is there and keeps the contracts of {@code java.nio}; all else throws {@code
 * UnsupportedOperationException}.
 *
 * <pre>{@code
 * StubProvider provider = new StubProvider();
 * EventLoop loop = new EventLoop(provider, System::nanoTime, options);
 * // … a server on that loop; then, as its client:
 * StubSocketChannel socket = provider.connect();
 * socket.arrive(64);
 * loop.turn(0);                          // accepts
 * loop.turn(0);                          // reads, and answers
 * provider.calls().writes();             // 1
 * }</pre>
 *
 * <p>Thread rule: one thread for all, the selectors', and so for the peers of the sockets as well;
 * only {@code wakeup} is for any thread. No call allocates but those that make a channel, a key or
 * a selector, and {@link #calls()}.
 */
public final class StubProvider extends SelectorProvider {
  /**
   * How many bytes come before those that arrive repeat themselves: the largest read that the
   * core's default buffer asks for. A power of two, so that a position is found by a mask.
   */
  static final int PATTERN_BYTES = 64 << 10;

  final Counts counts = new Counts();
  private final ByteBuffer pattern = ByteBuffer.allocateDirect(PATTERN_BYTES);
  private StubServerSocketChannel listener;

  /** A provider at which nobody listens and nothing was called. */
  public StubProvider() {
    for (int i = 0; i < PATTERN_BYTES; i++) {
      pattern.put(i, byteAt(i));
    }
  }

  /**
   * Which byte arrives at a position of any socket's input.
   *
   * @param position counted from 0
   * @return the byte; neighbours differ, and so do bytes 256 positions apart
   */
  public static byte byteAt(long position) {
    int i = (int) position & (PATTERN_BYTES - 1);
    return (byte) (i * 31 + (i >> 8));
  }

  /**
   * What was called until now. It counts itself nothing, and allocates its answer.
   *
   * @return the counts; exact on the selector's thread, and once that has ended
   */
  public Calls calls() {
    return counts.snapshot();
  }

  /**
   * A client connects to the listener that was bound last: it is in the queue to be accepted.
   *
   * @return the server's end, into which the client sends
   * @throws IllegalStateException if nobody listens
   */
  public StubSocketChannel connect() {
    if (listener == null || !listener.isOpen()) {
      throw new IllegalStateException("nobody listens at this provider");
    }
    StubSocketChannel arriving = new StubSocketChannel(this, true);
    listener.arrive(arriving);
    return arriving;
  }

  void bound(StubServerSocketChannel channel) {
    listener = channel;
  }

  /** Copies what arrives from a position on, without a copy in between. */
  void copy(long position, ByteBuffer target, int n) {
    int left = n;
    int at = (int) position & (PATTERN_BYTES - 1);
    while (left > 0) {
      int chunk = Math.min(left, PATTERN_BYTES - at);
      target.put(target.position(), pattern, at, chunk);
      target.position(target.position() + chunk);
      left -= chunk;
      at = 0;
    }
  }

  @Override
  public AbstractSelector openSelector() {
    return new StubSelector(this);
  }

  /** A socket that is not connected; its {@code connect} succeeds at once. */
  @Override
  public StubSocketChannel openSocketChannel() {
    counts.opens++;
    return new StubSocketChannel(this, false);
  }

  @Override
  public StubServerSocketChannel openServerSocketChannel() {
    counts.opens++;
    return new StubServerSocketChannel(this);
  }

  @Override
  public DatagramChannel openDatagramChannel() {
    throw StubProvider.unsupported("openDatagramChannel");
  }

  @Override
  public DatagramChannel openDatagramChannel(ProtocolFamily family) {
    throw StubProvider.unsupported("openDatagramChannel");
  }

  @Override
  public Pipe openPipe() {
    throw StubProvider.unsupported("openPipe");
  }

  /** What the core's loop does not ask for is not here: a benchmark that needs it has to add it. */
  static UnsupportedOperationException unsupported(String call) {
    return new UnsupportedOperationException(
        "the stub has no " + call + ": it is for measuring what the core's loop asks for");
  }
}
