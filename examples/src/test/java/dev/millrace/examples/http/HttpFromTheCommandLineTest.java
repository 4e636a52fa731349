package dev.millrace.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.examples.ExampleProcess;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class HttpFromTheCommandLineTest {
  @ParameterizedTest
  @CsvSource({
    "--root, /nothing/there, '--root is /nothing/there, allowed is a directory that can be read'",
    "--max-body, 0, '--max-body is 0, allowed is 1 to 9223372036854775807'",
    "--max-header, 99999999, '--max-header is 99999999, allowed is 1 to 1048576'",
    "--request-timeout, soon, \\'soon' is no duration"
  })
  void usedWronglyItSaysInOneLineWhatIsWrong(String option, String value, String line)
      throws Exception {
    try (ExampleProcess http = ExampleProcess.run("http", option, value)) {
      assertEquals(2, http.awaitExit());
      String expected = line.replace("\\'", "'");
      assertTrue(http.err().get(0).contains(expected), http::toString);
    }
  }

  @Test
  void usedRightlyItServesAndEndsOnASignal(@TempDir Path root) throws Exception {
    Files.writeString(root.resolve("a.txt"), "from a file");
    String[] options = {"--root", root.toString(), "--verbose"};
    try (ExampleProcess http = ExampleProcess.serveProgram("http", options)) {
      try (Socket client = http.connect()) {
        Served.send(client, "GET /a.txt HTTP/1.1\r\nHost: h\r\n\r\n");
        assertEquals("from a file", Served.read(client, "GET").body());
      }
      http.terminate();
      http.awaitErr("conn=", "unsent=0");
      assertEquals(0, http.awaitExit());
    }
  }
}
