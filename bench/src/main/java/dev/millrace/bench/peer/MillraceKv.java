package dev.millrace.bench.peer;

import dev.millrace.Server;
import dev.millrace.SocketSettings;
import dev.millrace.Timeouts;
import dev.millrace.examples.kv.KvService;
import dev.millrace.examples.kv.KvSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Millrace's example of the Redis protocol, with its defaults. */
final class MillraceKv {
  static final String SETTINGS =
      "this build; examples' KvService with its defaults (one loop, 64 KiB read buffer,"
          + " TCP_NODELAY), no cap of connections, backlog 4096";

  private MillraceKv() {}

  static InetSocketAddress start(int port, Duration readTimeout) throws IOException {
    KvSettings settings = KvSettings.defaults();
    Server server =
        Server.builder()
            .listen("127.0.0.1", port)
            .limits(settings.limits())
            .handler(new KvService(settings))
            .timeouts(Timeouts.defaults().withReadIdle(readTimeout))
            .socketSettings(SocketSettings.defaults().withBacklog(Peer.BACKLOG))
            .maxConnections(0)
            .start();
    return (InetSocketAddress) server.addresses().get(0);
  }
}
