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
    try (EchoProcess echo = EchoProcess.serve("--verbose")) {
      try (Socket client = echo.connect()) {
        EchoProcess.assertEchoes(client, "hello");
        client.setSoLinger(true, 0); // so that close sends RST
      }
      String record = echo.awaitErr("conn=", "kind=ECONNRESET", "endedBy=PEER");
      assertEquals(5, EchoProcess.valueOf(record, "in"));
      assertEquals(0, EchoProcess.valueOf(record, "unsent"));
      assertServes(echo);
    }
  }

  @Test
  void aClientThatHalfCloses() throws Exception {
    try (EchoProcess echo = EchoProcess.serve("--verbose")) {
      try (Socket client = echo.connect()) {
        client.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
        client.shutdownOutput();
        assertEquals(
            "hello", new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
      }
      String record = echo.awaitErr("conn=", "kind=NONE", "endedBy=PEER");
      assertEquals(5, EchoProcess.valueOf(record, "out"));
    }
  }

  @Test
  void aClientThatNeverReadsAndResets() throws Exception {
    try (EchoProcess echo = EchoProcess.serve("--verbose")) {
      try (SocketChannel client = echo.connectChannel()) {
        EchoProcess.sendUntilStuck(client, new byte[64 * 1024 * 1024]);
        client.setOption(StandardSocketOptions.SO_LINGER, 0);
      }
      String record = echo.awaitErr("conn=", "endedBy=PEER");
      // Whether the read or the write meets the reset first decides between the two.
      assertTrue(
          record.contains("kind=ECONNRESET") || record.contains("kind=EPIPE"), echo::toString);
      assertTrue(EchoProcess.valueOf(record, "unsent") > 0, record);
      assertServes(echo);
    }
  }

  @Test
  void withoutVerboseNoRecordIsPrinted() throws Exception {
    try (EchoProcess echo = EchoProcess.serve()) {
      try (Socket client = echo.connect()) {
        EchoProcess.assertEchoes(client, "hello");
        client.setSoLinger(true, 0);
      }
      assertServes(echo);
      echo.terminate();
      assertEquals(0, echo.awaitExit());
      assertTrue(echo.err().stream().noneMatch(l -> l.startsWith("conn=")), echo::toString);
    }
  }

  private static void assertServes(EchoProcess echo) throws Exception {
    try (Socket next = echo.connect()) {
      EchoProcess.assertEchoes(next, "and the next one");
    }
  }
}
