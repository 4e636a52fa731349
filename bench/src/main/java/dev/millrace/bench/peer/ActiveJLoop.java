package dev.millrace.bench.peer;

import io.activej.common.MemSize;
import io.activej.eventloop.Eventloop;
import io.activej.eventloop.net.ServerSocketSettings;
import io.activej.eventloop.net.SocketSettings;
import io.activej.net.AbstractServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.slf4j.helpers.NOPLogger;

/** ActiveJ with one event loop, whatever it serves. */
final class ActiveJLoop {
  /** Checks are off unless assertions are on; documented to be switched off in a tight loop. */
  static final List<String> JVM_OPTIONS = List.of("-Dchk=off");

  private ActiveJLoop() {}

  /** In the words of its settings, for all. */
  static String settings() {
    return "ActiveJ " + Versions.of("activej") + " (the newest that is no release candidate)";
  }

  /** Its sockets, as it makes them for itself, with TCP_NODELAY. */
  static SocketSettings sockets() {
    return SocketSettings.createDefault()
        .withImplReadBufferSize(MemSize.of(Peer.READ_BUFFER_BYTES));
  }

  /**
   * Listens, on a thread of its own.
   *
   * @param server makes the server, on the loop's thread
   */
  static InetSocketAddress start(
      int port, SocketSettings sockets, Function<Eventloop, AbstractServer<?>> server)
      throws IOException {
    CompletableFuture<InetSocketAddress> address = new CompletableFuture<>();
    new Thread(() -> run(port, sockets, server, address), "activej").start();
    try {
      return address.join();
    } catch (CompletionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    }
  }

  private static void run(
      int port,
      SocketSettings sockets,
      Function<Eventloop, AbstractServer<?>> server,
      CompletableFuture<InetSocketAddress> address) {
    // Its pool keeps every buffer by default, and its watchdog and statistics are off; there is no
    // inspector unless one is given.
    Eventloop eventloop = Eventloop.create().withCurrentThread();
    try {
      server
          .apply(eventloop)
          .withListenAddress(Peer.loopback(port))
          .withServerSocketSettings(ServerSocketSettings.create(Peer.BACKLOG))
          .withSocketSettings(sockets)
          // It throws what it logs, and the stack trace is not for a port in use.
          .withLogger(NOPLogger.NOP_LOGGER)
          .listen();
      address.complete(addressOf(eventloop));
    } catch (IOException e) {
      address.completeExceptionally(e);
      return;
    }
    eventloop.run();
  }

  /** The server knows what it was asked for; only the channel knows the port that was picked. */
  private static InetSocketAddress addressOf(Eventloop eventloop) throws IOException {
    SelectionKey key = eventloop.getSelector().keys().iterator().next();
    return (InetSocketAddress) ((ServerSocketChannel) key.channel()).getLocalAddress();
  }
}
