package dev.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class TimeOutEndsConnectionTest {
  @Test
  void anIdleClientGetsACleanEnd() throws Exception {
    try (ExampleProcess echo = ExampleProcess.serve("--verbose", "--read-timeout", "200ms")) {
      try (Socket client = echo.connect()) {
        assertEquals(-1, client.getInputStream().read());
      }
      String record = echo.awaitErr("conn=", "kind=READ_IDLE");
      assertTrue(record.contains(" endedBy=TIMER "), record);
    }
  }

  @Test
  @Timeout(25) // less than the default of 30 s, which must not be what ends it
  void aClientThatNeverReadsIsCut() throws Exception {
    try (ExampleProcess echo = ExampleProcess.serve("--verbose", "--write-timeout", "300ms");
        Socket client = echo.connect()) {
      OutputStream out = client.getOutputStream();
      byte[] block = new byte[64 * 1024];
      assertThrows(
          IOException.class,
          () -> {
            while (true) { // until the server resets: the write blocks once all is full
              out.write(block);
            }
          });
      String record = echo.awaitErr("conn=", "kind=WRITE_STALL");
      assertTrue(record.contains(" endedBy=TIMER "), record);
      assertTrue(ExampleProcess.valueOf(record, "unsent") > 0, record);
    }
  }
}
