package dev.millrace.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.bench.load.Load;
import dev.millrace.bench.load.LoadListener;
import dev.millrace.bench.load.LoadOptions;
import dev.millrace.bench.load.LoadResult;
import dev.millrace.bench.load.Protocol;
import dev.millrace.bench.load.ProtocolName;
import dev.millrace.bench.load.RespCommand;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class RedisIsServedTest {
  private static final ServerOptions OPTIONS =
      Peers.options(Peer.REDIS_SERVER, ProtocolName.RESP, Peers.LONG);

  @BeforeEach
  void redisIsHere() {
    Peers.require(Peer.REDIS_SERVER);
  }

  @ParameterizedTest
  @EnumSource
  void everyCommandHasItsRightAnswer(RespCommand command) throws Exception {
    try (ServerProcess server = ServerProcess.start(OPTIONS)) {
      LoadResult result = load(server.address(), command);
      assertEquals(0, result.errors(), () -> result.lost().toString());
      assertTrue(result.requests() > 0);
    }
  }

  static LoadResult load(InetSocketAddress address, RespCommand... commands)
      throws IOException, InterruptedException {
    LoadOptions options =
        new LoadOptions(
            address,
            16,
            16,
            100,
            Duration.ZERO,
            Duration.ofMillis(300),
            OptionalDouble.empty(),
            false,
            Protocol.resp(1, List.of(commands), 100),
            1);
    return Load.run(options, new LoadListener() {});
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
