package dev.millrace.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.bench.load.ProtocolName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class ServerProcessEndsTest {
  @ParameterizedTest
  @MethodSource("dev.millrace.bench.peer.Peers#oneOfEachKind")
  void closeEndsItAndMayBeRepeated(Peer peer) throws IOException {
    ServerProcess server = ServerProcess.start(Peers.options(peer, Peers.LONG));
    ProcessHandle process = ProcessHandle.of(server.pid()).orElseThrow();
    server.close();
    assertFalse(process.isAlive());
    server.close();
  }

  @Test
  void oneThatWasKilledIsToldByTheNextQuestionAndEveryOther() throws Exception {
    try (ServerProcess server = ServerProcess.start(Peers.options(Peer.BARE, Peers.LONG))) {
      ProcessHandle process = ProcessHandle.of(server.pid()).orElseThrow();
      process.destroyForcibly();
      process.onExit().get(30, TimeUnit.SECONDS);
      for (int i = 0; i < 2; i++) {
        Exception e = assertThrows(UncheckedIOException.class, server::allocatedBytes);
        assertEquals("bare has ended with exit code 137", e.getMessage());
      }
    }
  }

  @Test
  void oneThatDoesNotStartIsToldWithWhatItSaid() {
    List<String> jvm = new ArrayList<>(Peers.QUICK_JVM);
    jvm.add("-XX:+NoSuchOption");
    ServerOptions options =
        new ServerOptions(Peer.BARE, ProtocolName.ECHO, jvm, List.of(), Peers.LONG);
    IOException e = assertThrows(IOException.class, () -> ServerProcess.start(options));
    assertTrue(e.getMessage().startsWith("bare has ended with exit code 1: "), e.getMessage());
    assertTrue(e.getMessage().contains("NoSuchOption"), e.getMessage());
  }

  @Test
  void aPrefixThatIsNotThereIsNamed() {
    ServerOptions options =
        new ServerOptions(
            Peer.BARE, ProtocolName.ECHO, List.of(), List.of("no-such-program"), Peers.LONG);
    IOException e = assertThrows(IOException.class, () -> ServerProcess.start(options));
    assertTrue(e.getMessage().contains("no-such-program"), e.getMessage());
  }

  @Test
  void aPrefixBecomesTheServer() throws IOException {
    ServerOptions options =
        new ServerOptions(
            Peer.BARE, ProtocolName.ECHO, Peers.QUICK_JVM, List.of("env", "A=b"), Peers.LONG);
    try (ServerProcess server = ServerProcess.start(options)) {
      String command = ProcessHandle.of(server.pid()).orElseThrow().info().command().orElseThrow();
      assertTrue(command.endsWith("/java"), command);
    }
  }
}
