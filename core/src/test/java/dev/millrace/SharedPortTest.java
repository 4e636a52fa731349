package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** SO_REUSEPORT: the loops share a port, and the kernel deals out the connections. */
@Timeout(60)
class SharedPortTest {
  /** The kernel picks by a hash of the addresses: that all go to one has a chance of 2⁻¹²⁷. */
  private static final int CONNECTIONS = 128;

  @Test
  void bothLoopsAreServedAndAThirdThatDoesNotShareIsRefused() throws Exception {
    List<SocketChannel> clients = new ArrayList<>();
    LoopOptions named = LoopFixture.options().withFailureTexts(EndingFixture.TEXTS);
    try (LoopFixture one = new LoopFixture(new LoopFixture.Provider(), named);
        LoopFixture two = new LoopFixture()) {
      Server first = one.server(sharing(0));
      Server second = two.server(sharing(first.port()));
      InetSocketAddress address = LoopFixture.loopback(first.port());
      for (int i = 0; i < CONNECTIONS; i++) {
        clients.add(SocketChannel.open(address));
      }
      one.until(
          "all are accepted",
          () -> {
            two.turn();
            return first.stats().accepted() + second.stats().accepted() == CONNECTIONS;
          });
      assertTrue(first.stats().accepted() > 0, "the first has none");
      assertTrue(second.stats().accepted() > 0, "the second has none");
      Server.Builder third =
          Server.builder().loop(one.loop).listen(address).handler(() -> (c, data) -> c.write(data));
      BindFailedException refused = assertThrows(BindFailedException.class, third::start);
      assertEquals(dev.millrace.failure.FailureKind.EADDRINUSE, refused.failure().kind());
    } finally {
      for (SocketChannel client : clients) {
        client.close();
      }
    }
  }

  private static Server.Builder sharing(int port) {
    return Server.builder()
        .listen(LoopFixture.loopback(port))
        .socketSettings(SocketSettings.defaults().withReusePort(true))
        .timeouts(LoopFixture.noTimeouts())
        .handler(() -> (c, data) -> c.write(data));
  }
}
