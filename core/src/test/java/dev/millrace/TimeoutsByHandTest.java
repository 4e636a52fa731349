package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.failure.FailureKind;
import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Time-outs, with a clock that only the test moves. */
@Timeout(60)
class TimeoutsByHandTest {
  private static final Timeouts OFF =
      new Timeouts(
          Duration.ZERO,
          Duration.ZERO,
          Duration.ZERO,
          Duration.ZERO,
          Duration.ZERO,
          Duration.ZERO,
          Duration.ZERO);

  private static final Duration T = Duration.ofSeconds(10);

  /** More than the rounding of the wheel, which is about a millisecond. */
  private static final Duration A_LITTLE = Duration.ofMillis(3);

  private static EndingFixture with(Timeouts timeouts) throws IOException {
    EndingFixture f = new EndingFixture();
    f.timeouts = timeouts;
    f.limits = f.limits.withHighWaterBytes(1 << 20);
    return f;
  }

  /** Nothing a millisecond before the time-out, and the end a little after it. */
  private static CloseRecord endsAfter(EndingFixture f, EndingFixture.Peer peer, Duration timeout)
      throws IOException {
    f.pass(timeout.minusMillis(1));
    assertEquals(ConnectionState.OPEN, openOrEnded(peer));
    f.pass(A_LITTLE);
    assertEquals("FIN", peer.readToEnd());
    peer.channel.close();
    CloseRecord record = peer.record();
    assertEquals(EndedBy.TIMER, record.endedBy());
    return record;
  }

  private static ConnectionState openOrEnded(EndingFixture.Peer peer) {
    assertNull(peer.recorder.record);
    ConnectionState state = peer.recorder.connection.state();
    return state == ConnectionState.ENDED_OPEN ? ConnectionState.OPEN : state;
  }

  @Test
  void readIdleEndsWithACleanFin() throws IOException {
    try (EndingFixture f = with(OFF.withReadIdle(T))) {
      var peer = f.connect();
      CloseRecord record = endsAfter(f, peer, T);
      assertEquals(FailureKind.READ_IDLE, record.kind());
      assertEquals(ConnectionState.OPEN, record.state());
      assertEquals(List.of("onOpen", "onClosed"), peer.recorder.events);
    }
  }

  @Test
  void aByteNowAndThenIsNotIdleAndMovesNoTimer() throws IOException {
    try (EndingFixture f = with(OFF.withReadIdle(T))) {
      var peer = f.connect();
      long armed = f.armedFor(peer.recorder.connection);
      for (int i = 0; i < 9; i++) {
        f.pass(Duration.ofSeconds(1));
        peer.send("x");
        f.turnUntil("heard", () -> peer.recorder.input.size() > 0);
        assertEquals(armed, f.armedFor(peer.recorder.connection), "moved by a byte");
        peer.recorder.input.reset();
      }
      f.pass(Duration.ofSeconds(1).plus(A_LITTLE)); // fires, and is armed for the rest
      assertTrue(f.armedFor(peer.recorder.connection) - armed >= Duration.ofSeconds(8).toNanos());
      assertEquals(1, f.timersArmed());
      endsAfter(f, peer, Duration.ofSeconds(9).minus(A_LITTLE));
    }
  }

  @Test
  void whoeverReadsASlowAnswerIsNotIdle() throws IOException {
    try (EndingFixture f = with(OFF.withReadIdle(T))) {
      var peer = f.connect();
      f.fill(peer.recorder);
      f.pass(T.multipliedBy(10));
      assertEquals(ConnectionState.OPEN, openOrEnded(peer));
      peer.readUntil(Math.toIntExact(peer.recorder.accepted));
      f.turns(3);
      // From here on nothing is pending: idle begins when the answer is out.
      assertEquals(FailureKind.READ_IDLE, endsAfter(f, peer, T).kind());
    }
  }

  @Test
  void pausedIsNotIdle() throws IOException {
    try (EndingFixture f = with(OFF.withReadIdle(T))) {
      var peer = f.connect();
      peer.recorder.connection.pauseReading();
      f.turns(2);
      assertEquals(0, f.timersArmed());
      f.pass(T.multipliedBy(10));
      assertEquals(ConnectionState.OPEN, openOrEnded(peer));
      peer.recorder.connection.resumeReading();
      f.turns(2);
      assertEquals(FailureKind.READ_IDLE, endsAfter(f, peer, T).kind());
    }
  }

  @Test
  void endedInputIsNotIdle() throws IOException {
    try (EndingFixture f = with(OFF.withReadIdle(T))) {
      f.script(r -> r.onInputEnd = x -> {});
      var peer = f.connect().fin();
      f.turnUntil("the FIN", () -> peer.recorder.inputEnded);
      f.turns(2);
      assertEquals(0, f.timersArmed());
      f.pass(T.multipliedBy(10));
      assertEquals(ConnectionState.ENDED_OPEN, peer.recorder.connection.state());
    }
  }

  @Test
  void aPeerThatTakesNothingStallsTheWriter() throws IOException {
    try (EndingFixture f = with(OFF.withWriteStall(T))) {
      var peer = f.connect();
      long queued = f.fill(peer.recorder);
      f.pass(T.minusMillis(1));
      assertEquals(ConnectionState.OPEN, openOrEnded(peer));
      f.pass(A_LITTLE);
      CloseRecord record = peer.record();
      assertEquals(FailureKind.WRITE_STALL, record.kind());
      assertEquals(queued, record.bytesUnsent());
      f.turns(2);
      assertEquals("RESET", peer.readToEnd());
    }
  }

  /**
   * With the kernel's own buffers, which are large: the selector says that there is room when a
   * third of them is free, and until then the time-out would pass again and again.
   */
  @Test
  void aSteadyReaderOfLargeBuffersDoesNotStallThoughTheSelectorIsSilent() throws IOException {
    // That one who takes nothing at all is cut is shown elsewhere.
    for (boolean closing : new boolean[] {false, true}) {
      try (EndingFixture f = with(OFF.withWriteStall(T).withDrain(T))) {
        var peer = f.connect();
        f.fill(peer.recorder);
        peer.recorder.write(8 << 20); // so that there is always more than the kernel takes
        if (closing) {
          peer.recorder.connection.close();
        }
        f.turns(2);
        int silent = 0;
        for (int i = 0; i < 5; i++) {
          long queued = peer.recorder.connection.queuedBytes();
          int wanted = peer.got.size() + (300 << 10);
          for (int n = 0; n < 100_000 && peer.got.size() < wanted; n++) {
            peer.readSome(wanted - peer.got.size());
          }
          f.turns(2);
          silent += peer.recorder.connection.queuedBytes() == queued ? 1 : 0;
          f.pass(T.plus(A_LITTLE));
          assertNull(peer.recorder.record, "cut in round " + i);
        }
        assertTrue(silent > 0, "the selector said it each time: nothing was shown");
      }
    }
  }

  /** Progress is what the kernel takes; it need not be much, and it need not be often. */
  @Test
  void aSlowButSteadyReaderDoesNotStall() throws IOException {
    try (EndingFixture f = with(OFF.withWriteStall(T))) {
      f.socketSettings = f.socketSettings.withSendBufferBytes(4096);
      var peer = f.connect(4096);
      f.fill(peer.recorder);
      for (int i = 0; i < 20; i++) {
        f.pass(T.minusSeconds(1));
        assertEquals(ConnectionState.OPEN, openOrEnded(peer));
        long queued = peer.recorder.connection.queuedBytes();
        assertTrue(queued > 0);
        f.turnUntil(
            "a little is taken",
            () -> {
              if (peer.recorder.connection.queuedBytes() == queued) {
                peer.readSome(64);
              }
              return peer.recorder.connection.queuedBytes() < queued;
            });
        peer.recorder.write(4096);
      }
      f.pass(T.plus(A_LITTLE));
      assertEquals(FailureKind.WRITE_STALL, peer.record().kind());
    }
  }

  @Test
  void pausedForTooLong() throws IOException {
    try (EndingFixture f = with(OFF.withPaused(T))) {
      f.script(r -> r.onOpen = x -> x.connection.pauseReading());
      var peer = f.connect();
      assertEquals(FailureKind.PAUSED_TIMEOUT, endsAfter(f, peer, T).kind());
    }
  }

  @Test
  void pausedAgainAndAgain() throws IOException {
    try (EndingFixture f = with(OFF.withPaused(T))) {
      var peer = f.connect();
      for (int i = 0; i < 5; i++) {
        peer.recorder.connection.pauseReading();
        f.pass(T.minusSeconds(1));
        peer.recorder.connection.resumeReading();
        f.pass(T.minusSeconds(1));
      }
      assertEquals(ConnectionState.OPEN, openOrEnded(peer));
    }
  }

  @Test
  void halfClosedForTooLong() throws IOException {
    try (EndingFixture f = with(OFF.withHalfClosed(T))) {
      f.script(r -> r.onInputEnd = x -> {});
      var peer = f.connect().fin();
      f.turnUntil("the FIN", () -> peer.recorder.inputEnded);
      assertEquals(FailureKind.HALF_CLOSED_TIMEOUT, endsAfter(f, peer, T).kind());
    }
  }

  @Test
  void halfClosedWithAnAnswerPendingWaitsForIt() throws IOException {
    try (EndingFixture f = with(OFF.withHalfClosed(T))) {
      f.script(r -> r.onInputEnd = x -> {});
      var peer = f.connect();
      f.fill(peer.recorder);
      peer.fin();
      f.turnUntil("the FIN", () -> peer.recorder.inputEnded);
      f.pass(T.multipliedBy(3));
      assertEquals(ConnectionState.OPEN, openOrEnded(peer));
      peer.readUntil(Math.toIntExact(peer.recorder.accepted));
      f.turns(2);
      assertEquals(FailureKind.HALF_CLOSED_TIMEOUT, endsAfter(f, peer, T).kind());
    }
  }

  @Test
  void lifetimeEndsAlsoABusyOne() throws IOException {
    try (EndingFixture f = with(OFF.withLifetime(T))) {
      var peer = f.connect();
      for (int i = 0; i < 4; i++) {
        f.pass(Duration.ofSeconds(2));
        peer.send("x");
      }
      CloseRecord record = endsAfter(f, peer, Duration.ofSeconds(2));
      assertEquals(FailureKind.LIFETIME, record.kind());
      assertEquals(4, record.bytesReceived());
    }
  }

  @Test
  void theHandlersOwnDeadline() throws IOException {
    try (EndingFixture f = with(OFF)) {
      var peer = f.connect();
      peer.recorder.connection.deadline(T.multipliedBy(2));
      f.turns(2);
      peer.recorder.connection.deadline(T); // in place of the first
      f.turns(2);
      assertEquals(1, f.timersArmed());
      assertEquals(FailureKind.DEADLINE, endsAfter(f, peer, T).kind());
    }
  }

  @Test
  void theHandlersOwnDeadlineMovedFartherAndCleared() throws IOException {
    try (EndingFixture f = with(OFF)) {
      var peer = f.connect();
      peer.recorder.connection.deadline(T);
      f.turns(2);
      peer.recorder.connection.deadline(T.multipliedBy(2));
      f.pass(T.plus(A_LITTLE));
      assertEquals(ConnectionState.OPEN, openOrEnded(peer));
      peer.recorder.connection.deadline(Duration.ZERO);
      f.pass(T.multipliedBy(10));
      assertEquals(ConnectionState.OPEN, openOrEnded(peer));
      assertEquals(0, f.timersArmed());
    }
  }

  @Test
  void eachIsSwitchedOffByZero() throws IOException {
    try (EndingFixture f = with(OFF)) {
      f.script(r -> r.onInputEnd = x -> {});
      var idle = f.connect();
      var paused = f.connect();
      paused.recorder.connection.pauseReading();
      var halfClosed = f.connect().fin();
      var stalled = f.connect();
      f.fill(stalled.recorder);
      var draining = f.connect();
      f.fill(draining.recorder);
      draining.recorder.connection.close();
      var lingering = f.connect();
      lingering.recorder.connection.close();
      f.turns(5);
      assertEquals(0, f.timersArmed());
      f.pass(Duration.ofDays(36_500));
      List<ConnectionState> states = new ArrayList<>();
      for (var peer : List.of(idle, paused, halfClosed, stalled, draining, lingering)) {
        states.add(peer.recorder.connection.state());
      }
      assertEquals(
          List.of(
              ConnectionState.OPEN,
              ConnectionState.OPEN,
              ConnectionState.ENDED_OPEN,
              ConnectionState.OPEN,
              ConnectionState.OPEN_DRAINING,
              ConnectionState.OPEN_LINGERING),
          states);
    }
  }

  @Test
  void aConnectionHasOneTimerAndNoneAfterItsEnd() throws IOException {
    try (EndingFixture f = with(Timeouts.defaults().withLifetime(Duration.ofHours(1)))) {
      List<EndingFixture.Peer> peers = new ArrayList<>();
      for (int i = 1; i <= 10; i++) {
        var peer = f.connect();
        peer.recorder.connection.deadline(T);
        peer.send("x");
        peers.add(peer);
        f.turns(2);
        assertEquals(i, f.timersArmed());
      }
      for (int i = 0; i < 10; i++) {
        var peer = peers.get(i);
        if (i % 2 == 0) {
          peer.rst();
        } else {
          peer.recorder.connection.abort();
        }
        peer.record();
        assertEquals(9 - i, f.timersArmed());
      }
    }
  }

  /**
   * With a true clock, as the poll sleeps in true time: what is counted is how often it returns,
   * not how long it takes. A tick of whatever length would return more often.
   */
  @Test
  void idleConnectionsDoNotWakeTheLoop() throws IOException {
    try (EventLoop loop =
        new EventLoop(
            SelectorProvider.provider(),
            System::nanoTime,
            LoopOptions.defaults().withFailureTexts(EndingFixture.TEXTS))) {
      loop.turn(0);
      List<Connection> opened = new ArrayList<>();
      Server server =
          Server.builder()
              .loop(loop)
              .listen("127.0.0.1", 0)
              .handler(
                  () ->
                      new ConnectionHandler() {
                        @Override
                        public void onOpen(Connection connection) {
                          opened.add(connection);
                        }

                        @Override
                        public void onData(Connection connection, java.nio.ByteBuffer data) {}
                      })
              .start();
      List<java.nio.channels.SocketChannel> peers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        peers.add(java.nio.channels.SocketChannel.open(server.addresses().get(0)));
      }
      for (int i = 0; i < 1000 && opened.size() < 50; i++) {
        loop.turn(1_000_000);
      }
      assertEquals(50, opened.size());
      while (loop.turn(0)) {}
      boolean[] fired = new boolean[1];
      loop.schedule(Duration.ofMillis(400), () -> fired[0] = true);
      int turns = 0;
      while (!fired[0]) {
        loop.turn(Long.MAX_VALUE);
        turns++;
      }
      // One for the timer, and one for each coarse slot of the wheel that the time entered with a
      // timer in it: the connections' are all in the same few.
      assertTrue(turns <= 6, "the loop woke up " + turns + " times for one timer");
      for (var peer : peers) {
        peer.close();
      }
    }
  }
}
