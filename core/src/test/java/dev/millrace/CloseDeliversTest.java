package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.failure.FailureKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The three ends of a connection, and what the peer sees of each. */
@Timeout(60)
class CloseDeliversTest {
  private static final int BIG = 3 << 20;

  /** A plain close(2) with one unread byte destroys nearly all of such an answer. */
  @Test
  void aBigAnswerWithOneByteUnread() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.script(
          r ->
              r.onData =
                  (x, data) -> {
                    x.write(BIG);
                    x.connection.close();
                  });
      var peer = f.connect(8192).send("a");
      f.turns(3);
      peer.send("b"); // this one is never read by a handler
      assertEquals("FIN", peer.readToEnd());
      assertEquals(BIG, peer.got.size());
      assertNull(peer.recorder.record, "waits for the peer's FIN");
      peer.channel.close();
      CloseRecord record = peer.record();
      assertTrue(record.isOrderly(), record::toString);
      assertEquals(EndedBy.US, record.endedBy());
      assertEquals(ConnectionState.OPEN_LINGERING, record.state());
      assertEquals(2, record.bytesUnconsumed());
    }
  }

  @Test
  void bothSidesWriteFirstThenClose() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.limits = f.limits.withLingerBytes(64 << 20);
      f.script(
          r ->
              r.onOpen =
                  x -> {
                    x.write(8 << 20);
                    x.connection.close();
                  });
      var peer = f.connect();
      peer.send(new byte[16 << 20]); // reads nothing before all of this is sent
      assertEquals("FIN", peer.readToEnd());
      assertEquals(8 << 20, peer.got.size());
      peer.channel.close();
      CloseRecord record = peer.record();
      assertTrue(record.isOrderly(), record::toString);
      assertEquals(16 << 20, record.bytesUnconsumed());
      assertFalse(peer.recorder.events.contains("onData"));
    }
  }

  @Test
  void thePeerNeverSendsItsFin() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      var peer = f.connect();
      peer.recorder.write(100);
      peer.recorder.connection.close();
      assertEquals("FIN", peer.readToEnd());
      f.pass(Duration.ofSeconds(5).minusMillis(1));
      assertNull(peer.recorder.record);
      f.pass(Duration.ofMillis(3));
      CloseRecord record = peer.record();
      assertEquals(FailureKind.LINGER_TIMEOUT, record.kind());
      assertEquals(EndedBy.US, record.endedBy());
      assertEquals(0, record.bytesUnsent());
      f.turns(2);
      // A plain close: still the end of stream, and no reset, however often the peer asks.
      assertEquals(-1, peer.channel.read(ByteBuffer.allocate(1)));
      assertEquals(100, peer.got.size());
    }
  }

  @Test
  void tooMuchInputWhileLingering() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.limits = f.limits.withLingerBytes(1000);
      var peer = f.connect();
      peer.recorder.connection.close();
      assertEquals("FIN", peer.readToEnd());
      peer.send(new byte[1000]);
      f.turns(3);
      assertNull(peer.recorder.record, "at the bound is not past it");
      peer.send(new byte[1]);
      CloseRecord record = peer.record();
      assertEquals(FailureKind.LINGER_LIMIT, record.kind());
      assertEquals(ConnectionState.OPEN_LINGERING, record.state());
      assertEquals(1001, record.bytesUnconsumed());
    }
  }

  @Test
  void tooMuchInputWhileDrainingStopsReadingAndGoesOnWriting() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.limits = f.limits.withLingerBytes(1000);
      var peer = f.connect();
      f.fill(peer.recorder);
      long accepted = peer.recorder.accepted;
      peer.recorder.connection.close();
      f.turns(2);
      peer.send(new byte[2000]);
      f.turns(5);
      assertEquals(ConnectionState.OPEN_DRAINING, peer.recorder.connection.state());
      // From here on nothing more is read, which the record's count shows, and nothing is lost.
      peer.send(new byte[5000]);
      f.turns(5);
      f.turnUntil(
          "the end",
          () -> {
            peer.readSome();
            return peer.recorder.record != null;
          });
      CloseRecord record = peer.recorder.record;
      assertEquals(FailureKind.LINGER_LIMIT, record.kind());
      assertEquals(2000, record.bytesReceived());
      assertEquals(accepted, record.bytesHandedToKernel());
      assertEquals(0, record.bytesUnsent());
    }
  }

  /** Each byte that the kernel takes gives it as much time again; the whole takes a minute here. */
  @Test
  void theQueueDrainsSlowlyAndSteadily() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      var peer = f.connect(4 << 10);
      f.fill(peer.recorder);
      peer.recorder.write(4 << 20);
      peer.recorder.connection.close();
      f.turns(2);
      Connection connection = peer.recorder.connection;
      for (int i = 0; connection.queuedBytes() > 0; i++) {
        assertTrue(i < 10_000, "no end");
        f.nanos += Duration.ofSeconds(4).toNanos();
        long before = connection.queuedBytes();
        f.turnUntil(
            "the kernel takes some",
            () -> {
              peer.readSome();
              return connection.queuedBytes() < before;
            });
      }
      peer.readToEnd();
      assertEquals(peer.recorder.accepted, peer.got.size());
      peer.fin();
      assertTrue(peer.record().isOrderly(), () -> "cut: " + peer.recorder.record);
    }
  }

  @Test
  void theQueueDoesNotDrainInTime() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      var peer = f.connect();
      long queued = f.fill(peer.recorder);
      peer.recorder.write(7, (r, ok) -> {});
      peer.recorder.connection.close();
      f.turns(2);
      f.pass(Duration.ofSeconds(5).minusMillis(1));
      assertNull(peer.recorder.record);
      f.pass(Duration.ofMillis(3));
      CloseRecord record = peer.record();
      assertEquals(FailureKind.DRAIN_TIMEOUT, record.kind());
      assertEquals(queued + 7, record.bytesUnsent());
      assertEquals(1, record.writesFailed());
      f.turns(2);
      assertEquals("RESET", peer.readToEnd());
    }
  }

  @Test
  void abortResetsAndDropsTheQueue() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      var peer = f.connect();
      long queued = f.fill(peer.recorder);
      peer.recorder.connection.abort();
      CloseRecord record = peer.record();
      assertEquals(FailureKind.ABORTED, record.kind());
      assertEquals(EndedBy.US, record.endedBy());
      assertEquals(queued, record.bytesUnsent());
      f.turns(2);
      assertEquals("RESET", peer.readToEnd());
    }
  }

  @Test
  void abortOfAnIdleOneResetsToo() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      var peer = f.connect();
      peer.recorder.connection.abort();
      peer.recorder.connection.abort();
      peer.recorder.connection.close();
      f.turns(3);
      assertEquals("RESET", peer.readToEnd());
      assertEquals(FailureKind.ABORTED, peer.record().kind());
    }
  }

  @Test
  void shutdownOutputWaitsForTheQueueAndInputGoesOn() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.limits = f.limits.withHighWaterBytes(1 << 20);
      var peer = f.connect();
      f.fill(peer.recorder);
      peer.recorder.connection.shutdownOutput();
      peer.recorder.connection.shutdownOutput();
      assertEquals(ConnectionState.OPEN_ENDING, peer.recorder.connection.state());
      assertEquals(WriteResult.CLOSED, peer.recorder.write(1));
      peer.send("still heard");
      f.turnUntil("input", () -> peer.recorder.input.size() == 11);
      assertEquals(ConnectionState.OPEN_ENDING, peer.recorder.connection.state());
      assertEquals("FIN", peer.readToEnd());
      assertEquals(peer.recorder.accepted, peer.got.size());
      assertEquals(ConnectionState.OPEN_ENDED, peer.recorder.connection.state());
      peer.recorder.connection.shutdownOutput();
      peer.send(", and after it");
      f.turnUntil("input", () -> peer.recorder.input.size() == 25);
      peer.fin();
      CloseRecord record = peer.record();
      assertTrue(record.isOrderly(), record::toString);
      assertEquals(EndedBy.PEER, record.endedBy());
      assertEquals(ConnectionState.OPEN_ENDED, record.state());
      assertEquals(
          List.of("onOpen", "onInputEnd", "onClosed"),
          peer.recorder.events.stream().filter(e -> !e.equals("onData")).toList());
    }
  }

  @Test
  void bothHalfCloseAtTheSameTime() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.script(r -> r.onInputEnd = x -> {});
      var peer = f.connect();
      peer.recorder.connection.shutdownOutput();
      peer.fin();
      CloseRecord record = peer.record();
      assertTrue(record.isOrderly(), record::toString);
      assertEquals("FIN", peer.readToEnd());
      assertEquals(List.of("onOpen", "onInputEnd", "onClosed"), peer.recorder.events);
    }
  }

  @Test
  void bothHalfCloseWhileOutputIsQueued() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.limits = f.limits.withHighWaterBytes(1 << 20);
      f.script(r -> r.onInputEnd = x -> {});
      var peer = f.connect();
      f.fill(peer.recorder);
      peer.recorder.connection.shutdownOutput();
      peer.fin();
      f.turnUntil("the FIN is read", () -> peer.recorder.inputEnded);
      assertEquals(ConnectionState.ENDED_ENDING, peer.recorder.connection.state());
      assertEquals("FIN", peer.readToEnd());
      assertEquals(peer.recorder.accepted, peer.got.size());
      assertTrue(peer.record().isOrderly());
    }
  }

  /** A ten-line echo: no code for the end, and none for back-pressure. */
  @Test
  void anEchoOfFiveMebibytesEndsWithTheirFin() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.script(r -> r.onData = (x, data) -> x.write(data));
      var peer = f.connect();
      int size = 5 << 20;
      ByteBuffer source = ByteBuffer.allocate(size);
      while (source.hasRemaining()) {
        source.put((byte) ((source.position() * 31) >> 8));
      }
      source.flip();
      f.turnUntil(
          "all is sent",
          () -> {
            peer.readSome();
            peer.write(source);
            return !source.hasRemaining();
          });
      peer.fin();
      assertEquals("FIN", peer.readToEnd());
      org.junit.jupiter.api.Assertions.assertArrayEquals(source.array(), peer.got.toByteArray());
      CloseRecord record = peer.record();
      assertTrue(record.isOrderly(), record::toString);
      assertEquals(EndedBy.PEER, record.endedBy());
      assertEquals(size, record.bytesReceived());
      assertEquals(0, record.bytesUnconsumed());
    }
  }

  @Test
  void aHandlerThatGoesOnWritingAfterTheirFin() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.limits = f.limits.withHighWaterBytes(64 << 10).withHardLimitBytes(256 << 10);
      int size = 5 << 20;
      f.script(
          r -> {
            r.onInputEnd = x -> pump(x, size);
            r.onWritable = x -> pump(x, size);
          });
      var peer = f.connect().fin();
      assertEquals("FIN", peer.readToEnd());
      assertEquals(size, peer.got.size());
      assertTrue(peer.record().isOrderly());
      assertTrue(peer.recorder.events.contains("onWritable"));
    }
  }

  private static void pump(EndingFixture.Recorder r, int size) {
    while (r.accepted < size) {
      if (r.write(64 << 10) != WriteResult.ACCEPTED) {
        return;
      }
    }
    r.connection.close();
  }

  @Test
  void theirFinWhileDrainingAndThereIsMoreToDrain() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      var peer = f.connect();
      f.fill(peer.recorder);
      peer.recorder.connection.close();
      peer.fin();
      f.turns(5);
      assertEquals(ConnectionState.ENDED_DRAINING, peer.recorder.connection.state());
      assertEquals("FIN", peer.readToEnd());
      assertEquals(peer.recorder.accepted, peer.got.size());
      CloseRecord record = peer.record();
      assertTrue(record.isOrderly(), record::toString);
      assertEquals(EndedBy.US, record.endedBy());
      assertEquals(List.of("onOpen", "onClosed"), peer.recorder.events);
    }
  }

  @Test
  void theirFinWhilePausedBehindKeptBytes() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      f.script(
          r ->
              r.onData =
                  (x, data) -> {
                    if (x.events.size() == 2) {
                      x.connection.pauseReading();
                    } else if (data.remaining() >= 4) {
                      data.position(data.position() + 4);
                    }
                  });
      var peer = f.connect().send("abcdefghij").fin();
      f.turns(10);
      assertEquals(List.of("onOpen", "onData"), peer.recorder.events);
      peer.recorder.connection.resumeReading();
      f.turnUntil("the end is told", () -> peer.recorder.inputEnded);
      assertEquals(2, peer.recorder.unconsumed);
      CloseRecord record = peer.record();
      assertEquals(2, record.bytesUnconsumed());
      assertEquals("FIN", peer.readToEnd());
      assertTrue(record.isOrderly());
    }
  }

  @Test
  void closeAndAbortWhileConnecting() throws IOException {
    try (EndingFixture f = new EndingFixture();
        ServerSocketChannel listening = ServerSocketChannel.open()) {
      listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
      ArrayDeque<EndingFixture.Recorder> recorders = new ArrayDeque<>();
      for (boolean abort : new boolean[] {false, true}) {
        var recorder = f.recorder();
        recorders.add(recorder);
        Connection c =
            Connector.connect(f.loop, listening.getLocalAddress(), Duration.ofSeconds(3), recorder);
        recorder.connection = c;
        assertEquals(ConnectionState.CONNECTING, c.state());
        assertThrows(IllegalStateException.class, c::shutdownOutput);
        assertThrows(IllegalStateException.class, () -> c.deadline(Duration.ofSeconds(1)));
        assertEquals(WriteResult.FULL, recorder.write(1));
        if (abort) {
          c.abort();
        } else {
          c.close();
        }
        assertNull(recorder.record, "told after the call, not in it");
        f.turns(2);
        assertEquals(List.of("onClosed"), recorder.events);
        assertEquals(EndedBy.US, recorder.record.endedBy());
        assertEquals(ConnectionState.CONNECTING, recorder.record.state());
        assertEquals(abort ? FailureKind.ABORTED : FailureKind.NONE, recorder.record.kind());
        assertEquals(WriteResult.CLOSED, recorder.write(1));
        assertFalse(c.sender().isOpen());
      }
      assertEquals(2, recorders.size());
    }
  }

  @Test
  void aConnectThatIsRefusedTellsItsEndAlone() throws IOException {
    try (EndingFixture f = new EndingFixture()) {
      InetSocketAddress nobody;
      try (ServerSocketChannel free = ServerSocketChannel.open()) {
        free.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        nobody = (InetSocketAddress) free.getLocalAddress();
      }
      var recorder = f.recorder();
      Connector.connect(f.loop, nobody, Duration.ofSeconds(3), recorder);
      f.turnUntil("refused", () -> recorder.record != null);
      assertEquals(FailureKind.ECONNREFUSED, recorder.record.kind());
      assertEquals(List.of("onClosed"), recorder.events);
    }
  }

  @Test
  void aConnectThatNobodyAnswersEndsAtItsDeadline() throws IOException {
    try (EndingFixture f = new EndingFixture();
        ServerSocketChannel full = ServerSocketChannel.open()) {
      full.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
      // The backlog takes two; what comes after is not answered.
      List<SocketChannel> fillers =
          Stream.generate(EndingFixture::openNonBlocking).limit(4).toList();
      for (SocketChannel filler : fillers) {
        filler.connect(full.getLocalAddress());
      }
      var recorder = f.recorder();
      Connector.connect(f.loop, full.getLocalAddress(), Duration.ofSeconds(3), recorder);
      f.turns(5);
      f.pass(Duration.ofMillis(2999));
      assertNull(recorder.record);
      f.pass(Duration.ofMillis(3));
      assertEquals(FailureKind.CONNECT_TIMEOUT, recorder.record.kind());
      assertEquals(EndedBy.TIMER, recorder.record.endedBy());
      assertEquals(List.of("onClosed"), recorder.events);
      for (SocketChannel filler : fillers) {
        filler.close();
      }
    }
  }
}
