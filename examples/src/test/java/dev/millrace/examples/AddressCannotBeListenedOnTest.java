package dev.millrace.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AddressCannotBeListenedOnTest {
  @Test
  void aNameThatDoesNotResolve() throws Exception {
    // RFC 6761 keeps the domain "invalid" for names that never resolve.
    assertRefused("no-such-host.invalid", 0, "UNRESOLVED", "check the name");
  }

  @Test
  void anAddressThatIsNotOurs() throws Exception {
    // RFC 5737 keeps the network 192.0.2.0/24 for documentation.
    assertRefused("192.0.2.1", 0, "EADDRNOTAVAIL", "correct the address");
  }

  @Test
  void aPortThatIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertRefused("127.0.0.1", taken.getLocalPort(), "EADDRINUSE", "take another port");
    }
  }

  /** One line, and the only one: address, kind, and what to do. */
  private static void assertRefused(String host, int port, String kind, String advice)
      throws Exception {
    try (ExampleProcess process =
        ExampleProcess.run("echo", "--host", host, "--port", Integer.toString(port))) {
      assertEquals(1, process.awaitExit(), process::toString);
      assertEquals(List.of(), process.out());
      assertEquals(1, process.err().size(), process::toString);
      String line = process.err().get(0);
      assertTrue(
          line.startsWith("echo: cannot listen on " + host + ":" + port + ": " + kind + ": "),
          process::toString);
      assertTrue(line.contains(advice), process::toString);
    }
  }
}
