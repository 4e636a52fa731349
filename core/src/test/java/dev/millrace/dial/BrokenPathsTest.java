package dev.millrace.dial;

import static dev.millrace.dial.DialStage.PORT;
import static dev.millrace.dial.DialStage.assertAbout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.dial.DialStage.Listener;
import dev.millrace.dial.DialStage.Server;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import dev.millrace.sim.SimPeer;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several addresses, of which some refuse and some say nothing. */
@Timeout(60)
class BrokenPathsTest {
  private static final Duration DELAY = Duration.ofMillis(250);
  private static final long SEED = 1;

  private final DialStage s = new DialStage(SEED);

  private static List<FailureKind> kinds(DialFailure failure) {
    return failure.attempts().stream().map(a -> a.failure().kind()).toList();
  }

  private static List<InetSocketAddress> tried(DialFailure failure) {
    return failure.attempts().stream().map(DialFailure.Attempt::address).toList();
  }

  @Test
  void theFirstAnswersAndIsTheOnlyOneTried() {
    try (s) {
      Server first = s.six().listening();
      Server second = s.four().listening();
      Listener heard = s.named().outcome(s.dialer());
      assertEquals(first.address(), heard.connection.remoteAddress());
      assertEquals(first.host.address(PORT).getAddress(), remote(heard).getAddress());
      s.assertOpen(1);
      // All that comes on the connection goes to the handler that the listener gave.
      heard.connection.write(ByteBuffer.wrap("ask".getBytes(StandardCharsets.US_ASCII)));
      heard.connection.deadline(Duration.ofMillis(10));
      s.pass(Duration.ofMillis(5));
      SimPeer peer = first.accepted.get(0);
      assertEquals("ask", peer.receivedText());
      s.pass(Duration.ofMillis(20));
      assertEquals(List.of("connected", "open", "deadline", "closed"), heard.events);
      assertEquals(FailureKind.DEADLINE, heard.record.kind());
      s.pass(Duration.ofSeconds(2));
      assertTrue(second.accepted.isEmpty());
      assertEquals(1, first.accepted.size());
      assertEquals(1, s.lookups);
      s.assertOpen(0);
    }
  }

  private static InetSocketAddress remote(Listener heard) {
    return (InetSocketAddress) heard.connection.remoteAddress();
  }

  @Test
  void dataAndItsEndGoToTheListenersHandler() {
    try (s) {
      Server server = s.four();
      server.host.listen(PORT, peer -> peer.send("hello").close());
      Listener heard = s.named().outcome(s.dialer());
      s.pass(Duration.ofMillis(10));
      assertEquals(List.of("connected", "open", "hello", "inputEnd 0", "closed"), heard.events);
      assertTrue(heard.record.isOrderly());
    }
  }

  @Test
  void aSilentAddressCostsTheAttemptDelay() {
    try (s) {
      s.lookupTime = Duration.ZERO;
      Server silent = s.six().listening().unreachable();
      Server good = s.four().listening();
      s.named();
      long begun = s.world.nowNanos();
      Listener heard = s.outcome(s.dialer());
      assertEquals(good.address(), heard.connection.remoteAddress());
      assertAbout(DELAY, s.world.nowNanos() - begun);
      // The other attempt is given up in that moment, and no trace of it stays.
      s.assertOpen(1);
      silent.host.reconnect();
      s.pass(Duration.ofSeconds(5));
      assertTrue(silent.accepted.isEmpty());
      assertEquals(List.of("connected", "open"), heard.events);
    }
  }

  @Test
  void aSilentFamilyCostsOneDelayHoweverManyAddressesItHas() {
    try (s) {
      s.lookupTime = Duration.ZERO;
      for (int i = 0; i < 5; i++) {
        s.six().listening().unreachable();
      }
      Server good = s.four().listening();
      s.named();
      long begun = s.world.nowNanos();
      Listener heard = s.outcome(s.dialer());
      assertEquals(good.address(), heard.connection.remoteAddress());
      assertAbout(DELAY, s.world.nowNanos() - begun);
    }
  }

  @Test
  void aRefusalIsFollowedByTheNextAttemptAtOnce() {
    try (s) {
      s.lookupTime = Duration.ZERO;
      s.six();
      s.six();
      Server good = s.four().listening();
      s.named();
      long begun = s.world.nowNanos();
      Listener heard = s.outcome(s.dialer());
      assertEquals(good.address(), heard.connection.remoteAddress());
      assertTrue(s.world.nowNanos() - begun < DELAY.toNanos() / 10);
      s.assertOpen(1);
    }
  }

  @Test
  void allRefuse() {
    try (s) {
      Server six = s.six();
      Server four = s.four();
      Server other = s.four();
      DialFailure failure = s.named().outcome(s.dialer()).failure;
      assertEquals(FailureKind.ECONNREFUSED, failure.kind());
      assertEquals(Certainty.CERTAIN, failure.failure().certainty());
      assertEquals(Operation.CONNECT, failure.failure().operation());
      assertEquals(List.of(six.address(), four.address(), other.address()), tried(failure));
      assertTrue(kinds(failure).stream().allMatch(k -> k == FailureKind.ECONNREFUSED));
      assertEquals(0, failure.untried());
      assertTrue(failure.isRetryable());
      s.assertOpen(0);
    }
  }

  @Test
  void nobodyAnswersUntilTheDeadline() {
    try (s) {
      s.lookupTime = Duration.ofMillis(100);
      for (int i = 0; i < 6; i++) {
        s.four().listening().unreachable();
      }
      s.named();
      Duration deadline = Duration.ofMillis(900);
      DialFailure failure = s.outcome(s.dialer().withDeadline(deadline)).failure;
      assertAbout(deadline, failure.age().toNanos());
      assertEquals(FailureKind.CONNECT_TIMEOUT, failure.kind());
      // At 100, 350, 600 and 850 ms.
      assertEquals(4, failure.attempts().size());
      assertEquals(2, failure.untried());
      assertAbout(Duration.ofMillis(800), failure.attempts().get(0).age().toNanos());
      long third = failure.attempts().get(2).age().toMillis(); // begun up to a tick late, each
      assertTrue(third > 290 && third <= 303, third + " ms");
      assertNull(failure.failure().cause());
      s.assertOpen(0);
      s.servers.forEach(server -> server.host.reconnect());
      s.pass(Duration.ofSeconds(10));
      s.servers.forEach(server -> assertTrue(server.accepted.isEmpty()));
    }
  }

  @Test
  void oneIsSilentAndOneRefusesWhichIsTheOneToActBy() {
    try (s) {
      s.six().listening().unreachable();
      s.four();
      DialFailure failure = s.named().outcome(s.dialer()).failure;
      assertAbout(Duration.ofSeconds(10), failure.age().toNanos());
      assertEquals(List.of(FailureKind.CONNECT_TIMEOUT, FailureKind.ECONNREFUSED), kinds(failure));
      assertEquals(FailureKind.ECONNREFUSED, failure.kind());
    }
  }

  @Test
  void anAttemptsOwnTimeoutMakesRoomForTheNext() {
    try (s) {
      s.lookupTime = Duration.ZERO;
      Server first = s.four().listening().unreachable();
      Server second = s.four().listening().unreachable();
      s.named();
      Dialer dialer =
          s.dialer()
              .withAttemptDelay(Duration.ofSeconds(5))
              .withAttemptTimeout(Duration.ofSeconds(2));
      DialFailure failure = s.outcome(dialer).failure;
      assertEquals(List.of(first.address(), second.address()), tried(failure));
      assertEquals(
          List.of(FailureKind.CONNECT_TIMEOUT, FailureKind.CONNECT_TIMEOUT), kinds(failure));
      assertAbout(Duration.ofSeconds(2), failure.attempts().get(0).age().toNanos());
      assertTrue(failure.age().toMillis() >= 4_000 && failure.age().toMillis() < 4_020);
      s.assertOpen(0);
    }
  }

  @Test
  void anAttemptsTimeoutBeyondTheDeadlineIsTheDeadline() {
    try (s) {
      s.four().listening().unreachable();
      s.named();
      Dialer dialer =
          s.dialer().withDeadline(Duration.ofSeconds(1)).withAttemptTimeout(Duration.ofDays(1));
      DialFailure failure = s.outcome(dialer).failure;
      assertAbout(Duration.ofSeconds(1), failure.age().toNanos());
    }
  }

  @Test
  void aSlowAddressThatAnswersLaterStillWins() {
    try (s) {
      s.lookupTime = Duration.ZERO;
      Server slow = s.four().listening().unreachable();
      s.four().listening().unreachable();
      s.named();
      s.world.schedule(Duration.ofMillis(600), slow.host::reconnect);
      Listener heard = s.outcome(s.dialer());
      // The kernel repeats its SYN after a second; until then all others were tried beside it.
      assertEquals(slow.address(), heard.connection.remoteAddress());
      assertTrue(s.world.nowNanos() > 1_000_000_000L && s.world.nowNanos() < 1_100_000_000L);
      s.assertOpen(1);
    }
  }

  @Test
  void noMoreAddressesAreTriedThanAllowed() {
    try (s) {
      for (int i = 0; i < 20; i++) {
        s.four();
      }
      DialFailure failure = s.named().outcome(s.dialer()).failure;
      assertEquals(16, failure.attempts().size());
      assertEquals(0, failure.untried());
      failure = s.outcome(s.dialer().withMaxAddresses(1)).failure;
      assertEquals(1, failure.attempts().size());
    }
  }

  @Test
  void theFamilyThatBeginsCanBeChosen() {
    try (s) {
      Server six = s.six().listening();
      Server four = s.four().listening();
      s.named();
      assertEquals(
          four.address(),
          s.outcome(s.dialer().withFirstFamily(FirstFamily.IPV4)).connection.remoteAddress());
      assertEquals(
          six.address(),
          s.outcome(s.dialer().withFirstFamily(FirstFamily.IPV6)).connection.remoteAddress());
    }
  }

  @Test
  void addressesThatAreGivenAreTriedInTheirOrder() {
    try (s) {
      Server a = s.six();
      Server b = s.six();
      Server c = s.four();
      Listener heard = new Listener();
      s.dialer().dial(s.loop, List.of(a.address(), b.address(), c.address()), heard);
      heard.inCall = false;
      assertTrue(s.world.run(s.loop, heard::isTold));
      assertEquals(List.of(a.address(), b.address(), c.address()), tried(heard.failure));
      assertEquals(0, s.lookups);
      assertTrue(heard.failure.target().endsWith(":7007,…"), heard.failure.target());
    }
  }

  @Test
  void anAddressThatWasNeverResolvedIsAnAttemptThatFails() {
    try (s) {
      Server good = s.four().listening();
      Listener heard = new Listener();
      InetSocketAddress name = InetSocketAddress.createUnresolved("nowhere.invalid", 80);
      s.dialer().dial(s.loop, List.of(name, good.address()), heard);
      heard.inCall = false;
      assertTrue(s.world.run(s.loop, heard::isTold));
      assertEquals(good.address(), heard.connection.remoteAddress());
      Listener alone = new Listener();
      s.dialer().dial(s.loop, List.of(name), alone);
      alone.inCall = false;
      assertTrue(s.world.run(s.loop, alone::isTold));
      assertEquals(FailureKind.UNRESOLVED, alone.failure.kind());
      assertFalse(alone.failure.isRetryable(), "nobody is going to resolve it");
      assertEquals("nowhere.invalid:80", alone.failure.target());
    }
  }

  @Test
  void noDescriptorIsLeftForAnAttempt() {
    try (s) {
      s.four().listening();
      s.six().listening();
      s.named();
      s.client.descriptorLimit(DialStage.IDLE_DESCRIPTORS);
      DialFailure failure = s.outcome(s.dialer()).failure;
      assertEquals(2, failure.attempts().size());
      assertEquals(FailureKind.EMFILE, failure.kind());
      assertEquals(Certainty.CERTAIN, failure.failure().certainty());
      assertEquals(Operation.OPEN, failure.failure().operation());
      s.client.descriptorLimit(100);
      s.assertOpen(0);
    }
  }

  @Test
  void theFailureAsALine() {
    try (s) {
      s.six();
      s.four();
      DialFailure failure = s.named().outcome(s.dialer()).failure;
      String line = failure.toString();
      assertTrue(
          line.matches(
              "target=service\\.example:7007 kind=ECONNREFUSED certainty=CERTAIN op=CONNECT"
                  + " tried=2 untried=0 ageMs=\\d+ attempts=\\[\\[fd00:0:0:0:0:0:0:2\\]:7007"
                  + " ECONNREFUSED \\(certain\\) on connect,"
                  + " 10\\.0\\.0\\.3:7007 ECONNREFUSED \\(certain\\) on connect\\]"),
          line);
    }
  }
}
