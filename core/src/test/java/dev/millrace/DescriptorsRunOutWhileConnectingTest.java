package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No descriptor is left for a connection's channel: that is known without any text. */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class DescriptorsRunOutWhileConnectingTest {
  @ParameterizedTest
  @ValueSource(strings = {"C", "de_DE.UTF-8"})
  void isToldAndPasses(String language) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            "/bin/sh",
            "-c",
            "ulimit -n 100 && exec \"$@\"",
            "sh",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            EmfileConnectChild.class.getName());
    builder.environment().keySet().removeIf(n -> n.startsWith("LC_") || n.startsWith("LANG"));
    builder.environment().put("LC_ALL", language);
    Process child = builder.redirectErrorStream(true).start();
    try {
      String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, child.waitFor(), said);
      assertEquals(
          """
          ECONNREFUSED CERTAIN CONNECT
          EMFILE CERTAIN OPEN
          EMFILE CERTAIN OPEN
          EMFILE CERTAIN OPEN
          open
          """,
          said);
    } finally {
      child.destroyForcibly();
    }
  }
}
