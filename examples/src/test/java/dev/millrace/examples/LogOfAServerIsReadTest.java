package dev.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From a failure on a socket to its line in the report, through the programs a user runs. */
@Timeout(120)
class LogOfAServerIsReadTest {
  private static final int RESETS = 300;

  @TempDir Path directory;

  @Test
  void everyResetIsInTheReport() throws Exception {
    Path logs = directory.resolve("logs");
    try (ExampleProcess echo = ExampleProcess.serve("--log-dir", logs.toString())) {
      for (int i = 0; i < RESETS; i++) {
        try (Socket client = echo.connect()) {
          ExampleProcess.assertEchoes(client, "hello");
          client.setSoLinger(true, 0); // so that close sends RST
        }
      }
      try (Socket client = echo.connect()) {
        ExampleProcess.assertEchoes(client, "all before this one have been noticed");
      }
      echo.terminate();
      assertEquals(0, echo.awaitExit(), echo::toString);
      // A peer's departure is for the files, not for the console.
      assertTrue(echo.err().stream().noneMatch(l -> l.contains("ECONNRESET")), echo::toString);
    }
    int lines = Files.readAllLines(logs.resolve("echo.jsonl")).size();
    assertTrue(lines < 40, () -> lines + " lines for " + RESETS + " resets");
    try (ExampleProcess errors = ExampleProcess.run("errors", "--lang", "en", logs.toString())) {
      assertEquals(0, errors.awaitExit(), errors::toString);
      assertTrue(errors.out().get(0).startsWith(RESETS + " failures in "), errors::toString);
      assertTrue(
          errors.out().stream().anyMatch(l -> l.matches("  ECONNRESET +300 +100.0 %.*")),
          errors::toString);
      assertTrue(
          errors.out().stream().anyMatch(l -> l.matches("  127.0.0.1 +300  █+")), errors::toString);
    }
  }

  @Test
  void aSecondServerOfThatNameIsToldToTakeAnotherDirectory() throws Exception {
    Path logs = directory.resolve("logs");
    try (ExampleProcess echo = ExampleProcess.serve("--log-dir", logs.toString());
        ExampleProcess second =
            ExampleProcess.run("echo", "--port", "0", "--log-dir", logs.toString())) {
      assertTrue(echo.isAlive());
      assertEquals(2, second.awaitExit(), second::toString);
      assertTrue(
          second.err().get(0).startsWith("echo: --log-dir: another 'echo' logs in"),
          second::toString);
    }
  }

  @Test
  void withoutTheOptionNothingIsWritten() throws Exception {
    try (ExampleProcess echo = ExampleProcess.serve()) {
      try (Socket client = echo.connect()) {
        client.setSoLinger(true, 0);
      }
      echo.terminate();
      assertEquals(0, echo.awaitExit(), echo::toString);
    }
    assertEquals(0, directory.toFile().list().length);
    assertTrue(!Files.exists(Path.of("logs")) && !Files.exists(Path.of("echo.jsonl")));
  }
}
