package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The kernel takes a part of what it is offered, and the part may end anywhere. */
@Timeout(120)
class SplitAtEveryByteTest {
  private static final int REQUEST = 40;

  @TempDir Path directory;

  /**
   * Has a request answered by a channel that takes k bytes first, for each k; then byte by byte.
   */
  private static void eachSplit(int answerBytes, ConnectionHandler handler) throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      for (int k = 0; k <= answerBytes; k++) {
        ReadWriteFixture.Pair pair = f.open(Limits.defaults(), handler);
        pair.channel.takes.add(k);
        pair.peer.send(ReadWriteFixture.bytes(0, REQUEST));
        f.until("answer after a split at " + k, () -> pair.peer.has(answerBytes));
        f.settle();
        assertTrue(pair.peer.has(answerBytes), "nothing more comes");
        assertEquals(0, pair.connection.queuedBytes());
        assertEquals(k == answerBytes ? 1 : 2, pair.channel.writeCalls, "calls at " + k);
        pair.connection.abort();
      }
      ReadWriteFixture.Pair pair = f.open(Limits.defaults(), handler);
      for (int i = 0; i < answerBytes; i++) {
        pair.channel.takes.add(1);
      }
      pair.peer.send(ReadWriteFixture.bytes(0, REQUEST));
      f.until("answer byte by byte", () -> pair.peer.has(answerBytes));
      assertEquals(answerBytes, pair.channel.writeCalls);
      pair.connection.abort();
      f.settle();
      assertEquals(0, f.loop.memory.pool.lentBytes(), "all chunks are back");
      assertEquals(0, f.loop.memory.heldBytes());
    }
  }

  @Test
  void stagedByReference() throws Exception {
    eachSplit(REQUEST, (c, data) -> c.write(data));
  }

  @Test
  void stagedByCopy() throws Exception {
    eachSplit(
        60,
        (c, data) -> {
          data.position(data.limit());
          c.write(ReadWriteFixture.bytes(0, 25));
          c.write(ReadWriteFixture.directBytes(25, 35));
        });
  }

  @Test
  void stagedByReferenceAndThenByCopy() throws Exception {
    eachSplit(
        REQUEST + 30,
        (c, data) -> {
          c.write(data);
          c.write(ReadWriteFixture.bytes(REQUEST, 30));
        });
  }

  @Test
  void stagedByCopyAndThenTheBorrowedBuffer() throws Exception {
    // The request stands in the middle of the answer here, so its bytes are those of another place.
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      for (int k = 0; k <= 70; k++) {
        ReadWriteFixture.Pair pair =
            f.open(
                Limits.defaults(),
                (c, data) -> {
                  c.write(ReadWriteFixture.bytes(0, 30));
                  c.write(data);
                });
        pair.channel.takes.add(k);
        pair.peer.send(ReadWriteFixture.bytes(30, 40));
        f.until("answer after a split at " + k, () -> pair.peer.has(70));
        pair.connection.abort();
      }
    }
  }

  @Test
  void queuedChunksAndGivenBuffersAndRegionsInAnyMix() throws Exception {
    long seed = Long.getLong("millrace.seed", System.nanoTime());
    Random random = new Random(seed);
    LoopMemory memory = new LoopMemory(ReadWriteFixture.OPTIONS.withChunkBytes(4096));
    Path file = directory.resolve("stream");
    Files.write(file, ReadWriteFixture.array(0, 100_000));
    for (int round = 0; round < 300; round++) {
      OutboundQueue queue = new OutboundQueue(memory);
      ReadWriteFixture.Scripted channel = ReadWriteFixture.Scripted.sink();
      int offset = 0;
      long inMemory = 0;
      int pieces = 1 + random.nextInt(12);
      for (int i = 0; i < pieces; i++) {
        int n = random.nextInt(4) == 0 ? random.nextInt(9000) : random.nextInt(60);
        switch (random.nextInt(4)) {
          case 0 -> queue.give(ReadWriteFixture.bytes(offset, n));
          case 1 -> queue.give(ReadWriteFixture.directBytes(offset, n));
          case 2 -> queue.append(ReadWriteFixture.bytes(offset, n));
          default -> {
            queue.give(FileRegion.open(file, offset, n));
            inMemory -= n;
          }
        }
        inMemory += n;
        offset += n;
      }
      assertEquals(inMemory, queue.bytes(), "seed " + seed);
      long taken = 0;
      int calls = 0;
      while (!queue.isEmpty()) {
        channel.takes.clear();
        channel.takes.add(random.nextInt(3000));
        if (random.nextBoolean()) {
          channel.takes.add(0);
        }
        taken += queue.flush(channel, 1 + random.nextInt(5000));
        assertTrue(calls++ < 100_000, "no progress, seed " + seed);
      }
      assertEquals(offset, taken, "seed " + seed);
      assertEquals(0, queue.bytes(), "seed " + seed);
      assertEquals(0, queue.heldBytes(), "seed " + seed);
      assertEquals(0, queue.regions(), "seed " + seed);
      assertArrayEquals(
          ReadWriteFixture.array(0, offset), channel.sink.toByteArray(), "seed " + seed);
      channel.close();
    }
    assertEquals(0, memory.pool.lentBytes());
    assertEquals(0, memory.heldBytes());
  }

  @Test
  void everySplitOfAQueueWithAllKindsInIt() throws IOException {
    LoopMemory memory = new LoopMemory(ReadWriteFixture.OPTIONS.withChunkBytes(4096));
    Path file = directory.resolve("stream");
    Files.write(file, ReadWriteFixture.array(0, 200));
    for (int k = 0; k <= 150; k++) {
      OutboundQueue queue = new OutboundQueue(memory);
      queue.append(ReadWriteFixture.bytes(0, 30));
      queue.give(ReadWriteFixture.bytes(30, 30));
      queue.give(ReadWriteFixture.directBytes(60, 30));
      queue.give(FileRegion.open(file, 90, 30));
      queue.append(ReadWriteFixture.bytes(120, 30));
      ReadWriteFixture.Scripted channel = ReadWriteFixture.Scripted.sink();
      int left = k;
      channel.takes.add(Math.min(left, 90));
      left -= Math.min(left, 90);
      channel.takes.add(Math.min(left, 30));
      left -= Math.min(left, 30);
      channel.takes.add(left);
      long first = queue.flush(channel, Long.MAX_VALUE);
      assertEquals(k, first, "a short write ends the flush");
      channel.takes.clear();
      assertEquals(150 - k, queue.flush(channel, Long.MAX_VALUE));
      assertArrayEquals(ReadWriteFixture.array(0, 150), channel.sink.toByteArray());
      assertTrue(queue.isEmpty());
      channel.close();
    }
  }

  @Test
  void budgetThatEndsAnywhere() throws IOException {
    LoopMemory memory = new LoopMemory(ReadWriteFixture.OPTIONS);
    for (int k = 1; k <= 120; k++) {
      OutboundQueue queue = new OutboundQueue(memory);
      queue.append(ReadWriteFixture.bytes(0, 30));
      queue.give(ReadWriteFixture.bytes(30, 60));
      queue.append(ReadWriteFixture.bytes(90, 30));
      ReadWriteFixture.Scripted channel = ReadWriteFixture.Scripted.sink();
      assertEquals(k, queue.flush(channel, k), "never beyond the budget");
      assertEquals(120 - k, queue.bytes());
      assertEquals(120 - k, queue.flush(channel, Long.MAX_VALUE));
      assertArrayEquals(ReadWriteFixture.array(0, 120), channel.sink.toByteArray());
      channel.close();
    }
  }

  @Test
  void realSocketsWithTinyBuffers() throws Exception {
    int size = 3_000_001;
    int[] steps = {1, 7, 512, 2048, 2049, 9000};
    for (int step : steps) {
      int total = step == 1 ? 30_001 : size;
      try (ReadWriteFixture f = new ReadWriteFixture()) {
        ReadWriteFixture.Pair pair =
            f.open(
                Limits.defaults(),
                (c, data) -> {
                  data.position(data.limit());
                  c.write(ReadWriteFixture.bytes(0, total / 3));
                  c.write(ReadWriteFixture.directBytes(total / 3, total - total / 3));
                },
                1024,
                4096);
        pair.peer.send((byte) 1);
        f.until(
            "all bytes in steps of " + step,
            () -> {
              for (int i = 0; i < 64; i++) {
                pair.peer.read(step);
              }
              return pair.peer.received == total;
            });
        assertEquals(-1, pair.peer.wrongAt);
        assertEquals(0, pair.connection.queuedBytes());
      }
    }
  }

  /** What is consumed by a write is the source's position, and nothing of its limit or contents. */
  @Test
  void refusedOrAcceptedTheSourceIsTheCallersAgain() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair = f.open(Limits.defaults(), (c, data) -> {});
      ByteBuffer source = ReadWriteFixture.bytes(0, 100);
      source.limit(60);
      assertEquals(WriteResult.ACCEPTED, pair.connection.write(source));
      assertEquals(60, source.position());
      assertEquals(60, source.limit());
      for (int i = 0; i < 60; i++) {
        source.put(i, (byte) ~source.get(i)); // must not show at the peer
      }
      f.until("60 bytes", () -> pair.peer.has(60));
    }
  }
}
