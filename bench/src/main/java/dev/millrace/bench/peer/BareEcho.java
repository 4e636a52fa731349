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
import java.util.function.Consumer;

/**
 * The JVM's floor: {@code select(Consumer)}, one direct buffer, and a connection is nothing but its
 * key. No time-outs, no limits; what fails closes its connection, and a failure of the loop or of
 * an accept ends the program.
 *
 * <p>It is correct nevertheless, as a wrong floor is none: what the kernel does not take is kept,
 * and nothing is read until that has gone.
 */
final class BareEcho implements Runnable, Consumer<SelectionKey> {
  static final String SETTINGS =
      "select(Consumer) by hand; one direct buffer of 64 KiB, TCP_NODELAY, backlog 4096; no"
          + " time-outs, nothing kept for a connection";

  private final Selector selector;
  private final ServerSocketChannel listener;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(Peer.READ_BUFFER_BYTES);

  private BareEcho(Selector selector, ServerSocketChannel listener) {
    this.selector = selector;
    this.listener = listener;
  }

  static InetSocketAddress start(int port) throws IOException {
    Selector selector = Selector.open();
    ServerSocketChannel listener = listen(port, selector);
    new Thread(new BareEcho(selector, listener), "echo").start();
    return (InetSocketAddress) listener.getLocalAddress();
  }

  /** A listener of the loopback address on a selector. */
  static ServerSocketChannel listen(int port, Selector selector) throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open();
    listener.configureBlocking(false);
    listener.bind(Peer.loopback(port), Peer.BACKLOG);
    listener.register(selector, SelectionKey.OP_ACCEPT);
    return listener;
  }

  @Override
  public void run() {
    try {
      while (true) {
        selector.select(this);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void accept(SelectionKey key) {
    try {
      if (key.channel() == listener) {
        acceptAll();
      } else {
        serve(key);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void acceptAll() throws IOException {
    for (SocketChannel c = listener.accept(); c != null; c = listener.accept()) {
      c.configureBlocking(false);
      c.setOption(StandardSocketOptions.TCP_NODELAY, true);
      c.register(selector, SelectionKey.OP_READ);
    }
  }

  private void serve(SelectionKey key) throws IOException {
    SocketChannel channel = (SocketChannel) key.channel();
    try {
      ByteBuffer rest = (ByteBuffer) key.attachment();
      if (rest == null) {
        echo(channel, key);
      } else {
        writeRest(channel, key, rest);
      }
    } catch (IOException e) {
      channel.close(); // a reset: it ends this connection and no other
    }
  }

  private void echo(SocketChannel channel, SelectionKey key) throws IOException {
    buffer.clear();
    if (channel.read(buffer) < 0) {
      channel.close();
      return;
    }
    buffer.flip();
    channel.write(buffer);
    if (buffer.hasRemaining()) {
      key.attach(copyOf(buffer));
      key.interestOps(SelectionKey.OP_WRITE);
    }
  }

  private static void writeRest(SocketChannel channel, SelectionKey key, ByteBuffer rest)
      throws IOException {
    channel.write(rest);
    if (!rest.hasRemaining()) {
      key.attach(null);
      key.interestOps(SelectionKey.OP_READ);
    }
  }

  /** What is left of the loop's buffer, which the next connection needs. */
  static ByteBuffer copyOf(ByteBuffer left) {
    return ByteBuffer.allocate(left.remaining()).put(left).flip();
  }
}
