package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.failure.FailureKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A handler takes one message at a time and leaves an incomplete one where it is. */
@Timeout(60)
class MessageLeftForLaterTest {
  /** Takes one message per call: a length of two bytes, and so many bytes. */
  static class Messages implements ConnectionHandler {
    final List<Integer> lengths = new ArrayList<>();
    final List<String> events = new ArrayList<>();
    int calls;
    int unconsumed = -1;
    boolean wrong;

    @Override
    public void onData(Connection connection, ByteBuffer data) {
      calls++;
      if (data.remaining() < 2) {
        return;
      }
      int length = data.getShort(data.position()) & 0xFFFF;
      if (data.remaining() < 2 + length) {
        return;
      }
      data.getShort();
      for (int i = 0; i < length; i++) {
        wrong |= data.get() != ReadWriteFixture.at(i);
      }
      lengths.add(length);
      onMessage(connection);
    }

    void onMessage(Connection connection) {}

    @Override
    public void onInputEnd(Connection connection, int unconsumed) {
      this.unconsumed = unconsumed;
      events.add("end after " + lengths.size());
      connection.close();
    }
  }

  private static ByteBuffer message(int length) {
    return ByteBuffer.allocate(2 + length)
        .putShort((short) length)
        .put(ReadWriteFixture.bytes(0, length))
        .flip();
  }

  private static ByteBuffer messages(List<Integer> lengths) {
    int total = 0;
    for (int length : lengths) {
      total += 2 + length;
    }
    ByteBuffer all = ByteBuffer.allocate(total);
    for (int length : lengths) {
      all.put(message(length));
    }
    return all.flip();
  }

  private static void sendAll(ReadWriteFixture f, ReadWriteFixture.Pair pair, ByteBuffer bytes) {
    f.until(
        "sent",
        () -> {
          pair.peer.send(bytes);
          return !bytes.hasRemaining();
        });
  }

  @Test
  void byteByByte() throws Exception {
    List<Integer> lengths = List.of(0, 1, 2, 3, 100, 0, 700);
    Messages handler = new Messages();
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair = f.open(Limits.defaults(), handler);
      ByteBuffer all = messages(lengths);
      int before = 0;
      while (all.hasRemaining()) {
        pair.peer.send(all.get());
        int calls = before + 1;
        f.until("byte offered", () -> handler.calls >= calls);
        before = handler.calls;
      }
      assertEquals(lengths, handler.lengths);
      assertFalse(handler.wrong);
      assertEquals(0, f.loop.memory.pool.lentBytes(), "nothing kept, so no buffer is owned");
    }
  }

  @Test
  void allInOnePiece() throws Exception {
    List<Integer> lengths = List.of(0, 1, 2, 3, 100, 0, 700);
    Messages handler = new Messages();
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair = f.open(Limits.defaults(), handler);
      pair.peer.send(messages(lengths));
      f.loop.turn(1_000_000_000);
      assertEquals(lengths, handler.lengths, "all in one turn");
      assertEquals(lengths.size(), handler.calls, "and no call more");
      assertEquals(1, pair.channel.readCalls, "and no read more");
      assertEquals(0, f.loop.memory.pool.lentBytes());
    }
  }

  @Test
  void cutAnywhere() throws Exception {
    long seed = Long.getLong("millrace.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int round = 0; round < 20; round++) {
      List<Integer> lengths = new ArrayList<>();
      for (int i = random.nextInt(60); i >= 0; i--) {
        lengths.add(random.nextInt(8) == 0 ? random.nextInt(65_000) : random.nextInt(200));
      }
      Messages handler = new Messages();
      try (ReadWriteFixture f = new ReadWriteFixture()) {
        ReadWriteFixture.Pair pair =
            f.open(Limits.defaults().withMaxKeptBytes(1 << 17), handler, 0, 0);
        ByteBuffer all = messages(lengths);
        while (all.hasRemaining()) {
          int n = 1 + random.nextInt(random.nextBoolean() ? 300 : 40_000);
          int limit = all.limit();
          all.limit(Math.min(limit, all.position() + n));
          pair.peer.send(all);
          all.limit(limit);
          f.loop.turn(1_000_000);
        }
        f.until("all messages, seed " + seed, () -> handler.lengths.size() == lengths.size());
        assertEquals(lengths, handler.lengths, "seed " + seed);
        assertFalse(handler.wrong, "seed " + seed);
        assertEquals(0, f.loop.memory.pool.lentBytes(), "seed " + seed);
      }
    }
  }

  @Test
  void exactlyTheLargestMessage() throws Exception {
    for (int max : new int[] {100, 4096, 5000, 65_536}) {
      Messages handler = new Messages();
      try (ReadWriteFixture f = new ReadWriteFixture()) {
        ReadWriteFixture.Pair pair = f.open(Limits.defaults().withMaxKeptBytes(max), handler);
        ByteBuffer bytes = message(max - 2);
        // In two pieces and the last byte alone, so that it is kept twice before it is whole.
        bytes.limit(max / 2);
        sendAll(f, pair, bytes);
        f.until("first half", () -> handler.calls > 0);
        bytes.limit(max - 1);
        sendAll(f, pair, bytes);
        f.settle();
        assertTrue(handler.lengths.isEmpty());
        bytes.limit(max);
        sendAll(f, pair, bytes);
        f.until("the message of " + max, () -> handler.lengths.size() == 1);
        assertNull(pair.record());
        assertFalse(handler.wrong);
        assertEquals(0, f.loop.memory.pool.lentBytes());
      }
    }
  }

  @Test
  void oneByteMoreThanTheLargestMessage() throws Exception {
    for (int max : new int[] {100, 4096, 5000, 65_536}) {
      Messages handler = new Messages();
      try (ReadWriteFixture f = new ReadWriteFixture()) {
        ReadWriteFixture.Pair pair =
            f.open(Limits.defaults().withMaxKeptBytes(max).withLingerBytes(1 << 20), handler);
        ByteBuffer bytes = max == 65_536 ? ByteBuffer.allocate(max + 1) : message(max - 1);
        bytes.put(0, (byte) 0xFF).put(1, (byte) 0xFF);
        bytes.limit(max / 2);
        sendAll(f, pair, bytes);
        f.until("first half", () -> handler.calls > 0);
        bytes.limit(max);
        sendAll(f, pair, bytes);
        f.settle();
        assertNull(pair.record(), "the bound itself is allowed");
        bytes.limit(max + 1);
        sendAll(f, pair, bytes);
        f.until("our FIN", () -> pair.peer.has(0) && pair.peer.ended);
        pair.peer.channel.shutdownOutput();
        f.until("the record", () -> pair.record() != null);
        assertEquals(FailureKind.MESSAGE_TOO_LARGE, pair.record().kind());
        assertEquals(EndedBy.LIMIT, pair.record().endedBy());
        assertEquals(max + 1, pair.record().bytesUnconsumed());
        assertEquals(0, f.loop.memory.pool.lentBytes());
      }
    }
  }

  @Test
  void inputEndsWithTheBoundReached() throws Exception {
    Messages handler = new Messages();
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair = f.open(Limits.defaults().withMaxKeptBytes(100), handler);
      pair.peer.send(ReadWriteFixture.bytes(0, 100).putShort(0, (short) 99));
      f.until("offered", () -> handler.calls > 0);
      pair.peer.channel.shutdownOutput();
      f.until("the record", () -> pair.record() != null);
      assertEquals(100, handler.unconsumed, "incomplete, not too large");
      assertEquals(FailureKind.NONE, pair.record().kind());
    }
  }

  @Test
  void inputEndTellsWhatIsLeft() throws Exception {
    Messages handler = new Messages();
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair = f.open(Limits.defaults(), handler);
      pair.peer.send(messages(List.of(5, 6)));
      pair.peer.send((byte) 0, (byte) 9, (byte) 1);
      pair.peer.channel.shutdownOutput();
      f.until("the record", () -> pair.record() != null);
      assertEquals(3, handler.unconsumed);
      assertEquals(List.of("end after 2"), handler.events);
      assertEquals(3, pair.record().bytesUnconsumed());
      assertEquals(0, f.loop.memory.pool.lentBytes());
    }
  }

  @Test
  void pausedInsideOnDataAndResumedLater() throws Exception {
    Messages handler =
        new Messages() {
          @Override
          void onMessage(Connection connection) {
            connection.pauseReading();
          }
        };
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair = f.open(Limits.defaults(), handler);
      pair.peer.send(messages(List.of(1, 2, 3)));
      f.until("the first", () -> handler.lengths.size() == 1);
      pair.peer.channel.shutdownOutput();
      for (int n = 1; n <= 3; n++) {
        f.settle();
        assertEquals(n, handler.calls, "nothing while paused");
        assertEquals(-1, handler.unconsumed, "nor the end, which comes after the bytes");
        pair.connection.resumeReading();
        assertEquals(n, handler.calls, "not inside of the call");
        f.loop.turn(0);
        assertEquals(Math.min(n + 1, 3), handler.calls, "in the same turn, without readiness");
      }
      f.until("the record", () -> pair.record() != null);
      assertEquals(List.of(1, 2, 3), handler.lengths);
      assertEquals(0, handler.unconsumed);
    }
  }

  @Test
  void pausedAndResumedInTheSameCallback() throws Exception {
    Messages handler =
        new Messages() {
          @Override
          public void onData(Connection connection, ByteBuffer data) {
            connection.pauseReading();
            super.onData(connection, data);
            connection.resumeReading();
          }
        };
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair = f.open(Limits.defaults(), handler);
      pair.peer.send(messages(List.of(1, 2)));
      pair.peer.send((byte) 0, (byte) 9, (byte) 1);
      f.until("both", () -> handler.lengths.size() == 2);
      f.settle();
      assertEquals(3, handler.calls, "an incomplete message is not offered again without end");
      pair.peer.send(message(9).position(3));
      f.settle();
      assertEquals(3, handler.lengths.size());
    }
  }

  @Test
  void moreMessagesInOneBufferThanOneTurnTakes() throws Exception {
    Messages handler = new Messages();
    Messages other = new Messages();
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair = f.open(Limits.defaults(), handler);
      ReadWriteFixture.Pair second = f.open(Limits.defaults(), other);
      int count = 30_000;
      pair.peer.send(ByteBuffer.allocate(count * 2));
      f.until("the first", () -> !handler.lengths.isEmpty());
      assertTrue(handler.lengths.size() < count, "not all in one turn");
      second.peer.send(message(3));
      f.until("the other is served", () -> other.lengths.size() == 1);
      assertTrue(handler.lengths.size() < count, "in between");
      int before = pair.channel.readCalls;
      f.until("all", () -> handler.lengths.size() == count);
      assertEquals(before, pair.channel.readCalls, "without new readiness");
      assertEquals(0, f.loop.memory.pool.lentBytes());
    }
  }

  @Test
  void moreMessagesThanOneTurnTakesAndThenTheEnd() throws Exception {
    // A full read buffer: the read after it finds the FIN while messages are left to be offered.
    for (int bytes : new int[] {65_536, 65_536 - 2, 40_000}) {
      Messages handler = new Messages();
      try (ReadWriteFixture f = new ReadWriteFixture()) {
        ReadWriteFixture.Pair pair = f.open(Limits.defaults(), handler);
        pair.peer.send(ByteBuffer.allocate(bytes));
        pair.peer.channel.shutdownOutput();
        f.until("the record", () -> pair.record() != null);
        assertEquals(bytes / 2, handler.lengths.size(), "the end comes after all of the bytes");
        assertEquals(0, handler.unconsumed);
      }
    }
  }
}
