package dev.millrace.examples.errors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each rule fits where it is to fit, and not one failure earlier. */
@Timeout(60)
class LikelyCausesTest {
  private final StringBuilder log = new StringBuilder();
  private long at = Lines.NOON;

  private void fail(int times, String kind, String peer, String more) {
    for (int i = 0; i < times; i++) {
      at += 100;
      log.append(
          Lines.event(
              at, "kind=" + kind + ";remote=" + peer.replace("*", "" + i) + ":" + i + more));
    }
  }

  private String causes() {
    return Cause.of(Lines.read(log.toString()).tally()).stream()
        .map(cause -> cause.what() + " [" + cause.because() + "]")
        .toList()
        .toString();
  }

  @Test
  void noneWhereThereIsNothing() {
    assertEquals("[]", causes());
    fail(3, "EPIPE", "192.0.2.1", ";in=1");
    assertEquals("[]", causes());
  }

  @Test
  void onePeerMakesMostOfAKind() {
    fail(18, "ECONNRESET", "192.0.2.9", ";in=1");
    fail(2, "ECONNRESET", "198.51.100.*", ";in=1");
    String causes = causes();
    assertTrue(causes.contains("One peer, 192.0.2.9, makes most of ECONNRESET"), causes);
    assertTrue(causes.contains("at least 90.0 % of 20"), causes);
  }

  @Test
  void halfIsMostAndLessIsNot() {
    fail(9, "ECONNRESET", "192.0.2.9", ";in=1");
    fail(11, "ECONNRESET", "198.51.100.*", ";in=1");
    assertEquals("[]", causes());
  }

  @Test
  void descriptorsRanOut() {
    fail(1, "EMFILE", "unknown", ";op=ACCEPT");
    assertTrue(causes().contains("ran out of file descriptors. [EMFILE 1 times, on ACCEPT]"));
  }

  @Test
  void slowReadersThatBecomeMore() {
    fail(2, "WRITE_STALL", "198.51.100.*", ";in=1");
    at += 600_000;
    fail(1_000, "ETIMEDOUT", "192.0.2.1", ";in=1");
    fail(18, "WRITE_STALL", "198.51.100.*", ";in=1");
    String causes = causes();
    assertTrue(causes.contains("read too slowly, or not at all, and ever more of them"), causes);
    assertTrue(causes.contains("WRITE_STALL 2 in the first half of the time and 18"), causes);
  }

  @Test
  void aServiceIsDown() {
    fail(20, "ECONNREFUSED", "192.0.2.5", "");
    assertTrue(causes().contains("was down, 192.0.2.5 above all"), this::causes);
  }

  @Test
  void manyPeersVanish() {
    fail(20, "ETIMEDOUT", "198.51.100.*", ";in=1");
    assertTrue(causes().contains("The network between"), this::causes);
    log.setLength(0);
    fail(20, "ETIMEDOUT", "192.0.2.1", ";in=1");
    assertEquals("[]", causes(), "one that vanishes is not the network");
  }

  @Test
  void healthChecksThatReset() {
    fail(20, "ECONNRESET", "198.51.100.*", ";in=0;out=0");
    assertTrue(causes().contains("A health check or a port scan"), this::causes);
  }

  @Test
  void clientsLeaveBeforeTheirAnswers() {
    fail(20, "EPIPE", "198.51.100.*", ";in=1;unsent=7");
    assertTrue(causes().contains("Clients leave before"), this::causes);
    assertTrue(causes().contains("with 140 bytes unsent"), this::causes);
  }

  @Test
  void faultsOfTheProgramAndItsLimits() {
    fail(1, "HANDLER_FAILED", "192.0.2.1", "");
    fail(1, "CONNECTION_CAP", "192.0.2.1", "");
    fail(1, "LOCAL_ADDRESS_OR_POLICY", "192.0.2.1", "");
    String causes = causes();
    assertTrue(causes.contains("handler has a fault"), causes);
    assertTrue(causes.contains("A limit of this program was reached"), causes);
    assertTrue(causes.contains("No local port was left"), causes);
  }

  @Test
  void idleClientsAreNoFault() {
    fail(20, "READ_IDLE", "198.51.100.*", ";in=1");
    assertTrue(causes().contains("Nothing is wrong"), this::causes);
  }

  @Test
  void aBurstIsFoundWithItsTimeAndItsKind() {
    fail(100, "EPIPE", "198.51.100.*", ";in=1"); // ten a second for ten seconds
    for (int i = 0; i < 200; i++) {
      at += 10;
      log.append(Lines.event(at, "kind=ECONNRESET;in=1")); // a hundred a second for two
    }
    fail(100, "EPIPE", "198.51.100.*", ";in=1");
    List<Burst> bursts = Burst.of(Lines.read(log.toString()).tally());
    assertEquals(1, bursts.size(), bursts::toString);
    assertEquals("ECONNRESET", bursts.get(0).kind());
    assertEquals(Lines.NOON + 10_000, bursts.get(0).fromMillis());
    assertTrue(bursts.get(0).count() >= 199, bursts::toString);
  }

  @Test
  void whatIsAlwaysSoIsNoBurst() {
    fail(5_000, "EPIPE", "198.51.100.*", ";in=1");
    assertEquals(List.of(), Burst.of(Lines.read(log.toString()).tally()));
  }
}
