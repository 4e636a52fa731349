package dev.millrace.examples.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A disk that takes nothing for a while, and does not say no either. */
@Timeout(60)
class QueueIsFullTest {
  @Test
  void nobodyWaitsAndEachLostLineIsCounted() throws Exception {
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    context.start();
    CountDownLatch disk = new CountDownLatch(1);
    AtomicInteger written = new AtomicInteger();
    AppenderBase<ILoggingEvent> slow =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            awaitUninterruptibly(disk);
            written.incrementAndGet();
          }
        };
    slow.setContext(context);
    slow.start();
    CountingQueue queue = new CountingQueue(50);
    queue.setContext(context);
    queue.setMaxFlushTime(60_000);
    queue.addAppender(slow);
    queue.start();
    Logger logger = context.getLogger("queue");
    logger.addAppender(queue);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < 1_000; i++) {
                  logger.info("line");
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join(); // with a disk that takes nothing
    }
    disk.countDown();
    queue.stop();
    assertEquals(4_000, written.get() + queue.lost());
    // What the queue held, and as many that its thread had in hand.
    assertTrue(written.get() >= 50 && written.get() <= 100, () -> "" + written);
    assertEquals(written.get(), queue.taken());
  }

  /** The queue's end interrupts its thread, as a disk does not care. */
  private static void awaitUninterruptibly(CountDownLatch disk) {
    boolean interrupted = false;
    while (true) {
      try {
        disk.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
