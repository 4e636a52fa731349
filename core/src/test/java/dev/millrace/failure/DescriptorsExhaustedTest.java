package dev.millrace.failure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** No descriptor is left, so no class can be loaded; the failure still gets its name. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class DescriptorsExhaustedTest {

  @Test
  void failureIsNamedWithoutLoadingAClass() throws Exception {
    // The hard limit: the JVM raises the soft one to it.
    String limited = "ulimit -n 64 && exec \"$@\"";
    List<String> command =
        List.of(
            "/bin/sh",
            "-c",
            limited,
            "sh",
            ChildJvm.java(),
            "-cp",
            ChildJvm.classPath(),
            ExhaustedChild.class.getName());

    String output = ChildJvm.run(Map.of("LC_ALL", "C"), command);

    String full = "Too many open files";
    assertEquals(
        List.of(
            "loading fails",
            "EMFILE (certain) on accept",
            "UNKNOWN (unknown) on accept: java.io.IOException: " + full,
            "UNKNOWN (unknown) on open: java.net.SocketException: " + full,
            "UNKNOWN (unknown) on write: java.io.IOException: " + full,
            "UNKNOWN (unknown) on connect: java.net.SocketException: " + full,
            "UNKNOWN (unknown) on bind: java.net.SocketException: " + full),
        output.lines().toList());
  }
}
