package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.failure.FailureKind;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many connections whose peers don't read, on a loop whose memory for output is bounded. */
@Timeout(60)
class LoopBudgetUsedUpTest {
  private static final long BUDGET = 1 << 20;
  private static final Limits LIMITS = Limits.defaults().withHardLimitBytes(1 << 20);

  private static LoopOptions options(Duration stall) {
    return ReadWriteFixture.OPTIONS.withBudgetBytes(BUDGET).withBudgetStallTimeout(stall);
  }

  /** Writes its stream in steps, as far as it is let, and goes on in onWritable. */
  private static final class Writer implements ConnectionHandler {
    final int total;
    final int step;
    int written;
    int full;
    int writable;

    Writer(int total, int step) {
      this.total = total;
      this.step = step;
    }

    @Override
    public void onData(Connection c, ByteBuffer data) {
      data.position(data.limit());
      more(c);
    }

    @Override
    public void onWritable(Connection c) {
      writable++;
      more(c);
    }

    private void more(Connection c) {
      while (written < total) {
        int n = Math.min(step, total - written);
        if (c.write(ReadWriteFixture.bytes(written, n)) != WriteResult.ACCEPTED) {
          full++;
          return;
        }
        written += n;
      }
    }
  }

  @Test
  void everybodyGoesOnWhenThereIsRoomAgain() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture(options(Duration.ZERO))) {
      List<Writer> writers = new ArrayList<>();
      List<ReadWriteFixture.Pair> pairs = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        Writer writer = new Writer(300_000, 10_000);
        writers.add(writer);
        pairs.add(f.open(LIMITS, writer, 4096, 4096));
        pairs.get(i).peer.send((byte) 1);
      }
      f.settle();
      LoopMemory memory = f.loop.memory;
      assertTrue(
          memory.heldBytes() <= BUDGET + 20L * f.loop.options().chunkBytes(),
          "held " + memory.heldBytes());
      for (int i = 0; i < 20; i++) {
        Connection c = pairs.get(i).connection;
        assertEquals(
            WriteResult.FULL, c.write(ByteBuffer.allocate((int) BUDGET)), "no room for all of it");
      }
      assertTrue(memory.isPressed());
      f.settle();
      // Reading is paused wherever bytes are queued, and nowhere else.
      for (ReadWriteFixture.Pair pair : pairs) {
        pair.peer.send((byte) 1);
      }
      int[] before = pairs.stream().mapToInt(p -> p.channel.readCalls).toArray();
      f.settle();
      for (int i = 0; i < 20; i++) {
        if (pairs.get(i).connection.queuedBytes() > 0) {
          assertEquals(before[i], pairs.get(i).channel.readCalls, "paused " + i);
        }
      }
      f.until(
          "all is delivered",
          () -> {
            boolean all = true;
            for (ReadWriteFixture.Pair pair : pairs) {
              all &= pair.peer.has(300_000);
            }
            return all;
          });
      f.settle();
      for (int i = 0; i < 20; i++) {
        assertTrue(writers.get(i).writable > 0);
        assertEquals(300_000, writers.get(i).written);
        assertEquals(0, pairs.get(i).connection.queuedBytes());
      }
      assertFalse(memory.isPressed());
      assertEquals(0, memory.heldBytes());
    }
  }

  @Test
  void releasedAtThreeQuartersAndNotBefore() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture(options(Duration.ZERO))) {
      Writer writer = new Writer(0, 1);
      ReadWriteFixture.Pair holder = f.open(LIMITS, (c, data) -> {});
      ReadWriteFixture.Pair other = f.open(LIMITS, writer);
      f.settle();
      int chunk = f.loop.options().chunkBytes();
      int chunks = (int) (BUDGET / chunk);
      assertEquals(
          WriteResult.ACCEPTED, holder.connection.write(ReadWriteFixture.bytes(0, (int) BUDGET)));
      assertEquals(WriteResult.FULL, other.connection.write(ByteBuffer.allocate(1)));
      for (int i = 0; i < chunks / 4 - 1; i++) {
        holder.channel.takes.add(chunk);
      }
      holder.channel.takes.addAll(List.of(chunk - 1, 0, 1));
      for (int i = 0; i < 10; i++) {
        holder.channel.takes.add(0);
      }
      f.until("one byte above", () -> holder.channel.takes.size() <= 11);
      assertEquals(0, writer.writable, "not before");
      f.until("the byte", () -> holder.channel.takes.size() <= 10);
      f.until("onWritable", () -> writer.writable == 1);
      assertTrue(holder.connection.queuedBytes() == BUDGET / 4 * 3);
      assertEquals(WriteResult.ACCEPTED, other.connection.write(ReadWriteFixture.bytes(0, 1)));
      f.until("delivered", () -> other.peer.has(1) && holder.peer.has(BUDGET));
    }
  }

  @Test
  void theLargestWithoutProgressIsCut() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture(options(Duration.ofSeconds(10)))) {
      Writer waiting = new Writer(120_000, 120_000);
      ReadWriteFixture.Pair small = f.open(LIMITS, (c, data) -> {}, 4096, 4096);
      ReadWriteFixture.Pair large = f.open(LIMITS, (c, data) -> {}, 4096, 4096);
      ReadWriteFixture.Pair moving = f.open(LIMITS, (c, data) -> {});
      ReadWriteFixture.Pair other = f.open(LIMITS, waiting);
      small.connection.write(ReadWriteFixture.bytes(0, 100_000));
      large.connection.write(ReadWriteFixture.bytes(0, 350_000));
      moving.connection.write(ReadWriteFixture.bytes(0, 500_000));
      for (int i = 0; i < 5000; i++) {
        moving.channel.takes.add(1);
      }
      other.peer.send((byte) 1);
      f.until("full", () -> waiting.full > 0);
      turns(f);
      f.nowNanos += Duration.ofSeconds(9).toNanos();
      turns(f);
      assertTrue(f.records.isEmpty(), "not before the time-out");
      assertEquals(0, waiting.writable);
      f.nowNanos += Duration.ofMillis(990).toNanos();
      f.loop.turn(0); // moves the one that moves
      f.nowNanos += Duration.ofMillis(30).toNanos();
      f.until("one is cut", () -> !f.records.isEmpty());
      assertEquals(FailureKind.LOOP_BUDGET, large.record().kind());
      assertEquals(EndedBy.LIMIT, large.record().endedBy());
      assertTrue(large.record().bytesUnsent() > 0);
      f.until("the one that waited goes on", () -> other.peer.has(120_000));
      assertNull(small.record());
      assertNull(moving.record());
      f.nowNanos += Duration.ofSeconds(15).toNanos();
      turns(f);
      assertNull(small.record(), "there is room again, so nobody else is cut");
    }
  }

  /** A few turns: with one that moves byte by byte the loop is never at rest. */
  private static void turns(ReadWriteFixture f) {
    for (int i = 0; i < 20; i++) {
      f.loop.turn(0);
    }
  }

  @Test
  @Timeout(20) // below the first wake-up of any timer, which would tell it too
  void roomThatAnEndMakesIsToldAtOnce() throws Exception {
    // Nothing else happens on this loop: it must not sleep before it has told.
    try (ReadWriteFixture f = new ReadWriteFixture(options(Duration.ZERO))) {
      Writer waiting = new Writer(50_000, 50_000);
      Limits limits = LIMITS;
      ReadWriteFixture.Pair holder = f.open(limits, (c, data) -> {}, 4096, 4096);
      ReadWriteFixture.Pair other = f.open(limits, waiting);
      holder.connection.write(ReadWriteFixture.bytes(0, 1 << 20));
      other.peer.send((byte) 1);
      f.until("full", () -> waiting.full > 0);
      f.settle();
      holder.connection.abort();
      f.loop.turn(0);
      assertEquals(0, waiting.writable, "the room is made in the last phase of a turn");
      f.loop.turn(Long.MAX_VALUE);
      assertEquals(1, waiting.writable);
    }
  }
}
