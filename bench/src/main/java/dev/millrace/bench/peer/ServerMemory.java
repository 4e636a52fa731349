package dev.millrace.bench.peer;

import com.sun.management.ThreadMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** What a server in this JVM holds and allocates, counted the same way for every one. */
final class ServerMemory {
  /** Two collections are commonly enough; a heap that shrinks for longer is not at rest. */
  private static final int MOST_COLLECTIONS = 20;

  /**
   * Collections between which less than this goes differ by what the collector itself and the
   * question leave behind; a connection's smallest object is not told by it, but thousands are.
   */
  private static final long STABLE_BYTES = 16 << 10;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final Set<Long> before;

  private ServerMemory() {
    before = Arrays.stream(threads.getAllThreadIds()).boxed().collect(Collectors.toSet());
  }

  /** To be taken before the server starts: the threads that come later are the server's own. */
  static ServerMemory beforeStart() {
    return new ServerMemory();
  }

  /**
   * The bytes that the server's own threads have allocated since they were started, those at the
   * start included; only a difference of two means something. Exact, as the JVM counts them thread
   * by thread: what is asked here is allocated by another. Virtual threads are counted at their
   * carriers. A thread that has ended is counted no longer; a server's do not end.
   */
  long allocatedBytes() {
    long[] own =
        Arrays.stream(threads.getAllThreadIds()).filter(id -> !before.contains(id)).toArray();
    return Arrays.stream(threads.getThreadAllocatedBytes(own)).filter(bytes -> bytes > 0).sum();
  }

  /**
   * Heap in use after so many full collections that another one frees nothing: the first finds what
   * is unreachable, and what had to be told of that (references, cleaners) goes with the next.
   *
   * @throws IllegalStateException if this JVM does not collect when it is asked
   */
  long heapBytes() {
    long last = Long.MAX_VALUE;
    for (int i = 0; i < MOST_COLLECTIONS; i++) {
      long collectionsBefore = collections();
      System.gc();
      if (collections() == collectionsBefore) {
        throw new IllegalStateException(
            "this JVM does not collect when it is asked (-XX:+DisableExplicitGC?)");
      }
      long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
      if (i > 0 && Math.abs(last - used) < STABLE_BYTES) {
        return used;
      }
      last = used;
    }
    throw new IllegalStateException(
        "the heap does not come to rest in " + MOST_COLLECTIONS + " collections");
  }

  private static long collections() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .sum();
  }
}
