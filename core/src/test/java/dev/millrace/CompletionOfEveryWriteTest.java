package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.guard.ExpectedLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

/** Every accepted write that asked for it is told its end: once, in order, before onClosed. */
@Timeout(60)
class CompletionOfEveryWriteTest {
  private final List<String> told = new ArrayList<>();

  private WriteCompletion named(int name) {
    return (c, handed) -> told.add(name + (handed ? "+" : "-"));
  }

  private ConnectionHandler telling(ConnectionHandler handler) {
    return new ConnectionHandler() {
      @Override
      public void onData(Connection connection, ByteBuffer data) {
        handler.onData(connection, data);
        told.add("returned");
      }

      @Override
      public void onClosed(Connection connection, CloseRecord record) {
        told.add("closed");
      }
    };
  }

  @Test
  void inOrderAndAfterTheCallback() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair =
          f.open(
              Limits.defaults(),
              telling(
                  (c, data) -> {
                    data.get();
                    c.write(ReadWriteFixture.bytes(0, 10), named(1));
                    c.write(ReadWriteFixture.bytes(10, 0), named(2));
                    c.write(ReadWriteFixture.bytes(10, 10));
                    c.write(ReadWriteFixture.bytes(20, 10), named(3));
                  }));
      pair.peer.send((byte) 1);
      f.until("all told", () -> told.size() >= 4);
      f.settle();
      assertEquals(List.of("returned", "1+", "2+", "3+"), told);
      assertTrue(pair.peer.has(30));
    }
  }

  @Test
  void onlyWhenTheKernelTookTheLastByte() throws Exception {
    for (int k = 0; k <= 30; k++) {
      told.clear();
      try (ReadWriteFixture f = new ReadWriteFixture()) {
        ReadWriteFixture.Pair pair =
            f.open(
                Limits.defaults(),
                (c, data) -> {
                  data.get();
                  c.write(ReadWriteFixture.bytes(0, 10), named(1));
                  c.write(ReadWriteFixture.bytes(10, 20), named(2));
                });
        pair.channel.takes.add(k);
        pair.peer.send((byte) 1);
        f.until("the write call", () -> pair.channel.writeCalls > 0);
        assertEquals(k < 10 ? List.of() : k < 30 ? List.of("1+") : List.of("1+", "2+"), told);
        f.until("the rest", () -> told.size() == 2);
        assertEquals(List.of("1+", "2+"), told);
      }
    }
  }

  @Test
  void falseOnAbort() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair =
          f.open(
              Limits.defaults(),
              telling(
                  (c, data) -> {
                    data.get();
                    c.write(ReadWriteFixture.bytes(0, 10), named(1));
                    c.write(ReadWriteFixture.bytes(10, 10), named(2));
                    c.write(ReadWriteFixture.bytes(20, 0), named(3));
                  }));
      pair.channel.takes.addAll(List.of(15, 0, 0, 0, 0));
      pair.peer.send((byte) 1);
      f.until("the first", () -> told.contains("1+"));
      pair.connection.abort();
      f.settle();
      assertEquals(List.of("returned", "1+", "2-", "3-", "closed"), told);
      CloseRecord record = pair.record();
      assertEquals(15, record.bytesHandedToKernel());
      assertEquals(5, record.bytesUnsent());
      assertEquals(2, record.writesFailed());
    }
  }

  @Test
  void falseOnReset() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      int[] n = new int[1];
      ReadWriteFixture.Pair pair =
          f.open(
              Limits.defaults(),
              telling(
                  (c, data) -> {
                    data.get();
                    for (n[0] = 0; n[0] < 12; n[0]++) {
                      c.write(ByteBuffer.allocate(1 << 20), named(n[0]));
                    }
                  }),
              4096,
              4096);
      pair.peer.send((byte) 1);
      f.until("written", () -> n[0] == 12);
      pair.peer.reset();
      f.until("closed", () -> pair.record() != null);
      List<String> expected = new ArrayList<>(List.of("returned"));
      IntStream.range(0, 12).forEach(i -> expected.add(i + "-"));
      expected.add("closed");
      assertEquals(expected, told);
      assertEquals(12, pair.record().writesFailed());
    }
  }

  @Test
  void trueForWhatWasTakenBeforeTheWriteThatFailed() throws Exception {
    // One flush makes several calls; the first succeeds and a later one throws.
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair =
          f.open(
              Limits.defaults(),
              telling(
                  (c, data) -> {
                    data.get();
                    c.write(ReadWriteFixture.bytes(0, 10));
                  }));
      pair.channel.takes.add(0);
      pair.peer.send((byte) 1);
      f.until("one is queued", () -> pair.connection.queuedBytes() == 10);
      // More than fits one gathering call, so that the flush needs two.
      Sender sender = pair.connection.sender();
      for (int i = 0; i < LoopMemory.MAX_VECTORS + 50; i++) {
        assertEquals(
            WriteResult.ACCEPTED, sender.send(ReadWriteFixture.directBytes(10 + i, 1), named(i)));
      }
      // The sender's own task brings them; until then the kernel takes nothing.
      pair.channel.takes.addAll(java.util.Collections.nCopies(20, 0));
      f.until(
          "all are queued",
          () -> pair.connection.queuedBytes() == 10 + LoopMemory.MAX_VECTORS + 50);
      pair.channel.takes.clear();
      pair.channel.takes.add(10 + LoopMemory.MAX_VECTORS - 1);
      pair.channel.thenThrow = new IOException("gone");
      f.until("closed", () -> pair.record() != null);
      CloseRecord record = pair.record();
      assertEquals(
          List.of(0, 1, 2),
          List.of(
              pair.channel.takes.size(),
              told.contains((LoopMemory.MAX_VECTORS - 2) + "+") ? 1 : 0,
              told.contains((LoopMemory.MAX_VECTORS - 1) + "-") ? 2 : 0));
      assertEquals(10 + LoopMemory.MAX_VECTORS - 1, record.bytesHandedToKernel());
      assertEquals(51, record.bytesUnsent());
      assertEquals(51, record.writesFailed());
    }
  }

  private void nested(int size, int times) throws Exception {
    int[] count = new int[1];
    int[] deepest = new int[1];
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair other = f.open(Limits.defaults(), (c, data) -> c.write(data));
      ByteBuffer piece = ByteBuffer.allocateDirect(size);
      WriteCompletion again =
          new WriteCompletion() {
            @Override
            public void onHandedToKernel(Connection c, boolean handed) {
              assertTrue(handed);
              if (count[0] % 1000 == 0) {
                deepest[0] = Math.max(deepest[0], new Throwable().getStackTrace().length);
              }
              if (++count[0] < times) {
                assertEquals(WriteResult.ACCEPTED, c.write(piece.clear(), this));
              }
            }
          };
      ReadWriteFixture.Pair pair =
          f.open(
              Limits.defaults(),
              (c, data) -> {
                data.get();
                c.write(piece.clear(), again);
              });
      int depth = new Throwable().getStackTrace().length;
      pair.peer.send((byte) 1);
      f.until("the first", () -> count[0] > 0);
      int served = 0;
      ByteBuffer in = ByteBuffer.allocateDirect(1 << 16);
      for (int turns = 0; count[0] < times; turns++) {
        assertTrue(turns < 10 * times, "no progress");
        if (served < 100) {
          assertTrue(count[0] < times, "the other was starved");
          other.peer.send(ReadWriteFixture.bytes(served, 1));
          f.loop.turn(1_000_000);
          served++;
          assertTrue(other.peer.has(served), "in the same turn");
        } else {
          f.loop.turn(1_000_000);
        }
        int n = size;
        while (n > 0) {
          n = pair.peer.channel.read(in.clear());
        }
      }
      f.settle();
      assertEquals(times, count[0], "each once");
      assertTrue(deepest[0] < depth + 20, "depth " + deepest[0]);
      assertEquals(100, served);
    }
  }

  @Test
  void millionNestedWrites() throws Exception {
    nested(1, 1_000_000);
  }

  @Test
  void millionNestedWritesOfNothing() throws Exception {
    nested(0, 1_000_000);
  }

  @Test
  void noMoreThan65536Outstanding() throws Exception {
    int[] accepted = new int[1];
    int[] writable = new int[1];
    int[] done = new int[1];
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair =
          f.open(
              Limits.defaults(),
              new ConnectionHandler() {
                @Override
                public void onData(Connection c, ByteBuffer data) {
                  data.get();
                  c.write(ReadWriteFixture.bytes(0, 100));
                  ByteBuffer empty = ByteBuffer.allocate(0);
                  while (c.write(empty, (x, handed) -> done[0]++) == WriteResult.ACCEPTED) {
                    accepted[0]++;
                  }
                  ByteBuffer one = ReadWriteFixture.bytes(100, 1);
                  assertEquals(WriteResult.FULL, c.write(one, (x, handed) -> done[0]++));
                  assertEquals(1, one.remaining());
                  assertEquals(WriteResult.ACCEPTED, c.write(one), "without a completion");
                }

                @Override
                public void onWritable(Connection c) {
                  writable[0]++;
                }
              });
      for (int i = 0; i < 20; i++) {
        pair.channel.takes.add(0);
      }
      pair.channel.takes.add(99);
      pair.channel.takes.add(0);
      pair.peer.send((byte) 1);
      f.until("written", () -> accepted[0] > 0);
      assertEquals(65_536, accepted[0]);
      while (!pair.channel.takes.isEmpty()) {
        assertEquals(0, writable[0], "no room before one of them is told");
        assertEquals(0, done[0]);
        f.loop.turn(1_000_000);
      }
      f.until("all", () -> pair.peer.has(101));
      f.settle();
      assertEquals(65_536, done[0]);
      assertEquals(1, writable[0]);
    }
  }

  @Test
  void abortInACompletionAfterTheInputEnded() throws Exception {
    List<String> ends = new ArrayList<>();
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair =
          f.open(
              Limits.defaults(),
              new ConnectionHandler() {
                @Override
                public void onData(Connection c, ByteBuffer data) {
                  data.position(data.limit());
                  c.write(ReadWriteFixture.bytes(0, 10), (x, handed) -> x.abort());
                }

                @Override
                public void onInputEnd(Connection c, int unconsumed) {
                  ends.add("input");
                }

                @Override
                public void onClosed(Connection c, CloseRecord record) {
                  ends.add("closed");
                }
              });
      // A full read buffer, so that the FIN is read in the same event, before the completion.
      pair.peer.send(ByteBuffer.allocate(ReadWriteFixture.OPTIONS.readBufferBytes()));
      pair.peer.channel.shutdownOutput();
      f.until("closed", () -> pair.record() != null);
      f.settle();
      assertEquals(List.of("closed"), ends, "nothing but the end after abort");
    }
  }

  @Test
  @ExpectedLog(level = Level.ERROR, containing = "handler threw")
  void completionThatThrows() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair pair =
          f.open(
              Limits.defaults(),
              telling(
                  (c, data) -> {
                    data.get();
                    c.write(
                        ReadWriteFixture.bytes(0, 10),
                        (x, handed) -> {
                          throw new IllegalStateException("thrown by a test");
                        });
                    c.write(ReadWriteFixture.bytes(10, 10), named(2));
                  }));
      pair.channel.takes.add(10);
      pair.peer.send((byte) 1);
      f.until("what was accepted", () -> pair.peer.has(20) && pair.peer.ended);
      pair.peer.channel.close();
      f.until("closed", () -> pair.record() != null);
      assertEquals(List.of("returned", "2+", "closed"), told);
      assertNotNull(pair.record().cause());
      assertFalse(pair.record().isOrderly());
    }
  }
}
