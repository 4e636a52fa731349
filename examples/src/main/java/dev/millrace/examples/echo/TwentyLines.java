package dev.millrace.examples.echo;

import dev.millrace.Server;

/** An echo server: what it is sent, it sends back. */
public final class TwentyLines {
  public static void main(String[] args) throws Exception {
    try (Server server =
        Server.builder()
            .listen("127.0.0.1", 7007)
            .handler(() -> (connection, data) -> connection.write(data))
            .start()) {
      System.out.println("listening on " + server.addresses().get(0));
      server.awaitStopped();
    }
  }
}
