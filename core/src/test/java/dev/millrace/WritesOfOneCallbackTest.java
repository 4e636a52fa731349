package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one callback writes leaves together, in the order of its calls. */
@Timeout(60)
class WritesOfOneCallbackTest {
  private static void answered(
      int requestFrom, int request, int answer, BiConsumer<Connection, ByteBuffer> handler)
      throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair = f.open(Limits.defaults(), handler::accept);
      pair.peer.send(ReadWriteFixture.bytes(requestFrom, request));
      f.until("the answer", () -> pair.peer.has(answer));
      f.settle();
      assertEquals(1, pair.channel.writeCalls, "one call for all of it");
      assertEquals(0, f.loop.memory.pool.lentBytes(), "nothing was queued for it");
    }
  }

  @Test
  void manySmallWrites() throws Exception {
    answered(
        0,
        1,
        3000,
        (c, data) -> {
          data.get();
          for (int i = 0; i < 1000; i++) {
            c.write(ReadWriteFixture.bytes(i * 3L, 3));
          }
        });
  }

  @Test
  void theBorrowedBufferInTwoContiguousParts() throws Exception {
    answered(
        0,
        100,
        100,
        (c, data) -> {
          data.limit(30);
          c.write(data);
          assertEquals(30, data.position());
          data.limit(100);
          c.write(data);
        });
  }

  @Test
  void aPartOfTheBorrowedBufferAndThenOthers() throws Exception {
    answered(
        0,
        100,
        70,
        (c, data) -> {
          data.limit(40);
          c.write(data);
          data.limit(100).position(100);
          c.write(ReadWriteFixture.bytes(40, 30));
        });
  }

  @Test
  void othersThenTheBorrowedBufferThenOthers() throws Exception {
    answered(
        30,
        40,
        100,
        (c, data) -> {
          c.write(ReadWriteFixture.bytes(0, 30));
          c.write(data);
          c.write(ReadWriteFixture.bytes(70, 30));
        });
  }

  @Test
  void theBorrowedBufferTwiceWithAGap() throws Exception {
    // Bytes 0-9 and then 5-14 of the stream come from a request laid out so that the two parts are
    // not contiguous in it.
    ByteBuffer request = ByteBuffer.allocate(60);
    request.put(0, ReadWriteFixture.array(0, 10));
    request.put(40, ReadWriteFixture.array(10, 20));
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair =
          f.open(
              Limits.defaults(),
              (c, data) -> {
                data.limit(10);
                c.write(data);
                data.limit(60).position(40);
                c.write(data);
              });
      pair.peer.send(request);
      f.until("the answer", () -> pair.peer.has(30));
      assertEquals(1, pair.channel.writeCalls);
    }
  }

  @Test
  void theBorrowedBufferWrittenBackwards() throws Exception {
    // The second half is answered before the first: contiguity must be tested at the right end.
    ByteBuffer request = ByteBuffer.allocate(40);
    request.put(20, ReadWriteFixture.array(0, 20));
    request.put(0, ReadWriteFixture.array(20, 20));
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair =
          f.open(
              Limits.defaults(),
              (c, data) -> {
                data.limit(40).position(20);
                c.write(data);
                data.limit(20).position(0);
                c.write(data);
                data.limit(40).position(40);
              });
      pair.peer.send(request);
      f.until("the answer", () -> pair.peer.has(40));
    }
  }

  @Test
  void theBorrowedBufferIsNotCopied() throws Exception {
    // With a staging buffer smaller than the request, only a reference leaves with one call and
    // without a chunk.
    LoopOptions options = ReadWriteFixture.OPTIONS.withStagingBytes(1024);
    try (ReadWriteFixture f = new ReadWriteFixture(options)) {
      ReadWriteFixture.Pair pair = f.open(Limits.defaults(), (c, data) -> c.write(data));
      pair.peer.send(ReadWriteFixture.bytes(0, 20_000));
      f.until("the answer", () -> pair.peer.has(20_000));
      assertEquals(pair.channel.readCalls, pair.channel.writeCalls);
      assertEquals(0, f.loop.memory.pool.pooledBytes(), "no chunk was ever taken");
    }
  }

  @Test
  void moreThanTheStagingBufferHolds() throws Exception {
    LoopOptions options = ReadWriteFixture.OPTIONS.withStagingBytes(1024);
    try (ReadWriteFixture f = new ReadWriteFixture(options)) {
      ReadWriteFixture.Pair pair =
          f.open(
              Limits.defaults(),
              (c, data) -> {
                c.write(data);
                c.write(ReadWriteFixture.bytes(100, 1000));
                c.write(ReadWriteFixture.bytes(1100, 100));
                c.write(ReadWriteFixture.bytes(1200, 5000));
                c.write(ReadWriteFixture.bytes(6200, 10));
              });
      pair.peer.send(ReadWriteFixture.bytes(0, 100));
      f.until("the answer", () -> pair.peer.has(6210));
      f.settle();
      assertEquals(1, pair.channel.writeCalls);
    }
  }

  @Test
  void toAnotherConnection() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair other = f.open(Limits.defaults(), (c, data) -> {});
      ReadWriteFixture.Pair pair =
          f.open(
              Limits.defaults(),
              (c, data) -> {
                ByteBuffer copy = data.duplicate();
                c.write(data);
                for (int i = 0; i < 10; i++) {
                  other.connection.write(ReadWriteFixture.bytes(i * 5L, 5));
                }
                assertEquals(50, other.connection.queuedBytes());
                copy.limit(20).position(0);
                c.write(ReadWriteFixture.bytes(20, 5));
              });
      pair.peer.send(ReadWriteFixture.bytes(0, 20));
      f.until("own answer", () -> pair.peer.has(25));
      f.until("the other's", () -> other.peer.has(50));
      f.settle();
      assertEquals(1, pair.channel.writeCalls);
      assertEquals(1, other.channel.writeCalls, "flushed once");
      assertEquals(0, other.connection.queuedBytes());
    }
  }

  @Test
  void theBorrowedBufferToAnotherConnection() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair other = f.open(Limits.defaults(), (c, data) -> {});
      ReadWriteFixture.Pair pair =
          f.open(Limits.defaults(), (c, data) -> other.connection.write(data));
      for (int i = 0; i < 5; i++) {
        int sent = i * 1000;
        pair.peer.send(ReadWriteFixture.bytes(sent, 1000));
        f.until("relayed", () -> other.peer.has(sent + 1000));
      }
    }
  }

  @Test
  void outsideOfEveryEventTheyLeaveTogetherToo() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair = f.open(Limits.defaults(), (c, data) -> {});
      for (int i = 0; i < 100; i++) {
        pair.connection.write(ReadWriteFixture.bytes(i * 7L, 7));
      }
      assertEquals(0, pair.channel.writeCalls);
      f.until("all", () -> pair.peer.has(700));
      assertEquals(1, pair.channel.writeCalls);
      assertTrue(pair.connection.queuedBytes() == 0);
    }
  }
}
