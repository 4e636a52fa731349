package dev.millrace.bench.peer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.bench.load.ProtocolName;
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

  @ParameterizedTest
  @MethodSource("dev.millrace.bench.peer.Peers#availableOfHttp")
  void ofHttpAsWell(Peer peer) throws IOException {
    String request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    assertEnds(peer, ProtocolName.HTTP, request, Hello.TEXT);
  }

  @ParameterizedTest
  @MethodSource("dev.millrace.bench.peer.Peers#ofResp")
  void ofRespAsWell(Peer peer) throws IOException {
    Peers.require(peer);
    assertEnds(peer, ProtocolName.RESP, "*1\r\n$4\r\nPING\r\n", "+PONG\r\n");
  }

  private static void assertEnds(Peer peer, ProtocolName protocol, String request, String end)
      throws IOException {
    try (ServerProcess server = ServerProcess.start(Peers.options(peer, protocol, SHORT));
        Socket mute = connect(server);
        Socket client = connect(server)) {
      client.getOutputStream().write(request.getBytes(US_ASCII));
      String answer = new String(client.getInputStream().readAllBytes(), US_ASCII);
      assertTrue(answer.endsWith(end), answer);
      assertEquals(-1, mute.getInputStream().read());
    }
  }

  private static Socket connect(ServerProcess server) throws IOException {
    return new Socket(server.address().getAddress(), server.address().getPort());
  }
}
