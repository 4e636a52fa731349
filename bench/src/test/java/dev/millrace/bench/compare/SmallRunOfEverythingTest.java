package dev.millrace.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.bench.Bench;
import dev.millrace.bench.peer.Peer;
import dev.millrace.bench.peer.Peers;
import dev.millrace.bench.report.Report;
import dev.millrace.bench.report.Reports;
import dev.millrace.bench.report.Table;
import dev.millrace.examples.Programs;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The commands as a user runs them, over real servers, as short as they can be. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SmallRunOfEverythingTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path results;

  @Test
  void twoServersAreComparedAndTheReportCanBeReadBack() throws IOException {
    int exit =
        run(
            "compare",
            "--servers=millrace,bare-timeouts",
            "--workloads=small,connect",
            "--rounds=1",
            "--measure=1s",
            "--warmup=1s",
            "--out=" + results);
    assertEquals(0, exit, err.toString());
    Report report = Reports.read(results.resolve("compare.json"));
    Table cpu = table(report, "cpu");
    assertEquals(List.of("millrace", "bare-timeouts"), cpu.rows());
    for (String workload : List.of("small", "connect")) {
      assertNotNull(cpu.figure("millrace", workload));
      assertEquals(1.0, cpu.figure("bare-timeouts", workload).median());
      assertTrue(table(report, workload).figure("millrace", "rate").median() > 0);
    }
    assertTrue(report.options().containsKey("millrace"), report.options().toString());
  }

  @Test
  void serversOfHttpAreComparedWithActiveJ() throws IOException {
    int exit =
        run(
            "compare",
            "--protocol=http",
            "--servers=netty-nio,activej",
            "--workloads=plaintext-pipelined",
            "--rounds=1",
            "--measure=1s",
            "--warmup=1s",
            "--instructions=none",
            "--out=" + results);
    assertEquals(0, exit, err.toString());
    Report report = Reports.read(results.resolve("compare.json"));
    assertEquals(
        List.of("cpu", "rate", "plaintext-pipelined"),
        report.tables().stream().map(Table::id).toList());
    Table cpu = table(report, "cpu");
    assertEquals("CPU time per request ÷ ActiveJ", cpu.title());
    assertEquals(1.0, cpu.figure("activej", "plaintext-pipelined").median());
    assertTrue(cpu.figure("netty-nio", "plaintext-pipelined").median() > 0);
    assertEquals(1.0, table(report, "rate").figure("activej", "plaintext-pipelined").median());
    assertEquals("http", report.options().get("protocol"));
  }

  @Test
  void redisIsComparedWithItself() throws IOException {
    Peers.require(Peer.REDIS_SERVER);
    int exit =
        run(
            "compare",
            "--protocol=resp",
            "--servers=redis-server",
            "--workloads=get,set-pipelined",
            "--rounds=1",
            "--measure=1s",
            "--warmup=1s",
            "--instructions=none",
            "--out=" + results);
    assertEquals(0, exit, err.toString());
    Report report = Reports.read(results.resolve("compare.json"));
    assertEquals(
        List.of("cpu", "rate", "get", "set-pipelined"),
        report.tables().stream().map(Table::id).toList());
    assertEquals(1.0, table(report, "rate").figure("redis-server", "get").median());
    assertTrue(
        report.options().get("redis-server").startsWith("redis-server "),
        report.options()::toString);
  }

  @Test
  void idleConnectionsAreCounted() throws IOException {
    int exit =
        run(
            "idle",
            "--servers=millrace,bare-timeouts",
            "--connections=1000",
            "--watch=100ms",
            "--out=" + results);
    assertEquals(0, exit, err.toString());
    Table idle = table(Reports.read(results.resolve("idle.json")), "idle");
    // No less than the socket's own objects, whatever the server.
    assertTrue(idle.figure("bare-timeouts", "heap").median() > 100);
    assertTrue(idle.figure("millrace", "heap").median() > 100);
    assertEquals(0.0, idle.figure("bare-timeouts", "above").median());
  }

  @Test
  void aServerThatThereIsNotIsOneLine() {
    assertEquals(2, run("compare", "--servers=nginx"));
    assertTrue(err.toString().contains("'nginx' is no server; there are millrace, bare,"), shown());
  }

  @Test
  void aWorkloadThatThereIsNotIsOneLine() {
    assertEquals(2, run("compare", "--workloads=huge"));
    assertTrue(err.toString().contains("'huge' is no workload; there are small,"), shown());
  }

  @Test
  void noRoundsAtAllIsOneLine() {
    assertEquals(2, run("compare", "--rounds=0"));
    assertTrue(err.toString().contains("--rounds is 0, allowed is 1 and more"), shown());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          compare --servers=redis-server         | --servers: redis-server does not serve echo; there are millrace, bare, bare-timeouts, netty-nio, netty-epoll, activej, virtual-threads, c-epoll
          compare --protocol=resp --servers=bare | --servers: bare does not serve resp; there are
          compare --protocol=http --workloads=small | --workloads: small is a workload of echo and not of http; there are plaintext, plaintext-pipelined
          idle --servers=microhttp               | --servers: microhttp does not serve echo; there are millrace,
          compare --measure=0                    | --measure is 0ms, allowed is 1ms to 24h
          compare --read-timeout=600h            | --read-timeout is too long, allowed is up to 576h, or 0 for off
          compare --no-clock --instructions=none | --no-clock with --instructions none leaves nothing to measure
          idle --read-timeout=5s                 | --read-timeout is 5000 ms, allowed is more than --watch (10000 ms) up to 576h, or 0 for off
          """)
  void whatWouldFailLaterFailsAtOnce(String args, String expected) {
    assertEquals(2, run(args.split(" ")));
    assertTrue(err.toString().contains(expected), shown());
  }

  @Test
  void resultsThatCanNotBeWrittenAreKnownBeforeAnythingIsMeasured() throws IOException {
    Path file = Files.createFile(results.resolve("file"));
    for (String command : List.of("compare", "idle")) {
      assertEquals(1, run(command, "--servers=bare", "--out=" + file));
      assertTrue(
          err.toString()
              .contains(command + ": results can't be written to " + file + ": it is no directory"),
          shown());
    }
  }

  @Test
  void aWorkloadThatIsNamedTwiceIsMeasuredOnce() throws IOException {
    int exit =
        run(
            "compare",
            "--servers=bare",
            "--workloads=small,small",
            "--rounds=1",
            "--measure=50ms",
            "--warmup=1s",
            "--instructions=none",
            "--out=" + results);
    assertEquals(0, exit, err.toString());
    List<Table> tables = Reports.read(results.resolve("compare.json")).tables();
    assertEquals(List.of("small"), tables.stream().map(Table::id).toList());
  }

  @Test
  void tooFewIdleConnectionsIsOneLine() {
    assertEquals(2, run("idle", "--connections=10"));
    assertTrue(err.toString().contains("--connections is 10, allowed is 1000 and more"), shown());
  }

  private String shown() {
    return err.toString();
  }

  private int run(String... args) {
    CommandLine commandLine = Programs.commandLine(new Bench());
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(args);
  }

  private static Table table(Report report, String id) {
    return report.tables().stream().filter(t -> t.id().equals(id)).findFirst().orElseThrow();
  }
}
