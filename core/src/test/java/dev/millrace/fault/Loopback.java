package dev.millrace.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;

/**
 * A provider with faults, one connection that it accepted, registered with a selector of its own,
 * and the peer of that, which is the platform's.
 */
final class Loopback implements AutoCloseable {
  /** Over loopback everything is there at once; only a failure waits so long. */
  static final long PATIENCE_MILLIS = 20_000;

  final FaultSelectorProvider provider;
  final Selector selector;
  final SocketChannel own;
  final SocketChannel peer;
  final SelectionKey key;

  Loopback(String plan) throws IOException {
    this(new FaultSelectorProvider(SelectorProvider.provider(), FaultPlan.parse(plan)));
  }

  private Loopback(FaultSelectorProvider provider) throws IOException {
    this.provider = provider;
    try (ServerSocketChannel listener = listener(provider)) {
      peer = SocketChannel.open();
      peer.connect(listener.getLocalAddress());
      own = listener.accept();
    }
    own.configureBlocking(false);
    selector = provider.openSelector();
    key = own.register(selector, SelectionKey.OP_READ);
  }

  static ServerSocketChannel listener(SelectorProvider provider) throws IOException {
    ServerSocketChannel listener = provider.openServerSocketChannel();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    return listener;
  }

  /** The peer sends, and it has arrived when this returns. */
  void peerSends(String text) throws IOException {
    ByteBuffer bytes = bytes(text);
    int sent = bytes.remaining();
    assertEquals(sent, peer.write(bytes));
    awaitArrival();
  }

  /** The platform's own word for it, whatever ours is made to say. */
  void awaitArrival() throws IOException {
    try (Selector real = ((FaultChannel) own).real().provider().openSelector()) {
      SelectionKey watched = ((FaultChannel) own).real().register(real, SelectionKey.OP_READ);
      assertEquals(1, real.select(PATIENCE_MILLIS), "nothing arrives");
      watched.cancel();
    }
  }

  /** One read; null for -1. */
  String read(int atMost) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(atMost);
    int n = own.read(buffer);
    assertEquals(Math.max(0, n), buffer.position());
    assertEquals(atMost, buffer.limit());
    return n < 0 ? null : text(buffer.flip());
  }

  int write(String text) throws IOException {
    ByteBuffer buffer = bytes(text);
    int limit = buffer.limit();
    int n = own.write(buffer);
    assertEquals(n, buffer.position());
    assertEquals(limit, buffer.limit());
    return n;
  }

  /** What the peer reads in one call; null for -1. */
  String peerReads() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    return peer.read(buffer) < 0 ? null : text(buffer.flip());
  }

  /** Waits for a key, which must be ours, and tells for what it is ready. */
  int awaitReady() throws IOException {
    selector.selectedKeys().clear();
    assertEquals(1, selector.select(PATIENCE_MILLIS), "not ready");
    assertTrue(selector.selectedKeys().contains(key));
    return key.readyOps();
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  static String text(ByteBuffer buffer) {
    return StandardCharsets.ISO_8859_1.decode(buffer).toString();
  }

  @Override
  public void close() throws IOException {
    own.close();
    peer.close();
    selector.close();
  }
}
