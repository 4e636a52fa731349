package dev.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a user sees who has switched faults on and got something wrong: one line that says what. */
@Timeout(120)
class FaultSwitchIsWrongTest {
  /** The line, without what the JVM puts before it. */
  private static String lineOf(List<String> jvmOptions) throws Exception {
    try (ExampleProcess echo =
        ExampleProcess.runWithJvmOptions(jvmOptions, "echo", "--port", "0")) {
      assertNotEquals(0, echo.awaitExit());
      assertEquals(List.of(), echo.out());
      assertEquals(1, echo.err().size(), echo::toString);
      return echo.err().get(0);
    }
  }

  private static List<String> withPlan(String... properties) {
    List<String> options =
        new ArrayList<>(List.of(FaultSwitch.PROVIDER, FaultSwitch.EXPORT, FaultSwitch.EXPORTED));
    options.addAll(List.of(properties));
    return options;
  }

  @Test
  void thePlatformsProviderIsNotExported() throws Exception {
    String line = lineOf(List.of(FaultSwitch.PROVIDER, "-Dmillrace.faults=short-read=1"));
    assertTrue(line.contains(FaultSwitch.EXPORT + " " + FaultSwitch.EXPORTED), line);
  }

  @Test
  void thePlanCannotBeRead() throws Exception {
    String line = lineOf(FaultSwitch.on("shrot-read=1"));
    assertTrue(line.contains("'shrot-read=1'"), line);
    assertTrue(line.contains("short-read"), line);
  }

  @Test
  void thePlanNeedsAnotherWorld() throws Exception {
    String line = lineOf(FaultSwitch.on("short-read=1 latency=1:5ms"));
    assertTrue(line.contains("'latency'") && line.contains("simulated network"), line);
  }

  @Test
  void thereIsNoPlanOrTwo(@TempDir Path directory) throws Exception {
    String none = lineOf(withPlan());
    assertTrue(none.contains("-Dmillrace.faults="), none);
    String two = lineOf(withPlan("-Dmillrace.faults=", "-Dmillrace.faults.file=" + directory));
    assertTrue(two.contains("-Dmillrace.faults.file="), two);
  }

  @Test
  void thePlansFileIsMissing(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("plan.txt");
    String line = lineOf(withPlan("-Dmillrace.faults.file=" + file));
    assertTrue(line.contains(file.toString()), line);
  }

  @Test
  void aPlanInAFileIsTaken(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("plan.txt");
    Files.writeString(file, "seed=3\nshort-read=1:1  # a byte at a time\n");
    List<String> options = withPlan("-Dmillrace.faults.file=" + file);
    try (ExampleProcess echo =
            ExampleProcess.serve(options, Examples.class, "echo", "--port", "0", "--verbose");
        Socket client = echo.connect()) {
      ExampleProcess.assertEchoes(client, "hello");
      echo.awaitErr("faults are injected", "seed=3 short-read=1.0:1..1");
    }
  }
}
