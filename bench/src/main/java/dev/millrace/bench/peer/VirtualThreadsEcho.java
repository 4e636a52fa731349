package dev.millrace.bench.peer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;

/**
 * What the JDK offers in place of an event loop: a virtual thread a connection that blocks in
 * {@code read} and {@code write}. A {@code Socket} and not a {@code SocketChannel}: only that has a
 * read time-out.
 */
final class VirtualThreadsEcho {
  /**
   * One carrier thread, as the others have one loop; unless told so there is one a CPU, and more
   * while some are pinned.
   */
  static final List<String> JVM_OPTIONS =
      List.of(
          "-Djdk.virtualThreadScheduler.parallelism=1",
          "-Djdk.virtualThreadScheduler.maxPoolSize=1");

  /**
   * Here each connection has a buffer, so 64 KiB would be 640 MB for 10,000 idle ones. 16 KiB takes
   * the largest request that is measured in one piece.
   */
  private static final int BUFFER_BYTES = 16 << 10;

  static final String SETTINGS =
      "a virtual thread a connection; blocking streams of a Socket, SO_TIMEOUT, 16 KiB buffer a"
          + " connection, TCP_NODELAY, backlog 4096";

  private VirtualThreadsEcho() {}

  static InetSocketAddress start(int port, Duration readTimeout) throws IOException {
    ServerSocket listener = new ServerSocket();
    listener.bind(Peer.loopback(port), Peer.BACKLOG);
    MethodHandle starter = starter();
    start(starter, () -> acceptAll(listener, starter, Math.toIntExact(readTimeout.toMillis())));
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  /** {@code Thread.startVirtualThread}, which JDK 17, for which this is compiled, has not. */
  private static MethodHandle starter() {
    try {
      return MethodHandles.publicLookup()
          .findStatic(
              Thread.class,
              "startVirtualThread",
              MethodType.methodType(Thread.class, Runnable.class));
    } catch (ReflectiveOperationException e) {
      throw new UnsupportedOperationException(Peer.VIRTUAL_THREADS.unavailable().orElse(""), e);
    }
  }

  private static void start(MethodHandle starter, Runnable body) {
    try {
      Thread started = (Thread) starter.invokeExact(body);
      assert started.isDaemon();
    } catch (Throwable e) { // which is what a method handle declares
      throw new IllegalStateException("no virtual thread", e);
    }
  }

  private static void acceptAll(ServerSocket listener, MethodHandle starter, int timeoutMillis) {
    try {
      while (true) {
        Socket socket = listener.accept();
        start(starter, () -> serve(socket, timeoutMillis));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void serve(Socket socket, int timeoutMillis) {
    try (socket) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(timeoutMillis);
      InputStream in = socket.getInputStream();
      OutputStream out = socket.getOutputStream();
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
      }
    } catch (IOException e) {
      // A reset or the time-out. The socket is closed, and that was all there is to do.
    }
  }
}
