package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TasksOfOneCallerRunInOrderTest {
  private static final int CALLERS = 4;
  private static final int TASKS = 20_000;

  @Test
  void severalThreads() throws Exception {
    EventLoop loop = new EventLoop(new LoopFixture.Provider(), System::nanoTime, options());
    Thread owner = loop.start();
    List<List<Integer>> seen = new ArrayList<>();
    List<Thread> callers = new ArrayList<>();
    CountDownLatch done = new CountDownLatch(CALLERS * TASKS);
    for (int c = 0; c < CALLERS; c++) {
      List<Integer> mine = new ArrayList<>();
      seen.add(mine);
      callers.add(
          new Thread(
              () -> {
                for (int i = 0; i < TASKS; i++) {
                  int number = i;
                  loop.execute(
                      () -> {
                        mine.add(number);
                        done.countDown();
                      });
                }
              }));
    }
    callers.forEach(Thread::start);
    done.await();
    loop.close();
    owner.join();
    for (List<Integer> mine : seen) {
      assertEquals(TASKS, mine.size());
      for (int i = 0; i < TASKS; i++) {
        assertEquals(i, mine.get(i));
      }
    }
    assertTrue(loop.isStopped());
  }

  private static LoopOptions options() {
    return LoopFixture.options();
  }
}
