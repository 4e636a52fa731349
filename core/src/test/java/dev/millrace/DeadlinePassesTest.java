package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.failure.FailureKind;
import dev.millrace.guard.ExpectedLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

/** A deadline of the handler's own: what may be said when it passes, and what becomes of it. */
@Timeout(60)
class DeadlinePassesTest {
  private static final Duration T = Duration.ofSeconds(10);

  private static ByteBuffer text(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void lastWordArrivesAndTheRecordSaysDeadline() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.script(r -> r.onDeadline = x -> x.write(text("too late")));
      var peer = f.connect();
      peer.recorder.connection.deadline(T);
      f.turns(2);
      f.pass(T.plusMillis(3));
      assertEquals("FIN", peer.readToEnd());
      assertEquals("too late", peer.got.toString(StandardCharsets.ISO_8859_1));
      peer.fin();
      CloseRecord record = peer.record();
      assertEquals(FailureKind.DEADLINE, record.kind());
      assertEquals(EndedBy.TIMER, record.endedBy());
      assertEquals(List.of("onOpen", "onDeadline", "onClosed"), peer.recorder.events);
    }
  }

  @Test
  void anotherDeadlineSetInsideKeepsItOpen() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      int[] passed = new int[1];
      f.script(
          r ->
              r.onDeadline =
                  x -> {
                    if (++passed[0] < 3) {
                      x.connection.deadline(T);
                    }
                  });
      var peer = f.connect();
      peer.recorder.connection.deadline(T);
      f.turns(2);
      for (int i = 1; i <= 2; i++) {
        f.pass(T.plusMillis(3));
        assertEquals(i, passed[0]);
        assertEquals(ConnectionState.OPEN, peer.recorder.connection.state());
      }
      f.pass(T.plusMillis(3));
      peer.fin();
      assertEquals(FailureKind.DEADLINE, peer.record().kind());
    }
  }

  @Test
  void closedByTheHandlerIsTheHandlersClose() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.script(r -> r.onDeadline = x -> x.connection.abort());
      var peer = f.connect();
      peer.recorder.connection.deadline(T);
      f.turns(2);
      f.pass(T.plusMillis(3));
      assertEquals("RESET", peer.readToEnd());
      assertEquals(FailureKind.ABORTED, peer.record().kind());
      assertEquals(EndedBy.US, peer.record().endedBy());
    }
  }

  @Test
  @ExpectedLog(level = Level.ERROR, containing = "handler threw")
  void handlerThatThrowsInItEndsItsConnectionAlone() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.script(
          r ->
              r.onDeadline =
                  x -> {
                    x.write(text("before"));
                    throw new IllegalStateException("in onDeadline");
                  });
      var peer = f.connect();
      peer.recorder.connection.deadline(T);
      f.turns(2);
      f.pass(T.plusMillis(3));
      assertEquals("FIN", peer.readToEnd());
      assertEquals("before", peer.got.toString(StandardCharsets.ISO_8859_1));
      peer.fin();
      assertEquals(FailureKind.HANDLER_FAILED, peer.record().kind());
      assertFalse(f.loop.isStopped());
    }
  }

  @Test
  void noDeadlineIsToldWhenTheConnectionIsClosingAlready() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      var peer = f.connect();
      peer.recorder.connection.deadline(T);
      f.turns(2);
      peer.recorder.connection.close();
      f.turns(2);
      f.pass(T.multipliedBy(2));
      assertFalse(peer.recorder.events.contains("onDeadline"));
    }
  }

  @Test
  void readIdleOfOneConnectionIsItsOwn() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.timeouts = f.timeouts.withReadIdle(T);
      var usual = f.connect();
      var shorter = f.connect();
      var never = f.connect();
      f.nanos += T.toNanos() / 2;
      shorter.recorder.connection.readIdle(Duration.ofSeconds(1));
      never.recorder.connection.readIdle(Duration.ZERO);
      f.turns(3);
      assertEquals(ConnectionState.OPEN, shorter.recorder.connection.state(), "from the call on");
      f.pass(Duration.ofMillis(1_003));
      shorter.fin();
      assertEquals(FailureKind.READ_IDLE, shorter.record().kind());
      assertEquals(ConnectionState.OPEN, usual.recorder.connection.state());
      f.pass(T);
      usual.fin();
      assertEquals(FailureKind.READ_IDLE, usual.record().kind());
      f.pass(T.multipliedBy(1_000));
      assertEquals(ConnectionState.OPEN, never.recorder.connection.state());
      assertThrows(
          IllegalArgumentException.class,
          () -> never.recorder.connection.readIdle(Duration.ofSeconds(-1)));
    }
  }
}
