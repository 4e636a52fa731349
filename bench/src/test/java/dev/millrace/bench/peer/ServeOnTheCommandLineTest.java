package dev.millrace.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.bench.Bench;
import dev.millrace.examples.Programs;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

@Timeout(60)
class ServeOnTheCommandLineTest {
  /** What a run left behind. */
  private record Run(int exitCode, List<String> out, List<String> err) {}

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nonsense                       | serve: Invalid value for positional parameter at index 0 (PEER): 'nonsense' is no peer; there are millrace, bare, bare-timeouts, netty-nio, netty-epoll, activej, virtual-threads, c-epoll, microhttp, redis-server
          bare --protocol http           | serve: --protocol: bare does not serve http, but echo
          netty-nio --protocol resp      | serve: --protocol: netty-nio does not serve resp, but echo, http
          bare --protocol smtp           | serve: Invalid value for option '--protocol': expected one of [ECHO, HTTP, RESP] (case-insensitive) but was 'smtp'
          bare --port 99999              | serve: --port is 99999, allowed is 0 to 65535
          bare --port -1                 | serve: --port is -1, allowed is 0 to 65535
          bare --read-timeout 5x         | serve: Invalid value for option '--read-timeout': '5x' is no duration; write 500ms, 2s, 5m or 1h, or 0 to switch it off
          bare --read-timeout 600h       | serve: --read-timeout is too long, allowed is up to 576h, or 0 for off
          --port 0                       | serve: Missing required parameter: 'PEER'
          """)
  void wrongUsageIsOneLineThatSaysWhatWouldBeRight(String args, String expected) {
    StringWriter err = new StringWriter();
    CommandLine commandLine = Programs.commandLine(new Bench()).setErr(new PrintWriter(err, true));
    List<String> all = new ArrayList<>(List.of("serve"));
    all.addAll(Arrays.asList(args.split(" ")));
    assertEquals(2, commandLine.execute(all.toArray(new String[0])), err::toString);
    List<String> lines = err.toString().lines().toList();
    assertEquals(expected, lines.get(0));
    assertTrue(lines.get(1).startsWith("Usage: millrace-bench serve "), err::toString);
  }

  @ParameterizedTest
  @MethodSource("dev.millrace.bench.peer.Peers#oneOfEachKind")
  void theEndOfItsInputEndsIt(Peer peer) throws Exception {
    Run run = serve(peer, 0);
    assertEquals(0, run.exitCode, run::toString);
    assertTrue(run.out.get(0).matches("listening on 127\\.0\\.0\\.1:[1-9][0-9]*"), run::toString);
  }

  @ParameterizedTest
  @MethodSource("dev.millrace.bench.peer.Peers#available")
  void aPortInUseIsOneLine(Peer peer) throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Run run = serve(peer, taken.getLocalPort());
      assertEquals(1, run.exitCode, run::toString);
      assertEquals(List.of(), run.out, run::toString);
      assertEquals(1, run.err.size(), run::toString);
      String where = "cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": ";
      assertTrue(run.err.get(0).contains(where), run::toString);
    }
  }

  @Test
  void aLineThatIsNoQuestionIsToldAndTheOthersAreAnswered() throws Exception {
    Run run = serve(Peer.BARE, 0, "heap", "nonsense", "allocated", "stop", "heap");
    assertEquals(0, run.exitCode, run::toString);
    assertEquals(4, run.out.size(), run::toString);
    assertTrue(run.out.get(1).matches("heap [1-9][0-9]*"), run::toString);
    assertEquals(
        "error: 'nonsense' is unknown, allowed are heap, allocated and stop", run.out.get(2));
    assertTrue(run.out.get(3).matches("allocated [0-9]+"), run::toString);
  }

  @Test
  void aJvmWithoutThePeersOptionsIsToldThem() throws Exception {
    Run run = run(List.of(), Peer.ACTIVEJ, 0);
    assertEquals(List.of("serve: activej is measured with -Dchk=off"), run.err);
  }

  @Test
  void aSignalEndsTheProgramThatIsNoJavaWithIt() throws Exception {
    assumeTrue(Peer.C_EPOLL.unavailable().isEmpty());
    Process process = new ProcessBuilder(command(List.of(), Peer.C_EPOLL, 0)).start();
    try {
      String line = process.inputReader(StandardCharsets.UTF_8).readLine();
      assertTrue(line.startsWith("listening on "), line);
      ProcessHandle program = process.descendants().findFirst().orElseThrow();
      process.destroy(); // and its input, which is the program's too, stays open
      assertTrue(process.waitFor(30, TimeUnit.SECONDS), "still running");
      program.onExit().get(30, TimeUnit.SECONDS);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /** In a process with this standard input, which ends behind the lines. */
  private Run serve(Peer peer, int port, String... lines) throws Exception {
    return run(peer.jvmOptions(), peer, port, lines);
  }

  static List<String> command(List<String> jvmOptions, Peer peer, int port) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(Peers.QUICK_JVM);
    command.addAll(jvmOptions);
    // The users' log, and not the one of core's tests.
    command.add("-Dlogback.configurationFile=logback.xml");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Bench.class.getName()));
    command.addAll(List.of("serve", peer.title(), "--port", Integer.toString(port)));
    return command;
  }

  private Run run(List<String> jvmOptions, Peer peer, int port, String... lines)
      throws IOException, InterruptedException {
    List<String> command = command(jvmOptions, peer, port);
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      for (String line : lines) {
        process.outputWriter(StandardCharsets.UTF_8).write(line + "\n");
      }
      process.outputWriter(StandardCharsets.UTF_8).close();
      assertTrue(process.waitFor(30, TimeUnit.SECONDS), "still running");
      return new Run(process.exitValue(), Files.readAllLines(out), Files.readAllLines(err));
    } finally {
      process.destroyForcibly();
    }
  }
}
