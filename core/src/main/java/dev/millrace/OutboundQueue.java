package dev.millrace;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * What one connection has accepted and the kernel has not taken yet, in order. Made when a
 * connection first has something to queue.
 *
 * <p>Memory is counted by capacity against the loop's budget, and by bytes for the connection's own
 * bounds: a chunk with ten bytes in it holds a chunk.
 */
final class OutboundQueue {
  /**
   * A heap buffer is copied by the JDK, before each call, as far as its limit goes: so it is shown
   * in windows of this size.
   */
  private static final int HEAP_WINDOW_BYTES = 64 << 10;

  /**
   * Each region holds a descriptor. A pipeline of requests for files must not use up the process.
   */
  static final int MAX_REGIONS = 64;

  private final LoopMemory memory;
  private Segment head;
  private Segment tail;

  /** Empty chunks for the append that follows. */
  private Segment spare;

  private long bytes;
  private long heldBytes;
  private int regions;
  private long taken;

  OutboundQueue(LoopMemory memory) {
    this.memory = memory;
  }

  boolean isEmpty() {
    return head == null;
  }

  /** Bytes in memory, regions of files not counted. */
  long bytes() {
    return bytes;
  }

  /** Memory held, in capacity. */
  long heldBytes() {
    return heldBytes;
  }

  /** Whether the next to be sent is a region of a file, whose failures may be the file's. */
  boolean isAtRegion() {
    return head != null && head.region != null;
  }

  int regions() {
    return regions;
  }

  /**
   * Gets the chunks that so many more bytes need, or, if there is no memory, none: the error comes
   * before anything is taken.
   */
  void reserve(int n) {
    int room = isTailOpen() ? tail.buffer.capacity() - tail.buffer.limit() : 0;
    try {
      while (room < n) {
        Segment s = chunk();
        room += s.buffer.capacity();
        s.next = spare;
        spare = s;
      }
    } catch (RuntimeException | Error e) {
      while (spare != null) {
        Segment s = spare;
        spare = s.next;
        memory.pool.give(s.buffer);
        memory.recycle(s);
      }
      throw e;
    }
  }

  private boolean isTailOpen() {
    return tail != null && tail.pooled && tail.buffer.limit() < tail.buffer.capacity();
  }

  private Segment chunk() {
    Segment s = memory.segment();
    s.buffer = memory.pool.take(memory.chunkBytes).limit(0);
    s.pooled = true;
    return s;
  }

  /**
   * Copies what remains in {@code source}, and consumes it. It can't fail for what was {@linkplain
   * #reserve reserved}.
   */
  void append(ByteBuffer source) {
    while (source.hasRemaining()) {
      Segment s = tail;
      if (!isTailOpen()) {
        if (spare == null) {
          s = chunk();
        } else {
          s = spare;
          spare = s.next;
          s.next = null;
        }
        hold(s.buffer.capacity());
        link(s);
      }
      ByteBuffer chunk = s.buffer;
      int end = chunk.limit();
      int n = Math.min(source.remaining(), chunk.capacity() - end);
      chunk.limit(end + n);
      chunk.put(end, source, source.position(), n);
      source.position(source.position() + n);
      bytes += n;
    }
  }

  /** Takes a buffer as it is: it is ours now. */
  void give(ByteBuffer owned) {
    if (!owned.hasRemaining()) {
      return;
    }
    Segment s = memory.segment();
    s.buffer = owned;
    s.pooled = false;
    hold(owned.capacity());
    bytes += owned.remaining();
    link(s);
  }

  /** Takes a region: it is ours now. */
  void give(FileRegion region) {
    Segment s = memory.segment();
    s.region = region;
    s.pooled = false;
    regions++;
    link(s);
  }

  /**
   * Hands to the kernel what it takes, up to a budget.
   *
   * @return the bytes taken; less than the budget and not empty means that the kernel is full
   * @throws IOException if a call failed; what the calls before it took is told by {@link #taken()}
   */
  long flush(SocketChannel channel, long budget) throws IOException {
    taken = 0;
    while (head != null && taken < budget) {
      long offered;
      long n;
      if (head.region != null) {
        offered = Math.min(head.region.remaining(), budget - taken);
        n = head.region.transferTo(channel, offered);
        if (head.region.remaining() == 0) {
          unlinkHead();
        }
      } else {
        int count = 0;
        offered = 0;
        int windowLimit = -1;
        for (Segment s = head;
            s != null && s.region == null && windowLimit < 0 && count < LoopMemory.MAX_VECTORS;
            s = s.next) {
          long left = budget - taken - offered;
          if (left <= 0) {
            break;
          }
          ByteBuffer b = s.buffer;
          long window = b.isDirect() ? left : Math.min(left, HEAP_WINDOW_BYTES);
          if (b.remaining() > window) {
            windowLimit = b.limit();
            b.limit(b.position() + (int) window);
          }
          offered += b.remaining();
          memory.vectors[count++] = b;
        }
        try {
          n =
              count == 1
                  ? channel.write(memory.vectors[0])
                  : channel.write(memory.vectors, 0, count);
        } finally {
          if (windowLimit >= 0) {
            memory.vectors[count - 1].limit(windowLimit);
          }
          java.util.Arrays.fill(memory.vectors, 0, count, null);
        }
        bytes -= n;
        while (head != null && head.region == null && !head.buffer.hasRemaining()) {
          unlinkHead();
        }
      }
      taken += n;
      if (n < offered) {
        break;
      }
    }
    return taken;
  }

  /** The bytes that the last {@link #flush} handed over, also if it failed in the end. */
  long taken() {
    return taken;
  }

  /** Drops all that is left, and gives back or closes what it held. */
  void release() {
    bytes = 0;
    while (head != null) {
      unlinkHead();
    }
  }

  private void hold(int capacity) {
    heldBytes += capacity;
    memory.hold(capacity);
  }

  private void link(Segment s) {
    if (tail == null) {
      head = s;
    } else {
      tail.next = s;
    }
    tail = s;
  }

  private void unlinkHead() {
    Segment s = head;
    head = s.next;
    if (head == null) {
      tail = null;
    }
    if (s.region != null) {
      regions--;
      s.region.close();
    } else {
      int capacity = s.buffer.capacity();
      heldBytes -= capacity;
      memory.release(capacity);
      if (s.pooled) {
        memory.pool.give(s.buffer);
      }
    }
    memory.recycle(s);
  }
}
