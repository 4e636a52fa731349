package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An interrupt that stays would make each select return at once, for ever. */
@Timeout(30)
class InterruptedLoopTest {

  @Test
  void ownThreadNotesItAndSleepsAgain() throws Exception {
    LoopFixture.CountingProvider provider = new LoopFixture.CountingProvider(true);
    EventLoop loop = new EventLoop(provider, System::nanoTime, LoopFixture.options());
    LoopFixture.CountingSelector selector = provider.last();
    Thread thread = loop.start();
    selector.awaitAsleep();
    int before = selector.blockingSelects() + selector.immediateSelects();
    thread.interrupt();
    selector.awaitAsleep();
    AtomicBoolean status = new AtomicBoolean();
    CountDownLatch asked = new CountDownLatch(1);
    loop.execute(
        () -> {
          status.set(Thread.currentThread().isInterrupted());
          asked.countDown();
        });
    asked.await();
    selector.awaitAsleep();
    assertFalse(status.get());
    // One for the interrupt, one for the task, and none that returned for nothing.
    assertEquals(before + 2, selector.blockingSelects() + selector.immediateSelects());
    loop.close();
  }

  @Test
  void statusOfAnAdoptedThreadIsClearedEachTurn() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      for (int i = 0; i < 3; i++) {
        Thread.currentThread().interrupt();
        f.loop.turn(0);
        assertFalse(Thread.currentThread().isInterrupted());
      }
      assertFalse(f.loop.isStopped());
    }
  }

  @Test
  void stormOfInterruptsDoesNotCostTheSelector() throws Exception {
    // The poll ends early each time, but with a reason: that is no defect of the selector.
    LoopFixture.CountingProvider provider = new LoopFixture.CountingProvider(true);
    try (LoopFixture.LogLines log = new LoopFixture.LogLines()) {
      EventLoop loop =
          new EventLoop(provider, System::nanoTime, LoopFixture.options().withSpinLimit(16));
      Thread thread = loop.start();
      for (int i = 0; i < 100; i++) {
        provider.last().awaitAsleep();
        thread.interrupt();
      }
      provider.last().awaitAsleep();
      loop.close();
      assertEquals(1, provider.opened.size());
      assertEquals(java.util.List.of(), log.warnings());
      assertTrue(loop.isStopped());
    }
  }
}
