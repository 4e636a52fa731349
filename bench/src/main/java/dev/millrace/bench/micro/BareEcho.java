package dev.millrace.bench.micro;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The floor: the least that an echo server on {@code select(Consumer)} can do and still be one. One
 * direct buffer; what a peer does not take is kept, and nothing is read from it until it is gone; a
 * failure ends a connection without a word.
 *
 * <p>With time-outs it also ends connections that send nothing for a while: those that are open are
 * a list in the order of their last input, so that each read moves one to the end, and each turn
 * looks at the first. That is the floor which the core is compared with: a server without is no
 * server.
 */
public final class BareEcho implements EchoLoop {
  /** As long as the core's. */
  private static final long READ_IDLE_NANOS = Duration.ofSeconds(60).toNanos();

  /** As large as the core's. */
  private static final int BUFFER_BYTES = 64 << 10;

  private final boolean timeouts;
  private final Selector selector;
  private final ServerSocketChannel listener;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final Consumer<SelectionKey> onReadyKey = this::ready;
  private final Peer oldest = new Peer(null);
  private long now;
  private boolean isClockRead;

  /** A connection, and a link of the list in which the one that was silent longest is first. */
  private static final class Peer {
    final SocketChannel channel;
    boolean isPending;

    /**
     * What is pending; kept for the next time, so that a peer costs a buffer and not each stall.
     */
    ByteBuffer rest;

    long lastInput;
    Peer before = this;
    Peer behind = this;

    Peer(SocketChannel channel) {
      this.channel = channel;
    }

    void unlink() {
      before.behind = behind;
      behind.before = before;
    }

    void linkBefore(Peer other) {
      before = other.before;
      behind = other;
      before.behind = this;
      other.before = this;
    }
  }

  /**
   * An echo that listens at a port of loopback.
   *
   * @param provider opens the sockets
   * @param timeouts whether it ends connections that send nothing
   */
  public BareEcho(SelectorProvider provider, boolean timeouts) throws IOException {
    this.timeouts = timeouts;
    selector = provider.openSelector();
    listener = provider.openServerSocketChannel();
    listener.configureBlocking(false);
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
    listener.register(selector, SelectionKey.OP_ACCEPT);
  }

  @Override
  public InetSocketAddress address() {
    try {
      return (InetSocketAddress) listener.getLocalAddress();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void turn() {
    try {
      if (timeouts) {
        isClockRead = false;
        selector.select(onReadyKey, millisToNextTimeout());
        endSilent();
      } else {
        selector.select(onReadyKey, MAX_WAIT_MILLIS);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long millisToNextTimeout() {
    Peer first = oldest.behind;
    if (first.channel == null) {
      return MAX_WAIT_MILLIS;
    }
    long left = first.lastInput + READ_IDLE_NANOS - now; // late by a turn, which is let pass
    return Math.max(1, Math.min(MAX_WAIT_MILLIS, left / 1_000_000));
  }

  private void endSilent() {
    readClock();
    for (Peer first = oldest.behind;
        first.channel != null && now - first.lastInput >= READ_IDLE_NANOS;
        first = oldest.behind) {
      end(first);
    }
  }

  /** Once a turn: at its first ready key, or if there is none behind the poll. */
  private void readClock() {
    if (!isClockRead) {
      now = System.nanoTime();
      isClockRead = true;
    }
  }

  private void ready(SelectionKey key) {
    Peer peer = (Peer) key.attachment();
    if (peer == null) {
      accept();
      return;
    }
    try {
      if (peer.isPending) {
        flush(key, peer);
      } else {
        echo(key, peer);
      }
    } catch (IOException e) {
      end(peer); // a peer's failure ends the peer; why is not asked here
    }
  }

  private void accept() {
    SocketChannel accepted;
    try {
      while ((accepted = listener.accept()) != null) {
        accepted.configureBlocking(false);
        accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
        Peer peer = new Peer(accepted);
        accepted.register(selector, SelectionKey.OP_READ, peer);
        if (timeouts) {
          peer.lastInput = System.nanoTime();
          peer.linkBefore(oldest);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void echo(SelectionKey key, Peer peer) throws IOException {
    buffer.clear();
    int n = peer.channel.read(buffer);
    if (n < 0) {
      end(peer);
      return;
    }
    if (timeouts) {
      readClock();
      peer.lastInput = now;
      peer.unlink();
      peer.linkBefore(oldest);
    }
    buffer.flip();
    peer.channel.write(buffer);
    if (buffer.hasRemaining()) {
      if (peer.rest == null) {
        peer.rest = ByteBuffer.allocateDirect(BUFFER_BYTES);
      }
      peer.rest.clear().put(buffer).flip();
      peer.isPending = true;
      key.interestOps(SelectionKey.OP_WRITE);
    }
  }

  private void flush(SelectionKey key, Peer peer) throws IOException {
    peer.channel.write(peer.rest);
    if (!peer.rest.hasRemaining()) {
      peer.isPending = false;
      key.interestOps(SelectionKey.OP_READ);
    }
  }

  private void end(Peer peer) {
    peer.unlink();
    try {
      peer.channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      selector.selectNow();
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
