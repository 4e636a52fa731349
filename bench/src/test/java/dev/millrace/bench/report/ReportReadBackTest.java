package dev.millrace.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReportReadBackTest {
  @Test
  void nothingIsLost() throws IOException {
    Report report = Samples.report();
    String json = Json.write(report);
    Report back = Json.read(Json.tree(json));
    assertEquals(report.command(), back.command());
    assertEquals(report.environment(), back.environment());
    assertEquals(
        List.copyOf(report.environment().facts().keySet()),
        List.copyOf(back.environment().facts().keySet()),
        "in the order they are shown");
    assertEquals(report.options(), back.options());
    Table table = back.tables().get(0);
    assertEquals(Samples.servers().rows(), table.rows());
    assertEquals(Samples.servers().columns(), table.columns());
    assertEquals(Samples.servers().notes(), table.notes());
    assertEquals(Samples.servers().charts(), table.charts());
    assertEquals(new Summary(1.12, 1.10, 1.15, 7), table.figure("millrace", "user"));
    assertEquals(null, table.figure("virtual-threads", "user"));
    assertEquals(Samples.curves().points("activej"), back.curves().get(0).points("activej"));
    assertEquals(json, Json.write(back));
  }

  @Test
  void anotherVersionIsRefusedInOneLine(@TempDir Path dir) throws IOException {
    Path file = Files.writeString(dir.resolve("r.json"), "{\"version\": 7, \"what\": []}");
    assertEquals(
        file + ": a report of version 7, and this program reads version 1",
        assertThrows(IllegalArgumentException.class, () -> Reports.read(file)).getMessage());
  }

  @Test
  void whatIsNoReportIsRefusedInOneLine(@TempDir Path dir) throws IOException {
    String whole = Json.write(Samples.report());
    Map<String, String> wrong =
        Map.of(
            "",
            "no report: it names no version",
            "{}",
            "no report: it names no version",
            "{\"version\": 1}",
            "no report: ",
            "{\"version\":",
            "no JSON: ",
            whole.replace("\"median\" : 1.12", "\"median\" : \"many\""),
            "no report: ",
            whole.replace("\"id\" : \"servers\"", "\"id\" : \"../../etc\""),
            "an id is lower case",
            whole.replace("\"id\" : \"ratios\"", "\"id\" : \"servers\""),
            "two tables or curves",
            whole.replace("\"command\"", "\"comand\""),
            "no report: ");
    for (Map.Entry<String, String> e : wrong.entrySet()) {
      Path file = Files.writeString(dir.resolve("r.json"), e.getKey());
      String message =
          assertThrows(IllegalArgumentException.class, () -> Reports.read(file)).getMessage();
      assertTrue(message.startsWith(file + ": " + e.getValue()), message);
      assertEquals(1, message.lines().count(), message);
    }
  }

  @Test
  void bytesThatAreNoTextAreRefusedInOneLine(@TempDir Path dir) throws IOException {
    Path file = Files.write(dir.resolve("r.json"), new byte[] {(byte) 0xff, 0, 1});
    assertEquals(
        file + ": no JSON: it is not UTF-8 text",
        assertThrows(IllegalArgumentException.class, () -> Reports.read(file)).getMessage());
  }
}
