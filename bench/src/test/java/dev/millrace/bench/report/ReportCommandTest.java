package dev.millrace.bench.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.bench.Bench;
import dev.millrace.examples.Programs;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(60)
class ReportCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path dir;

  private int run(Object... args) {
    CommandLine commandLine =
        Programs.commandLine(new Bench()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    String[] words = new String[args.length + 1];
    words[0] = "report";
    for (int i = 0; i < args.length; i++) {
      words[i + 1] = args[i].toString();
    }
    return commandLine.execute(words);
  }

  @Test
  void rendersAgainWhatWasWritten() throws IOException {
    List<Path> written = Reports.write(Samples.report(), dir.resolve("a"));
    assertEquals(dir.resolve("a/compare.json"), written.get(0));
    assertEquals(dir.resolve("a/compare.md"), written.get(1));
    assertEquals(2 + 2 * 5, written.size());
    String markdown = Files.readString(written.get(1));
    assertTrue(markdown.contains("](compare-servers-rate.svg)"), markdown);

    assertEquals(0, run(written.get(0), "--out", dir.resolve("b")), err::toString);
    assertEquals(written.size() - 1, out.toString().lines().count());
    for (Path file : written.subList(1, written.size())) {
      Path again = dir.resolve("b").resolve(file.getFileName());
      assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(again), file.toString());
    }
  }

  @Test
  void resultsOfJmhBecomeAReportBesideThem() throws IOException {
    Path jmh =
        Files.writeString(
            dir.resolve("timers.json"),
            """
            [{"benchmark": "a.Timers.millrace", "mode": "avgt",
              "primaryMetric": {"score": 5, "scoreUnit": "ns/op", "rawData": [[5, 6]]}}]
            """);
    assertEquals(0, run(jmh), err::toString);
    Report report = Reports.read(dir.resolve("timers-report.json"));
    assertEquals("unknown", report.environment().facts().get("commit"));
    assertTrue(Files.exists(dir.resolve("timers-report-timers-score.svg")));

    assertEquals(0, run(jmh, "--here"), err::toString);
    Environment here = Reports.read(dir.resolve("timers-report.json")).environment();
    assertEquals(Environment.now().facts().get("kernel"), here.facts().get("kernel"));
    assertEquals("unknown", here.facts().get("load average at start"), "that is long past");
  }

  @Test
  void aFileThatIsNotThereIsWrongUsage() {
    Path none = dir.resolve("none.json");
    assertEquals(2, run(none));
    assertTrue(
        err.toString().startsWith("report: no file '" + none + "'; FILE is the JSON of a result\n"),
        err::toString);
  }

  @Test
  void twoFilesOfOneNameWouldOverwriteEachOther() throws IOException {
    Reports.write(Samples.report(), dir.resolve("a"));
    Reports.write(Samples.report(), dir.resolve("b"));
    assertEquals(
        2, run(dir.resolve("a/compare.json"), dir.resolve("b/compare.json"), "--out", dir));
    assertTrue(
        err.toString().startsWith("report: two files would be written as 'compare'"),
        err::toString);
  }

  @Test
  void aFileThatIsNoReportFailsInOneLine() throws IOException {
    Path file = Files.writeString(dir.resolve("x.json"), "{\"version\": 2}");
    assertEquals(1, run(file));
    assertEquals(
        "report: " + file + ": a report of version 2, and this program reads version 1\n",
        err.toString());
  }
}
