package dev.millrace;

import dev.millrace.failure.FailureTexts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A loop that the test turns by hand, with a clock that stands still, and peers on loopback. */
final class HandTurned implements AutoCloseable {
  /** Small bounds, so that little memory fills them; one write may use the whole loop's budget. */
  static final Limits TIGHT =
      new Limits(
          128 << 10, 64 << 10, 256 << 10, 256 << 10, 64 << 10, 256 << 10, 256 << 10, 1 << 20);

  final long[] nanos = {1_000_000_000L};
  final EventLoop loop;
  private final List<SocketChannel> peers = new ArrayList<>();

  HandTurned(LoopOptions options) throws IOException {
    loop =
        new EventLoop(
            SelectorProvider.provider(),
            () -> nanos[0],
            options.withFailureTexts(FailureTexts.none()).withChecked(true));
    loop.turn(0);
  }

  static LoopOptions options() {
    return LoopOptions.defaults();
  }

  /** Options whose budget is as large as one connection's hard limit in {@link #TIGHT}. */
  static LoopOptions tightBudget() {
    return options().withBudgetBytes(256 << 10).withChunkBytes(4 << 10);
  }

  /** A server whose connections have small kernel buffers. */
  Server serve(Limits limits, ConnectionHandler handler) throws IOException {
    return Server.builder()
        .loop(loop)
        .listen("127.0.0.1", 0)
        .limits(limits)
        .socketSettings(SocketSettings.defaults().withSendBufferBytes(4096))
        .handler(() -> handler)
        .start();
  }

  /** A peer with a small receive buffer, so that the kernel soon takes no more for it. */
  SocketChannel dial(Server server) throws IOException {
    SocketChannel peer = SocketChannel.open();
    peers.add(peer);
    peer.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
    peer.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
    return peer;
  }

  void until(BooleanSupplier condition) {
    for (int turns = 0; turns < 3000; turns++) {
      if (condition.getAsBoolean()) {
        return;
      }
      loop.turn(1_000_000);
    }
    throw new AssertionError("the condition did not come true in 3000 turns");
  }

  void turns(int n) {
    for (int i = 0; i < n; i++) {
      loop.turn(1_000_000);
    }
  }

  /** Turns the loop and reads until the peer has so many bytes. */
  String read(SocketChannel peer, int bytes) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int turns = 0; turns < 3000 && text.length() < bytes; turns++) {
      loop.turn(1_000_000);
      int n = readOnce(peer, text);
      if (n < 0) {
        break;
      }
    }
    return text.toString();
  }

  /** Turns the loop and reads to the peer's end of stream. */
  String readToEnd(SocketChannel peer) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int turns = 0; turns < 3000; turns++) {
      loop.turn(1_000_000);
      if (readOnce(peer, text) < 0) {
        return text.toString();
      }
    }
    throw new AssertionError("no end of stream in 3000 turns, read " + text.length());
  }

  private static int readOnce(SocketChannel peer, StringBuilder text) throws IOException {
    peer.configureBlocking(false);
    ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
    int n = peer.read(buffer);
    text.append(new String(buffer.array(), 0, buffer.position(), StandardCharsets.ISO_8859_1));
    return n;
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Fills the loop's budget through a connection whose peer does not read. */
  static void hog(Connection hog) {
    while (hog.write(ByteBuffer.allocate(1 << 10)) == WriteResult.ACCEPTED) {
      // Each goes to the queue: no event of this connection runs.
    }
  }

  @Override
  public void close() throws IOException {
    for (SocketChannel peer : peers) {
      peer.close();
    }
    loop.stop();
    loop.turn(0);
  }
}
