package dev.millrace.failure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A second JVM of the same version and class path, whose environment the test chooses. */
final class ChildJvm {

  private ChildJvm() {}

  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  static String classPath() {
    return System.getProperty("java.class.path");
  }

  /**
   * Runs the class with these variables as the only ones about language, and returns what it
   * prints.
   */
  static String run(Map<String, String> language, Class<?> main, String... jvmOptions)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(java());
    command.addAll(Arrays.asList(jvmOptions));
    command.addAll(List.of("-cp", classPath(), main.getName()));
    return run(language, command);
  }

  static String run(Map<String, String> language, List<String> command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("LC_") || name.startsWith("LANG"));
    environment.putAll(language);
    Process child = builder.start();
    try {
      String output =
          new String(child.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      int status = child.waitFor();
      if (status != 0) {
        throw new AssertionError("child ended with " + status + ":\n" + output);
      }
      return output;
    } finally {
      child.destroyForcibly();
    }
  }
}
