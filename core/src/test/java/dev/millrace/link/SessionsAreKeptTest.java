package dev.millrace.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.guard.ExpectedLog;
import dev.millrace.link.Relay.Cut;
import dev.millrace.sim.SimPeer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

/** What the receiving side remembers, for how long, and what is said when it has forgotten. */
@Timeout(60)
class SessionsAreKeptTest {
  private static final RetryPolicy SOON =
      RetryPolicy.defaults().withWaits(Duration.ofMillis(50), Duration.ofMillis(200));

  private static List<String> lost(Ground g) {
    return g.told.stream().filter(line -> line.startsWith("lost")).toList();
  }

  /** A link that has had "a" acknowledged, and whose "b" and "c" are sent and taken, or not. */
  private static void upWithAcknowledgementsMissing(Ground g) {
    g.until("it is up", () -> g.link.state() == LinkState.UP);
    g.send("a");
    g.until("a is acknowledged", () -> g.link.acknowledgedId() == 1);
    // From here on nothing comes back, but for the reset.
    g.relay.cut(Cut.SILENCE, Relay.TO_LINK, g.relay.carried[Relay.TO_LINK]);
    g.send("b", "c");
    g.until("c has arrived", () -> g.got.size() == 3);
    assertEquals(1, g.link.acknowledgedId());
  }

  @Test
  void aServerThatIsStartedAnewOnTheSameLoopKnowsItsSessions() throws IOException {
    try (Ground g = new Ground(1)) {
      g.serve().open(g.link().retry(SOON));
      g.send("a");
      g.until("a is taken", () -> g.got.size() == 1);
      g.stopServer();
      g.until("it waits", () -> g.link.state() == LinkState.WAITING);
      g.send("b");
      g.pass(Duration.ofSeconds(2));
      g.listen();
      g.until("b is acknowledged", () -> g.link.acknowledgedId() == 2);
      g.link.close(Ground.LONG);
      g.until("it is closed", () -> g.report != null);
      assertEquals(List.of("1 a", "2 b"), g.got);
      assertEquals("NEW at 0", g.sessions.get(0));
      assertTrue(g.sessions.contains("RESUMED at 1"), g.sessions::toString);
      assertEquals(List.of(), lost(g));
      g.checkNothingIsLeft();
    }
  }

  @Test
  void aReceiverOfAnotherEpochIsToldOfAsARestart() throws IOException {
    try (Ground g = new Ground(1)) {
      g.serve().open(g.link().retry(SOON).heartbeat(Duration.ofMillis(200), 2));
      upWithAcknowledgementsMissing(g);
      g.stopServer();
      g.links.close();
      g.serve(g.links().epoch(78));
      g.until("it is acknowledged", () -> g.link.acknowledgedId() == 3);
      assertEquals(List.of("lost, RESTARTED, 2 to 3"), lost(g));
      assertEquals(List.of("1 a", "2 b", "3 c", "2 b", "3 c"), g.got);
      assertEquals(
          List.of("NEW at 0", "CLOSED at 3", "LOST at 1"), g.sessions.stream().distinct().toList());
      assertEquals(3, g.links.sessions().iterator().next().uncertainId());
      g.link.close(Ground.LONG);
      g.until("it is closed", () -> g.report != null);
      g.checkNothingIsLeft();
    }
  }

  @Test
  void aSessionThatWasAwayForTooLongIsForgottenAndBothSidesAreTold() throws IOException {
    try (Ground g = new Ground(1)) {
      g.serve(g.links().maxAge(Duration.ofSeconds(30)))
          .open(g.link().retry(SOON).heartbeat(Duration.ofMillis(200), 2));
      upWithAcknowledgementsMissing(g);
      g.stopServer();
      g.pass(Duration.ofSeconds(29));
      assertEquals(List.of("NEW at 0"), g.sessions);
      g.pass(Duration.ofSeconds(2));
      assertEquals(List.of("NEW at 0", "AGED at 3"), g.sessions);
      assertEquals(0, g.links.sessions().size());
      g.listen();
      g.until("it is acknowledged", () -> g.link.acknowledgedId() == 3);
      assertEquals(List.of("lost, EVICTED, 2 to 3"), lost(g));
      g.link.close(Ground.LONG);
      g.until("it is closed", () -> g.report != null);
      g.checkNothingIsLeft();
    }
  }

  @Test
  void whoIsConnectedIsNotCrowdedOutAndWhoFindsNoPlaceTriesAgain() throws IOException {
    try (Ground g = new Ground(1)) {
      g.serve(g.links().maxSessions(2));
      List<Link> links = new ArrayList<>();
      List<String> told = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        int number = i;
        Link link =
            g.link()
                .retry(SOON)
                .listener(
                    new LinkListener() {
                      @Override
                      public void onTransition(Link of, LinkTransition t) {
                        told.add(number + " " + t.to() + " " + t.kind());
                      }
                    })
                .build(g.loop);
        link.open();
        links.add(link);
        g.pass(Duration.ofMillis(20));
      }
      assertEquals(LinkState.UP, links.get(0).state());
      assertEquals(LinkState.UP, links.get(1).state());
      g.pass(Duration.ofSeconds(3));
      assertTrue(told.contains("2 WAITING CONNECTION_CAP"), told::toString);
      assertEquals(2, g.links.sessions().size());
      // Without a good-bye: the session stays, but it has no connection, and gives way.
      links.get(0).send(Ground.bytes("x"));
      links.get(0).close(Duration.ZERO);
      g.until("the third is up", () -> links.get(2).state() == LinkState.UP);
      assertTrue(
          g.sessions.stream().anyMatch(s -> s.startsWith("CROWDED_OUT")), g.sessions::toString);
      assertEquals(LinkState.UP, links.get(1).state());
      links.forEach(link -> link.close(Duration.ofSeconds(1)));
      g.until("all are closed", () -> links.stream().allMatch(l -> l.state() == LinkState.CLOSED));
      g.settle();
      assertEquals(0, g.links.sessions().size(), "forgotten at their good-byes");
      g.checkNothingIsLeft();
    }
  }

  @Test
  void aLinkWhoseMessagesMayBeTooLongIsToldSoAndGivesUp() throws IOException {
    try (Ground g = new Ground(1)) {
      g.serve(g.links().maxMessageBytes(100)).open(g.link().maxMessageBytes(101));
      g.until("the end", () -> g.report != null);
      assertEquals("the receiver takes messages of up to 100 bytes", g.report.reason());
      assertEquals(1, g.relay.connections);
      g.checkNothingIsLeft();
    }
  }

  @Test
  @ExpectedLog(level = Level.ERROR, containing = "handler threw")
  void aServerThatKeepsLessThanAMessageSaysSo() throws IOException {
    try (Ground g = new Ground(1)) {
      g.serve(g.links().maxMessageBytes(1 << 20));
      g.open(g.link().retry(SOON.withAttempts(1)));
      g.until("the end", () -> g.report != null);
      g.checkNothingIsLeft();
    }
  }

  @Test
  void whoSaysNothingIsSentAwayInTime() throws IOException {
    try (Ground g = new Ground(1)) {
      g.serve(g.links().greetingTimeout(Duration.ofSeconds(4)));
      SimPeer silent = g.world.host("stranger").peer().connect(g.host.address(7007)).awaitEnd();
      g.pass(Duration.ofMillis(3_900));
      assertEquals(SimPeer.End.OPEN, silent.end());
      g.pass(Duration.ofMillis(200));
      assertEquals(SimPeer.End.RESET, silent.end());
      assertEquals(List.of(), g.sessions);
      g.checkNothingIsLeft();
    }
  }

  @Test
  void whoSpeaksAnotherProtocolIsSentAwayAtOnce() throws IOException {
    try (Ground g = new Ground(1)) {
      g.serve();
      SimPeer stranger =
          g.world.host("stranger").peer().connect(g.host.address(7007)).send("GET / HTTP/1.1\r\n");
      g.settle();
      assertEquals(SimPeer.End.RESET, stranger.end());
      g.checkNothingIsLeft();
    }
  }

  @Test
  void aClosedReceiverTakesNobody() throws IOException {
    try (Ground g = new Ground(1)) {
      g.serve();
      g.links.close();
      g.links.close();
      g.open(g.link().retry(SOON));
      g.pass(Duration.ofSeconds(3));
      assertTrue(g.relay.connections > 3, g.relay.connections + " connections");
      assertEquals(List.of(), g.sessions);
      assertEquals(0, g.links.sessions().size());
      g.link.close(Duration.ZERO);
      g.until("the end", () -> g.report != null);
      g.checkNothingIsLeft();
    }
  }

  @Test
  @ExpectedLog(level = Level.ERROR, containing = "handler threw", atLeast = 2)
  void aMessageWhoseHandlerThrowsIsOfferedAgainUntilItIsTaken() throws IOException {
    try (Ground g = new Ground(1)) {
      int[] throwsLeft = {3};
      g.serve();
      LinkReceiver taking = g.receiver;
      g.receiver =
          (session, id, payload) -> {
            if (id == 2 && throwsLeft[0]-- > 0) {
              throw new IllegalStateException("not yet");
            }
            taking.onMessage(session, id, payload);
          };
      g.open(g.link().retry(SOON));
      g.send("a", "b", "c");
      g.until("all is acknowledged", () -> g.link.acknowledgedId() == 3);
      assertEquals(List.of("1 a", "2 b", "3 c"), g.got);
      assertEquals(3, g.link.reconnects());
      g.link.close(Ground.LONG);
      g.until("it is closed", () -> g.report != null);
      g.checkNothingIsLeft();
    }
  }

  @Test
  void aReceiverThatThrowsAtTheEndOfASessionKeepsNoOtherFromEnding() throws IOException {
    try (Ground g = new Ground(1)) {
      List<String> ends = new ArrayList<>();
      LinkReceiver receiver =
          new LinkReceiver() {
            @Override
            public void onMessage(LinkSession session, long id, ByteBuffer payload) {
              ends.add("a message behind the end");
            }

            @Override
            public void onSessionEnd(LinkSession session, SessionEnd end) {
              ends.add(end.toString());
              throw new IllegalStateException("provoked " + ends.size());
            }
          };
      g.serve(LinkServer.builder(receiver)).open(g.link(g.host.address(7007)));
      Link other = g.link(g.host.address(7007)).listener(new LinkListener() {}).build(g.loop);
      other.open();
      g.until(
          "both are up", () -> g.link.state() == LinkState.UP && other.state() == g.link.state());
      g.send("late");
      IllegalStateException thrown =
          assertThrows(IllegalStateException.class, () -> g.links.close());
      assertEquals("provoked 1", thrown.getMessage());
      assertEquals("provoked 2", thrown.getSuppressed()[0].getMessage());
      assertEquals(0, g.links.sessions().size());
      g.until(
          "both are cut", () -> !(g.link.state() == LinkState.UP || other.state() == LinkState.UP));
      g.pass(Duration.ofSeconds(1));
      assertEquals(List.of("CLOSED", "CLOSED"), ends);
      g.link.close(Duration.ZERO);
      other.close(Duration.ZERO);
      g.settle();
      g.checkNothingIsLeft();
    }
  }

  @Test
  void closedWhileASessionMakesRoomForAnotherThatOneDoesNotBegin() throws IOException {
    try (Ground g = new Ground(1)) {
      g.serve(g.links().maxSessions(1)).open(g.link(g.host.address(7007)));
      LinkReceiver closing =
          new LinkReceiver() {
            @Override
            public void onMessage(LinkSession session, long id, ByteBuffer payload) {}

            @Override
            public void onSession(LinkSession session, SessionStart start) {
              g.sessions.add("began");
            }

            @Override
            public void onSessionEnd(LinkSession session, SessionEnd end) {
              g.links.close();
            }
          };
      g.receiver = closing;
      g.until("it is up", () -> g.link.state() == LinkState.UP);
      g.link.close(Duration.ZERO);
      g.until("it is closed", () -> g.report != null);
      g.pass(Duration.ofSeconds(1));
      assertFalse(g.links.sessions().iterator().next().isConnected(), "cut, without a good-bye");
      Link other = g.link(g.host.address(7007)).listener(new LinkListener() {}).build(g.loop);
      other.open();
      g.pass(Duration.ofSeconds(1));
      assertEquals(0, g.links.sessions().size(), g.sessions::toString);
      other.close(Duration.ZERO);
      g.settle();
      g.checkNothingIsLeft();
    }
  }
}
