package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A queue of output, a kernel that takes it in pieces, and what is held meanwhile. */
@Timeout(20)
class QueueHandedOverInPiecesTest {
  private static final int CHUNK = 4096;
  private static final int WINDOW = 64 << 10;

  @TempDir Path directory;
  private int left = Integer.MAX_VALUE;

  private final LoopMemory memory =
      new LoopMemory(
          LoopFixture.options().withPooledBytes(0).withChunkBytes(CHUNK).withBuffers(this::source));
  private final OutboundQueue queue = new OutboundQueue(memory);
  private final RecordingChannel kernel = new RecordingChannel();

  private ByteBuffer source(int bytes) {
    if (left-- <= 0) {
      throw new OutOfMemoryError("no buffer in this test");
    }
    return ByteBuffer.allocateDirect(bytes);
  }

  private FileRegion region(int size, long from, long count) throws IOException {
    Path file = directory.resolve("stream");
    Files.write(file, ReadWriteFixture.array(0, size));
    return FileRegion.open(file, from, count);
  }

  private void assertNothingHeld() {
    assertTrue(queue.isEmpty());
    assertEquals(0, queue.bytes());
    assertEquals(0, queue.heldBytes());
    assertEquals(0, queue.regions());
    assertEquals(0, memory.heldBytes());
    assertEquals(0, memory.pool.lentBytes());
  }

  private void assertTaken(int bytes) {
    assertArrayEquals(ReadWriteFixture.array(0, bytes), kernel.taken.toByteArray());
  }

  @Test
  void smallMessagesShareAChunkAndLeaveWithOneCall() throws Exception {
    for (int i = 0; i < 100; i++) {
      queue.append(ReadWriteFixture.bytes(i * 10L, 10));
    }
    assertEquals(1000, queue.bytes());
    assertEquals(CHUNK, queue.heldBytes());
    assertEquals(CHUNK, memory.heldBytes());
    assertEquals(1000, queue.flush(kernel, 1 << 20));
    assertEquals(List.of("1000"), kernel.calls);
    assertTaken(1000);
    assertNothingHeld();
  }

  @Test
  void aMessageThatGoesOnInTheNextChunk() throws Exception {
    queue.append(ReadWriteFixture.bytes(0, CHUNK - 1));
    queue.append(ReadWriteFixture.bytes(CHUNK - 1, 2));
    assertEquals(2 * CHUNK, queue.heldBytes());
    assertEquals(CHUNK + 1, queue.flush(kernel, 1 << 20));
    assertEquals(List.of("[4096, 1]"), kernel.calls);
    assertTaken(CHUNK + 1);
    assertNothingHeld();
  }

  @Test
  void aFullChunkIsGivenBackWhileTheNextOneWaits() throws Exception {
    queue.append(ReadWriteFixture.bytes(0, CHUNK + 10));
    kernel.takes.add(CHUNK + 4);
    assertEquals(CHUNK + 4, queue.flush(kernel, 1 << 20));
    assertEquals(6, queue.bytes());
    assertEquals(CHUNK, queue.heldBytes());
    assertEquals(CHUNK, memory.pool.lentBytes());
    assertEquals(6, queue.flush(kernel, 1 << 20));
    assertTaken(CHUNK + 10);
    assertNothingHeld();
  }

  @Test
  void whatIsReservedCannotFailAnyMore() throws Exception {
    queue.append(ReadWriteFixture.bytes(0, 1000));
    // The rest of the open chunk and two more.
    int more = CHUNK - 1000 + CHUNK + 1;
    queue.reserve(more);
    left = 0;
    queue.append(ReadWriteFixture.bytes(1000, more));
    left = Integer.MAX_VALUE;
    assertEquals(3 * CHUNK, memory.pool.lentBytes(), "no more than is needed");
    assertEquals(3 * CHUNK, queue.heldBytes());
    assertEquals(1000 + more, queue.flush(kernel, 1 << 20));
    assertTaken(1000 + more);
    assertNothingHeld();
  }

  @Test
  void whatFitsTheOpenChunkReservesNothing() {
    queue.append(ReadWriteFixture.bytes(0, 1000));
    queue.reserve(CHUNK - 1000);
    assertEquals(CHUNK, memory.pool.lentBytes());
  }

  @Test
  void aReservationThatFailsGivesBackWhatItHad() {
    Segment known = memory.segment();
    memory.recycle(known);
    left = 2;
    assertThrows(OutOfMemoryError.class, () -> queue.reserve(3 * CHUNK));
    assertNothingHeld();
    // The links are used again as well: a server short of memory makes no garbage of them.
    List<Segment> again = List.of(memory.segment(), memory.segment());
    assertTrue(again.contains(known));
  }

  @Test
  void theLinkOfWhatWasHandedOverIsUsedAgain() throws Exception {
    Segment known = memory.segment();
    memory.recycle(known);
    queue.give(ReadWriteFixture.directBytes(0, 10));
    queue.flush(kernel, 100);
    assertSame(known, memory.segment());
    assertNull(known.buffer, "and holds nothing of its former owner");
  }

  @Test
  void aGivenBufferIsHeldAsItIsAndNotWrittenInto() throws Exception {
    ByteBuffer given = ByteBuffer.allocateDirect(CHUNK * 2);
    given.put(0, ReadWriteFixture.array(0, 10)).limit(10);
    queue.give(given);
    assertEquals(CHUNK * 2, queue.heldBytes(), "by capacity");
    assertEquals(10, queue.bytes());
    queue.append(ReadWriteFixture.bytes(10, 5));
    assertEquals(10, given.limit(), "the room behind its limit is not ours");
    assertEquals(15, queue.flush(kernel, 100));
    assertEquals(List.of("[10, 5]"), kernel.calls);
    assertTaken(15);
    assertNothingHeld();
  }

  @Test
  void aGivenBufferWithNothingInIt() throws Exception {
    queue.give(ByteBuffer.allocate(0));
    queue.give(ByteBuffer.allocateDirect(CHUNK).limit(0));
    assertNothingHeld();
    assertEquals(0, queue.flush(kernel, 100));
    assertEquals(List.of(), kernel.calls);
  }

  @Test
  void theBudgetEndsInTheMiddleOfTheSecondBuffer() throws Exception {
    queue.give(ReadWriteFixture.directBytes(0, 60));
    queue.give(ReadWriteFixture.directBytes(60, 60));
    assertEquals(100, queue.flush(kernel, 100));
    assertEquals(20, queue.bytes());
    assertEquals(20, queue.flush(kernel, 100));
    assertEquals(List.of("[60, 40]", "20"), kernel.calls);
    assertTaken(120);
    assertNothingHeld();
  }

  @Test
  void theBudgetEndsBetweenTwoBuffers() throws Exception {
    queue.give(ReadWriteFixture.directBytes(0, 60));
    queue.give(ReadWriteFixture.directBytes(60, 60));
    assertEquals(60, queue.flush(kernel, 60));
    assertEquals(List.of("60"), kernel.calls, "a buffer for which nothing is left is not offered");
    assertEquals(60, queue.flush(kernel, 60));
    assertTaken(120);
    assertNothingHeld();
  }

  @Test
  void aLargeHeapBufferIsShownInWindowsUpToTheBudget() throws Exception {
    int size = 200 << 10;
    queue.give(ReadWriteFixture.bytes(0, size));
    assertEquals(100 << 10, queue.flush(kernel, 100 << 10));
    assertEquals(List.of("65536", "36864"), kernel.calls);
    assertEquals(size - (100 << 10), queue.flush(kernel, 1 << 20));
    assertTaken(size);
    assertNothingHeld();
  }

  @Test
  void aLargeDirectBufferIsOfferedWhole() throws Exception {
    int size = 200 << 10;
    queue.give(ReadWriteFixture.directBytes(0, size));
    assertEquals(size, queue.flush(kernel, 1 << 20));
    assertEquals(List.of(Integer.toString(size)), kernel.calls);
    assertTaken(size);
  }

  @Test
  void aHeapBufferOfExactlyAWindowLeavesWithTheNext() throws Exception {
    queue.give(ReadWriteFixture.bytes(0, WINDOW));
    queue.give(ReadWriteFixture.bytes(WINDOW, 10));
    queue.flush(kernel, 1 << 20);
    assertEquals(List.of("[65536, 10]"), kernel.calls);
    assertTaken(WINDOW + 10);
  }

  @Test
  void nothingIsOfferedBehindACutBuffer() throws Exception {
    queue.give(ReadWriteFixture.bytes(0, WINDOW + 10));
    queue.give(ReadWriteFixture.bytes(WINDOW + 10, 10));
    queue.flush(kernel, 1 << 20);
    assertEquals(List.of("65536", "[10, 10]"), kernel.calls);
    assertTaken(WINDOW + 20);
    assertNothingHeld();
  }

  @Test
  void moreBuffersThanTheKernelTakesInOneCall() throws Exception {
    int count = LoopMemory.MAX_VECTORS + 1;
    List<Integer> firstCall = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      queue.give(ReadWriteFixture.directBytes(i, 1));
      if (i < LoopMemory.MAX_VECTORS) {
        firstCall.add(1);
      }
    }
    assertEquals(count, queue.flush(kernel, 1 << 20));
    assertEquals(List.of(firstCall.toString(), "1"), kernel.calls);
    assertTaken(count);
    for (ByteBuffer vector : memory.vectors) {
      assertNull(vector, "a buffer that was handed over is not kept alive by the loop");
    }
  }

  @Test
  void theKernelTakesNothing() throws Exception {
    queue.give(ReadWriteFixture.bytes(0, WINDOW + 10));
    kernel.takes.add(0);
    assertEquals(0, queue.flush(kernel, 1 << 20));
    assertEquals(1, kernel.calls.size(), "it is not asked again in the same turn");
    assertEquals(WINDOW + 10, queue.bytes());
    assertEquals(WINDOW + 10, queue.flush(kernel, 1 << 20));
    assertTaken(WINDOW + 10);
  }

  @Test
  void aFailureInTheSecondCallTellsWhatTheFirstHandedOver() throws Exception {
    queue.give(ReadWriteFixture.bytes(0, WINDOW + 10));
    kernel.takes.add(WINDOW);
    kernel.thenThrow = new IOException("provoked");
    assertThrows(IOException.class, () -> queue.flush(kernel, 1 << 20));
    assertEquals(WINDOW, queue.taken());
    assertEquals(10, queue.bytes(), "the window was taken off the buffer again");
    queue.release();
    assertNothingHeld();
  }

  @Test
  void aRegionBehindBytesGetsWhatIsLeftOfTheBudget() throws Exception {
    queue.append(ReadWriteFixture.bytes(0, 10));
    queue.give(region(1000, 10, 990));
    assertFalse(queue.isAtRegion());
    assertEquals(50, queue.flush(kernel, 50));
    assertTaken(50);
    assertTrue(queue.isAtRegion());
    assertEquals(1, queue.regions());
    assertEquals(0, queue.bytes(), "a region is not in memory");
    assertEquals(0, queue.heldBytes());
    assertEquals(950, queue.flush(kernel, 1 << 20));
    assertTaken(1000);
    assertFalse(queue.isAtRegion());
    assertNothingHeld();
  }

  @Test
  void bytesBehindARegionAreNotOfferedWithThoseBeforeIt() throws Exception {
    queue.append(ReadWriteFixture.bytes(0, 10));
    queue.give(region(1000, 10, 20));
    queue.append(ReadWriteFixture.bytes(30, 10));
    assertEquals(40, queue.flush(kernel, 1 << 20));
    assertEquals("10", kernel.calls.get(0));
    assertTaken(40);
    assertNothingHeld();
  }

  @Test
  void anEndDropsBytesAndRegions() throws Exception {
    queue.append(ReadWriteFixture.bytes(0, 10));
    queue.give(region(1000, 10, 20));
    queue.give(ReadWriteFixture.bytes(30, 10));
    queue.release();
    assertNothingHeld();
    assertFalse(queue.isAtRegion());
    queue.append(ReadWriteFixture.bytes(0, 5));
    assertEquals(5, queue.flush(kernel, 100), "an emptied queue is like a new one");
    assertTaken(5);
  }
}
