package dev.millrace.bench.peer;

import dev.millrace.Server;
import dev.millrace.SocketSettings;
import dev.millrace.Timeouts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Millrace's echo: what the first page of its documentation shows, and its defaults. */
final class MillraceEcho {
  static final String SETTINGS =
      "this build; defaults (one loop, 64 KiB read buffer, TCP_NODELAY), no cap of connections,"
          + " backlog 4096";

  private MillraceEcho() {}

  static InetSocketAddress start(int port, Duration readTimeout) throws IOException {
    Server server =
        Server.builder()
            .listen("127.0.0.1", port)
            .handler(() -> (connection, data) -> connection.write(data))
            .timeouts(Timeouts.defaults().withReadIdle(readTimeout))
            .socketSettings(SocketSettings.defaults().withBacklog(Peer.BACKLOG))
            // The others have none either. The limits of a connection stay as they are: they are
            // part of what is measured, and an echo never meets them.
            .maxConnections(0)
            .start();
    return (InetSocketAddress) server.addresses().get(0);
  }
}
