package dev.millrace.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Seeds;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random takes and gives, against a list of what is out and a list of what waits. */
@Timeout(60)
class PoolModelTest {
  private static final int LARGEST = 1 << 20;

  private boolean empty;

  private ByteBuffer make(int bytes) {
    if (empty) {
      throw new OutOfMemoryError("the source is empty");
    }
    return ByteBuffer.allocate(bytes);
  }

  @Test
  void poolAgreesWithTwoLists() {
    int[] reused = new int[1];
    Seeds.each(
        20,
        random -> {
          long maxPooled = random.nextInt(4) == 0 ? 0 : random.nextLong(4L * LARGEST);
          BufferPool pool = new BufferPool(this::make, maxPooled);
          List<ByteBuffer> lent = new ArrayList<>();
          Set<ByteBuffer> out = Collections.newSetFromMap(new IdentityHashMap<>());
          Set<ByteBuffer> pooled = Collections.newSetFromMap(new IdentityHashMap<>());
          for (int i = 0; i < 2_000; i++) {
            if (random.nextInt(100) == 0) {
              takeFromAnEmptySource(pool, pooled, random);
            } else if (random.nextInt(2) == 0 && lent.size() < 50) {
              int min = random.nextInt(1 << random.nextInt(21));
              int capacity = Math.max(4096, ceilingPowerOfTwo(min));
              boolean there = pooled.stream().anyMatch(b -> b.capacity() == capacity);
              ByteBuffer taken = pool.take(min);
              assertEquals(capacity, taken.capacity());
              assertEquals(0, taken.position());
              assertEquals(capacity, taken.limit());
              assertEquals(there, pooled.remove(taken), "a pooled one is taken if there is one");
              reused[0] += there ? 1 : 0;
              assertTrue(out.add(taken), "two have the same buffer");
              lent.add(taken);
            } else if (!lent.isEmpty()) {
              ByteBuffer given = lent.remove(random.nextInt(lent.size()));
              out.remove(given);
              given.limit(random.nextInt(given.capacity() + 1));
              given.position(random.nextInt(given.limit() + 1));
              boolean fits = sum(pooled) + given.capacity() <= maxPooled;
              pool.give(given);
              if (fits) {
                pooled.add(given);
              }
            }
            assertEquals(sum(lent), pool.lentBytes());
            assertEquals(sum(pooled), pool.pooledBytes());
            assertTrue(pool.pooledBytes() <= maxPooled);
          }
          lent.forEach(pool::give);
          assertEquals(0, pool.lentBytes());
        });
    assertTrue(reused[0] > 0 || System.getProperty("millrace.seed") != null, "none was reused");
  }

  /** An error leaves the pool as it was; what waits in the pool needs no source. */
  private void takeFromAnEmptySource(
      BufferPool pool, Set<ByteBuffer> pooled, SplittableRandom random) {
    int capacity = 4096 << random.nextInt(9);
    if (pooled.stream().noneMatch(b -> b.capacity() == capacity)) {
      empty = true;
      assertThrows(OutOfMemoryError.class, () -> pool.take(capacity));
      empty = false;
    }
  }

  private static int ceilingPowerOfTwo(int n) {
    int power = 1;
    while (power < n) {
      power <<= 1;
    }
    return power;
  }

  private static long sum(Iterable<ByteBuffer> buffers) {
    long sum = 0;
    for (ByteBuffer buffer : buffers) {
      sum += buffer.capacity();
    }
    return sum;
  }

  @Test
  void sizesThatAreNone() {
    BufferPool pool = new BufferPool(this::make, 0);
    assertThrows(IllegalArgumentException.class, () -> pool.take(-1));
    assertThrows(IllegalArgumentException.class, () -> pool.take((1 << 30) + 1));
    assertThrows(IllegalArgumentException.class, () -> new BufferPool(this::make, -1));
    assertEquals(0, pool.lentBytes());
  }
}
