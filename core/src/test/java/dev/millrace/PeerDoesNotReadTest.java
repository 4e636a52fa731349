package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Output that the peer does not take is held within bounds, and holds back input. */
@Timeout(60)
class PeerDoesNotReadTest {
  private static final int READ_BUFFER = ReadWriteFixture.OPTIONS.readBufferBytes();

  /** Echoes, and looks at the queue after each call. */
  private static final class Echo implements ConnectionHandler {
    long most;
    int writable;
    long lowAtWritable;

    @Override
    public void onData(Connection c, ByteBuffer data) {
      c.write(data);
      most = Math.max(most, c.queuedBytes());
    }

    @Override
    public void onWritable(Connection c) {
      writable++;
      lowAtWritable = Math.max(lowAtWritable, c.queuedBytes());
    }
  }

  private static void echo(Limits limits, int total) throws Exception {
    Echo echo = new Echo();
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair = f.open(limits, echo, 4096, 4096);
      ByteBuffer out = ReadWriteFixture.directBytes(0, total);
      long bound = (long) limits.highWaterBytes() + READ_BUFFER;
      long[] most = new long[1];
      for (int quiet = 0; quiet < 20; ) {
        int sent = pair.peer.send(out);
        f.loop.turn(1_000_000);
        most[0] = Math.max(most[0], pair.connection.queuedBytes());
        quiet = sent == 0 ? quiet + 1 : 0;
      }
      assertTrue(out.hasRemaining(), "the peer's sending is held back");
      assertTrue(most[0] > limits.highWaterBytes(), "above high water: " + most[0]);
      assertTrue(most[0] <= bound, most[0] + " held, bound " + bound);
      int reads = pair.channel.readCalls;
      f.settle();
      assertEquals(reads, pair.channel.readCalls, "reading has stopped");
      assertEquals(0, echo.writable);
      f.until(
          "all comes back",
          () -> {
            pair.peer.send(out);
            pair.peer.readAll();
            most[0] = Math.max(most[0], pair.connection.queuedBytes());
            return pair.peer.received == total;
          });
      assertEquals(-1, pair.peer.wrongAt);
      assertTrue(most[0] <= bound, most[0] + " held, bound " + bound);
      f.settle();
      assertTrue(echo.writable > 0);
      assertTrue(echo.lowAtWritable <= limits.lowWaterBytes());
      assertEquals(0, f.loop.memory.pool.lentBytes());
    }
  }

  @Test
  void echoWithDefaults() throws Exception {
    echo(Limits.defaults(), 24 << 20);
  }

  @Test
  void echoWithALowWaterOfNothing() throws Exception {
    echo(Limits.defaults().withLowWaterBytes(0), 12 << 20);
  }

  @Test
  void echoWithLowWaterAtHighWater() throws Exception {
    echo(Limits.defaults().withLowWaterBytes(Limits.defaults().highWaterBytes()), 12 << 20);
  }

  @Test
  void echoWithTheLeastOfAll() throws Exception {
    echo(
        new Limits(1, 0, 1 + READ_BUFFER, 1 << 20, 64 << 10, 256 << 10, 256 << 10, 1 << 20),
        12 << 20);
  }

  @Test
  void boundariesOfFullAndTooLarge() throws Exception {
    Limits limits = Limits.defaults().withHardLimitBytes(200_000);
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      int[] writable = new int[1];
      ReadWriteFixture.Pair pair =
          f.open(
              limits,
              new ConnectionHandler() {
                @Override
                public void onData(Connection c, ByteBuffer data) {}

                @Override
                public void onWritable(Connection c) {
                  writable[0]++;
                }
              });
      Connection c = pair.connection;
      ByteBuffer tooLarge = ByteBuffer.allocate(200_001);
      assertEquals(WriteResult.TOO_LARGE, c.write(tooLarge));
      assertEquals(0, tooLarge.position());
      assertEquals(0, c.queuedBytes());
      ByteBuffer all = ReadWriteFixture.bytes(0, 200_000);
      assertEquals(WriteResult.ACCEPTED, c.write(all));
      assertEquals(200_000, c.queuedBytes());
      ByteBuffer one = ByteBuffer.allocate(3).position(1).limit(2);
      assertEquals(WriteResult.FULL, c.write(one));
      assertEquals(1, one.position());
      assertEquals(2, one.limit());
      assertEquals(WriteResult.ACCEPTED, c.write(ByteBuffer.allocate(0)), "nothing always fits");
      assertEquals(WriteResult.TOO_LARGE, c.write(tooLarge), "also while full");
      for (int i = 0; i < 3; i++) {
        pair.channel.takes.add(0);
      }
      for (int i = 0; i < 3; i++) {
        f.loop.turn(1_000_000);
        assertEquals(0, writable[0]);
      }
      f.until("all", () -> pair.peer.has(200_000));
      f.settle();
      assertEquals(1, writable[0]);
      c.shutdownOutput();
      assertEquals(WriteResult.CLOSED, c.write(one));
      assertEquals(WriteResult.CLOSED, c.write(ByteBuffer.allocate(0)));
      assertEquals(WriteResult.CLOSED, c.write(tooLarge), "closed comes first");
      assertEquals(1, one.position());
      assertEquals(0, tooLarge.position());
    }
  }

  @Test
  void refusedWithLittleQueued() throws Exception {
    // One byte is queued, below the low water mark, and the write needs all of the hard limit:
    // onWritable has to wait for room, not to call as often as a turn allows.
    Limits limits = Limits.defaults().withHardLimitBytes(200_000);
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ByteBuffer large = ReadWriteFixture.bytes(1, 200_000);
      int[] tries = new int[1];
      ReadWriteFixture.Pair pair =
          f.open(
              limits,
              new ConnectionHandler() {
                @Override
                public void onData(Connection c, ByteBuffer data) {
                  data.get();
                  c.write(ReadWriteFixture.bytes(0, 1));
                  onWritable(c);
                }

                @Override
                public void onWritable(Connection c) {
                  if (large.hasRemaining()) {
                    tries[0]++;
                    c.write(large);
                  }
                }
              });
      for (int i = 0; i < 10; i++) {
        pair.channel.takes.add(0);
      }
      pair.peer.send((byte) 1);
      f.until("all", () -> pair.peer.has(200_001));
      assertEquals(2, tries[0], "once in vain, and once with room");
    }
  }

  @Test
  void requestsInOnePieceWithLargeAnswers() throws Exception {
    // A handler that answers what it reads needs no code for back-pressure, also where one read
    // brought a thousand requests.
    int answer = 10_000;
    int requests = 1000;
    Limits limits = Limits.defaults();
    long[] most = new long[1];
    int[] answered = new int[1];
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair =
          f.open(
              limits,
              (c, data) -> {
                data.get();
                assertEquals(
                    WriteResult.ACCEPTED,
                    c.write(ReadWriteFixture.bytes((long) answered[0]++ * answer, answer)));
                most[0] = Math.max(most[0], c.queuedBytes());
              },
              4096,
              4096);
      pair.peer.send(ByteBuffer.allocate(requests));
      f.settle();
      assertTrue(answered[0] > 0 && answered[0] < requests, "held back after " + answered[0]);
      f.until("all", () -> pair.peer.has((long) answer * requests));
      long bound =
          (long) limits.highWaterBytes() + answer + ReadWriteFixture.OPTIONS.stagingBytes();
      assertTrue(most[0] <= bound, most[0] + " held, bound " + bound);
    }
  }

  @Test
  void unconsumedAfterFullIsOfferedAgain() throws Exception {
    Limits limits = Limits.defaults().withHardLimitBytes(128 << 10);
    List<WriteResult> results = new ArrayList<>();
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair =
          f.open(
              limits,
              (c, data) -> {
                if (results.isEmpty()) {
                  assertEquals(WriteResult.ACCEPTED, c.write(ReadWriteFixture.bytes(0, 128 << 10)));
                }
                results.add(c.write(data));
              });
      for (int i = 0; i < 5; i++) {
        pair.channel.takes.add(0);
      }
      pair.peer.send(ReadWriteFixture.bytes(128 << 10, 5_000));
      f.until("all", () -> pair.peer.has((128 << 10) + 5_000));
      assertEquals(List.of(WriteResult.FULL, WriteResult.ACCEPTED), results);
      assertEquals(0, f.loop.memory.pool.lentBytes());
    }
  }
}
