package dev.millrace.examples.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.examples.ExampleProcess;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Somebody presses Ctrl-C, or a script has waited for long enough. */
@Timeout(120)
class LabIsInterruptedTest {
  private static final int SIGTERM = 15;

  @TempDir Path directory;

  @Test
  void noTemporaryFileIsLeft() throws Exception {
    // It is played in a JVM of its own, which needs some hundred milliseconds to begin.
    String[] args = {"lab", "run", "emfile-on-connect", "--lang", "en"};
    try (WatchService watch = FileSystems.getDefault().newWatchService()) {
      directory.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      try (ExampleProcess lab =
          ExampleProcess.runWithJvmOptions(List.of("-Djava.io.tmpdir=" + directory), args)) {
        awaitFile(watch, ".said");
        assertTrue(names().toString().contains(".timeline"), () -> names().toString());
        lab.terminate();
        assertEquals(128 + SIGTERM, lab.awaitExit(), lab::toString);
        assertEquals(List.of(), names());
      }
    }
  }

  @Test
  void whatIsClosedIsGoneWithAllThatIsInIt() throws IOException {
    Path place;
    try (Temporary temporary = Temporary.directory()) {
      place = temporary.path();
      Files.writeString(place.resolve("file"), "text");
    }
    assertFalse(Files.exists(place));
  }

  private List<String> names() {
    return List.of(directory.toFile().list());
  }

  private static void awaitFile(WatchService watch, String suffix) throws InterruptedException {
    boolean seen = false;
    while (!seen) {
      WatchKey key = watch.poll(30, TimeUnit.SECONDS);
      assertTrue(key != null, "no file " + suffix);
      seen = key.pollEvents().stream().anyMatch(e -> e.context().toString().endsWith(suffix));
      key.reset();
    }
  }
}
