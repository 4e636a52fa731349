package dev.millrace.examples.kv;

import dev.millrace.EventLoop;
import dev.millrace.LoopOptions;
import dev.millrace.Server;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A service on a loop that the test turns by hand, on real sockets, at a time of its own. */
final class HandDrivenKv implements AutoCloseable {
  /** For what takes a turn or two; only a failure needs all of them. */
  private static final int MANY_TURNS = 100_000;

  final KvService service;
  private final EventLoop loop;
  private final Server server;
  private final List<SocketChannel> clients = new ArrayList<>();
  private long nanos = 12_345;

  HandDrivenKv(KvSettings settings) throws IOException {
    this(settings, LoopOptions.defaults());
  }

  HandDrivenKv(KvSettings settings, LoopOptions options) throws IOException {
    service = new KvService(settings, record -> {}, () -> 1_700_000_000_000L);
    loop = new EventLoop(SelectorProvider.provider(), () -> nanos, options);
    server =
        Server.builder()
            .loop(loop)
            .listen("127.0.0.1", 0)
            .limits(settings.limits())
            .handler(service)
            .start();
  }

  /** A client, connected, that neither blocks nor delays. */
  SocketChannel client() throws IOException {
    SocketChannel channel = SocketChannel.open(server.addresses().get(0));
    channel.configureBlocking(false);
    clients.add(channel);
    return channel;
  }

  void turn() {
    nanos += 1000;
    loop.turn(0);
  }

  void pass(long millis) {
    nanos += TimeUnit.MILLISECONDS.toNanos(millis);
    loop.turn(0);
    loop.turn(0);
  }

  /** Sends all of it, in as many turns as it takes. */
  void send(SocketChannel client, ByteBuffer bytes) throws IOException {
    for (int i = 0; bytes.hasRemaining(); i++) {
      check(i);
      client.write(bytes);
      turn();
    }
  }

  void send(SocketChannel client, String text) throws IOException {
    send(client, ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
  }

  /** Fills the buffer with what comes. */
  void receive(SocketChannel client, ByteBuffer into) throws IOException {
    for (int i = 0; into.hasRemaining(); i++) {
      check(i);
      turn();
      if (client.read(into) < 0) {
        throw new AssertionError("the end, and missing are " + into.remaining());
      }
    }
  }

  /** Inline commands, each with a line end, and as many bytes of replies as are expected. */
  String ask(SocketChannel client, String commands, int replyLength) throws IOException {
    send(client, commands);
    ByteBuffer reply = ByteBuffer.allocate(replyLength);
    receive(client, reply);
    return new String(reply.array(), StandardCharsets.ISO_8859_1);
  }

  private static void check(int turns) {
    if (turns > MANY_TURNS) {
      throw new AssertionError("nothing moves");
    }
  }

  @Override
  public void close() throws IOException {
    for (SocketChannel client : clients) {
      client.close();
    }
    server.close();
    loop.close();
  }
}
