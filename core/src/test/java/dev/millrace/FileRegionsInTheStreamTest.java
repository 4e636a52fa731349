package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.failure.FailureKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files sent by the kernel, between writes, and whose they are when. */
@Timeout(60)
class FileRegionsInTheStreamTest {
  private static final int SIZE = 100_000;

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void makeFile() throws IOException {
    file = directory.resolve("stream");
    Files.write(file, ReadWriteFixture.array(0, SIZE));
  }

  private FileRegion region(long position, long count) {
    try {
      return FileRegion.open(file, position, count);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many descriptors of this process stand for the file. */
  private long openDescriptors() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(
              fd -> {
                try {
                  return Files.readSymbolicLink(fd).equals(file.toRealPath());
                } catch (IOException e) {
                  return false; // gone since it was listed
                }
              })
          .count();
    }
  }

  /** A connection that does this when a byte comes, on the channel of the JDK itself. */
  private static ReadWriteFixture.Pair onRequest(
      ReadWriteFixture f, java.util.function.Consumer<Connection> answer) throws IOException {
    f.plain = true;
    return f.open(
        Limits.defaults(),
        (c, data) -> {
          data.position(data.limit());
          answer.accept(c);
        },
        4096,
        4096);
  }

  @Test
  void whole() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair =
          onRequest(
              f,
              c -> {
                try {
                  assertEquals(WriteResult.ACCEPTED, c.write(FileRegion.open(file)));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      pair.peer.send((byte) 1);
      f.until("the file", () -> pair.peer.has(SIZE));
      f.settle();
      assertEquals(0, openDescriptors());
      assertEquals(0, pair.connection.queuedBytes());
    }
  }

  @Test
  void partsAndNothingBetweenWritesInOrder() throws Exception {
    List<String> told = new ArrayList<>();
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair =
          onRequest(
              f,
              c -> {
                c.write(ReadWriteFixture.bytes(0, 10), (x, ok) -> told.add("a" + ok));
                c.write(region(10, 20_000), (x, ok) -> told.add("b" + ok));
                c.write(region(500, 0), (x, ok) -> told.add("c" + ok));
                c.write(ReadWriteFixture.bytes(20_010, 20_000), (x, ok) -> told.add("d" + ok));
                c.write(region(40_010, 1), (x, ok) -> told.add("e" + ok));
                c.write(region(40_011, SIZE - 40_011), (x, ok) -> told.add("f" + ok));
                c.write(ReadWriteFixture.bytes(SIZE, 5), (x, ok) -> told.add("g" + ok));
                c.write(region(SIZE, 0), (x, ok) -> told.add("h" + ok));
              });
      pair.peer.send((byte) 1);
      f.until("all", () -> pair.peer.has(SIZE + 5) && told.size() == 8);
      assertEquals(
          List.of("atrue", "btrue", "ctrue", "dtrue", "etrue", "ftrue", "gtrue", "htrue"), told);
      assertEquals(0, openDescriptors());
    }
  }

  @Test
  void emptyAlone() throws Exception {
    List<Boolean> told = new ArrayList<>();
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair =
          onRequest(f, c -> c.write(region(7, 0), (x, handed) -> told.add(handed)));
      pair.peer.send((byte) 1);
      f.until("told", () -> !told.isEmpty());
      assertEquals(List.of(true), told);
      assertEquals(0, openDescriptors());
    }
  }

  @Test
  void twentyMebibytesToASlowReaderWhileOthersAreServed() throws Exception {
    int size = 20 << 20;
    file = directory.resolve("large");
    Files.write(file, ReadWriteFixture.array(0, size));
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair other = f.open(Limits.defaults(), (c, data) -> c.write(data));
      f.plain = true;
      ReadWriteFixture.Pair pair =
          f.open(
              Limits.defaults(),
              (c, data) -> {
                data.position(data.limit());
                c.write(region(0, size));
              });
      pair.peer.send((byte) 1);
      int asked = 0;
      long before = 0;
      for (int turns = 0; pair.peer.received < size; turns++) {
        assertTrue(turns < 100_000);
        other.peer.send(ReadWriteFixture.bytes(asked, 1));
        f.loop.turn(1_000_000);
        asked++;
        assertTrue(other.peer.has(asked), "the other is served in each turn");
        long left = f.loop.memory.heldBytes();
        assertEquals(0, left, "nothing of it passes through our memory");
        before += pair.peer.read(100_000);
      }
      assertEquals(size, before);
      assertEquals(-1, pair.peer.wrongAt);
      assertTrue(asked >= size / Limits.defaults().writeBudgetBytes(), "turns " + asked);
      f.settle();
      assertEquals(0, openDescriptors());
    }
  }

  @Test
  void abortClosesThemAll() throws Exception {
    List<Boolean> told = new ArrayList<>();
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair =
          onRequest(
              f,
              c -> {
                for (int i = 0; i < 3; i++) {
                  c.write(region(0, SIZE), (x, handed) -> told.add(handed));
                }
              });
      pair.peer.send((byte) 1);
      f.settle();
      assertEquals(3, openDescriptors());
      pair.connection.abort();
      f.until("closed", () -> pair.record() != null);
      assertEquals(0, openDescriptors());
      assertEquals(List.of(false, false, false), told);
      CloseRecord record = pair.record();
      assertEquals(3L * SIZE, record.bytesUnsent() + record.bytesHandedToKernel());
    }
  }

  @Test
  void refusedItStaysTheCallers() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      List<WriteResult> results = new ArrayList<>();
      ReadWriteFixture.Pair pair =
          onRequest(
              f,
              c -> {
                c.write(ByteBuffer.allocate(5_000_000));
                for (int i = 0; i < 65; i++) {
                  FileRegion region = region(0, 10);
                  WriteResult result = c.write(region);
                  results.add(result);
                  if (result != WriteResult.ACCEPTED) {
                    assertEquals(10, region.remaining());
                    region.close();
                  }
                }
              });
      pair.peer.send((byte) 1);
      f.settle();
      assertEquals(64, openDescriptors());
      assertEquals(WriteResult.FULL, results.remove(64));
      assertTrue(results.stream().allMatch(r -> r == WriteResult.ACCEPTED));
      pair.connection.close();
      FileRegion late = region(0, 10);
      assertEquals(WriteResult.CLOSED, pair.connection.write(late));
      assertEquals(65, openDescriptors());
      late.close();
      late.close();
      assertEquals(64, openDescriptors());
      pair.connection.abort();
      f.settle();
      assertEquals(0, openDescriptors());
    }
  }

  @Test
  void theFileShrinks() throws Exception {
    List<String> told = new ArrayList<>();
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair =
          onRequest(
              f,
              c -> {
                c.write(ReadWriteFixture.bytes(0, 10), (x, handed) -> told.add("head " + handed));
                c.write(region(10, SIZE - 10), (x, handed) -> told.add("file " + handed));
                try (FileChannel w = FileChannel.open(file, StandardOpenOption.WRITE)) {
                  w.truncate(1000);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      pair.peer.send((byte) 1);
      f.until("closed", () -> pair.record() != null);
      assertEquals(FailureKind.FILE_TRUNCATED, pair.record().kind());
      assertEquals(List.of("head true", "file false"), told);
      assertEquals(1000, pair.record().bytesHandedToKernel());
      assertEquals(SIZE - 1000, pair.record().bytesUnsent());
      assertEquals(0, openDescriptors());
      f.until(
          "a reset",
          () -> {
            pair.peer.readAll();
            return pair.peer.failure != null || pair.peer.ended;
          });
      assertTrue(pair.peer.failure != null, "a truncated answer must not look like a whole one");
    }
  }

  @Test
  void theFileShrinksBehindQueuedBytes() throws Exception {
    // Bytes and region leave in one flush: what went before the failure counts as handed over.
    List<String> told = new ArrayList<>();
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair = f.open(Limits.defaults(), (c, data) -> {});
      f.settle();
      Connection c = pair.connection;
      c.write(ReadWriteFixture.bytes(0, 10), (x, handed) -> told.add("head " + handed));
      c.write(region(SIZE - 10, 10), (x, handed) -> told.add("file " + handed));
      try (FileChannel w = FileChannel.open(file, StandardOpenOption.WRITE)) {
        w.truncate(0);
      }
      f.until("closed", () -> pair.record() != null);
      assertEquals(List.of("head true", "file false"), told);
      assertEquals(10, pair.record().bytesHandedToKernel());
      assertEquals(10, pair.record().bytesUnsent());
    }
  }

  @Test
  void closeDeliversThem() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair =
          onRequest(
              f,
              c -> {
                c.write(region(0, SIZE));
                c.close();
              });
      pair.peer.send((byte) 1);
      f.until("all and the FIN", () -> pair.peer.has(SIZE) && pair.peer.ended);
      pair.peer.channel.close();
      f.until("closed", () -> pair.record() != null);
      assertNull(pair.record().cause());
      assertEquals(SIZE, pair.record().bytesHandedToKernel());
      assertEquals(0, openDescriptors());
    }
  }

  @Test
  void headAndRegionTogether() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair =
          onRequest(
              f,
              c -> {
                c.write(ReadWriteFixture.bytes(0, 3), region(3, 20));
                c.write(ByteBuffer.allocate(0), region(23, SIZE - 23));
              });
      pair.peer.send((byte) 1);
      f.until("all", () -> pair.peer.has(SIZE));
      assertEquals(0, openDescriptors());
    }
  }

  /** Where one of the two can't be had, nothing of the other is. */
  @Test
  void headOrRegionRefusedIsBothRefused() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      List<WriteResult> results = new ArrayList<>();
      ReadWriteFixture.Pair pair =
          onRequest(
              f,
              c -> {
                c.write(ByteBuffer.allocate(5_000_000)); // more than the kernel takes
                FileRegion region = region(0, 10);
                ByteBuffer head = ByteBuffer.allocate(Limits.defaults().hardLimitBytes());
                results.add(c.write(head, region));
                assertEquals(head.capacity(), head.remaining());
                ByteBuffer never = ByteBuffer.allocate(Limits.defaults().hardLimitBytes() + 1);
                results.add(c.write(never, region));
                region.close();
                for (int i = 0; i < 64; i++) {
                  assertEquals(WriteResult.ACCEPTED, c.write(region(0, 10)));
                }
                long queued = c.queuedBytes();
                FileRegion another = region(0, 10);
                results.add(c.write(ByteBuffer.allocate(5), another));
                assertEquals(queued, c.queuedBytes());
                another.close();
              });
      pair.peer.send((byte) 1);
      f.settle();
      assertEquals(List.of(WriteResult.FULL, WriteResult.TOO_LARGE, WriteResult.FULL), results);
      pair.connection.abort();
      f.settle();
      assertEquals(0, openDescriptors());
    }
  }

  @Test
  void onWritableAfterTooManyRegions() throws Exception {
    int[] writable = new int[1];
    int[] sent = new int[1];
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair =
          f.open(
              Limits.defaults(),
              new ConnectionHandler() {
                @Override
                public void onData(Connection c, ByteBuffer data) {
                  data.position(data.limit());
                  more(c);
                }

                @Override
                public void onWritable(Connection c) {
                  writable[0]++;
                  more(c);
                }

                private void more(Connection c) {
                  while (sent[0] < 200) {
                    FileRegion next = region(sent[0] * 10L, 10);
                    if (c.write(next) != WriteResult.ACCEPTED) {
                      next.close();
                      return;
                    }
                    sent[0]++;
                  }
                }
              });
      pair.peer.send((byte) 1);
      f.until("all", () -> pair.peer.has(2000));
      assertTrue(writable[0] >= 3, "times " + writable[0]);
      assertEquals(0, openDescriptors());
    }
  }
}
