package dev.millrace.dial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.dial.DialStage.Listener;
import dev.millrace.guard.ExpectedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

/** What the callbacks throw, and that they may call again. */
@Timeout(60)
class ListenerMisbehavesTest {
  private final DialStage s = new DialStage(4);

  @Test
  @ExpectedLog(level = Level.ERROR, containing = "handler threw")
  void onConnectedThrows() {
    try (s) {
      s.four().listening();
      s.named();
      List<String> events = new ArrayList<>();
      DialListener listener =
          new DialListener() {
            @Override
            public ConnectionHandler onConnected(Connection connection) {
              events.add("connected");
              throw new IllegalStateException("provoked");
            }

            @Override
            public void onFailed(DialFailure failure) {
              events.add("failed");
            }
          };
      Dial dial = s.dialer().dial(s.loop, DialStage.NAME, DialStage.PORT, listener);
      s.pass(Duration.ofSeconds(20));
      assertEquals(List.of("connected"), events);
      assertEquals(DialState.CONNECTED, dial.state());
      assertEquals(1, s.servers.get(0).accepted.size());
      assertTrue(s.servers.get(0).accepted.get(0).isDone());
      s.assertOpen(0);
    }
  }

  @Test
  @ExpectedLog(level = Level.ERROR, containing = "handler threw")
  void onConnectedHasNoHandler() {
    try (s) {
      s.four().listening();
      s.named();
      List<DialFailure> failures = new ArrayList<>();
      DialListener listener =
          new DialListener() {
            @Override
            public ConnectionHandler onConnected(Connection connection) {
              return null;
            }

            @Override
            public void onFailed(DialFailure failure) {
              failures.add(failure);
            }
          };
      s.dialer().dial(s.loop, DialStage.NAME, DialStage.PORT, listener);
      s.pass(Duration.ofSeconds(20));
      assertEquals(List.of(), failures);
      s.assertOpen(0);
    }
  }

  private static final class Thrower implements DialListener {
    int told;

    @Override
    public ConnectionHandler onConnected(Connection connection) {
      throw new AssertionError("nobody listens");
    }

    @Override
    public void onFailed(DialFailure failure) {
      told++;
      throw new IllegalStateException("provoked");
    }
  }

  @Test
  @ExpectedLog(level = Level.ERROR, containing = "threw")
  void onFailedThrows() {
    try (s) {
      Thrower unknown = new Thrower(); // told in a task
      s.dialer().dial(s.loop, "unknown.example", DialStage.PORT, unknown);
      Thrower refused = new Thrower(); // told in the end of the last attempt
      s.four();
      s.named().dialer().dial(s.loop, DialStage.NAME, DialStage.PORT, refused);
      Thrower late = new Thrower(); // told by a timer
      DialStage.Server silent = s.four().unreachable();
      s.dialer().dial(s.loop, List.of(silent.address()), late);
      s.pass(Duration.ofSeconds(20));
      assertEquals(List.of(1, 1, 1), List.of(unknown.told, refused.told, late.told));
      s.assertOpen(0);
    }
  }

  @Test
  void callsAgainFromWithin() {
    try (s) {
      s.four();
      s.named();
      int[] calls = new int[1];
      Listener last = new Listener();
      last.inCall = false;
      DialListener again =
          new DialListener() {
            @Override
            public ConnectionHandler onConnected(Connection connection) {
              throw new AssertionError("nobody listens");
            }

            @Override
            public void onFailed(DialFailure failure) {
              if (++calls[0] < 1_000) {
                // By turns with a look-up and without.
                if (calls[0] % 2 == 0) {
                  s.dialer().dial(s.loop, DialStage.NAME, DialStage.PORT, this);
                } else {
                  s.dialer().dial(s.loop, List.of(s.servers.get(0).address()), this);
                }
              } else {
                s.dialer().dial(s.loop, List.of(s.servers.get(0).address()), last);
              }
            }
          };
      s.dialer().dial(s.loop, DialStage.NAME, DialStage.PORT, again);
      assertTrue(s.world.run(s.loop, last::isTold));
      assertEquals(1_000, calls[0]);
      assertEquals(List.of("failed"), last.events);
      s.assertOpen(0);
    }
  }
}
