package dev.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class CloseRecordPrintedTest {
  @Test
  void aClientThatResets() throws Exception {
    try (ExampleProcess echo = ExampleProcess.serve("--verbose")) {
      try (Socket client = echo.connect()) {
        ExampleProcess.assertEchoes(client, "hello");
        client.setSoLinger(true, 0); // so that close sends RST
      }
      String record = echo.awaitErr("conn=", "kind=ECONNRESET", "endedBy=PEER");
      assertEquals(5, ExampleProcess.valueOf(record, "in"));
      assertEquals(0, ExampleProcess.valueOf(record, "unsent"));
      assertServes(echo);
    }
  }

  @Test
  void aClientThatHalfCloses() throws Exception {
    try (ExampleProcess echo = ExampleProcess.serve("--verbose")) {
      try (Socket client = echo.connect()) {
        client.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
        client.shutdownOutput();
        assertEquals(
            "hello", new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
      }
      String record = echo.awaitErr("conn=", "kind=NONE", "endedBy=PEER");
      assertEquals(5, ExampleProcess.valueOf(record, "out"));
    }
  }

  @Test
  void aClientThatNeverReadsAndResets() throws Exception {
    try (ExampleProcess echo = ExampleProcess.serve("--verbose")) {
      try (SocketChannel client = echo.connectChannel()) {
        ExampleProcess.sendUntilStuck(client, new byte[64 * 1024 * 1024]);
        client.setOption(StandardSocketOptions.SO_LINGER, 0);
      }
      String record = echo.awaitErr("conn=", "endedBy=PEER");
      // Whether the read or the write meets the reset first decides between the two.
      assertTrue(
          record.contains("kind=ECONNRESET") || record.contains("kind=EPIPE"), echo::toString);
      assertTrue(ExampleProcess.valueOf(record, "unsent") > 0, record);
      assertServes(echo);
    }
  }

  @Test
  void withoutVerboseNoRecordIsPrinted() throws Exception {
    try (ExampleProcess echo = ExampleProcess.serve()) {
      try (Socket client = echo.connect()) {
        ExampleProcess.assertEchoes(client, "hello");
        client.setSoLinger(true, 0);
      }
      assertServes(echo);
      echo.terminate();
      assertEquals(0, echo.awaitExit());
      assertTrue(echo.err().stream().noneMatch(l -> l.startsWith("conn=")), echo::toString);
    }
  }

  private static void assertServes(ExampleProcess echo) throws Exception {
    try (Socket next = echo.connect()) {
      ExampleProcess.assertEchoes(next, "and the next one");
    }
  }
}
