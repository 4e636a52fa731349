package dev.millrace.dial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.Seeds;
import dev.millrace.dial.DialStage.Listener;
import dev.millrace.failure.FailureKind;
import dev.millrace.fault.FaultKind;
import dev.millrace.fault.FaultPlan;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Several calls at a time, in networks in which anything is broken and mended at any time, some of
 * them cancelled, some loops stopped: each ends once, in time, and leaves nothing behind.
 */
@Timeout(300)
class RandomNetworksTest {
  private static final int SEEDS = 2_000;

  /** One call, and what holds for it. */
  private static final class Call extends Listener {
    private final DialStage s;
    private final Duration deadline;
    private final long begun;
    private Dial dial;
    private boolean wasCancelled;
    private long toldAt = -1;

    Call(DialStage s, Duration deadline) {
      this.s = s;
      this.deadline = deadline;
      this.begun = s.world.nowNanos();
    }

    private void told() {
      assertTrue(!wasCancelled, "told after it was cancelled");
      assertEquals(-1, toldAt, "told twice");
      assertTrue(dial.state().isFinal());
      toldAt = s.world.nowNanos();
      long late = toldAt - begun - deadline.toNanos();
      assertTrue(late <= DialStage.LATE_NANOS, "late by " + Duration.ofNanos(late));
    }

    @Override
    public ConnectionHandler onConnected(Connection c) {
      told();
      return super.onConnected(c);
    }

    @Override
    public void onFailed(DialFailure why) {
      told();
      super.onFailed(why);
    }

    boolean isConnected() {
      return dial.state() == DialState.CONNECTED && record == null;
    }
  }

  private static Duration upTo(SplittableRandom random, long millis) {
    return Duration.ofNanos(random.nextLong(millis * 1_000_000));
  }

  @Test
  void eachCallEndsOnceAndLeavesNothing() throws Exception {
    Map<DialState, Integer> ends = new EnumMap<>(DialState.class);
    Map<FailureKind, Integer> kinds = new EnumMap<>(FailureKind.class);
    Seeds.each(
        SEEDS,
        random -> {
          DialStage s = new DialStage(random.nextLong());
          for (int i = random.nextInt(1, 7); i > 0; i--) {
            DialStage.Server server = random.nextBoolean() ? s.four() : s.six();
            if (random.nextInt(3) > 0) {
              server.listening();
            }
            if (random.nextInt(3) == 0) {
              server.unreachable();
              if (random.nextBoolean()) {
                s.world.schedule(upTo(random, 4_000), server.host::reconnect);
              }
            }
          }
          s.named();
          if (random.nextBoolean()) {
            s.client.faults(
                FaultPlan.none()
                    .with(FaultKind.LATENCY, 0.5)
                    .with(FaultKind.CONNECT_REFUSED, random.nextDouble(0.5))
                    .with(FaultKind.CONNECT_PENDING, random.nextDouble(0.5))
                    .with(FaultKind.CONNECT_FAILS_LATE, random.nextDouble(0.5)));
          }
          s.lookupTime = upTo(random, random.nextInt(4) == 0 ? 3_000 : 50);
          Names zone = s.names;
          s.names =
              host -> {
                switch (random.nextInt(8)) {
                  case 0 -> throw new UnknownHostException(host);
                  case 1 -> throw new IllegalStateException("provoked");
                  default -> {
                    return zone.lookUp(host);
                  }
                }
              };
          List<Call> calls = new ArrayList<>();
          for (int i = random.nextInt(1, 5); i > 0; i--) {
            Duration deadline = Duration.ofMillis(random.nextLong(1, 2_500));
            Dialer dialer =
                s.dialer()
                    .withDeadline(deadline)
                    .withAttemptDelay(Duration.ofMillis(random.nextLong(10, 400)))
                    .withFirstFamily(List.of(FirstFamily.values()).get(random.nextInt(3)));
            if (random.nextBoolean()) {
              dialer = dialer.withAttemptTimeout(Duration.ofMillis(random.nextLong(1, 900)));
            }
            Call call = new Call(s, deadline);
            calls.add(call);
            call.dial = s.dial(dialer, call);
            if (random.nextInt(3) == 0) {
              s.world.schedule(
                  upTo(random, 1_500),
                  () -> s.loop.execute(() -> call.wasCancelled = call.dial.cancel()));
            }
            s.pass(upTo(random, 300));
          }
          boolean stops = random.nextInt(5) == 0;
          if (stops) {
            s.world.schedule(upTo(random, 1_500), s.loop::stop);
          }
          s.pass(Duration.ofSeconds(5));
          if (!stops) {
            int connected = (int) calls.stream().filter(Call::isConnected).count();
            s.assertOpen(connected);
            // Nobody but those connections has a timer still.
            assertTrue(s.loop.stats().timers() <= connected);
          }
          s.close(); // asserts that no descriptor is open
          for (Call call : calls) {
            assertEquals(call.wasCancelled, call.toldAt < 0, call.dial + " " + call.events);
            ends.merge(call.dial.state(), 1, Integer::sum);
            if (call.failure != null) {
              kinds.merge(call.failure.kind(), 1, Integer::sum);
            }
          }
        });
    if (System.getProperty("millrace.seed") == null) {
      for (DialState end : List.of(DialState.CONNECTED, DialState.FAILED, DialState.CANCELLED)) {
        assertTrue(ends.getOrDefault(end, 0) > SEEDS / 20, ends.toString());
      }
      for (FailureKind kind :
          List.of(
              FailureKind.ECONNREFUSED,
              FailureKind.CONNECT_TIMEOUT,
              FailureKind.UNRESOLVED,
              FailureKind.LOOP_STOPPED)) {
        assertTrue(kinds.getOrDefault(kind, 0) > SEEDS / 100, kinds.toString());
      }
    }
  }

  /** A call is cancelled after each number of turns, until it is over by itself. */
  @Test
  void cancelledAfterEachTurn() {
    boolean wasOver = false;
    for (int turns = 0; !wasOver; turns++) {
      assertTrue(turns < 200, "it never came to an end by itself");
      try (DialStage s = new DialStage(77)) {
        s.six();
        s.four().listening().unreachable();
        s.six().listening().unreachable();
        s.four().listening();
        s.named();
        Listener heard = new Listener();
        Dial dial = s.dial(s.dialer(), heard);
        for (int i = 0; i < turns; i++) {
          s.loop.turn(Long.MAX_VALUE);
        }
        wasOver = heard.isTold();
        assertEquals(!wasOver, dial.cancel());
        assertEquals(wasOver ? DialState.CONNECTED : DialState.CANCELLED, dial.state());
        s.pass(Duration.ofSeconds(20));
        assertEquals(wasOver, heard.isTold());
        s.assertOpen(wasOver ? 1 : 0);
      }
    }
  }
}
