package dev.millrace.bench.peer;

import io.activej.bytebuf.ByteBuf;
import io.activej.common.MemSize;
import io.activej.eventloop.Eventloop;
import io.activej.eventloop.net.ServerSocketSettings;
import io.activej.eventloop.net.SocketSettings;
import io.activej.net.SimpleServer;
import io.activej.net.socket.tcp.AsyncTcpSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.helpers.NOPLogger;

/**
 * ActiveJ's echo: a {@code SimpleServer} whose sockets are read, written, and read again when the
 * write is done, which is back-pressure.
 */
final class ActiveJEcho {
  /** Checks are off unless assertions are on; documented to be switched off in a tight loop. */
  static final List<String> JVM_OPTIONS = List.of("-Dchk=off");

  private ActiveJEcho() {}

  static String settings(List<String> jvmOptions) {
    return "ActiveJ "
        + Versions.of("activej")
        + " (the newest that is no release candidate); SimpleServer, AsyncTcpSocket, next read after the write, its read time-out,"
        + " pooled buffers of 64 KiB, no inspectors, TCP_NODELAY, backlog 4096; JVM: "
        + String.join(" ", jvmOptions);
  }

  static InetSocketAddress start(int port, Duration readTimeout) throws IOException {
    CompletableFuture<InetSocketAddress> address = new CompletableFuture<>();
    new Thread(() -> run(port, readTimeout, address), "echo").start();
    try {
      return address.join();
    } catch (CompletionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    }
  }

  private static void run(
      int port, Duration readTimeout, CompletableFuture<InetSocketAddress> address) {
    // Its pool keeps every buffer by default, and its watchdog and statistics are off; there is no
    // inspector unless one is given.
    Eventloop eventloop = Eventloop.create().withCurrentThread();
    SocketSettings sockets =
        SocketSettings.createDefault() // which has TCP_NODELAY
            .withImplReadBufferSize(MemSize.of(Peer.READ_BUFFER_BYTES));
    if (!readTimeout.isZero()) {
      sockets = sockets.withImplReadTimeout(readTimeout);
    }
    SimpleServer server =
        SimpleServer.create(eventloop, ActiveJEcho::echo)
            .withListenAddress(Peer.loopback(port))
            .withServerSocketSettings(ServerSocketSettings.create(Peer.BACKLOG))
            .withSocketSettings(sockets)
            // It throws what it logs, and the stack trace is not for a port in use.
            .withLogger(NOPLogger.NOP_LOGGER);
    try {
      server.listen();
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

  private static void echo(AsyncTcpSocket socket) {
    socket.read().whenComplete((buffer, failure) -> write(socket, buffer, failure));
  }

  private static void write(AsyncTcpSocket socket, ByteBuf buffer, Exception failure) {
    if (failure != null) {
      return; // the socket has closed itself: a reset, or the time-out
    }
    if (buffer == null) {
      socket.close();
      return;
    }
    socket.write(buffer).whenResult(() -> echo(socket));
  }
}
