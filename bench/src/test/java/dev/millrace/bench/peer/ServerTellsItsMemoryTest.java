package dev.millrace.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.bench.load.ProtocolName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class ServerTellsItsMemoryTest {
  /** The allocations of who asks and of the rest of the JVM are not among them. */
  @ParameterizedTest
  @EnumSource(names = {"MILLRACE", "BARE", "BARE_TIMEOUTS"})
  void echoesOnOneConnectionAllocateNothing(Peer peer) throws IOException {
    try (ServerProcess server = ServerProcess.start(Peers.options(peer, Peers.LONG));
        Socket client = connect(server)) {
      for (int i = 0; i < 100; i++) {
        roundTrip(client); // what the first ones load
      }
      long before = server.allocatedBytes();
      for (int i = 0; i < 1000; i++) {
        roundTrip(client);
      }
      assertEquals(before, server.allocatedBytes());
    }
  }

  @Test
  void aJvmThatDoesNotCollectIsNamed() throws IOException {
    List<String> jvm = new ArrayList<>(Peers.QUICK_JVM);
    jvm.add("-XX:+DisableExplicitGC");
    ServerOptions options =
        new ServerOptions(Peer.BARE, ProtocolName.ECHO, jvm, List.of(), Peers.LONG);
    try (ServerProcess server = ServerProcess.start(options)) {
      Exception e = assertThrows(UncheckedIOException.class, server::heapBytes);
      assertTrue(e.getMessage().contains("DisableExplicitGC"), e.getMessage());
      assertTrue(server.allocatedBytes() >= 0, "and the next question is answered");
    }
  }

  private static void roundTrip(Socket client) throws IOException {
    client.getOutputStream().write(42);
    assertEquals(42, client.getInputStream().read());
  }

  private static Socket connect(ServerProcess server) throws IOException {
    return new Socket(server.address().getAddress(), server.address().getPort());
  }
}
