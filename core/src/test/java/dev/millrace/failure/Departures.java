package dev.millrace.failure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * Peers that really leave, over real loopback connections, and what the JDK throws at the one that
 * stays.
 */
final class Departures {

  /** A failed write comes after a few at most; this is far beyond what the socket buffers hold. */
  private static final int MANY_WRITES = 10_000_000;

  private Departures() {}

  /** The peer resets; then a write. */
  static IOException resetThenWrite() throws IOException {
    try (Pair pair = new Pair()) {
      pair.reset();
      return failureOfWriting(pair.server);
    }
  }

  /** The peer resets; then a read. */
  static IOException resetThenRead() throws IOException {
    try (Pair pair = new Pair()) {
      pair.reset();
      pair.server.read(ByteBuffer.allocate(1));
      throw new AssertionError("the read must fail");
    } catch (IOException expected) {
      return expected;
    }
  }

  /**
   * The peer closes in good order and its FIN is seen; then writes, the first of which it answers
   * with a reset.
   */
  static IOException finThenWrite() throws IOException {
    try (Pair pair = new Pair()) {
      pair.client.close();
      if (pair.server.read(ByteBuffer.allocate(1)) != -1) {
        throw new AssertionError("the peer's FIN must be seen");
      }
      return failureOfWriting(pair.server);
    }
  }

  /** A write after our own end of output. */
  static IOException writeAfterOwnEnd() throws IOException {
    try (Pair pair = new Pair()) {
      pair.server.shutdownOutput();
      return failureOfWriting(pair.server);
    }
  }

  /** A connection to a port that nobody listens on any more. */
  static IOException connectToNobody() throws IOException {
    InetSocketAddress left;
    try (ServerSocketChannel listener = listener()) {
      left = (InetSocketAddress) listener.getLocalAddress();
    }
    try (SocketChannel client = SocketChannel.open()) {
      client.configureBlocking(false);
      boolean isConnected = client.connect(left);
      while (!isConnected) {
        isConnected = client.finishConnect();
        Thread.onSpinWait();
      }
      throw new AssertionError("nobody listens there");
    } catch (IOException expected) {
      return expected;
    }
  }

  static ServerSocketChannel listener() throws IOException {
    return ServerSocketChannel.open()
        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private static IOException failureOfWriting(SocketChannel channel) throws IOException {
    channel.configureBlocking(false);
    ByteBuffer one = ByteBuffer.allocate(1);
    for (int i = 0; i < MANY_WRITES; i++) {
      one.clear();
      try {
        channel.write(one);
      } catch (IOException expected) {
        return expected;
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("the write must fail");
  }

  /** Two ends of one connection, in blocking mode. */
  private static final class Pair implements AutoCloseable {
    final SocketChannel client;
    final SocketChannel server;

    Pair() throws IOException {
      try (ServerSocketChannel listener = listener()) {
        client = SocketChannel.open(listener.getLocalAddress());
        server = listener.accept();
      }
    }

    void reset() throws IOException {
      client.setOption(StandardSocketOptions.SO_LINGER, 0);
      client.close();
    }

    @Override
    public void close() throws IOException {
      client.close();
      server.close();
    }
  }
}
