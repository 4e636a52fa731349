package dev.millrace.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Limits;
import dev.millrace.SocketSettings;
import dev.millrace.Timeouts;
import dev.millrace.WriteResult;
import dev.millrace.link.Relay.Cut;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Queues that fill, receivers that pause, and peers that are gone. */
@Timeout(60)
class SlowReceiverTest {
  @Test
  void aFullQueueRefusesAndTellsWhenHalfOfItIsFree() throws IOException {
    try (Ground g = new Ground(1)) {
      g.serve().open(g.link().queue(4, 100_000));
      g.until("it is up", () -> g.link.state() == LinkState.UP);
      LinkSession session = g.links.sessions().iterator().next();
      session.pause();
      g.send("a", "b", "c", "d");
      ByteBuffer fifth = Ground.bytes("e");
      assertEquals(WriteResult.FULL, g.link.send(fifth));
      assertEquals(1, fifth.remaining(), "not moved");
      assertEquals(4, g.link.lastId());
      g.pass(Duration.ofSeconds(1));
      assertEquals(List.of(), g.got, "paused");
      assertEquals(WriteResult.FULL, g.link.send(fifth), "what is sent counts until acknowledged");
      assertEquals(4, g.link.queuedMessages());
      assertEquals(4 * 25, g.link.queuedBytes());
      session.resume();
      g.until("there is room", () -> g.told.contains("room"));
      g.send("e");
      g.link.close(Ground.LONG);
      g.until("it is closed", () -> g.report != null);
      assertEquals(List.of("1 a", "2 b", "3 c", "4 d", "5 e"), g.got);
      assertEquals(1, g.told.stream().filter("room"::equals).count());
      g.checkNothingIsLeft();
    }
  }

  @Test
  void aQueueIsFullOfBytesBeforeItIsFullOfMessages() throws IOException {
    try (Ground g = new Ground(1)) {
      g.link = g.link().queue(1_000, 1_024 + 24).maxMessageBytes(1_024).build(g.loop);
      assertEquals(WriteResult.TOO_LARGE, g.link.send(ByteBuffer.allocate(1_025)));
      assertEquals(WriteResult.ACCEPTED, g.link.send(ByteBuffer.allocate(1_024 - 24)));
      assertEquals(WriteResult.FULL, g.link.send(ByteBuffer.allocate(1)));
      assertEquals(WriteResult.ACCEPTED, g.link.send(ByteBuffer.allocate(0)));
      assertEquals(2, g.link.queuedMessages());
      g.link.close(Duration.ZERO);
      assertEquals(WriteResult.CLOSED, g.link.send(ByteBuffer.allocate(0)));
      g.until("the end", () -> g.report != null);
    }
  }

  @Test
  void aMegabyteThroughSmallQueuesArrives() throws IOException {
    try (Ground g = new Ground(1)) {
      g.host.buffers(2_000, 2_000);
      g.serve();
      int[] bytes = {0};
      g.receiver = (session, id, payload) -> bytes[0] += payload.remaining();
      g.open(g.link(g.host.address(7007)).queue(20, 100_000));
      int[] sent = {0};
      Runnable pour =
          () -> {
            while (sent[0] < 100
                && g.link.send(ByteBuffer.allocate(10_000)) == WriteResult.ACCEPTED) {
              sent[0]++;
            }
          };
      g.onTold =
          line -> {
            if (line.equals("room")) {
              pour.run();
            }
          };
      pour.run();
      g.until("all is there", () -> bytes[0] == 1_000_000);
      assertEquals(0, g.link.reconnects());
      g.link.close(Ground.LONG);
      g.until("it is closed", () -> g.report != null);
      g.checkNothingIsLeft();
    }
  }

  @Test
  void aPausedSessionGivesSignsOfLifeAndTheLinkStaysUp() throws IOException {
    try (Ground g = new Ground(1)) {
      g.serve().open(g.link().heartbeat(Duration.ofSeconds(1), 3));
      g.until("it is up", () -> g.link.state() == LinkState.UP);
      LinkSession session = g.links.sessions().iterator().next();
      session.pause();
      g.send("a");
      g.pass(Duration.ofSeconds(100));
      assertEquals(LinkState.UP, g.link.state());
      assertEquals(0, g.link.reconnects());
      assertEquals(List.of(), g.got);
      session.resume();
      g.until("a is acknowledged", () -> g.link.acknowledgedId() == 1);
      g.link.close(Ground.LONG);
      g.until("it is closed", () -> g.report != null);
      g.checkNothingIsLeft();
    }
  }

  @Test
  void aPauseHoldsOverAReconnect() throws IOException {
    try (Ground g = new Ground(1)) {
      g.serve().open(g.link().heartbeat(Duration.ofSeconds(1), 3));
      g.until("it is up", () -> g.link.state() == LinkState.UP);
      LinkSession session = g.links.sessions().iterator().next();
      session.pause();
      g.send("a");
      g.cutServersConnections();
      g.until("it is down", () -> g.link.state() != LinkState.UP);
      g.until("it is up again", () -> g.link.state() == LinkState.UP);
      g.pass(Duration.ofSeconds(20));
      assertEquals(LinkState.UP, g.link.state());
      assertEquals(List.of(), g.got);
      session.resume();
      g.until("a is acknowledged", () -> g.link.acknowledgedId() == 1);
      g.link.close(Ground.LONG);
      g.until("it is closed", () -> g.report != null);
      g.checkNothingIsLeft();
    }
  }

  @Test
  void aReceiverThatPausesInItsHandlerHasTakenThatOneAndNoMore() throws IOException {
    try (Ground g = new Ground(1)) {
      g.serve();
      g.receiver =
          (session, id, payload) -> {
            g.got.add(id + "");
            session.pause();
            g.loop.schedule(Duration.ofMillis(100), session::resume);
          };
      g.open(g.link());
      g.send("a", "b", "c");
      long begin = g.world.nowNanos();
      g.until("all is acknowledged", () -> g.link.acknowledgedId() == 3);
      assertTrue(g.world.nowNanos() - begin >= 200_000_000, "one each 100 ms");
      assertEquals(List.of("1", "2", "3"), g.got);
      assertTrue(g.told.contains("acknowledged 1"), g.told::toString);
      g.link.close(Ground.LONG);
      g.until("it is closed", () -> g.report != null);
      g.pass(Duration.ofSeconds(1));
      g.checkNothingIsLeft();
    }
  }

  @Test
  void aPeerThatIsSilentIsGivenUpAfterSoManyBeatsAndNoEarlier() throws IOException {
    try (Ground g = new Ground(1)) {
      g.serve();
      g.open(g.link().heartbeat(Duration.ofSeconds(10), 3));
      g.until("it is up", () -> g.link.state() == LinkState.UP);
      g.pass(Duration.ofSeconds(95));
      assertEquals(LinkState.UP, g.link.state());
      g.relay.cut(Cut.SILENCE, Relay.TO_LINK, g.relay.carried[Relay.TO_LINK]);
      long begin = g.world.nowNanos();
      g.until("it notices", () -> g.link.state() != LinkState.UP);
      long seconds = (g.world.nowNanos() - begin) / 1_000_000_000;
      assertTrue(seconds >= 25 && seconds <= 40, seconds + " s");
      assertTrue(g.told.contains("UP to WAITING, READ_IDLE"), g.told::toString);
      g.until("it is up again", () -> g.link.state() == LinkState.UP);
      g.link.close(Ground.LONG);
      g.until("it is closed", () -> g.report != null);
      g.checkNothingIsLeft();
    }
  }

  @Test
  void theRoundTripIsMeasuredAndSmoothed() throws IOException {
    RoundTrip trip = new RoundTrip();
    assertEquals(0, trip.smoothedNanos());
    trip.measured(800);
    assertEquals(800, trip.smoothedNanos());
    assertEquals(400, trip.variationNanos());
    trip.measured(1_600);
    assertEquals(900, trip.smoothedNanos(), "an eighth of the way");
    assertEquals(500, trip.variationNanos(), "a quarter of the way, and before the other");
    try (Ground g = new Ground(1)) {
      g.host.faults(dev.millrace.fault.FaultPlan.parse("latency=1:20ms..20ms"));
      g.serve().open(g.link(g.host.address(7007)).heartbeat(Duration.ofMillis(100), 5));
      g.pass(Duration.ofSeconds(3));
      long rtt = g.link.roundTripNanos() / 1_000_000;
      assertTrue(rtt >= 40 && rtt <= 44, rtt + " ms where 2 times 20 ms are under way");
      g.host.faults(dev.millrace.fault.FaultPlan.none());
      g.link.close(Ground.LONG);
      g.until("it is closed", () -> g.report != null);
      g.checkNothingIsLeft();
    }
  }

  @Test
  void aLinkWithAFullQueueStaysUpUnderAPausedSession() throws IOException {
    Timeouts patient = Timeouts.defaults().withWriteStall(Duration.ZERO);
    for (int bytes : new int[] {0, 1_000, Link.DEFAULT_MAX_MESSAGE_BYTES}) {
      try (Ground g = new Ground(1)) {
        g.host.buffers(20_000, 20_000);
        g.serve();
        Route route =
            Route.to(
                g.host.address(7007),
                Duration.ofSeconds(3),
                Limits.defaults(),
                patient,
                SocketSettings.defaults());
        g.link =
            Link.builder(route)
                .random(g.world.dice()::next)
                .heartbeat(Duration.ofSeconds(1), 3)
                .build(g.loop);
        g.link.open();
        int[] taken = {0};
        g.receiver = (session, id, payload) -> taken[0] += id == taken[0] + 1 ? 1 : 1_000_000;
        g.until("it is up", () -> g.link.state() == LinkState.UP);
        LinkSession session = g.links.sessions().iterator().next();
        session.pause();
        int sent = 0;
        while (g.link.send(ByteBuffer.allocate(bytes)) == WriteResult.ACCEPTED) {
          sent++;
        }
        g.pass(Duration.ofSeconds(100));
        assertEquals(0, taken[0], "paused");
        session.resume();
        int all = sent;
        g.until("all is acknowledged", () -> g.link.acknowledgedId() == all);
        assertEquals(all, taken[0]);
        assertEquals(0, g.link.reconnects(), bytes + " bytes");
        g.link.close(Ground.LONG);
        g.until("it is closed", () -> g.link.state() == LinkState.CLOSED);
        g.pass(Duration.ofSeconds(1));
        g.checkNothingIsLeft();
      }
    }
  }
}
