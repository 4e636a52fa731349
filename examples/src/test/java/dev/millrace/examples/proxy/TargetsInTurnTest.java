package dev.millrace.examples.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.millrace.examples.proxy.Targets.State;
import dev.millrace.examples.proxy.Targets.Target;
import dev.millrace.examples.proxy.Targets.Tour;
import dev.millrace.failure.FailureKind;
import dev.millrace.guard.ExpectedLog;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

/** Whom a client is given, and for how long one that does not answer is left out. */
@Timeout(60)
class TargetsInTurnTest {
  private static final long REST = Targets.MIN_REST_NANOS;

  /** Any origin will do, and one that is about to wrap most of all. */
  private long now = Long.MAX_VALUE - REST;

  private static Targets targets(int number) {
    List<InetSocketAddress> addresses = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      addresses.add(InetSocketAddress.createUnresolved("t" + i, 80));
    }
    return new Targets(addresses);
  }

  private Target connects(Targets targets) {
    Tour tour = targets.tour();
    Target target = tour.next(now);
    tour.connected(now);
    return target;
  }

  private Target fails(Targets targets) {
    Tour tour = targets.tour();
    Target target = tour.next(now);
    tour.failed(FailureKind.ECONNREFUSED, now);
    return target;
  }

  @Test
  void eachInTurn() {
    Targets targets = targets(3);
    List<String> given = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      given.add(connects(targets).toString());
    }
    assertEquals(List.of("t0:80", "t1:80", "t2:80", "t0:80", "t1:80", "t2:80"), given);
  }

  @Test
  @ExpectedLog(level = Level.WARN, containing = "target down target=t1:80 kind=ECONNREFUSED")
  void oneThatIsDownLeavesItsShareToAllOthers() {
    Targets targets = targets(3);
    connects(targets);
    fails(targets);
    List<String> given = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      given.add(connects(targets).toString());
    }
    assertEquals(List.of("t2:80", "t0:80", "t2:80", "t0:80"), given);
  }

  @Test
  @ExpectedLog(level = Level.WARN, containing = "target down", atLeast = 3)
  void eachIsAskedOnceAlsoIfAllAreDown() {
    Targets targets = targets(3);
    for (int n = 0; n < 2; n++) {
      Tour tour = targets.tour();
      for (int i = 0; i < 3; i++) {
        assertEquals("t" + i + ":80", tour.next(now).toString());
        tour.failed(FailureKind.CONNECT_TIMEOUT, now);
      }
      assertNull(tour.next(now));
    }
  }

  @Test
  @ExpectedLog(level = Level.WARN, containing = "target down")
  void restGrowsToItsCapWithEachProbeThatFailsAndBeginsAnewAfterASuccess() {
    Targets targets = targets(1);
    Target target = fails(targets);
    for (long rest : new long[] {1, 2, 4, 8, 16, 30, 30}) {
      now += rest * REST - 1;
      Tour early = targets.tour();
      assertEquals(State.DOWN, early.next(now).state(), "asked for want of another: no probe");
      early.failed(FailureKind.ECONNREFUSED, now);
      now++;
      Tour probe = targets.tour();
      assertEquals(State.PROBED, probe.next(now).state(), "after " + rest + " s");
      probe.failed(FailureKind.ECONNREFUSED, now);
    }
    assertSame(target, connects(targets));
    assertEquals(State.UP, target.state());
  }

  @Test
  @ExpectedLog(level = Level.WARN, containing = "target down")
  void oneClientProbesAndTheOthersAreGivenOthers() {
    Targets targets = targets(2);
    Target down = fails(targets);
    Target up = connects(targets);
    now += REST;
    Tour probe = targets.tour();
    assertSame(down, probe.next(now));
    assertSame(up, connects(targets));
    assertSame(up, connects(targets), "the probe is under way");
    probe.connected(now);
    assertEquals(State.UP, down.state());
  }

  @Test
  @ExpectedLog(level = Level.WARN, containing = "target down")
  void clientThatLeavesDuringTheProbeLeavesItToTheNext() {
    Targets targets = targets(2);
    Target down = fails(targets);
    connects(targets);
    now += REST;
    Tour probe = targets.tour();
    assertSame(down, probe.next(now));
    probe.givenUp(now);
    assertEquals(State.DOWN, down.state());
    connects(targets);
    connects(targets);
    assertEquals(State.UP, down.state(), "one of the two that came next was the probe");
  }
}
