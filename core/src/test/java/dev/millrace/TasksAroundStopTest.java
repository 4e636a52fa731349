package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TasksAroundStopTest {

  @Test
  void refusedAfterTheEndAndSaysWhy() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      f.loop.close();
      RejectedExecutionException e =
          assertThrows(RejectedExecutionException.class, () -> f.loop.execute(() -> {}));
      assertEquals("task refused: loop test-loop has stopped", e.getMessage());
    }
  }

  @Test
  void pendingTasksRunBeforeTheEnd() throws Exception {
    try (LoopFixture f =
        new LoopFixture(new LoopFixture.Provider(), LoopFixture.options().withTasksPerTurn(2))) {
      List<Integer> ran = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        int n = i;
        f.loop.execute(() -> ran.add(n));
      }
      f.loop.stop();
      f.loop.turn(0);
      assertEquals(List.of(0, 1, 2, 3, 4, 5, 6), ran);
      assertTrue(f.loop.isStopped());
    }
  }

  @Test
  void taskOfAnEndingLoopIsRefused() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      List<Throwable> refused = new ArrayList<>();
      // The loop has only tasks left to run when it comes to this one, and takes no further ones.
      f.loop.execute(
          () -> {
            f.loop.stop();
            f.loop.execute(
                () ->
                    refused.add(
                        assertThrows(
                            RejectedExecutionException.class, () -> f.loop.execute(() -> {}))));
          });
      f.loop.turn(0);
      assertEquals(1, refused.size());
    }
  }

  @Test
  void eachAcceptedTaskRunsExactlyOnceWhateverTheMomentOfTheStop() throws Exception {
    long seed = LoopFixture.seed();
    Random random = new Random(seed);
    for (int round = 0; round < 150; round++) {
      int perCaller = 1 + random.nextInt(400);
      int stopAfter = random.nextInt(perCaller);
      int callers = 3;
      AtomicIntegerArray ran = new AtomicIntegerArray(callers * perCaller);
      boolean[] accepted = new boolean[callers * perCaller];
      EventLoop loop =
          new EventLoop(
              new LoopFixture.CountingProvider(true), System::nanoTime, LoopFixture.options());
      Thread owner = loop.start();
      List<Thread> threads = new ArrayList<>();
      for (int c = 0; c < callers; c++) {
        int first = c * perCaller;
        boolean stops = c == 0;
        threads.add(
            new Thread(
                () -> {
                  for (int i = 0; i < perCaller; i++) {
                    int n = first + i;
                    try {
                      loop.execute(() -> ran.incrementAndGet(n));
                      accepted[n] = true;
                    } catch (RejectedExecutionException e) {
                      accepted[n] = false;
                    }
                    if (stops && i == stopAfter) {
                      loop.stop();
                    }
                  }
                }));
      }
      threads.forEach(Thread::start);
      for (Thread t : threads) {
        t.join();
      }
      owner.join();
      for (int n = 0; n < accepted.length; n++) {
        assertEquals(accepted[n] ? 1 : 0, ran.get(n), "seed " + seed + " round " + round);
      }
    }
  }

  @Test
  void boundOfTheQueue() throws Exception {
    try (LoopFixture f =
        new LoopFixture(new LoopFixture.Provider(), LoopFixture.options().withMaxQueuedTasks(3))) {
      List<Integer> ran = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        int n = i;
        f.loop.execute(() -> ran.add(n));
      }
      RejectedExecutionException e =
          assertThrows(RejectedExecutionException.class, () -> f.loop.execute(() -> ran.add(99)));
      assertTrue(e.getMessage().contains("3 tasks wait already on loop test-loop"), e.getMessage());
      f.loop.turn(0);
      assertEquals(List.of(0, 1, 2), ran);
      f.loop.execute(() -> ran.add(3));
      f.loop.turn(0);
      assertEquals(List.of(0, 1, 2, 3), ran);
    }
  }

  @Test
  void boundCountsTasksThatWereTakenOverAndDidNotRunYet() throws Exception {
    LoopOptions options = LoopFixture.options().withMaxQueuedTasks(3).withTasksPerTurn(1);
    try (LoopFixture f = new LoopFixture(new LoopFixture.Provider(), options)) {
      for (int i = 0; i < 3; i++) {
        f.loop.execute(() -> {});
      }
      f.loop.turn(0); // takes over three, runs one
      f.loop.execute(() -> {});
      assertThrows(RejectedExecutionException.class, () -> f.loop.execute(() -> {}));
    }
  }

  @Test
  void nullIsRefusedByName() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      NullPointerException e = assertThrows(NullPointerException.class, () -> f.loop.execute(null));
      assertEquals("task", e.getMessage());
      assertFalse(f.loop.isStopped());
    }
  }
}
