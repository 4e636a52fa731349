package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A wake-up is a system call, so the loop pays one for a batch, and none while it is awake. */
@Timeout(60)
class WakeUpOncePerBatchTest {

  @Test
  void thousandTasksForASleepingLoopCostOne() throws Exception {
    LoopFixture.CountingProvider provider = new LoopFixture.CountingProvider(true);
    EventLoop loop = new EventLoop(provider, System::nanoTime, LoopFixture.options());
    LoopFixture.CountingSelector selector = provider.last();
    loop.start();
    selector.awaitAsleep();
    assertEquals(0, selector.wakeups());

    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch ran = new CountDownLatch(1000);
    // The first task holds the loop, so that all the others are one batch for a loop that is awake.
    loop.execute(() -> awaitQuietly(held));
    for (int i = 0; i < 1000; i++) {
      loop.execute(ran::countDown);
    }
    assertEquals(1, selector.wakeups());
    held.countDown();
    ran.await();
    assertEquals(1, selector.wakeups());
    loop.close();
  }

  @Test
  void tasksOfTheLoopItselfCostNone() throws Exception {
    try (LoopFixture f =
        new LoopFixture(new LoopFixture.CountingProvider(false), LoopFixture.options())) {
      LoopFixture.CountingSelector selector =
          ((LoopFixture.CountingProvider) f.loop.provider()).last();
      AtomicInteger ran = new AtomicInteger();
      f.loop.execute(() -> f.loop.execute(ran::incrementAndGet));
      f.loop.turn(0);
      f.loop.turn(0);
      assertEquals(1, ran.get());
      assertEquals(0, selector.wakeups());
    }
  }

  @Test
  void noWakeUpIsLost() throws Exception {
    // Each task is sent when the one before it ran, so the loop is just going to sleep or sleeps;
    // one lost wake-up and the test hangs, for the loop has no timer that would save it.
    EventLoop loop =
        new EventLoop(new LoopFixture.Provider(), System::nanoTime, LoopFixture.options());
    loop.start();
    Semaphore ran = new Semaphore(0);
    for (int i = 0; i < 200_000; i++) {
      loop.execute(ran::release);
      ran.acquire();
    }
    loop.close();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
