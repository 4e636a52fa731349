package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.failure.FailureTexts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random writes of all four sorts and a kernel that takes what it likes, against the stream of
 * bytes that was accepted.
 */
@Timeout(60)
class OutboundQueueModelTest {
  private static final int FILE_BYTES = 100_000;

  @TempDir Path directory;

  @Test
  void theKernelGetsTheBytesInOrderAndAllMemoryComesBack() throws Exception {
    byte[] content = new byte[FILE_BYTES];
    new SplittableRandom(0).nextBytes(content);
    Path file = Files.write(directory.resolve("file"), content);
    int[] emptied = new int[1];
    Seeds.each(
        10,
        random -> {
          boolean direct = random.nextBoolean();
          LoopMemory memory =
              new LoopMemory(
                  LoopOptions.defaults()
                      .withFailureTexts(FailureTexts.none())
                      .withReadBufferBytes(1 << 10)
                      .withStagingBytes(1 << 10)
                      .withChunkBytes(4 << 10)
                      .withPooledBytes(random.nextInt(64 << 10))
                      .withBuffers(direct ? ByteBuffer::allocateDirect : ByteBuffer::allocate));
          for (int run = 0; run < 20; run++) {
            Episode episode = new Episode(random, memory, file, content);
            for (int step = 0; step < 100; step++) {
              episode.step();
              emptied[0] += episode.queue.isEmpty() ? 1 : 0;
            }
            episode.end();
          }
        });
    assertTrue(emptied[0] > 0 || System.getProperty("millrace.seed") != null, "never empty");
  }

  private static final class Episode {
    final OutboundQueue queue;
    private final SplittableRandom random;
    private final LoopMemory memory;
    private final Path file;
    private final byte[] content;
    private final ReadWriteFixture.Scripted kernel = ReadWriteFixture.Scripted.sink();
    private final ByteArrayOutputStream accepted = new ByteArrayOutputStream();
    private final List<FileRegion> regions = new ArrayList<>();

    Episode(SplittableRandom random, LoopMemory memory, Path file, byte[] content)
        throws IOException {
      this.random = random;
      this.memory = memory;
      this.file = file;
      this.content = content;
      this.queue = new OutboundQueue(memory);
    }

    void step() throws IOException {
      switch (random.nextInt(8)) {
        case 0, 1 -> queue.append(bytes());
        case 2 -> {
          ByteBuffer source = bytes();
          queue.reserve(source.remaining());
          long lent = memory.pool.lentBytes();
          queue.append(source);
          assertEquals(lent, memory.pool.lentBytes(), "what was reserved was not enough");
        }
        case 3 -> queue.give(owned());
        case 4 -> region();
        default -> flush();
      }
      long waiting = (long) accepted.size() - kernel.sink.size();
      long inFiles = regions.stream().mapToLong(FileRegion::remaining).sum();
      assertEquals(waiting, queue.bytes() + inFiles);
      // A region of no bytes waits like the others, though it has nothing to wait for.
      assertEquals(waiting == 0 && queue.regions() == 0, queue.isEmpty());
      assertTrue(queue.heldBytes() >= queue.bytes());
      assertEquals(queue.heldBytes(), memory.heldBytes());
    }

    private byte[] random(int n) {
      byte[] bytes = new byte[n];
      random.nextBytes(bytes);
      accepted.writeBytes(bytes);
      return bytes;
    }

    private int size() {
      return random.nextInt(1 << random.nextInt(15));
    }

    private ByteBuffer bytes() {
      return ByteBuffer.wrap(random(size()));
    }

    /** Direct or not, and with something around the bytes that nobody may send. */
    private ByteBuffer owned() {
      byte[] bytes = random(random.nextInt(8) == 0 ? 70_000 + random.nextInt(70_000) : size());
      int before = random.nextInt(10);
      int capacity = before + bytes.length + random.nextInt(10);
      ByteBuffer owned =
          random.nextBoolean()
              ? ByteBuffer.allocate(capacity)
              : ByteBuffer.allocateDirect(capacity);
      return owned.position(before).put(bytes).flip().position(before);
    }

    private void region() throws IOException {
      if (queue.regions() < 5) {
        int from = random.nextInt(FILE_BYTES + 1);
        int n = random.nextInt(Math.min(FILE_BYTES - from, 20_000) + 1);
        FileRegion region = FileRegion.open(file, from, n);
        regions.add(region);
        queue.give(region);
        accepted.write(content, from, n);
      }
    }

    private void flush() throws IOException {
      kernel.takes.clear();
      int full = random.nextInt(4);
      for (int i = 0; i < full; i++) {
        kernel.takes.add(random.nextInt(20_000));
      }
      boolean fails = random.nextInt(6) == 0;
      if (fails) {
        kernel.thenThrow = new IOException("the kernel fails");
      } else if (random.nextBoolean()) {
        kernel.takes.add(0);
      }
      long budget = 1L + random.nextInt(200_000);
      int before = kernel.sink.size();
      try {
        long taken = queue.flush(kernel, budget);
        assertEquals(taken, queue.taken());
      } catch (IOException e) {
        assertEquals("the kernel fails", e.getMessage());
        assertTrue(fails);
      }
      kernel.thenThrow = null;
      kernel.takes.clear();
      assertEquals(kernel.sink.size() - before, queue.taken());
      assertTrue(queue.taken() <= budget, "more than the budget");
      for (ByteBuffer vector : memory.vectors) {
        assertSame(null, vector, "a buffer is still held by the loop");
      }
    }

    /** Half of the runs send the rest, the others give up: in both cases nothing is held. */
    void end() throws IOException {
      if (random.nextBoolean()) {
        queue.flush(kernel, Long.MAX_VALUE);
        assertTrue(queue.isEmpty());
        assertArrayEquals(accepted.toByteArray(), kernel.sink.toByteArray());
      } else {
        byte[] sent = kernel.sink.toByteArray();
        assertArrayEquals(Arrays.copyOf(accepted.toByteArray(), sent.length), sent);
      }
      queue.release();
      assertTrue(queue.isEmpty());
      assertEquals(0, queue.bytes());
      assertEquals(0, queue.regions());
      assertEquals(0, queue.heldBytes());
      assertEquals(0, memory.heldBytes());
      assertEquals(0, memory.pool.lentBytes());
      kernel.close();
    }
  }
}
