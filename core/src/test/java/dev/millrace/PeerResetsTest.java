package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The peer resets, or is gone when we write, over the loopback. */
@Timeout(60)
class PeerResetsTest {
  private static void assertFailure(
      CloseRecord record, FailureKind kind, Certainty certainty, Operation operation) {
    assertEquals(
        List.of(kind, certainty, operation),
        List.of(record.kind(), record.certainty(), record.operation()),
        record::toString);
  }

  @Test
  void whileIdle() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      var peer = f.connect().rst();
      CloseRecord record = peer.record();
      assertFailure(record, FailureKind.ECONNRESET, Certainty.CERTAIN, Operation.READ);
      assertEquals(EndedBy.PEER, record.endedBy());
      assertEquals(ConnectionState.OPEN, record.state());
      assertEquals(List.of("onOpen", "onClosed"), peer.recorder.events);
      assertTrue(record.cause() instanceof java.net.SocketException);
    }
  }

  @Test
  void whileOutputIsQueued() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.limits = f.limits.withHighWaterBytes(1 << 20);
      var peer = f.connect();
      long queued = f.fill(peer.recorder);
      peer.recorder.write(10, (r, ok) -> {});
      peer.rst();
      CloseRecord record = peer.record();
      assertFailure(record, FailureKind.ECONNRESET, Certainty.CERTAIN, Operation.READ);
      assertEquals(queued + 10, record.bytesUnsent());
      assertEquals(1, record.writesFailed());
      assertEquals(List.of("onOpen", "completion false", "onClosed"), peer.recorder.events);
    }
  }

  /** Above the high water mark nothing is read, so the write is what finds it. */
  @Test
  void whileOutputIsQueuedAboveTheHighWaterMark() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.limits = f.limits.withLowWaterBytes(0).withHighWaterBytes(1);
      var peer = f.connect();
      long queued = f.fill(peer.recorder);
      peer.rst();
      CloseRecord record = peer.record();
      assertFailure(record, FailureKind.ECONNRESET, Certainty.BY_TEXT, Operation.WRITE);
      assertEquals(queued, record.bytesUnsent());
      assertEquals(EndedBy.PEER, record.endedBy());
    }
  }

  @Test
  void fiveBytesThenReset() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      var peer = f.connect().send("hello").rst();
      CloseRecord record = peer.record();
      assertFailure(record, FailureKind.ECONNRESET, Certainty.CERTAIN, Operation.READ);
      assertEquals("hello", peer.recorder.text());
      assertEquals(List.of("onOpen", "onData", "onClosed"), peer.recorder.events);
      assertEquals(5, record.bytesReceived());
    }
  }

  @Test
  void fiveBytesThenResetWhileTheHandlerAnswersThem() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.script(
          r ->
              r.onData =
                  (x, data) -> {
                    x.take(data);
                    x.write(100, (y, ok) -> {});
                  });
      var peer = f.connect().send("hello").rst();
      CloseRecord record = peer.record();
      // The answer is what finds it: the read before it was short, and so the last of its event.
      assertFailure(record, FailureKind.ECONNRESET, Certainty.BY_TEXT, Operation.WRITE);
      assertEquals(100, record.bytesUnsent());
      assertEquals(
          List.of("onOpen", "onData", "completion false", "onClosed"), peer.recorder.events);
    }
  }

  @Test
  void writingOnAfterThePeersFin() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.script(r -> r.onInputEnd = x -> x.write(10));
      var peer = f.connect();
      // Closing with our FIN and nothing unread: our first write is answered with a reset.
      peer.channel.close();
      f.turnUntil("the FIN is read", () -> peer.recorder.inputEnded);
      f.turns(3);
      assertNull(peer.recorder.record, "the kernel took the first write");
      assertEquals(ConnectionState.ENDED_OPEN, peer.recorder.connection.state());
      peer.recorder.write(20);
      CloseRecord record = peer.record();
      assertFailure(record, FailureKind.EPIPE, Certainty.BY_TEXT, Operation.WRITE);
      assertEquals(EndedBy.PEER, record.endedBy());
      assertEquals(ConnectionState.ENDED_OPEN, record.state());
      assertEquals(10, record.bytesHandedToKernel());
      assertEquals(20, record.bytesUnsent());
    }
  }

  @Test
  void writingWhileReadingIsPaused() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.script(r -> r.onOpen = x -> x.connection.pauseReading());
      var peer = f.connect().rst();
      f.turns(20);
      assertNull(peer.recorder.record, "nothing is watched while paused");
      peer.recorder.write(10);
      CloseRecord record = peer.record();
      assertFailure(record, FailureKind.ECONNRESET, Certainty.BY_TEXT, Operation.WRITE);
      assertEquals(10, record.bytesUnsent());
    }
  }

  @Test
  void whilePausedAndFoundByResuming() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.script(r -> r.onOpen = x -> x.connection.pauseReading());
      var peer = f.connect().send("hello").rst();
      f.turns(20);
      assertNull(peer.recorder.record);
      peer.recorder.connection.resumeReading();
      CloseRecord record = peer.record();
      assertFailure(record, FailureKind.ECONNRESET, Certainty.CERTAIN, Operation.READ);
      assertEquals("hello", peer.recorder.text());
    }
  }

  @Test
  void whilePausedAndFoundByTheTimeout() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.script(r -> r.onOpen = x -> x.connection.pauseReading());
      var peer = f.connect().rst();
      f.pass(Duration.ofMinutes(5).minusMillis(1));
      assertNull(peer.recorder.record);
      f.pass(Duration.ofMillis(3));
      CloseRecord record = peer.record();
      assertFailure(record, FailureKind.PAUSED_TIMEOUT, Certainty.CERTAIN, Operation.TIMER);
      assertEquals(EndedBy.TIMER, record.endedBy());
    }
  }

  /**
   * Data, then a reset, and our write comes before our read, because the selector was not asked for
   * reading yet: the write eats the reset, and the read behind the data says -1.
   */
  @Test
  void endOfStreamAfterAFailedWriteIsNoCleanEnd() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.script(r -> r.onOpen = x -> x.connection.pauseReading());
      var peer = f.connect().send("arrived before").rst();
      f.turns(3);
      peer.recorder.write(10);
      peer.recorder.connection.resumeReading();
      CloseRecord record = peer.record();
      assertFailure(record, FailureKind.ECONNRESET, Certainty.BY_TEXT, Operation.WRITE);
      assertEquals("arrived before", peer.recorder.text());
      assertEquals(List.of("onOpen", "onData", "onClosed"), peer.recorder.events);
      assertEquals(10, record.bytesUnsent());
    }
  }

  /** The read behind the failed write says -1 at once; the input has not ended by that. */
  @Test
  void endOfStreamAfterAFailedWriteWithNothingToRead() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.script(r -> r.onOpen = x -> x.connection.pauseReading());
      var peer = f.connect().rst();
      f.turns(3);
      peer.recorder.write(10);
      peer.recorder.connection.resumeReading();
      CloseRecord record = peer.record();
      assertFailure(record, FailureKind.ECONNRESET, Certainty.BY_TEXT, Operation.WRITE);
      assertEquals(ConnectionState.OPEN, record.state(), "the peer's FIN never came");
      assertEquals(List.of("onOpen", "onClosed"), peer.recorder.events);
    }
  }

  @Test
  void pausedInputIsNotDeliveredAfterAFailedWrite() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.script(r -> r.onOpen = x -> x.connection.pauseReading());
      var peer = f.connect().send("arrived before").rst();
      peer.recorder.write(10);
      CloseRecord record = peer.record();
      assertFailure(record, FailureKind.ECONNRESET, Certainty.BY_TEXT, Operation.WRITE);
      assertEquals(List.of("onOpen", "onClosed"), peer.recorder.events);
    }
  }

  @Test
  void whileDrainingTheFirstCauseStaysAndTheFailureIsTold() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      var peer = f.connect();
      long queued = f.fill(peer.recorder);
      peer.recorder.connection.close();
      f.turns(2);
      peer.rst();
      CloseRecord record = peer.record();
      assertEquals(EndedBy.US, record.endedBy());
      assertFailure(record, FailureKind.ECONNRESET, Certainty.CERTAIN, Operation.READ);
      assertEquals(ConnectionState.OPEN_DRAINING, record.state());
      assertEquals(queued, record.bytesUnsent());
    }
  }

  @Test
  void whileLingering() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      var peer = f.connect();
      peer.recorder.write(10);
      peer.recorder.connection.close();
      peer.readToEnd();
      assertEquals(ConnectionState.OPEN_LINGERING, peer.recorder.connection.state());
      peer.rst();
      CloseRecord record = peer.record();
      assertEquals(EndedBy.US, record.endedBy());
      assertFailure(record, FailureKind.ECONNRESET, Certainty.CERTAIN, Operation.READ);
      assertEquals(ConnectionState.OPEN_LINGERING, record.state());
      assertEquals(0, record.bytesUnsent());
    }
  }

  @Test
  void ofTwoHundredAtOnce() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.connect();
      for (int i = 1; i < 200; i++) {
        f.connect();
      }
      for (var recorder : List.copyOf(f.recorders)) {
        assertNull(recorder.record);
      }
      f.resetAll();
      f.turnUntil("all ended", () -> f.recorders.stream().allMatch(r -> r.record != null));
      for (var recorder : f.recorders) {
        assertFailure(recorder.record, FailureKind.ECONNRESET, Certainty.CERTAIN, Operation.READ);
      }
    }
  }
}
