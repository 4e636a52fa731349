package dev.millrace.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.bench.load.ProtocolName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RedisIsServedTest {
  private static final ServerOptions OPTIONS =
      Peers.options(Peer.REDIS_SERVER, ProtocolName.RESP, Peers.LONG);

  @BeforeEach
  void redisIsHere() {
    Peers.require(Peer.REDIS_SERVER);
  }

  @Test
  void itsProcessIsTheOneThatIsWatchedAndEndsByCloseWithItsGuard() throws IOException {
    ServerProcess server = ServerProcess.start(OPTIONS);
    ProcessHandle process = ProcessHandle.of(server.pid()).orElseThrow();
    List<ProcessHandle> both = ProcessHandle.current().children().toList();
    try (server) {
      String command = process.info().command().orElseThrow();
      assertTrue(command.contains("redis"), command);
      assertThrows(UnsupportedOperationException.class, server::heapBytes);
    }
    assertTrue(both.contains(process));
    assertEquals(List.of(), both.stream().filter(ProcessHandle::isAlive).toList());
    server.close(); // which may be repeated
  }

  @Test
  void aPortThatIsTakenIsToldWithItsOwnWords() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      IOException e =
          assertThrows(IOException.class, () -> ServerProcess.redis(OPTIONS, taken.getLocalPort()));
      assertTrue(
          e.getMessage().startsWith("redis-server has ended with exit code 1: "), e.getMessage());
      assertTrue(e.getMessage().contains(RedisServer.PORT_IN_USE), e.getMessage());
    }
  }

  @Test
  void itEndsWithTheJvmThatServesItHoweverThatEnds() throws Exception {
    for (boolean isKilled : new boolean[] {false, true}) {
      Process process =
          new ProcessBuilder(ServeOnTheCommandLineTest.command(List.of(), Peer.REDIS_SERVER, 0))
              .start();
      try {
        String line = process.inputReader(StandardCharsets.UTF_8).readLine();
        assertTrue(line.startsWith("listening on 127.0.0.1:"), line);
        List<ProcessHandle> programs;
        try (Stream<ProcessHandle> descendants = process.descendants()) {
          programs = descendants.toList();
        }
        assertTrue(
            programs.stream().anyMatch(p -> p.info().command().orElse("").contains("redis")),
            programs::toString);
        if (isKilled) {
          process.destroyForcibly();
        } else {
          process.outputWriter(StandardCharsets.UTF_8).write("heap\nstop\n");
          process.outputWriter(StandardCharsets.UTF_8).flush();
          assertEquals(
              "error: it knows stop alone", process.inputReader(StandardCharsets.UTF_8).readLine());
        }
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), "still running");
        for (ProcessHandle program : programs) {
          program.onExit().get(30, TimeUnit.SECONDS);
        }
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    }
  }
}
