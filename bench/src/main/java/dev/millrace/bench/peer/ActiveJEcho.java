package dev.millrace.bench.peer;

import io.activej.bytebuf.ByteBuf;
import io.activej.eventloop.net.SocketSettings;
import io.activej.net.SimpleServer;
import io.activej.net.socket.tcp.AsyncTcpSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * ActiveJ's echo: a {@code SimpleServer} whose sockets are read, written, and read again when the
 * write is done, which is back-pressure.
 */
final class ActiveJEcho {
  static final String SETTINGS =
      "SimpleServer, AsyncTcpSocket, next read after the write, its read time-out, pooled buffers of"
          + " 64 KiB, no inspectors, TCP_NODELAY, backlog 4096";

  private ActiveJEcho() {}

  static InetSocketAddress start(int port, Duration readTimeout) throws IOException {
    SocketSettings sockets = ActiveJLoop.sockets();
    if (!readTimeout.isZero()) {
      sockets = sockets.withImplReadTimeout(readTimeout);
    }
    return ActiveJLoop.start(
        port, sockets, eventloop -> SimpleServer.create(eventloop, ActiveJEcho::echo));
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
