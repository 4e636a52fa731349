package dev.millrace.examples.http;

import dev.millrace.Server;
import dev.millrace.Timeouts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** The server on a port of loopback, and clients that send it bytes. */
final class Served implements AutoCloseable {
  /** Only a failure waits so long. */
  private static final int PATIENCE_MILLIS = 30_000;

  final Server server;

  Served(HttpSettings settings) throws IOException {
    this(settings, new HttpService(settings));
  }

  Served(HttpSettings settings, HttpService service) throws IOException {
    server =
        Server.builder()
            .listen("127.0.0.1", 0)
            .limits(settings.limits())
            .timeouts(settings.timeouts(Timeouts.defaults()))
            .handler(service)
            .start();
  }

  String uri(String path) {
    return "http://127.0.0.1:" + server.port() + path;
  }

  Socket connect() throws IOException {
    Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port());
    client.setSoTimeout(PATIENCE_MILLIS);
    return client;
  }

  /** Sends this and reads on to the end; the server has to close by itself. */
  Answer.Reader untilClosed(String request) throws IOException {
    try (Socket client = connect()) {
      send(client, request);
      return new Answer.Reader(client.getInputStream().readAllBytes());
    }
  }

  /** The one answer to a request. */
  Answer ask(String method, String target, String... fields) throws IOException {
    StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: h\r\n");
    for (String field : fields) {
      head.append(field).append("\r\n");
    }
    Answer.Reader reader = untilClosed(head.append("Connection: close\r\n\r\n").toString());
    Answer answer = reader.next(method);
    if (answer == null || !reader.isAtEnd()) {
      throw new AssertionError("not one answer to " + head + ": " + reader.rest());
    }
    return answer;
  }

  static void send(Socket client, String text) throws IOException {
    client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Reads one answer from a connection that stays open. */
  static Answer read(Socket client, String method) throws IOException {
    ByteArrayOutputStream received = new ByteArrayOutputStream();
    InputStream in = client.getInputStream();
    while (true) {
      int b = in.read();
      if (b < 0) {
        throw new SocketException("ended in the middle: " + received);
      }
      received.write(b);
      if (b == '\n' || received.size() > 100) {
        Answer answer = new Answer.Reader(received.toByteArray()).next(method);
        if (answer != null) {
          return answer;
        }
      }
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
