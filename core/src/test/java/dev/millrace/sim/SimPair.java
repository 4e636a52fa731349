package dev.millrace.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** Two hosts of a world, and a connection of non-blocking channels between them. */
final class SimPair {
  static final int PORT = 7007;

  private static final Duration SETTLED = Duration.ofMillis(10);

  final SimWorld world;
  final SimHost serverHost;
  final SimHost clientHost;
  ServerSocketChannel listener;
  SocketChannel client;
  SocketChannel accepted;

  /** The hosts only: there is time to set them up. */
  SimPair(long seed) {
    world = new SimWorld(seed);
    serverHost = world.host("server");
    clientHost = world.host("client");
  }

  /** With a connection. */
  static SimPair connected(long seed) throws IOException {
    return new SimPair(seed).connect();
  }

  SimPair connect() throws IOException {
    return connectWithin(SETTLED);
  }

  /** For paths that are slower than a time without a fault. */
  SimPair connectWithin(Duration time) throws IOException {
    listener = listen(0);
    client = ask();
    pass(time);
    assertTrue(client.finishConnect());
    accepted = listener.accept();
    accepted.configureBlocking(false);
    return this;
  }

  ServerSocketChannel listen(int backlog) throws IOException {
    ServerSocketChannel channel = serverHost.provider().openServerSocketChannel();
    channel.bind(serverHost.address(PORT), backlog);
    channel.configureBlocking(false);
    return channel;
  }

  /** A channel that has begun to connect. */
  SocketChannel ask() throws IOException {
    SocketChannel channel = clientHost.provider().openSocketChannel();
    channel.configureBlocking(false);
    assertFalse(channel.connect(serverHost.address(PORT)));
    return channel;
  }

  void pass(Duration time) {
    world.advanceAll(world.nowNanos() + time.toNanos());
  }

  /** What is under way arrives; much shorter than any time-out or retry. */
  void settle() {
    pass(SETTLED);
  }

  static ByteBuffer pattern(long from, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    BytePattern.fill(bytes, 0, from, count);
    return bytes.flip();
  }

  /** Reads once, checks the bytes, and returns how many there were, or -1. */
  static int read(SocketChannel channel, long from, int atMost) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(atMost);
    int n = channel.read(target);
    assertEquals(-1, BytePattern.mismatch(target.flip(), 0, from), "byte that differs");
    return n;
  }
}
