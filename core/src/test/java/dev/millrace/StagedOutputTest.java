package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a loop's connections share, asked directly: the staging, the budget, the links. */
@Timeout(20)
class StagedOutputTest {
  private static final int STAGING = 1024;
  private static final long BUDGET = 1 << 20;

  private final LoopMemory memory =
      new LoopMemory(
          LoopFixture.options()
              .withStagingBytes(STAGING)
              .withBudgetBytes(BUDGET)
              .withChecked(false));
  private final RecordingChannel kernel = new RecordingChannel();

  /** The read buffer holds so many bytes of the stream, as after a read. */
  private void received(int bytes) {
    memory.readBuffer().put(ReadWriteFixture.bytes(0, bytes));
  }

  private void assertTaken(int from, int count) {
    assertArrayEquals(ReadWriteFixture.array(from, count), kernel.taken.toByteArray());
  }

  @Test
  void theMiddleOfTheLentBufferIsNotCopied() throws Exception {
    received(20_000);
    assertTrue(memory.stage(memory.lend(100, 20_000)), "the staging is too small for a copy");
    assertEquals(19_900, memory.stagedBytes());
    assertEquals(19_900, memory.writeStaged(kernel));
    assertEquals(List.of("19900"), kernel.calls);
    assertTaken(100, 19_900);
    assertFalse(memory.isStaged());
  }

  @Test
  void twoPartsOfTheLentBufferThatFollowEachOtherAreNotCopied() throws Exception {
    received(20_000);
    assertTrue(memory.stage(memory.lend(100, 8000)));
    assertTrue(memory.stage(memory.lend(8000, 20_000)));
    assertEquals(19_900, memory.writeStaged(kernel));
    assertEquals(List.of("19900"), kernel.calls);
    assertTaken(100, 19_900);
  }

  @Test
  void aPartBehindAGapHasToBeCopied() {
    received(20_000);
    assertTrue(memory.stage(memory.lend(0, 8000)));
    assertFalse(memory.stage(memory.lend(8001, 20_000)), "there is no room for a copy");
    assertEquals(8000, memory.stagedBytes());
  }

  @Test
  void aPartBehindACopyHasToBeCopiedToo() {
    received(20_000);
    assertTrue(memory.stage(memory.lend(0, 8000)));
    assertTrue(memory.stage(ReadWriteFixture.bytes(0, 10)));
    // It follows the first part, but not what is to be sent before it.
    assertFalse(memory.stage(memory.lend(8000, 20_000)));
  }

  @Test
  void copiesAloneLeaveInOneBuffer() throws Exception {
    assertTrue(memory.stage(ReadWriteFixture.bytes(0, 30)));
    assertTrue(memory.stage(ReadWriteFixture.bytes(30, STAGING - 30)));
    assertFalse(memory.stage(ReadWriteFixture.bytes(0, 1)), "full");
    assertEquals(STAGING, memory.writeStaged(kernel));
    assertEquals(List.of("1024"), kernel.calls);
    assertTaken(0, STAGING);
  }

  @Test
  void aPartAndACopyLeaveWithOneCallAndTheRestStays() throws Exception {
    received(100);
    memory.stage(memory.lend(0, 100));
    memory.stage(ReadWriteFixture.bytes(100, 50));
    kernel.takes.addAll(List.of(30, 100));
    assertEquals(30, memory.writeStaged(kernel));
    assertEquals(120, memory.stagedBytes());
    assertEquals(100, memory.writeStaged(kernel));
    assertEquals(20, memory.writeStaged(kernel));
    assertEquals(List.of("[100, 50]", "[70, 50]", "20"), kernel.calls);
    assertTaken(0, 150);
    assertFalse(memory.isStaged());
  }

  @Test
  void whatTheKernelLeftMovesToTheQueue() throws Exception {
    received(100);
    memory.stage(memory.lend(0, 100));
    memory.stage(ReadWriteFixture.bytes(100, 50));
    kernel.takes.add(30);
    memory.writeStaged(kernel);
    OutboundQueue queue = new OutboundQueue(memory);
    memory.unstageTo(queue);
    assertFalse(memory.isStaged());
    assertEquals(120, queue.flush(kernel, 1000));
    assertTaken(0, 150);
  }

  @Test
  void unlessItIsCheckedLendingMakesNothing() {
    received(100);
    var lent = memory.lend(0, 100);
    assertSame(lent, memory.lend(0, 50));
    KeptInput kept = new KeptInput(memory, ReadWriteFixture.bytes(0, 100), 1000);
    assertSame(kept.lend(), kept.lend());
  }

  @Test
  void checkedEveryCallbackGetsAViewOfItsOwn() {
    LoopMemory checked = new LoopMemory(LoopFixture.options().withChecked(true));
    assertNotSame(checked.lend(0, 100), checked.lend(0, 100));
    KeptInput kept = new KeptInput(checked, ReadWriteFixture.bytes(0, 100), 1000);
    assertNotSame(kept.lend(), kept.lend());
  }

  @Test
  void theBudgetIsFullAndHasRoomAgainAQuarterBelow() {
    assertTrue(memory.hasRoomFor((int) BUDGET));
    memory.hold(BUDGET);
    assertEquals(BUDGET, memory.heldBytes());
    assertFalse(memory.isPressed(), "full is no pressure as long as nobody wants more");
    assertFalse(memory.hasRoomFor(1));
    assertTrue(memory.isPressed());
    memory.release(BUDGET / 4 - 1);
    assertTrue(memory.isPressed());
    assertFalse(memory.isReleased(), "the loop may sleep");
    memory.release(1);
    assertFalse(memory.isPressed());
    assertTrue(memory.isReleased(), "somebody is to be told");
    assertTrue(memory.takeReleased());
    assertFalse(memory.takeReleased(), "once");
    assertFalse(memory.isReleased());
  }

  @Test
  void aBurstOfLinksIsNotKeptForEver() {
    Set<Segment> burst = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int i = 0; i < 3 * LoopMemory.MAX_VECTORS; i++) {
      burst.add(memory.segment());
    }
    burst.forEach(memory::recycle);
    assertEquals(LoopMemory.MAX_VECTORS, takenAgain(burst), "a writev's worth is kept");
    burst.forEach(memory::recycle);
    assertEquals(LoopMemory.MAX_VECTORS, takenAgain(burst), "and after it was used up, again");
  }

  private int takenAgain(Set<Segment> burst) {
    int n = 0;
    while (burst.contains(memory.segment())) {
      n++;
    }
    return n;
  }
}
