package dev.millrace.examples;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Real clients, and servers to be held against, which are there or not. */
public final class OutsideProgram {
  private OutsideProgram() {}

  /**
   * Skips the test where a program is missing; in CI, where all of them are to be there, fails it.
   *
   * @param names as on the command line
   */
  public static void require(String... names) {
    for (String name : names) {
      if (isThere(name)) {
        continue;
      }
      String message = "'" + name + "' is not on the PATH; this test runs against the real one";
      if ("true".equals(System.getenv("CI"))) {
        fail(message);
      }
      assumeTrue(false, message);
    }
  }

  private static boolean isThere(String name) {
    String path = System.getenv("PATH");
    return path != null
        && Arrays.stream(path.split(File.pathSeparator))
            .anyMatch(place -> Files.isExecutable(Path.of(place, name)));
  }
}
