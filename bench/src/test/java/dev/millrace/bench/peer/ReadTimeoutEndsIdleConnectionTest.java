package dev.millrace.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class ReadTimeoutEndsIdleConnectionTest {
  private static final Duration SHORT = Duration.ofMillis(200);

  @ParameterizedTest
  @MethodSource("dev.millrace.bench.peer.Peers#availableWithReadTimeout")
  void oneThatSendsNothingAtAllAndOneThatSendsNothingMore(Peer peer) throws IOException {
    try (ServerProcess server = ServerProcess.start(Peers.options(peer, SHORT));
        Socket mute = connect(server);
        Socket client = connect(server)) {
      client.getOutputStream().write(42);
      assertEquals(42, client.getInputStream().read());
      assertEquals(-1, client.getInputStream().read());
      assertEquals(-1, mute.getInputStream().read());
    }
  }

  private static Socket connect(ServerProcess server) throws IOException {
    return new Socket(server.address().getAddress(), server.address().getPort());
  }
}
