package dev.millrace.bench.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Server;
import dev.millrace.bench.Bench;
import dev.millrace.bench.report.Report;
import dev.millrace.bench.report.Reports;
import dev.millrace.bench.report.Table;
import dev.millrace.examples.Programs;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

@Timeout(60)
class LoadFromTheCommandLineTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int load(String... args) {
    CommandLine line = Programs.commandLine(new Bench());
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    List<String> all = new ArrayList<>(List.of("load"));
    all.addAll(List.of(args));
    return line.execute(all.toArray(new String[0]));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          --target 127.0.0.1            | --target: '127.0.0.1' is no HOST:PORT; write 127.0.0.1:7007 or [::1]:7007
          --target ::1:7007             | --target: '::1:7007' is no HOST:PORT; write 127.0.0.1:7007 or [::1]:7007
          --target 127.0.0.1:0          | --target: port is 0, allowed is 1 to 65535
          --target 127.0.0.1:99999      | --target: port is 99999, allowed is 1 to 65535
          --connections 1               | Missing required option: '--target=HOST:PORT'
          --target a.invalid:1          | --target: there is no host 'a.invalid'
          --target [::1]:1 --depth 0    | --depth is 0, allowed is 1 to 4194304
          --target [::1]:1 --size 0     | --size is 0, allowed is 1 to 16777216
          --target [::1]:1 --size x     | '--size': 'x' is not an int
          --target [::1]:1 --threads 65 | --threads is 65, allowed is up to the number of connections, 64
          --target [::1]:1 --rate 0     | --rate is 0.0, allowed is above 0, up to 100000000
          --target [::1]:1 --rate NaN   | --rate is NaN, allowed is above 0, up to 100000000
          --target [::1]:1 --connections 0  | --connections is 0, allowed is 1 to 1000000
          --target [::1]:1 --depth 100000   | --depth: 100000 times 64 connections are 6400000 requests in flight, allowed are 4194304
          --target [::1]:1 --duration 0     | --duration is 0 ms, allowed is 1 ms to 24 h
          --target [::1]:1 --warmup 99h     | --warmup is 356400000 ms, allowed is 0 ms to 24 h
          --target [::1]:1 --warmup soon    | '--warmup': 'soon' is no duration
          --target [::1]:1 --reconnect --depth 2 | --depth is 2, with reconnect it is 1
          --target [::1]:1 --path /x            | --path is of http, not of --protocol echo
          --target [::1]:1 --protocol resp --expect x   | --expect is of http, not of --protocol resp
          --target [::1]:1 --protocol http --command get | --command is of resp, not of --protocol http
          --target [::1]:1 --keys 7             | --keys is of resp, not of --protocol echo
          --target [::1]:1 --protocol http --size 7  | --size is of echo and resp, not of --protocol http
          --target [::1]:1 --protocol http --path x  | --path is 'x', it has to begin with / and be ASCII without spaces
          --target [::1]:1 --protocol resp --keys 0  | --keys is 0, allowed is 1 to 1000000
          --target [::1]:1 --protocol resp --command get,del | '--command' (NAME): expected one of [PING, GET, SET] (case-insensitive) but was 'del'
          --target [::1]:1 --protocol smtp  | '--protocol': expected one of [ECHO, HTTP, RESP] (case-insensitive) but was 'smtp'
          """)
  void wrongUsageIsOneLineThatSaysWhatIsAllowed(String args, String expected) {
    assertEquals(2, load(args.split(" ")), err::toString);
    List<String> lines = err.toString().lines().toList();
    assertTrue(lines.get(0).startsWith("load: "), err::toString);
    assertTrue(lines.get(0).contains(expected), err::toString);
    assertTrue(lines.get(1).startsWith("Usage: millrace-bench load "), err::toString);
  }

  @Test
  void whatItMeasuredIsPrintedAndTheDistributionWritten(@TempDir Path dir) throws Exception {
    Path hgrm = dir.resolve("echo.hgrm");
    try (Server server = echo()) {
      int code =
          load(
              "--target",
              "127.0.0.1:" + server.port(),
              "--connections=2",
              "--warmup=50ms",
              "--duration=300ms",
              "--progress=5ms",
              "--rate=500",
              "--hgrm=" + hgrm);
      assertEquals(0, code, () -> out.toString() + err);
    }
    assertTrue(
        out.toString().contains("2 connections, depth 1, 64 B, open loop at 500/s, 1 thread"),
        out::toString);
    for (String row : List.of("requests", "latency", "uncorrected", "own lateness", "generator")) {
      assertTrue(out.toString().contains(System.lineSeparator() + "  " + row), out::toString);
    }
    assertTrue(out.toString().contains("  errors       none"), out::toString);
    assertTrue(err.toString().startsWith("warm-up "), err::toString);
    assertTrue(err.toString().contains("measured "), err::toString);
    List<String> distribution = Files.readAllLines(hgrm);
    assertTrue(distribution.get(0).contains("Percentile"), distribution::toString);
    assertTrue(distribution.stream().anyMatch(l -> l.startsWith("#[Max")), distribution::toString);
  }

  @Test
  void aServerOfHttpIsLoadedAndAnotherBodyThanExpectedEndsIt() throws Exception {
    FreeServer.Behaviour hello =
        (connection, in, to) -> {
          byte[] request = new byte[1024];
          while (in.read(request) > 0) {
            to.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi".getBytes(US_ASCII));
          }
        };
    try (FreeServer server = new FreeServer(hello)) {
      String target = "127.0.0.1:" + server.address().getPort();
      String[] args = {
        "--target=" + target, "--protocol=http", "--connections=2", "--warmup=0", "--duration=200ms"
      };
      assertEquals(0, load(args), err::toString);
      assertTrue(
          out.toString()
              .startsWith(
                  "http GET / to " + target + ": 2 connections, depth 1, closed loop, 1 thread"),
          out::toString);
      String[] wrong = java.util.Arrays.copyOf(args, args.length + 1);
      wrong[args.length] = "--expect=ho";
      assertEquals(1, load(wrong));
      assertTrue(
          err.toString().contains("byte 1 of the body of answer 0 is 0x69, expected 0x6f"),
          err::toString);
    }
  }

  @Test
  void aReportHasTheSameFiguresAndCanBeReadBack(@TempDir Path dir) throws Exception {
    try (Server server = echo()) {
      int code =
          load(
              "--target=127.0.0.1:" + server.port(),
              "--connections=2",
              "--rate=500",
              "--warmup=50ms",
              "--duration=500ms",
              "--out=" + dir);
      assertEquals(0, code, err::toString);
    }
    Report report = Reports.read(dir.resolve("load.json"));
    Table rate = report.tables().get(0);
    String row = rate.rows().get(0);
    long requests = (long) rate.figure(row, "requests").median();
    assertTrue(out.toString().contains("%,d in".formatted(requests)), out::toString);
    Table latency = report.tables().get(1);
    assertEquals(List.of("latency", "uncorrected", "generator's own lateness"), latency.rows());
    assertTrue(
        latency.figure("latency", "max").median() >= latency.figure("latency", "p50").median());
    assertEquals("500.0 /s", report.options().get("rate"));
    assertTrue(out.toString().contains("load.md"), out::toString);
  }

  @Test
  void aWrongByteEndsWithOneAlsoIfErrorsAreAllowed() throws Exception {
    FreeServer.Behaviour zeros =
        (connection, in, unused) -> {
          byte[] bytes = in.readNBytes(64);
          bytes[7] ^= 1;
          unused.write(bytes);
          while (in.read() >= 0) {}
        };
    try (FreeServer server = new FreeServer(zeros)) {
      String target = "127.0.0.1:" + server.address().getPort();
      assertEquals(1, load("--target", target, "--connections=1", "--allow-errors"));
    }
    assertEquals(1, err.toString().lines().count(), err::toString);
    assertTrue(err.toString().startsWith("load: connection 0 (127.0.0.1:"), err::toString);
    assertTrue(err.toString().contains("byte 7 of the answers is 0x"), err::toString);
  }

  @Test
  void connectionsLostEndWithOneUnlessTheyAreAllowed() throws Exception {
    FreeServer.Behaviour once = (connection, in, out) -> out.write(in.readNBytes(64));
    try (FreeServer server = new FreeServer(once)) {
      String target = "--target=127.0.0.1:" + server.address().getPort();
      String[] args = {target, "--connections=1", "--warmup=0", "--duration=100ms"};
      assertEquals(1, load(args), out::toString);
      assertTrue(
          out.toString().contains("connections lost and established again: "), out::toString);
      String[] allowed = java.util.Arrays.copyOf(args, args.length + 1);
      allowed[args.length] = "--allow-errors";
      assertEquals(0, load(allowed), out::toString);
    }
  }

  @Test
  void aServerThatNeverAnswersIsAFailureInOneLine() throws Exception {
    FreeServer.Behaviour silent =
        (connection, in, unused) -> {
          while (in.read() >= 0) {}
        };
    try (FreeServer server = new FreeServer(silent)) {
      String target = "--target=127.0.0.1:" + server.address().getPort();
      assertEquals(1, load(target, "--connections=2", "--warmup=0", "--duration=50ms"));
    }
    assertEquals("load: no request was answered" + System.lineSeparator(), err.toString());
    assertTrue(out.toString().contains("unanswered 5 s after the end: 2"), out::toString);
  }

  @Test
  void aFileThatCannotBeWrittenIsAFailureInOneLine(@TempDir Path dir) throws Exception {
    try (Server server = echo()) {
      String target = "--target=127.0.0.1:" + server.port();
      Path nowhere = dir.resolve("missing").resolve("echo.hgrm");
      int code =
          load(target, "--connections=1", "--warmup=0", "--duration=50ms", "--hgrm=" + nowhere);
      assertEquals(1, code);
      assertTrue(err.toString().startsWith("load: cannot write " + nowhere), err::toString);
    }
  }

  private static Server echo() throws Exception {
    return Server.builder()
        .listen("127.0.0.1", 0)
        .handler(() -> (connection, data) -> connection.write(data))
        .start();
  }
}
