package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Input that was left for later, and the reads behind it. */
@Timeout(20)
class KeptInputGrowsTest {
  /** The least that the pool gives. */
  private static final int SMALL = 4096;

  private final LoopMemory memory = new LoopMemory(LoopFixture.options());

  private long end;

  private KeptInput kept(int bytes, int maxBytes) {
    end = bytes;
    return new KeptInput(memory, ReadWriteFixture.bytes(0, bytes), maxBytes);
  }

  /** As many reads as it takes until the space is used up. */
  private void fill(KeptInput kept) {
    ByteBuffer space = kept.space();
    int n = space.remaining();
    space.put(ReadWriteFixture.bytes(end, n));
    kept.extend(n);
    end += n;
  }

  private void assertKept(KeptInput kept, long from) {
    byte[] all = new byte[kept.size()];
    kept.lend().get(all);
    assertArrayEquals(ReadWriteFixture.array(from, Math.toIntExact(end - from)), all);
  }

  @Test
  void halfConsumedItMovesToTheFrontOfItsOwnBuffer() {
    KeptInput kept = kept(2000, 1 << 20);
    fill(kept);
    assertEquals(SMALL, kept.size());
    assertEquals(SMALL / 2, kept.settle(SMALL / 2));
    fill(kept);
    assertEquals(SMALL, memory.pool.lentBytes(), "it did not grow");
    assertEquals(SMALL, kept.size());
    assertKept(kept, SMALL / 2);
  }

  @Test
  void lessThanHalfConsumedItGrows() {
    KeptInput kept = kept(2000, 1 << 20);
    fill(kept);
    kept.settle(SMALL / 2 - 1);
    fill(kept);
    assertEquals(2 * SMALL, memory.pool.lentBytes(), "and gave back the one that it had");
    assertKept(kept, SMALL / 2 - 1);
    kept.release();
    assertEquals(0, memory.pool.lentBytes());
    assertEquals(0, kept.size());
  }

  @Test
  void theBoundIsReachedToTheByte() {
    KeptInput kept = kept(2000, 3000);
    fill(kept);
    assertEquals(3000, kept.size());
    assertNull(kept.space());
    kept.settle(1);
    assertEquals(1, kept.space().remaining());
    fill(kept);
    assertNull(kept.space());
    assertKept(kept, 1);
  }

  @Test
  void aPositionBeforeTheKeptBytesOrBehindThemConsumesNoOtherBytes() {
    KeptInput kept = kept(100, 1000);
    assertEquals(10, kept.settle(10));
    assertEquals(0, kept.settle(5));
    assertEquals(90, kept.settle(4000));
    assertEquals(0, kept.size());
  }
}
