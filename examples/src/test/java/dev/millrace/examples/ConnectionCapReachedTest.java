package dev.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.millrace.guard.ExpectedLog;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

@Timeout(120)
@SuppressWarnings("try") // clients leave while others stay, by a close of their own
class ConnectionCapReachedTest {
  @Test
  // Told when it is over, which is after the test unless that is slow.
  @ExpectedLog(level = Level.WARN, containing = "connections rejected, cap reached", atLeast = 0)
  void theFourthIsClosedAtOnceAndTheOthersGoOn() throws Exception {
    try (ExampleProcess echo =
            ExampleProcess.serve("--verbose", "--max-connections", "3", "--at-cap", "reject");
        Socket first = echo.connect();
        Socket second = echo.connect();
        Socket third = echo.connect()) {
      assertAllServed(first, second, third);
      try (Socket fourth = echo.connect()) {
        assertEquals(-1, fourth.getInputStream().read());
      }
      assertAllServed(first, second, third);
      first.close();
      echo.awaitErr("conn=", "kind=NONE");
      try (Socket fifth = echo.connect()) {
        assertAllServed(second, third, fifth);
      }
    }
  }

  @Test
  void theFourthWaitsUntilOneLeaves() throws Exception {
    try (ExampleProcess echo = ExampleProcess.serve("--max-connections", "3", "--at-cap", "wait");
        Socket first = echo.connect();
        Socket second = echo.connect();
        Socket third = echo.connect()) {
      assertAllServed(first, second, third);
      try (Socket fourth = echo.connect()) {
        fourth.getOutputStream().write("patient".getBytes(StandardCharsets.US_ASCII));
        assertAllServed(first, second, third);
        assertEquals(0, fourth.getInputStream().available(), "served beyond the cap");
        second.close();
        byte[] back = fourth.getInputStream().readNBytes(7);
        assertEquals("patient", new String(back, StandardCharsets.US_ASCII));
        assertAllServed(first, third, fourth);
      }
    }
  }

  @Test
  // Told when it is over, which is after the test unless that is slow.
  @ExpectedLog(level = Level.WARN, containing = "cap for one address reached", atLeast = 0)
  void theThirdOfOneAddressIsClosedAndAnotherAddressIsServed() throws Exception {
    try (ExampleProcess echo = ExampleProcess.serve("--per-address", "2");
        Socket first = echo.connect();
        Socket second = echo.connect()) {
      assertAllServed(first, second);
      try (Socket third = echo.connect()) {
        assertEquals(-1, third.getInputStream().read());
      }
      try (Socket other = new Socket()) {
        other.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 2}), 0));
        other.setSoTimeout(ExampleProcess.PATIENCE_SECONDS * 1000);
        other.connect(echo.address());
        assertAllServed(first, second, other);
      }
    }
  }

  private static void assertAllServed(Socket... clients) throws Exception {
    for (Socket client : clients) {
      ExampleProcess.assertEchoes(client, "served");
    }
  }
}
