package dev.millrace.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What many who lost one server share. */
@Timeout(60)
class RetryBudgetTest {
  private static final Duration EACH = Duration.ofMillis(100);

  private long now = Long.MAX_VALUE - 50; // a clock has no origin, and this one is about to wrap

  private RetryBudget budget(int burst) {
    return new RetryBudget(burst, EACH, () -> now);
  }

  private static long ms(long millis) {
    return millis * 1_000_000;
  }

  @Test
  void aBurstBeginsAtOnceAndTheOthersOneBehindTheOther() {
    RetryBudget budget = budget(3);
    long[] waits = new long[6];
    Arrays.setAll(waits, i -> budget.takeNanos());
    assertEquals(
        Arrays.toString(new long[] {0, 0, 0, ms(100), ms(200), ms(300)}), Arrays.toString(waits));
  }

  @Test
  void theBucketFillsAgainUpToTheBurst() {
    RetryBudget budget = budget(2);
    assertEquals(0, budget.takeNanos());
    assertEquals(0, budget.takeNanos());
    now += ms(99);
    assertEquals(ms(1), budget.takeNanos());
    now += ms(101); // the one of 100 ms was taken, and another is there
    assertEquals(0, budget.takeNanos());
    now += ms(10_000);
    assertEquals(0, budget.takeNanos());
    assertEquals(0, budget.takeNanos());
    assertEquals(ms(100), budget.takeNanos(), "no more than a burst was saved");
  }

  @Test
  void manyThreadsNeverGetTheSameTurn() throws InterruptedException {
    RetryBudget budget = budget(1);
    Queue<Long> waits = new ConcurrentLinkedQueue<>();
    CountDownLatch begin = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  begin.await();
                } catch (InterruptedException e) {
                  return; // and then some turns are missing
                }
                for (int n = 0; n < 1_000; n++) {
                  waits.add(budget.takeNanos());
                }
              });
      thread.start();
      threads.add(thread);
    }
    begin.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    long[] sorted = waits.stream().mapToLong(Long::longValue).sorted().toArray();
    assertEquals(4_000, sorted.length);
    for (int i = 0; i < sorted.length; i++) {
      assertEquals(ms(100L * i), sorted[i]);
    }
  }

  @Test
  void wrongSettingsAreNamedWithWhatIsAllowed() {
    RetryPolicyTest.wrong(
        "burst is 0, allowed is 1 to 1000000", () -> new RetryBudget(0, EACH, () -> 0));
    RetryPolicyTest.wrong(
        "each is PT0S, allowed is PT0.000000001S to PT1H",
        () -> new RetryBudget(1, Duration.ZERO, () -> 0));
  }

  @Test
  void fiveHundredLinksThatLoseOneServerDoNotComeBackAsAHerd() throws IOException {
    long free = mostInTenthOfSecond(null);
    assertTrue(free > 60, "without a budget " + free + " begin in a tenth of a second");
    try (Ground g = new Ground(3)) {
      RetryBudget budget = new RetryBudget(5, Duration.ofMillis(10), g.world.clock());
      long bounded = mostInTenthOfSecond(budget, g);
      assertTrue(bounded <= 5 + 10 + 1, bounded + " began in a tenth of a second");
    }
  }

  private static long mostInTenthOfSecond(RetryBudget budget) throws IOException {
    try (Ground g = new Ground(3)) {
      return mostInTenthOfSecond(budget, g);
    }
  }

  /** The most retries that begin in a tenth of a second when a server goes away from under many. */
  private static long mostInTenthOfSecond(RetryBudget budget, Ground g) throws IOException {
    g.serve();
    List<Long> begins = new ArrayList<>();
    List<Link> links = new ArrayList<>();
    int[] up = {0};
    int[] closed = {0};
    for (int i = 0; i < 500; i++) {
      Link.Builder builder =
          Link.builder(Route.to(g.host.address(7007), Duration.ofSeconds(3)))
              .random(g.world.dice()::next)
              .listener(
                  new LinkListener() {
                    @Override
                    public void onTransition(Link link, LinkTransition t) {
                      if (t.from() == LinkState.WAITING && t.to() == LinkState.CONNECTING) {
                        begins.add(g.world.nowNanos());
                      }
                      up[0] += t.to() == LinkState.UP ? 1 : t.from() == LinkState.UP ? -1 : 0;
                    }

                    @Override
                    public void onClosed(Link link, LinkReport report) {
                      closed[0]++;
                    }
                  });
      if (budget != null) {
        builder.budget(budget);
      }
      Link link = builder.build(g.loop);
      link.open();
      links.add(link);
    }
    g.until("all are up", () -> up[0] == 500);
    g.stopServer();
    g.pass(Duration.ofMillis(50));
    g.listen();
    g.until("all are up again", () -> up[0] == 500);
    long most = 0;
    for (int from = 0, to = 0; to < begins.size(); to++) {
      while (begins.get(to) - begins.get(from) > ms(100)) {
        from++;
      }
      most = Math.max(most, to - from + 1);
    }
    links.forEach(link -> link.close(Duration.ofSeconds(5)));
    g.until("all are closed", () -> closed[0] == 500);
    g.checkNothingIsLeft();
    return most;
  }

  @Test
  void turnsUpToTheEndOfTimeAreStillWaitedFor() {
    RetryBudget budget = new RetryBudget(1, Duration.ofHours(1), () -> 0);
    long last = 0;
    for (int i = 0; i < 3_000_000; i++) { // 342 years of them
      long wait = budget.takeNanos();
      assertTrue(wait >= last, i + ": " + wait + " after " + last);
      last = wait;
    }
    assertTrue(last > Duration.ofDays(365 * 100).toNanos(), () -> "nobody may come sooner");
  }
}
