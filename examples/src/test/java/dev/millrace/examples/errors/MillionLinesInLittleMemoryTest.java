package dev.millrace.examples.errors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Half a gigabyte through a heap of 64 MiB, in a JVM of its own. */
@Timeout(180)
class MillionLinesInLittleMemoryTest {
  private static final long LINES = Long.getLong("millrace.lines", 1_000_000);

  private static final Pattern ROW = Pattern.compile("  ([A-Z_]+) +([0-9,]+) +[0-9.]+ %(?:  .*)?");

  @TempDir Path directory;

  @Test
  void everyCountIsExact() throws Exception {
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "dev.millrace.examples.Examples",
                "errors",
                "--lang",
                "en",
                "-")
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    LargeLog log = new LargeLog(1);
    try (OutputStream in = new BufferedOutputStream(process.getOutputStream(), 1 << 16)) {
      log.write(in, LINES);
    } finally {
      assertTrue(process.waitFor(120, TimeUnit.SECONDS), "still running");
    }
    assertEquals(0, process.exitValue(), () -> text(err));
    assertEquals("", text(err));
    List<String> lines = Files.readAllLines(out);
    assertTrue(
        lines
            .get(0)
            .startsWith(
                String.format(
                    Locale.ROOT, "%,d failures in %,d lines of 1 file", log.failures, LINES)),
        lines.get(0));
    assertEquals(log.kinds, rows(lines, "kinds"));
    assertEquals(log.operations, rows(lines, "by operation"));
    assertTrue(
        lines.get(0).endsWith(String.format(Locale.ROOT, "%,d damaged", log.damaged)),
        lines.get(0));
  }

  private static Map<String, Long> rows(List<String> lines, String heading) {
    Map<String, Long> rows = new TreeMap<>();
    for (int i = lines.indexOf(heading) + 1; !lines.get(i).isEmpty(); i++) {
      Matcher row = ROW.matcher(lines.get(i));
      assertTrue(row.matches(), lines.get(i));
      rows.put(row.group(1), Long.valueOf(row.group(2).replace(",", "")));
    }
    return rows;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      return e.toString();
    }
  }
}
