package dev.millrace.bench.peer;

import dev.millrace.Server;
import dev.millrace.SocketSettings;
import dev.millrace.Timeouts;
import dev.millrace.examples.http.HttpService;
import dev.millrace.examples.http.HttpSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Millrace's example of HTTP with its defaults, all its checks and time-outs among them. */
final class MillraceHttp {
  static final String SETTINGS =
      "this build; examples' HttpService with its defaults (one loop, 64 KiB read buffer,"
          + " TCP_NODELAY; GET / has an answer that lies ready but for its date), no cap of"
          + " connections, backlog 4096";

  private MillraceHttp() {}

  static InetSocketAddress start(int port, Duration readTimeout) throws IOException {
    HttpSettings settings = HttpSettings.defaults();
    Server server =
        Server.builder()
            .listen("127.0.0.1", port)
            .limits(settings.limits())
            .handler(new HttpService(settings))
            .timeouts(Timeouts.defaults().withReadIdle(readTimeout))
            .socketSettings(SocketSettings.defaults().withBacklog(Peer.BACKLOG))
            .maxConnections(0)
            .start();
    return (InetSocketAddress) server.addresses().get(0);
  }
}
