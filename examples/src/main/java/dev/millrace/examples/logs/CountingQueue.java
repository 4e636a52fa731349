package dev.millrace.examples.logs;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Logback's queue between those who log and the one who writes, which counts what it has no room
 * for. Its thread takes out all that is there at a time, so it holds twice its size at the most.
 *
 * <p>Thread rule: any thread. The lock is held for as long as it takes to put an event into a
 * queue, never while one is written.
 */
final class CountingQueue extends AsyncAppender {
  private final Object lock = new Object();
  private final AtomicLong taken = new AtomicLong();
  private final AtomicLong lost = new AtomicLong();

  CountingQueue(int lines) {
    setQueueSize(lines);
    setNeverBlock(true);
    setDiscardingThreshold(0); // or it would throw away what is below WARN when it is nearly full
  }

  /** How many events were put into the queue. */
  long taken() {
    return taken.get();
  }

  /** How many events there was no room for. */
  long lost() {
    return lost.get();
  }

  @Override
  protected void append(ILoggingEvent event) {
    // Who has the lock is the only one to put; taking makes only more room. So the count is exact.
    synchronized (lock) {
      if (getRemainingCapacity() == 0) {
        lost.incrementAndGet();
        return;
      }
      taken.incrementAndGet();
      boolean done = false;
      try {
        super.append(event);
        done = true;
      } finally {
        if (!done) { // an argument whose text can't be made; logback reports it
          taken.decrementAndGet();
          lost.incrementAndGet();
        }
      }
    }
  }
}
