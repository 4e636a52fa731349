package dev.millrace.bench.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The floor that is compared with: {@link BareEcho} with a read time-out a connection, which no
 * server can do without.
 *
 * <p>All time-outs are equally long, so a list in the order of the last reads is a timer: its first
 * is the next that is due. That is less than a library can do, which has to take any time-out; but
 * it is what somebody would write by hand. The clock is read once a turn.
 */
final class BareTimeoutsEcho implements Runnable, Consumer<SelectionKey> {
  static final String SETTINGS =
      "select(Consumer) by hand; one direct buffer of 64 KiB, TCP_NODELAY, backlog 4096; read"
          + " time-outs in a linked list in the order of the last reads";

  /** A member of the list. One that has something to write is not read, and its time runs on. */
  private static final class Connection {
    private final SocketChannel channel;
    private Connection previous = this;
    private Connection next = this;
    private long lastReadNanos;
    private ByteBuffer rest;

    Connection(SocketChannel channel) {
      this.channel = channel;
    }

    void unlink() {
      previous.next = next;
      next.previous = previous;
    }

    void linkBefore(Connection other) {
      next = other;
      previous = other.previous;
      previous.next = this;
      other.previous = this;
    }
  }

  private final Selector selector;
  private final ServerSocketChannel listener;
  private final long readTimeoutNanos;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(Peer.READ_BUFFER_BYTES);

  /** Stands before the first and behind the last. */
  private final Connection ends = new Connection(null);

  private long nowNanos;
  private boolean isClockRead;

  private BareTimeoutsEcho(Selector selector, ServerSocketChannel listener, long readTimeoutNanos) {
    this.selector = selector;
    this.listener = listener;
    this.readTimeoutNanos = readTimeoutNanos;
  }

  static InetSocketAddress start(int port, Duration readTimeout) throws IOException {
    Selector selector = Selector.open();
    ServerSocketChannel listener = BareEcho.listen(port, selector);
    BareTimeoutsEcho echo = new BareTimeoutsEcho(selector, listener, readTimeout.toNanos());
    new Thread(echo, "echo").start();
    return (InetSocketAddress) listener.getLocalAddress();
  }

  @Override
  public void run() {
    try {
      while (true) {
        isClockRead = false;
        selector.select(this, waitMillis());
        if (readTimeoutNanos > 0) {
          closeIdle();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Until the first of the list is due, rounded up; 0 waits for ever. It counts from this turn's
   * look at the clock and so waits longer by what the turn took, which no time-out minds: another
   * look would make the floor dearer than it has to be.
   */
  private long waitMillis() {
    if (readTimeoutNanos == 0 || ends.next == ends) {
      return 0;
    }
    long nanos = ends.next.lastReadNanos + readTimeoutNanos - nowNanos;
    return Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
  }

  private void closeIdle() throws IOException {
    readClock();
    while (ends.next != ends && nowNanos - ends.next.lastReadNanos >= readTimeoutNanos) {
      close(ends.next);
    }
  }

  private void readClock() {
    if (!isClockRead) {
      nowNanos = System.nanoTime();
      isClockRead = true;
    }
  }

  @Override
  public void accept(SelectionKey key) {
    readClock();
    Connection connection = (Connection) key.attachment();
    try {
      if (connection == null) {
        acceptAll();
      } else {
        serve(connection, key);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void acceptAll() throws IOException {
    for (SocketChannel c = listener.accept(); c != null; c = listener.accept()) {
      c.configureBlocking(false);
      c.setOption(StandardSocketOptions.TCP_NODELAY, true);
      Connection connection = new Connection(c);
      c.register(selector, SelectionKey.OP_READ, connection);
      connection.lastReadNanos = nowNanos;
      connection.linkBefore(ends);
    }
  }

  private void serve(Connection connection, SelectionKey key) throws IOException {
    try {
      if (connection.rest == null) {
        echo(connection, key);
      } else {
        writeRest(connection, key);
      }
    } catch (IOException e) {
      close(connection); // a reset: it ends this connection and no other
    }
  }

  private void echo(Connection connection, SelectionKey key) throws IOException {
    buffer.clear();
    if (connection.channel.read(buffer) < 0) {
      close(connection);
      return;
    }
    connection.lastReadNanos = nowNanos;
    connection.unlink();
    connection.linkBefore(ends);
    buffer.flip();
    connection.channel.write(buffer);
    if (buffer.hasRemaining()) {
      connection.rest = BareEcho.copyOf(buffer);
      key.interestOps(SelectionKey.OP_WRITE);
    }
  }

  private static void writeRest(Connection connection, SelectionKey key) throws IOException {
    connection.channel.write(connection.rest);
    if (!connection.rest.hasRemaining()) {
      connection.rest = null;
      key.interestOps(SelectionKey.OP_READ);
    }
  }

  private static void close(Connection connection) throws IOException {
    connection.unlink();
    connection.channel.close();
  }
}
