package dev.millrace.bench.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that does what a test wants with each connection, on a thread for each. */
final class FreeServer implements AutoCloseable {
  /** What is done with a connection; when it returns, that is closed. */
  interface Behaviour {
    void serve(int connection, InputStream in, OutputStream out) throws IOException;
  }

  /** What becomes of the bytes that came, before they go back. */
  interface Change {
    /** Sends what it likes of {@code bytes[0..n)}, which begins at {@code offset}. */
    void send(byte[] bytes, int n, long offset, OutputStream out) throws IOException;
  }

  /** Far more than a thread takes to see that its socket is closed, on a machine that is busy. */
  private static final long PATIENCE_MILLIS = 20_000;

  private final ServerSocket listener;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicInteger accepted = new AtomicInteger();

  FreeServer(Behaviour behaviour) throws IOException {
    listener = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
    spawn(
        () -> {
          while (true) {
            Socket socket = listener.accept();
            open.add(socket);
            int n = accepted.getAndIncrement();
            spawn(
                () -> {
                  try (socket) {
                    socket.setTcpNoDelay(true);
                    behaviour.serve(n, socket.getInputStream(), socket.getOutputStream());
                  } finally {
                    open.remove(socket);
                  }
                });
          }
        });
  }

  /** Echoes, but for a change. */
  static Behaviour echo(Change change) {
    return (connection, in, out) -> {
      byte[] bytes = new byte[64 * 1024];
      long offset = 0;
      for (int n = in.read(bytes); n > 0; n = in.read(bytes)) {
        change.send(bytes, n, offset, out);
        offset += n;
      }
    };
  }

  private interface Work {
    void run() throws IOException;
  }

  private synchronized void spawn(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // The client left, or this server was closed: what tests look at is the client.
                open.removeIf(Socket::isClosed);
              }
            },
            "free-server");
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  int accepted() {
    return accepted.get();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    List<Thread> all;
    synchronized (this) {
      all = List.copyOf(threads);
    }
    join(all.get(0));
    for (Socket socket : open) {
      socket.close();
    }
    synchronized (this) {
      all = List.copyOf(threads);
    }
    for (Thread each : all) {
      join(each);
    }
  }

  /** A thread that does not end leaks, and the test is to say so and not to hang. */
  private static void join(Thread thread) throws IOException {
    try {
      thread.join(PATIENCE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      throw new IOException(thread + " did not end");
    }
  }
}
