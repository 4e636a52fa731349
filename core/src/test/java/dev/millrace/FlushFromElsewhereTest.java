package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.millrace.failure.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One connection's callback writes to another, and asks the kernel before the turn is over. */
@Timeout(60)
class FlushFromElsewhereTest {
  /** Runs an action on the second connection in a callback of the first. */
  private static void inCallbackOfAnother(
      ReadWriteFixture f, ReadWriteFixture.Pair target, Consumer<Connection> action)
      throws IOException {
    boolean[] done = {false};
    ReadWriteFixture.Pair caller =
        f.open(
            Limits.defaults(),
            (c, data) -> {
              data.position(data.limit());
              action.accept(target.connection);
              done[0] = true;
            });
    caller.peer.send((byte) 1);
    f.until("the callback", () -> done[0]);
  }

  private static ReadWriteFixture.Pair target(ReadWriteFixture f, Limits limits)
      throws IOException {
    return f.open(limits, (c, data) -> data.position(data.limit()));
  }

  @Test
  void whatTheKernelTakesIsNotQueuedAnyMore() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair target = target(f, Limits.defaults());
      inCallbackOfAnother(
          f,
          target,
          c -> {
            c.write(ReadWriteFixture.bytes(0, 60));
            c.write(ReadWriteFixture.bytes(60, 40));
            assertEquals(100, c.queuedBytes());
            assertEquals(0, c.flush());
            assertEquals(1, target.channel.writeCalls);
            assertEquals(0, c.flush());
            assertEquals(1, target.channel.writeCalls, "nothing to hand over, nothing called");
          });
      f.until("the bytes", () -> target.peer.has(100));
      f.settle();
      assertEquals(1, target.channel.writeCalls);
    }
  }

  @Test
  void whatIsLeftTheKernelHasRefusedAndIsNotAskedAgain() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair target = target(f, Limits.defaults());
      target.channel.takes.add(40);
      inCallbackOfAnother(
          f,
          target,
          c -> {
            c.write(ReadWriteFixture.bytes(0, 100));
            assertEquals(60, c.flush());
            assertEquals(60, c.flush());
            assertEquals(1, target.channel.writeCalls);
          });
      f.until("the rest", () -> target.peer.has(100));
    }
  }

  @Test
  void eachCallHandsOverNoMoreThanTheWriteBudget() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair target = target(f, Limits.defaults().withWriteBudgetBytes(10));
      inCallbackOfAnother(
          f,
          target,
          c -> {
            c.write(ReadWriteFixture.bytes(0, 100));
            assertEquals(90, c.flush());
            assertEquals(80, c.flush());
          });
      f.until("the rest", () -> target.peer.has(100));
    }
  }

  @Test
  void inACallbackOfItsOwnWhatWasGatheredLeaves() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      List<Long> queued = new ArrayList<>();
      ReadWriteFixture.Pair pair =
          f.open(
              Limits.defaults(),
              (c, data) -> {
                c.write(ReadWriteFixture.bytes(0, 10));
                c.write(data);
                queued.add(c.queuedBytes());
                queued.add(c.flush());
                c.write(ReadWriteFixture.bytes(30, 5));
                queued.add(c.queuedBytes());
              });
      pair.peer.send(ReadWriteFixture.bytes(10, 20));
      f.until("the answer", () -> pair.peer.has(35));
      assertEquals(List.of(30L, 0L, 5L), queued);
      assertEquals(2, pair.channel.writeCalls);
    }
  }

  @Test
  void aWriteThatFailsCallsNothingAndIsToldByTheRecord() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair target = target(f, Limits.defaults());
      target.channel.thenThrow = new IOException("made up");
      inCallbackOfAnother(
          f,
          target,
          c -> {
            c.write(ReadWriteFixture.bytes(0, 100));
            assertEquals(0, c.flush());
            assertNull(target.record(), "told inside of another one's callback");
            assertEquals(WriteResult.CLOSED, c.write(ReadWriteFixture.bytes(100, 1)));
          });
      f.until("the record", () -> target.record() != null);
      assertEquals(Operation.WRITE, target.record().operation());
      assertEquals(100, target.record().bytesUnsent());
    }
  }

  @Test
  void aMarkThatWasPassedIsToldAlthoughTheKernelTookAll() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      int[] writable = {0};
      ReadWriteFixture.Pair target =
          f.open(
              Limits.defaults().withLowWaterBytes(10).withHighWaterBytes(50),
              new ConnectionHandler() {
                @Override
                public void onData(Connection c, ByteBuffer data) {
                  data.position(data.limit());
                }

                @Override
                public void onWritable(Connection c) {
                  writable[0]++;
                }
              });
      inCallbackOfAnother(
          f,
          target,
          c -> {
            c.write(ReadWriteFixture.bytes(0, 100));
            assertEquals(0, c.flush());
            assertEquals(0, writable[0], "called inside of another one's callback");
          });
      f.until("room", () -> writable[0] == 1);
    }
  }

  @Test
  void afterTheEndThereIsNothingToHandOver() throws Exception {
    try (ReadWriteFixture f = new ReadWriteFixture()) {
      ReadWriteFixture.Pair target = target(f, Limits.defaults());
      inCallbackOfAnother(
          f,
          target,
          c -> {
            c.write(ReadWriteFixture.bytes(0, 100));
            c.abort();
            assertEquals(0, c.flush());
          });
      f.until("the record", () -> target.record() != null);
      assertEquals(0, target.channel.writeCalls);
      assertEquals(100, target.record().bytesUnsent());
    }
  }
}
