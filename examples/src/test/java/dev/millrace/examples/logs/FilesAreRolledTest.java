package dev.millrace.examples.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

@Timeout(120)
class FilesAreRolledTest {
  // Outside of what the guard keeps for itself, so that it reaches the root's appenders.
  private final Logger log = LoggerFactory.getLogger("files.are.rolled");

  @TempDir Path directory;

  @BeforeAll
  static void theConsoleHearsOnlyWhatIsOutOfOrder() {
    LogStorm.quietConsole();
  }

  private static LogSettings small(long total) {
    return new LogSettings(
        20_000, total, 30, 100_000, Duration.ofMinutes(1), Duration.ofSeconds(60));
  }

  private void write(int from, int to) {
    for (int i = from; i < to; i++) {
      log.atInfo().addKeyValue("n", i).addKeyValue("text", "a \"quoted\"\nline").log("line");
    }
  }

  @Test
  void underLoadEveryLineIsInOneOfThemAndWhole() throws IOException {
    int lines = 20_000;
    LogFiles files = LogFiles.open(directory, "some", small(100 << 20));
    try (files) {
      write(0, lines);
    }
    assertEquals(0, files.lost());
    Set<String> numbers = new HashSet<>();
    for (Map<String, String> line : JsonLines.of(directory)) {
      assertEquals("a \"quoted\"\nline", line.get("text"));
      assertEquals("line", line.get("formattedMessage"));
      assertTrue(numbers.add(line.get("n")), line::toString);
    }
    assertEquals(lines, numbers.size());
    assertTrue(JsonLines.files(directory).size() > 50, () -> "" + directory);
  }

  @Test
  void aRestartGoesOnBehindWhatIsThere() throws IOException {
    for (int i = 0; i < 3; i++) {
      try (LogFiles files = LogFiles.open(directory, "some", small(100 << 20))) {
        assertEquals(0, files.lost());
        write(i * 200, i * 200 + 200);
      }
    }
    assertEquals(600, JsonLines.of(directory).size());
  }

  @Test
  void allOfThemTogetherAreBounded() throws IOException {
    for (int i = 0; i < 4; i++) {
      try (LogFiles files = LogFiles.open(directory, "some", small(20_000))) {
        assertEquals(0, files.lost());
        write(0, 10_000);
      }
    }
    LogFiles.open(directory, "some", small(20_000))
        .close(); // the oldest go when one is rolled or begun
    long bytes = 0;
    for (Path file : JsonLines.files(directory)) {
      bytes += Files.size(file);
    }
    assertTrue(bytes <= 20_000 + 20_000 + 2_000, bytes + " bytes");
  }

  @Test
  void aFullFileThatCouldNotBeCompressedIsWhenThereIsRoom() throws IOException {
    String line = "{\"formattedMessage\":\"left over\"}\n";
    Path left = directory.resolve("some.2026-11-20.3.jsonl");
    Files.writeString(left, line.repeat(100));
    Files.write(directory.resolve("some.2026-11-20.3.jsonl.gz"), new byte[] {31, (byte) 139, 8});
    LogFiles.open(directory, "some", small(100 << 20)).close();
    assertEquals(false, Files.exists(left));
    assertEquals(100, JsonLines.of(directory).size());
  }

  @Test
  void twoProgramsOfOneNameDoNotShareFiles() throws IOException {
    try (LogFiles files = LogFiles.open(directory, "some", small(100 << 20))) {
      assertEquals(0, files.lost());
      IOException refused =
          assertThrows(IOException.class, () -> LogFiles.open(directory, "some", small(100 << 20)));
      assertEquals(
          "another 'some' logs in '" + directory + "' already; take another directory",
          refused.getMessage());
      LogFiles.open(directory, "other", small(100 << 20)).close();
    }
  }

  @Test
  void whatIsNoDirectoryIsNamed() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    IOException refused =
        assertThrows(IOException.class, () -> LogFiles.open(file, "some", small(100 << 20)));
    assertTrue(
        refused.getMessage().startsWith("no log files in '" + file + "': "), refused::getMessage);
  }

  @Test
  void namesThatMeanSomethingToAPattern() throws IOException {
    Path odd = directory.resolve("all (of+them) [1]");
    try (LogFiles files = LogFiles.open(odd, "some", small(100 << 20))) {
      assertEquals(0, files.lost());
      write(0, 300);
    }
    assertEquals(300, JsonLines.of(odd).size());
    assertTrue(JsonLines.files(odd).size() > 1, () -> "" + odd);
    Path percent = directory.resolve("100%d");
    IOException refused =
        assertThrows(IOException.class, () -> LogFiles.open(percent, "some", small(100 << 20)));
    assertTrue(refused.getMessage().contains("has a percent sign"), refused::getMessage);
  }
}
