package dev.millrace.buffer;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.IntFunction;

/**
 * A bounded pool of buffers in power-of-two sizes from {@value #MIN_BYTES} bytes up.
 *
 * <p>Thread rule: one thread; not synchronised. Cost: O(1), and no allocation where a buffer of the
 * size is pooled.
 *
 * <pre>{@code
 * BufferPool pool = new BufferPool(ByteBuffer::allocateDirect, 16 << 20);
 * ByteBuffer mine = pool.take(10_000); // capacity 16,384: mine until given back
 * pool.give(mine);
 * }</pre>
 */
public final class BufferPool {
  /**
   * The smallest buffer: one page, below which the bookkeeping would cost more than the memory
   * saved.
   */
  public static final int MIN_BYTES = 4096;

  private static final int MIN_SHIFT = 12;
  private static final int CLASSES = 31 - MIN_SHIFT;

  private final IntFunction<ByteBuffer> source;
  private final long maxPooledBytes;
  private final ByteBuffer[][] free = new ByteBuffer[CLASSES][];
  private final int[] count = new int[CLASSES];
  private long pooledBytes;
  private long lentBytes;

  /**
   * Makes an empty pool.
   *
   * @param source makes a buffer of exactly the capacity asked for, such as {@code
   *     ByteBuffer::allocateDirect}
   * @param maxPooledBytes how many bytes to keep for later at the most; what is given back beyond
   *     that is dropped. 0 pools nothing
   * @throws IllegalArgumentException if {@code maxPooledBytes} is negative
   */
  public BufferPool(IntFunction<ByteBuffer> source, long maxPooledBytes) {
    this.source = Objects.requireNonNull(source, "source");
    if (maxPooledBytes < 0) {
      throw new IllegalArgumentException(
          "maxPooledBytes is " + maxPooledBytes + ", allowed is 0 or more");
    }
    this.maxPooledBytes = maxPooledBytes;
  }

  /**
   * Gives the caller a cleared buffer (position 0, limit at capacity; its old contents may still be
   * in it).
   *
   * @param minBytes the least capacity, 0 to 2<sup>30</sup>
   * @return a buffer whose capacity is the next power of two, at least {@value #MIN_BYTES}; never
   *     null
   * @throws IllegalArgumentException if {@code minBytes} is out of range
   * @throws OutOfMemoryError if the source has none left; the pool is unchanged then
   */
  public ByteBuffer take(int minBytes) {
    int sizeClass = classOf(minBytes);
    int n = count[sizeClass];
    ByteBuffer buffer;
    if (n > 0) {
      buffer = free[sizeClass][n - 1];
      free[sizeClass][n - 1] = null;
      count[sizeClass] = n - 1;
      pooledBytes -= buffer.capacity();
    } else {
      buffer = source.apply(1 << (sizeClass + MIN_SHIFT));
    }
    lentBytes += buffer.capacity();
    return buffer.clear();
  }

  /**
   * Takes a buffer back. It must come from {@link #take} of this pool, and the caller must not
   * touch it again.
   *
   * @param buffer the buffer, in any position
   */
  public void give(ByteBuffer buffer) {
    int capacity = buffer.capacity();
    lentBytes -= capacity;
    if (pooledBytes + capacity > maxPooledBytes) {
      return; // the collector frees it
    }
    int sizeClass = classOf(capacity);
    ByteBuffer[] stack = free[sizeClass];
    int n = count[sizeClass];
    if (stack == null) {
      stack = free[sizeClass] = new ByteBuffer[16];
    } else if (n == stack.length) {
      stack = free[sizeClass] = java.util.Arrays.copyOf(stack, n * 2);
    }
    stack[n] = buffer;
    count[sizeClass] = n + 1;
    pooledBytes += capacity;
  }

  /**
   * Tells how many bytes of capacity are out with owners now.
   *
   * @return bytes taken and not yet given back
   */
  public long lentBytes() {
    return lentBytes;
  }

  /**
   * Tells how many bytes of capacity wait in the pool.
   *
   * @return bytes pooled, at most the bound given at construction
   */
  public long pooledBytes() {
    return pooledBytes;
  }

  private static int classOf(int bytes) {
    if (bytes < 0 || bytes > 1 << 30) {
      throw new IllegalArgumentException("bytes is " + bytes + ", allowed is 0 to " + (1 << 30));
    }
    int shift = 32 - Integer.numberOfLeadingZeros(Math.max(bytes, MIN_BYTES) - 1);
    return shift - MIN_SHIFT;
  }
}
