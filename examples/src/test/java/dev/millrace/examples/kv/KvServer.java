package dev.millrace.examples.kv;

import dev.millrace.Server;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Locale;

/** Ours, in this JVM, on a port that the kernel picks. */
final class KvServer implements AutoCloseable {
  private final KvService service;
  private final Server server;

  private KvServer(KvService service, Server server) {
    this.service = service;
    this.server = server;
  }

  static KvServer start() throws IOException {
    KvSettings settings = KvSettings.defaults();
    KvService service = new KvService(settings);
    return new KvServer(
        service,
        Server.builder().listen("127.0.0.1", 0).limits(settings.limits()).handler(service).start());
  }

  SocketAddress address() {
    return server.addresses().get(0);
  }

  /** The table does not change any more, so any thread may look. */
  boolean knows(String command) {
    byte[] name = RespClient.ascii(command.toLowerCase(Locale.ROOT));
    return service.commands().find(name, 0, name.length) != null;
  }

  @Override
  public void close() {
    server.close();
  }
}
