package dev.millrace.dial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.dial.DialStage.Listener;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.guard.ExpectedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

/** The loop ends at each point of a call, and the listener is told. */
@Timeout(60)
class LoopStopsWhileDiallingTest {
  private static void assertStopped(Listener heard) {
    assertEquals(List.of("failed"), heard.events);
    assertEquals(FailureKind.LOOP_STOPPED, heard.failure.kind());
    assertEquals(Certainty.CERTAIN, heard.failure.failure().certainty());
    assertFalse(heard.failure.isRetryable());
  }

  @Test
  void whileTheNameIsLookedUp() {
    DialStage s = new DialStage(5);
    List<Runnable> hanging = new ArrayList<>();
    s.executor = hanging::add;
    s.four().listening();
    Listener heard = new Listener();
    s.named().dial(s.dialer(), heard);
    s.close();
    assertStopped(heard);
    hanging.forEach(Runnable::run); // its answer comes to a loop that is no more
    assertEquals(1, heard.events.size());
  }

  @Test
  void beforeTheFailureOfTheLookupIsTold() {
    DialStage s = new DialStage(5);
    s.executor =
        task -> {
          throw new RejectedExecutionException("full");
        };
    Listener heard = new Listener();
    s.dial(s.dialer(), heard);
    s.loop.stop();
    s.close();
    assertEquals(1, heard.events.size());
    assertEquals(DialFailure.class, heard.failure.getClass());
  }

  @Test
  void theAnswerIsAmongTheLastTasks() {
    DialStage s = new DialStage(5);
    s.executor = Runnable::run;
    s.four().listening();
    Listener heard = new Listener();
    s.named().dial(s.dialer(), heard);
    s.close();
    assertStopped(heard);
    assertTrue(s.servers.get(0).accepted.isEmpty());
  }

  @Test
  void whileAddressesAreTried() {
    DialStage s = new DialStage(5);
    for (int i = 0; i < 5; i++) {
      s.four().listening().unreachable();
    }
    Listener heard = new Listener();
    Dial dial = s.named().dial(s.dialer(), heard);
    s.pass(Duration.ofMillis(600));
    s.close();
    assertStopped(heard);
    assertEquals(3, heard.failure.attempts().size());
    assertEquals(2, heard.failure.untried());
    heard
        .failure
        .attempts()
        .forEach(a -> assertEquals(FailureKind.LOOP_STOPPED, a.failure().kind()));
    assertEquals(DialState.FAILED, dial.state());
    assertFalse(dial.cancel());
  }

  @Test
  void afterwardsNoCallIsBegun() {
    DialStage s = new DialStage(5);
    s.four().listening();
    s.named();
    s.close();
    Listener heard = new Listener();
    assertEquals(
        "dial refused: the loop has stopped",
        assertThrows(RejectedExecutionException.class, () -> s.dial(s.dialer(), heard))
            .getMessage());
    assertThrows(
        RejectedExecutionException.class,
        () -> s.dialer().dial(s.loop, List.of(s.servers.get(0).address()), heard));
    assertEquals(0, s.lookups);
  }

  /** One that never takes no for an answer does not keep the loop from ending. */
  @Test
  @ExpectedLog(level = Level.ERROR, containing = "threw")
  void theListenerCallsAgainAndAgain() {
    for (boolean byName : new boolean[] {true, false}) {
      DialStage s = new DialStage(5);
      s.executor = task -> {};
      s.four().listening().unreachable();
      s.named();
      int[] told = new int[1];
      DialListener stubborn =
          new Listener() {
            @Override
            public void onFailed(DialFailure failure) {
              told[0]++;
              assertEquals(FailureKind.LOOP_STOPPED, failure.kind());
              begin(s, byName, this);
            }
          };
      begin(s, byName, stubborn);
      s.pass(Duration.ofMillis(100));
      s.close();
      assertTrue(told[0] >= 1 && told[0] < 100, "times " + told[0]);
    }
  }

  private static void begin(DialStage s, boolean byName, DialListener listener) {
    if (byName) {
      s.dialer().dial(s.loop, DialStage.NAME, DialStage.PORT, listener);
    } else {
      s.dialer().dial(s.loop, List.of(s.servers.get(0).address()), listener);
    }
  }
}
