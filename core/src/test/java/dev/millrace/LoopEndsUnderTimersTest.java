package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.failure.FailureKind;
import dev.millrace.guard.ExpectedLog;
import dev.millrace.timer.Timer;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

/** A timer that is armed when its loop ends is told, once and last, instead of firing. */
@Timeout(60)
class LoopEndsUnderTimersTest {
  private final List<String> events = new ArrayList<>();

  private final class Told extends Timer {
    private final String name;

    Told(String name) {
      this.name = name;
    }

    @Override
    protected void onTimer() {
      events.add(name + " fired");
    }

    @Override
    protected void onAbandoned() {
      events.add(name + " abandoned");
    }
  }

  @Test
  void thoseThatAreArmedAreToldAndNoOthers() throws Exception {
    LoopFixture f = new LoopFixture();
    f.loop.turn(0);
    Told soon = new Told("soon");
    Told cancelled = new Told("cancelled");
    Told due = new Told("due");
    f.loop.schedule(due, Duration.ofMillis(1));
    f.clock.moveMillis(5);
    f.turn();
    f.loop.schedule(soon, Duration.ofMillis(1));
    f.loop.schedule(new Told("late"), Duration.ofDays(20_000));
    f.loop.schedule(cancelled, Duration.ofMillis(1));
    f.loop.cancel(cancelled);
    f.loop.schedule(Duration.ofDays(1), () -> events.add("an action ran"));
    f.close();
    assertEquals(List.of("due fired", "soon abandoned", "late abandoned"), events);
    assertFalse(soon.isScheduled());
  }

  @Test
  void theyComeBehindTheRecordsOfConnections() throws Exception {
    LoopFixture f = new LoopFixture();
    f.loop.turn(0);
    try (ServerSocket listener = new ServerSocket(0)) {
      f.loop.schedule(new Told("timer"), Duration.ofDays(1));
      LoopFixture.Recorder recorder =
          new LoopFixture.Recorder() {
            @Override
            public void onClosed(Connection c, CloseRecord record) {
              super.onClosed(c, record);
              LoopEndsUnderTimersTest.this.events.add("closed");
            }
          };
      Connector.connect(
          f.loop, LoopFixture.loopback(listener.getLocalPort()), Duration.ofSeconds(3), recorder);
      f.until("open", () -> recorder.connection != null);
      f.close();
      assertEquals(FailureKind.LOOP_STOPPED, recorder.record().kind());
      assertEquals(List.of("closed", "timer abandoned"), events);
    }
  }

  @Test
  @ExpectedLog(level = Level.ERROR, containing = "an abandoned timer threw")
  void oneThatThrowsKeepsNobodyFromBeingTold() throws Exception {
    LoopFixture f = new LoopFixture();
    f.loop.turn(0);
    f.loop.schedule(
        new Timer() {
          @Override
          protected void onTimer() {}

          @Override
          protected void onAbandoned() {
            throw new IllegalStateException("provoked");
          }
        },
        Duration.ofSeconds(1));
    f.loop.schedule(new Told("other"), Duration.ofSeconds(2));
    f.close();
    assertEquals(List.of("other abandoned"), events);
    assertTrue(f.loop.isStopped());
  }

  @Test
  void nothingCanBeBegunThere() throws Exception {
    LoopFixture f = new LoopFixture();
    f.loop.turn(0);
    f.loop.schedule(
        new Timer() {
          @Override
          protected void onTimer() {}

          @Override
          protected void onAbandoned() {
            assertThrows(
                RejectedExecutionException.class,
                () ->
                    Connector.connect(
                        f.loop,
                        LoopFixture.loopback(1),
                        Duration.ZERO,
                        new LoopFixture.Recorder()));
            assertThrows(RejectedExecutionException.class, () -> f.loop.execute(() -> {}));
            f.loop.schedule(this, Duration.ofSeconds(1)); // and is not told a second time
            events.add("told");
          }
        },
        Duration.ofSeconds(1));
    f.close();
    assertEquals(List.of("told"), events);
  }

  @Test
  void oneThatArmsOthersTakesNobodysTurn() throws Exception {
    LoopFixture f = new LoopFixture();
    f.loop.turn(0);
    Told cancelled = new Told("cancelled");
    f.loop.schedule(
        new Timer() {
          @Override
          protected void onTimer() {}

          @Override
          protected void onAbandoned() {
            f.loop.schedule(this, Duration.ofMillis(1)); // sooner than all others
            f.loop.schedule(new Told("new"), Duration.ofMillis(1));
            f.loop.cancel(cancelled);
          }
        },
        Duration.ofSeconds(1));
    f.loop.schedule(new Told("second"), Duration.ofSeconds(2));
    f.loop.schedule(cancelled, Duration.ofSeconds(3));
    f.loop.schedule(new Told("third"), Duration.ofDays(3));
    f.close();
    assertEquals(List.of("second abandoned", "third abandoned"), events);
  }

  @Test
  void aCloseElsewhereWaitsUntilTheyAreTold() throws Exception {
    LoopFixture f = new LoopFixture();
    f.loop.turn(0);
    Thread closer = new Thread(f.loop::close, "closer");
    f.loop.schedule(
        new Timer() {
          @Override
          protected void onTimer() {}

          @Override
          protected void onAbandoned() {
            assertTrue(f.loop.isStopped());
            closer.start();
            Thread.State state = closer.getState();
            while (state != Thread.State.TIMED_WAITING && state != Thread.State.TERMINATED) {
              Thread.onSpinWait();
              state = closer.getState();
            }
            events.add("closer is " + state);
          }
        },
        Duration.ofSeconds(1));
    f.close();
    closer.join();
    assertEquals(List.of("closer is TIMED_WAITING"), events);
  }
}
