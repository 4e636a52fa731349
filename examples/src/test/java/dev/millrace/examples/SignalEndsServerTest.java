package dev.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.guard.ExpectedLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.Level;

@Timeout(120)
class SignalEndsServerTest {
  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void whileNobodyIsConnected(String signal) throws Exception {
    try (ExampleProcess echo = ExampleProcess.serve()) {
      echo.signal(signal);
      assertEquals(0, echo.awaitExit(), echo::toString);
      assertReport(echo, "idleClosed=0 drained=0 lingerCut=0 cut=0 unsent=0");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void whileAClientIsIdle(String signal) throws Exception {
    try (ExampleProcess echo = ExampleProcess.serve("--verbose")) {
      try (Socket client = echo.connect()) {
        ExampleProcess.assertEchoes(client, "hello");
        echo.signal(signal);
        assertEquals(-1, client.getInputStream().read());
      }
      assertEquals(0, echo.awaitExit(), echo::toString);
      assertReport(echo, "idleClosed=1 drained=0 lingerCut=0 cut=0 unsent=0");
      echo.awaitErr("conn=", "endedBy=SHUTDOWN", "kind=NONE");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  // By probes, if any comes before the listener is closed.
  @ExpectedLog(level = Level.WARN, containing = "connections rejected, cap reached", atLeast = 0)
  void inTheMiddleOfATransferWhatWasAcceptedArrivesWhole(String signal) throws Exception {
    assertDelivers(signal, false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  // By probes, if any comes before the listener is closed.
  @ExpectedLog(level = Level.WARN, containing = "connections rejected, cap reached", atLeast = 0)
  void whileTheClientGoesOnSendingWhatWasAcceptedArrivesWhole(String signal) throws Exception {
    assertDelivers(signal, true);
  }

  private static void assertDelivers(String signal, boolean goesOn) throws Exception {
    long seed = Long.getLong("millrace.seed", System.nanoTime());
    byte[] sent = new byte[64 * 1024 * 1024];
    new Random(seed).nextBytes(sent);
    byte[] back;
    // A cap of one, so that the probes of whether it still listens are not connections of it.
    try (ExampleProcess echo =
        ExampleProcess.serve("--verbose", "--max-connections", "1", "--drain-timeout", "20s")) {
      try (SocketChannel client = echo.connectChannel()) {
        int taken = ExampleProcess.sendUntilStuck(client, sent);
        assertTrue(taken > 1024 * 1024, () -> "not in the middle, after " + taken + " bytes");
        echo.signal(signal);
        echo.awaitRefused();
        client.configureBlocking(true);
        CompletableFuture<Void> sending =
            CompletableFuture.runAsync(
                () ->
                    sendAndHalfClose(
                        client, sent, taken, goesOn ? taken + 20 * 1024 * 1024 : taken));
        back = readToEnd(client);
        sending.get(ExampleProcess.PATIENCE_SECONDS, TimeUnit.SECONDS);
      }
      assertEquals(0, echo.awaitExit(), echo::toString);
      String record = echo.awaitErr("conn=", "endedBy=SHUTDOWN", "kind=NONE");
      assertEquals(ExampleProcess.valueOf(record, "out"), back.length, record);
      assertReport(echo, "idleClosed=0 drained=1 lingerCut=0 cut=0 unsent=0");
    }
    int different = Arrays.mismatch(back, 0, back.length, sent, 0, back.length);
    assertEquals(-1, different, () -> "-Dmillrace.seed=" + seed);
  }

  private static void sendAndHalfClose(SocketChannel client, byte[] data, int from, int to) {
    ByteBuffer rest = ByteBuffer.wrap(data, from, to - from);
    try {
      while (rest.hasRemaining()) {
        client.write(rest);
      }
      client.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aClientThatNeverReadsIsCutAfterTheDrainTimeout() throws Exception {
    try (ExampleProcess echo = ExampleProcess.serve("--drain-timeout", "500ms");
        SocketChannel client = echo.connectChannel()) {
      ExampleProcess.sendUntilStuck(client, new byte[64 * 1024 * 1024]);
      echo.terminate();
      assertEquals(0, echo.awaitExit(), echo::toString);
      String report = assertReport(echo, "idleClosed=0 drained=0 lingerCut=0 cut=1 unsent=");
      assertTrue(ExampleProcess.valueOf(report, "unsent") > 0, report);
      assertTrue(report.contains("cutPeers=127.0.0.1:"), report);
    }
  }

  @Test
  void aDrainTimeoutOfACenturyIsNoReasonToFail() throws Exception {
    try (ExampleProcess echo = ExampleProcess.serve("--drain-timeout", "876000h")) {
      echo.terminate();
      assertEquals(0, echo.awaitExit(), echo::toString);
      assertReport(echo, "idleClosed=0 drained=0 lingerCut=0 cut=0 unsent=0");
    }
  }

  /** Two lines in all are on stdout, the second is the report. */
  private static String assertReport(ExampleProcess echo, String expected) {
    assertEquals(2, echo.out().size(), echo::toString);
    String report = echo.out().get(1);
    assertTrue(report.startsWith("shut down: " + expected), echo::toString);
    return report;
  }

  private static byte[] readToEnd(SocketChannel client) throws IOException {
    ByteArrayOutputStream back = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
    for (int n = client.read(buffer); n >= 0; n = client.read(buffer.clear())) {
      back.write(buffer.array(), 0, n);
    }
    return back.toByteArray();
  }
}
