package dev.millrace.examples.showcase;

import dev.millrace.EventLoop;
import dev.millrace.Server;
import dev.millrace.Timeouts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The showcase on ports of loopback, and clients that ask it. */
final class Shown implements AutoCloseable {
  /** Only a failure waits so long. */
  static final int PATIENCE_MILLIS = 30_000;

  final Showcase showcase;

  Shown() throws IOException {
    this(new ExperimentsLab(), 0);
  }

  /** With these experiments, and the page on a port; 0 picks one. */
  Shown(Lab lab, int httpPort) throws IOException {
    this(lab, httpPort, Timeouts.defaults());
  }

  /** With these time-outs of the echo. */
  Shown(Lab lab, int httpPort, Timeouts timeouts) throws IOException {
    showcase =
        Showcase.start(
            "127.0.0.1",
            Server.builder().listen("127.0.0.1", 0).timeouts(timeouts),
            Server.builder().listen("127.0.0.1", httpPort),
            Timeouts.defaults(),
            lab,
            (server, record) -> {});
  }

  int port() {
    return showcase.http().port();
  }

  String origin() {
    return "http://127.0.0.1:" + port();
  }

  /** An answer, or as much as came before the end. */
  record Answer(int status, String head, String body) {
    /** The value of a field; null if it is not there. */
    String field(String name) {
      return head.lines()
          .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
          .map(line -> line.substring(name.length() + 1).strip())
          .findFirst()
          .orElse(null);
    }

    Object json() {
      return JsonText.read(body);
    }
  }

  Answer get(String path) throws IOException {
    return ask("GET", path);
  }

  /** As the page itself would. */
  Answer post(String path) throws IOException {
    return ask("POST", path, "Origin: " + origin(), "Sec-Fetch-Site: same-origin");
  }

  /** Asks with the right Host, and these fields. */
  Answer ask(String method, String path, String... fields) throws IOException {
    return askOf("127.0.0.1:" + port(), method, path, fields);
  }

  /** Asks somebody of this name. */
  Answer askOf(String host, String method, String path, String... fields) throws IOException {
    StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: ");
    head.append(host).append("\r\n");
    for (String field : fields) {
      head.append(field).append("\r\n");
    }
    try (Socket client = connect(port())) {
      send(client, head.append("Connection: close\r\n\r\n").toString());
      String all = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int end = all.indexOf("\r\n\r\n");
      String first = all.substring(0, end);
      return new Answer(
          Integer.parseInt(first.substring(9, 12)),
          first,
          all.substring(end + "\r\n\r\n".length()));
    }
  }

  static Socket connect(int port) throws IOException {
    Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
    client.setSoTimeout(PATIENCE_MILLIS);
    return client;
  }

  static void send(Socket client, String text) throws IOException {
    client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Runs something on the loop's thread, and waits for what comes of it. */
  <T> T onLoop(Supplier<T> task) throws Exception {
    return onLoop(showcase.loop(), task);
  }

  static <T> T onLoop(EventLoop loop, Supplier<T> task) throws Exception {
    CompletableFuture<T> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          try {
            done.complete(task.get());
          } catch (RuntimeException | Error e) {
            done.completeExceptionally(e);
          }
        });
    return done.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Asks the loop again and again until it is so; each question is a turn of it. */
  void until(String what, Supplier<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    while (!onLoop(condition)) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not within " + PATIENCE_MILLIS + " ms: " + what);
      }
    }
  }

  @Override
  public void close() {
    // A browser keeps its connections open for long after our FIN, and guests may be told not to
    // read: nobody here waits for that.
    showcase.close(Duration.ZERO);
  }

  /** One who watches, and reads event by event. */
  static final class Watcher implements AutoCloseable {
    private final Socket client;
    private final BufferedReader lines;

    Watcher(Shown shown) throws IOException {
      client = connect(shown.port());
      send(client, "GET /events HTTP/1.1\r\nHost: 127.0.0.1:" + shown.port() + "\r\n\r\n");
      lines =
          new BufferedReader(
              new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
    }

    /** The next snapshot; null if the stream has ended. */
    Object snapshot() throws IOException {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("data: ")) {
          return JsonText.read(line.substring("data: ".length()));
        }
      }
      return null;
    }

    /** Reads on until a snapshot is as wanted. */
    Object until(Predicate<Object> wanted) throws IOException {
      Object snapshot = snapshot();
      while (snapshot != null && !wanted.test(snapshot)) {
        snapshot = snapshot();
      }
      return snapshot;
    }

    /** All that is left of it, to its end. */
    List<String> rest() {
      return lines.lines().toList();
    }

    @Override
    public void close() throws IOException {
      client.close();
    }
  }
}
