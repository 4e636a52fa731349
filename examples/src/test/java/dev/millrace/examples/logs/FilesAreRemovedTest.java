package dev.millrace.examples.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.guard.ExpectedLog;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Somebody tidies up under a program that runs. */
@Timeout(60)
class FilesAreRemovedTest {
  // Outside of what the guard keeps for itself, so that it reaches the root's appenders.
  private final Logger log = LoggerFactory.getLogger("files.are.removed");

  @TempDir Path directory;

  @BeforeAll
  static void theConsoleHearsOnlyWhatIsOutOfOrder() {
    LogStorm.quietConsole();
  }

  private static LogFiles open(Path directory) throws IOException {
    return LogFiles.open(
        directory,
        "some",
        new LogSettings(
            10 << 20, 100 << 20, 30, 1_000, Duration.ofMinutes(1), Duration.ofSeconds(30)));
  }

  private void write(int n, LogFiles... all) {
    log.atInfo().addKeyValue("n", n).log("line");
    for (LogFiles files : all) { // each has a thread of its own
      while (files.waiting() > 0) {
        Thread.onSpinWait();
      }
    }
  }

  private static List<String> numbers(Path directory) throws IOException {
    return JsonLines.of(directory).stream().map(line -> line.get("n")).toList();
  }

  private static void removeAll(Path directory) throws IOException {
    for (File file : directory.toFile().listFiles()) {
      Files.delete(file.toPath());
    }
  }

  @Test
  void theNextLineMakesTheFileAnew() throws IOException {
    LogFiles files = open(directory);
    try (files) {
      write(1, files);
      Files.delete(directory.resolve("some.jsonl"));
      write(2, files);
      assertEquals(List.of("2"), numbers(directory));
    }
    assertEquals(0, files.lost());
  }

  @Test
  void aFileThatIsMovedAwayKeepsItsLinesAndGetsNoMore() throws IOException {
    LogFiles files = open(directory);
    Path moved = directory.resolve("kept");
    try (files) {
      write(1, files);
      Files.move(directory.resolve("some.jsonl"), moved);
      Files.createFile(directory.resolve("some.jsonl")); // as logrotate does
      write(2, files);
      assertEquals(List.of("2"), numbers(directory));
    }
    assertEquals(1, Files.readAllLines(moved).size());
    assertEquals(0, files.lost());
  }

  @Test
  @ExpectedLog(level = Level.WARN, containing = "log file not written, lines are lost")
  @ExpectedLog(level = Level.WARN, containing = "log lines lost")
  void whileTheDirectoryIsGoneLinesAreLostAndThatIsToldAndCounted() throws IOException {
    Path logs = directory.resolve("logs");
    LogFiles files = open(logs);
    try (files) {
      write(1, files);
      removeAll(logs);
      Files.delete(logs);
      write(2, files);
      assertEquals(1, files.lost());
      Files.createDirectory(logs);
      write(3, files);
      assertEquals(List.of("3"), numbers(logs));
    }
    assertEquals(1, files.lost());
  }

  @Test
  void theLockIsTakenAgainSoThatNoSecondProgramGetsIn() throws IOException {
    LogFiles files = open(directory);
    try (files) {
      removeAll(directory);
      write(1, files);
      IOException refused = assertThrows(IOException.class, () -> open(directory));
      assertTrue(refused.getMessage().startsWith("another 'some' logs in"), refused::getMessage);
    }
  }

  @Test
  @ExpectedLog(level = Level.WARN, containing = "log file not written, lines are lost")
  @ExpectedLog(level = Level.WARN, containing = "log lines lost")
  void aSecondProgramThatGotInMeanwhileHasTheFilesForItself() throws IOException {
    LogFiles first = open(directory);
    LogFiles second;
    try (first) {
      removeAll(directory);
      second = open(directory);
      try (second) {
        write(1, second);
        write(2, first, second);
        assertEquals(List.of("1", "2"), numbers(directory)); // each once: both hear each line
        assertEquals(2, first.lost());
        assertEquals(0, second.lost());
      }
    }
  }

  @Test
  void anInterruptDoesNotEndTheLock() throws IOException {
    Path file = directory.resolve("some.jsonl");
    byte[] line = "line\n".getBytes(StandardCharsets.US_ASCII);
    try (NameLock lock = new NameLock(directory, "some");
        WholeLines lines = new WholeLines(file.toFile(), lock::hold)) {
      Thread.currentThread().interrupt(); // as the queue's end does
      for (int i = 0; i < 3; i++) {
        lines.write(line, 0, line.length);
        removeAll(directory);
        lines.write(line, 0, line.length);
      }
      assertTrue(Thread.interrupted());
      assertNull(lines.failure());
      assertEquals(0, lines.lost());
      assertEquals("line\n", Files.readString(file));
      assertNotNull(NameLock.keyOf(directory.resolve("some.lock")));
    }
    assertFalse(Thread.interrupted());
  }
}
