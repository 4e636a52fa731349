package dev.millrace.dial;

import static dev.millrace.dial.DialStage.PORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.dial.DialStage.Listener;
import dev.millrace.dial.DialStage.Server;
import dev.millrace.failure.FailureKind;
import dev.millrace.sim.SimPeer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two attempts are answered before the loop looks: one poll has both. Which one comes first is the
 * kernel's choice, so here it is drawn.
 */
@Timeout(60)
class SeveralConnectAtOnceTest {
  private static final int SEEDS = 40;

  /** Both attempts are under way, and both are answered while the loop does not turn. */
  private static Dial answeredTogether(DialStage s, DialListener listener) {
    Server first = s.six();
    Server second = s.four();
    for (Server server : List.of(first, second)) {
      server.host.listen(
          PORT,
          peer -> {
            server.accepted.add(peer);
            peer.send("hi");
          });
      server.unreachable();
    }
    s.named();
    Dial dial = s.dialer().dial(s.loop, DialStage.NAME, PORT, listener);
    if (listener instanceof Listener heard) {
      heard.inCall = false;
    }
    s.pass(Duration.ofMillis(500));
    assertEquals(2 + DialStage.IDLE_DESCRIPTORS, s.client.openDescriptors());
    first.host.reconnect();
    second.host.reconnect();
    // The SYNs are repeated after a second each.
    s.world.run(() -> !first.accepted.isEmpty() && !second.accepted.isEmpty());
    return dial;
  }

  @Test
  void oneWinsAndTheOtherIsReset() {
    Set<Integer> winners = new HashSet<>();
    for (int seed = 1; seed <= SEEDS; seed++) {
      try (DialStage s = new DialStage(seed)) {
        Listener heard = new Listener();
        Dial dial = answeredTogether(s, heard);
        s.pass(Duration.ofMillis(100));
        assertEquals(List.of("connected", "open", "hi"), heard.events, "seed " + seed);
        assertEquals(DialState.CONNECTED, dial.state());
        s.assertOpen(1);
        for (int i = 0; i < 2; i++) {
          Server server = s.servers.get(i);
          boolean isWinner = server.address().equals(heard.connection.remoteAddress());
          SimPeer.End end = server.accepted.get(0).end();
          assertEquals(isWinner ? SimPeer.End.OPEN : SimPeer.End.RESET, end, "seed " + seed);
          if (isWinner) {
            winners.add(i);
          }
        }
        heard.connection.close();
        s.pass(Duration.ofSeconds(1));
        assertEquals("closed", heard.events.get(heard.events.size() - 1));
        s.assertOpen(0);
      }
    }
    assertEquals(Set.of(0, 1), winners);
  }

  @Test
  void cancelledBetweenTheAnswersAndTheTurn() {
    for (int seed = 1; seed <= SEEDS; seed++) {
      try (DialStage s = new DialStage(seed)) {
        Listener heard = new Listener();
        Dial dial = answeredTogether(s, heard);
        assertTrue(dial.cancel());
        s.pass(Duration.ofMillis(100));
        assertEquals(List.of(), heard.events);
        s.assertOpen(0);
        for (Server server : s.servers) {
          assertEquals(SimPeer.End.RESET, server.accepted.get(0).end());
        }
      }
    }
  }

  /** A task of the same turn, behind the poll in which a connect was seen to be done. */
  @Test
  void cancelledInTheTurnOfTheAnswer() {
    for (int seed = 1; seed <= SEEDS; seed++) {
      try (DialStage s = new DialStage(seed)) {
        Listener heard = new Listener();
        Dial dial = answeredTogether(s, heard);
        boolean[] wasInTime = new boolean[1];
        s.loop.execute(() -> wasInTime[0] = dial.cancel());
        s.pass(Duration.ofMillis(100));
        assertEquals(!wasInTime[0], heard.isTold());
        s.assertOpen(wasInTime[0] ? 0 : 1);
      }
    }
  }

  @Test
  void theListenerCancelsInTheMiddleOfIt() {
    try (DialStage s = new DialStage(3)) {
      Dial[] dial = new Dial[1];
      Listener heard =
          new Listener() {
            @Override
            public dev.millrace.ConnectionHandler onConnected(dev.millrace.Connection c) {
              assertFalse(dial[0].cancel(), "too late");
              assertEquals(DialState.CONNECTED, dial[0].state());
              return super.onConnected(c);
            }
          };
      // The dial is known before the listener is called, since nothing is told inside the call.
      dial[0] = answeredTogether(s, heard);
      s.pass(Duration.ofMillis(100));
      assertEquals(List.of("connected", "open", "hi"), heard.events);
      assertFalse(dial[0].cancel());
      s.assertOpen(1);
    }
  }

  @Test
  void theLoopStopsBetweenTheAnswersAndTheTurn() {
    for (int seed = 1; seed <= SEEDS; seed++) {
      DialStage s = new DialStage(seed);
      Listener heard = new Listener();
      Dial dial = answeredTogether(s, heard);
      s.loop.stop();
      s.close();
      if (dial.state() == DialState.CONNECTED) {
        assertEquals("closed", heard.events.get(heard.events.size() - 1), heard.events.toString());
        assertEquals(FailureKind.LOOP_STOPPED, heard.record.kind());
      } else {
        assertEquals(List.of("failed"), heard.events);
        assertEquals(FailureKind.LOOP_STOPPED, heard.failure.kind());
      }
    }
  }
}
