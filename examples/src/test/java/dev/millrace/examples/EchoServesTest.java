package dev.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
@SuppressWarnings("try") // the client leaves before its record is looked for
class EchoServesTest {
  @Test
  void fiveMebibytesAndAHalfCloseComeBackWholeAndThenTheEnd() throws Exception {
    long seed = Long.getLong("millrace.seed", System.nanoTime());
    byte[] sent = new byte[5 * 1024 * 1024];
    new Random(seed).nextBytes(sent);
    try (ExampleProcess echo = ExampleProcess.serve("--verbose");
        Socket client = echo.connect()) {
      CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> send(client, sent));
      byte[] back = client.getInputStream().readNBytes(sent.length);
      assertArrayEquals(sent, back, () -> "-Dmillrace.seed=" + seed);
      assertEquals(-1, client.getInputStream().read());
      sending.get(ExampleProcess.PATIENCE_SECONDS, TimeUnit.SECONDS);
      client.close();
      String record = echo.awaitErr("conn=", "endedBy=PEER", "kind=NONE");
      assertEquals(sent.length, ExampleProcess.valueOf(record, "in"));
      assertEquals(sent.length, ExampleProcess.valueOf(record, "out"));
      assertEquals(0, ExampleProcess.valueOf(record, "unsent"));
    }
  }

  private static void send(Socket client, byte[] data) {
    try {
      OutputStream out = client.getOutputStream();
      out.write(data);
      client.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void stdoutHasOneLineAndTheLogGoesToStderr() throws Exception {
    try (ExampleProcess echo = ExampleProcess.serve("--verbose")) {
      try (Socket client = echo.connect()) {
        ExampleProcess.assertEchoes(client, "hello");
      }
      // The record is the last thing that happens to a connection: nothing more is to come.
      echo.awaitErr("conn=", "kind=NONE");
      assertEquals(List.of("listening on 127.0.0.1:" + echo.port()), echo.out());
      assertTrue(
          echo.err().stream().anyMatch(l -> l.contains(" INFO ") && l.contains("listening")),
          echo::toString);
    }
  }
}
