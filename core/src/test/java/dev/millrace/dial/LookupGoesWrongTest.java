package dev.millrace.dial;

import static dev.millrace.dial.DialStage.assertAbout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.dial.DialStage.Listener;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Names that nobody knows, and whoever is asked for them misbehaves. */
@Timeout(60)
class LookupGoesWrongTest {
  private final DialStage s = new DialStage(2);

  private Throwable assertUnresolved(DialFailure failure) {
    assertEquals(FailureKind.UNRESOLVED, failure.kind());
    assertEquals(Certainty.CERTAIN, failure.failure().certainty());
    assertEquals(Operation.RESOLVE, failure.failure().operation());
    assertEquals(List.of(), failure.attempts());
    assertEquals(0, failure.untried());
    assertTrue(failure.isRetryable());
    s.assertOpen(0);
    assertEquals(0, s.loop.stats().timers());
    return failure.failure().cause();
  }

  @Test
  void aNameThatDoesNotExist() {
    try (s) {
      DialFailure failure = s.outcome(s.dialer()).failure;
      Throwable cause = assertUnresolved(failure);
      assertInstanceOf(UnknownHostException.class, cause);
      assertEquals(
          "target=service.example:7007 kind=UNRESOLVED certainty=CERTAIN op=RESOLVE tried=0"
              + " untried=0 ageMs="
              + failure.age().toMillis()
              + " cause=\"java.net.UnknownHostException: service.example\"",
          failure.toString());
    }
  }

  @Test
  void whateverIsThrownIsTold() {
    try (s) {
      for (Throwable thrown :
          List.of(
              new UnknownHostException("x"),
              new IllegalStateException("a bug"),
              new NoClassDefFoundError("no descriptor to load it with"))) {
        s.names =
            host -> {
              if (thrown instanceof Error error) {
                throw error;
              }
              if (thrown instanceof RuntimeException unchecked) {
                throw unchecked;
              }
              throw (UnknownHostException) thrown;
            };
        assertSame(thrown, assertUnresolved(s.outcome(s.dialer()).failure));
      }
    }
  }

  @Test
  void noAddressAtAll() {
    try (s) {
      s.names = host -> List.of();
      Throwable cause = assertUnresolved(s.outcome(s.dialer()).failure);
      assertEquals("service.example has no address", cause.getMessage());
      s.names = host -> null;
      assertInstanceOf(NullPointerException.class, assertUnresolved(s.outcome(s.dialer()).failure));
      s.names = host -> Arrays.asList((InetAddress) null);
      assertInstanceOf(NullPointerException.class, assertUnresolved(s.outcome(s.dialer()).failure));
    }
  }

  @Test
  void noAnswerUntilTheDeadlineAndThenOneThatNobodyWaitsFor() {
    try (s) {
      s.four().listening();
      s.named();
      s.lookupTime = Duration.ofSeconds(20);
      Listener heard = s.outcome(s.dialer().withDeadline(Duration.ofSeconds(3)));
      Throwable cause = assertUnresolved(heard.failure);
      assertAbout(Duration.ofSeconds(3), heard.failure.age().toNanos());
      assertEquals(
          "no answer in PT3S", assertInstanceOf(TimeoutException.class, cause).getMessage());
      assertEquals(0, s.lookups);
      s.pass(Duration.ofSeconds(30));
      assertEquals(List.of("failed"), heard.events);
      assertEquals(0, s.lookups, "nobody waited for it any more, so nobody asked");
      assertTrue(s.servers.get(0).accepted.isEmpty());
    }
  }

  /** The look-up is running, and can't be interrupted. */
  @Test
  void anAnswerThatComesTooLateIsDropped() {
    try (s) {
      s.four().listening();
      s.named();
      List<Runnable> running = new ArrayList<>();
      Names zone = s.names;
      Resolver[] resolver = new Resolver[1];
      // The thread of this look-up hangs until it is released.
      s.executor = running::add;
      s.names =
          host -> {
            s.pass(Duration.ofSeconds(4)); // meanwhile the loop goes on, to beyond the deadline
            assertEquals(1, resolver[0].lookupsUnderWay());
            return zone.lookUp(host);
          };
      resolver[0] = new Resolver(host -> s.names.lookUp(host), task -> s.executor.execute(task), 1);
      Listener heard = new Listener();
      Dial dial = s.dial(new Dialer(resolver[0]).withDeadline(Duration.ofSeconds(3)), heard);
      running.get(0).run();
      assertEquals(0, resolver[0].lookupsUnderWay());
      assertEquals(DialState.FAILED, dial.state());
      s.pass(Duration.ofSeconds(1));
      assertEquals(List.of("failed"), heard.events);
      assertUnresolved(heard.failure);
      assertTrue(s.servers.get(0).accepted.isEmpty());
    }
  }

  @Test
  void lookupsThatHangAreBounded() {
    try (s) {
      s.four().listening();
      s.named();
      List<Runnable> hanging = new ArrayList<>();
      Resolver resolver = new Resolver(host -> s.names.lookUp(host), hanging::add, 2);
      Dialer dialer = new Dialer(resolver).withDeadline(Duration.ofSeconds(1));
      Listener first = new Listener();
      Listener second = new Listener();
      s.dial(dialer, first);
      s.dial(dialer, second).cancel();
      assertEquals(2, resolver.lookupsUnderWay());
      Listener third = s.outcome(dialer);
      assertTrue(third.failure.age().toMillis() < 10, third.failure.toString());
      Throwable cause = third.failure.failure().cause();
      assertInstanceOf(RejectedExecutionException.class, cause);
      assertEquals("look-up refused: 2 are under way already", cause.getMessage());
      hanging.forEach(Runnable::run);
      assertEquals(0, resolver.lookupsUnderWay());
      assertTrue(s.world.run(s.loop, first::isTold));
      assertEquals("connected", first.events.get(0));
      assertEquals(List.of(), second.events);
      s.assertOpen(1);
    }
  }

  @Test
  void theExecutorTakesNoMore() {
    try (s) {
      RejectedExecutionException full = new RejectedExecutionException("full");
      s.executor =
          task -> {
            throw full;
          };
      Resolver resolver = new Resolver(s.names, task -> s.executor.execute(task), 1);
      for (int i = 0; i < 3; i++) {
        assertSame(full, assertUnresolved(s.outcome(new Dialer(resolver)).failure));
        assertEquals(0, resolver.lookupsUnderWay());
      }
    }
  }

  @Test
  void theExecutorHasNoThread() {
    try (s) {
      OutOfMemoryError none = new OutOfMemoryError("unable to create native thread");
      s.executor =
          task -> {
            throw none;
          };
      Resolver resolver = new Resolver(s.names, task -> s.executor.execute(task), 1);
      assertSame(none, assertUnresolved(s.outcome(new Dialer(resolver)).failure));
      assertEquals(0, resolver.lookupsUnderWay());
    }
  }

  /** An executor that runs what it is given at once blocks the loop; but it is no other result. */
  @Test
  void theExecutorRunsItAtOnce() {
    try (s) {
      s.four().listening();
      s.executor = Runnable::run;
      Listener heard = s.named().outcome(s.dialer());
      assertEquals("connected", heard.events.get(0));
      s.zone.clear();
      assertUnresolved2(s.outcome(s.dialer()).failure);
    }
  }

  private static void assertUnresolved2(DialFailure failure) {
    assertEquals(FailureKind.UNRESOLVED, failure.kind());
  }

  @Test
  void addressesWrittenAsTextAreNotLookedUp() throws Exception {
    for (String text :
        List.of("127.0.0.1", "0.0.0.0", "255.255.255.255", "::1", "[::1]", "2001:db8::1:2", "::")) {
      InetAddress literal = Resolver.literal(text);
      assertEquals(InetAddress.getByName(text), literal, text);
    }
    for (String name :
        List.of(
            "localhost",
            "example.org",
            "1.2.3",
            "1.2.3.4.5",
            "1.2.3.256",
            "01.2.3.4",
            "1.2.3.04",
            "1.2.3.",
            ".1.2.3",
            "1..2.3",
            "1.2.3.4.",
            "1.2.3.4x",
            "1.2.3.-4",
            "1.2.3.+4",
            "٣.1.1.1",
            "0x7f.0.0.1",
            "127.1",
            "2130706433",
            "face",
            "a.b.c.d",
            "1.2.3.1000",
            "00.0.0.0")) {
      assertEquals(null, Resolver.literal(name), name);
    }
    for (String neither :
        List.of("example.org:80", "x::1", "1.2.3.4:80", ":", "::1::2", "]:[", "[")) {
      if (neither.indexOf(':') >= 0) {
        assertThrows(UnknownHostException.class, () -> Resolver.literal(neither), neither);
      } else {
        assertEquals(null, Resolver.literal(neither));
      }
    }
  }

  @Test
  void aPortGivenWithTheHostIsSeenAsWhatItIs() {
    try (s) {
      Listener heard = new Listener();
      s.dialer().dial(s.loop, "example.org:80", 80, heard);
      heard.inCall = false;
      assertTrue(s.world.run(s.loop, heard::isTold));
      assertInstanceOf(UnknownHostException.class, assertUnresolved(heard.failure));
      assertEquals(0, s.lookups);
    }
  }

  @Test
  void anAddressWrittenAsTextIsConnectedTo() {
    try (s) {
      DialStage.Server four = s.four().listening();
      DialStage.Server six = s.six().listening();
      for (String host :
          List.of(
              four.address().getAddress().getHostAddress(),
              six.address().getAddress().getHostAddress(),
              "[" + six.address().getAddress().getHostAddress() + "]")) {
        Listener heard = new Listener();
        Dial dial = s.dialer().dial(s.loop, host, DialStage.PORT, heard);
        heard.inCall = false;
        assertTrue(s.world.run(s.loop, heard::isTold));
        assertEquals("connected", heard.events.get(0));
        String target = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        assertEquals("Dial[" + target + ":7007 CONNECTED]", dial.toString());
      }
      assertEquals(0, s.lookups);
    }
  }
}
