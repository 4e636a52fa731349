package dev.millrace.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Seeds;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Timers are taken out, whatever their deadline, when what drives the wheel ends. */
class WheelIsGivenUpTest {
  /** Counts what it is told. */
  private static final class Counting extends Timer {
    int fired;
    int abandoned;

    @Override
    protected void onTimer() {
      fired++;
    }

    @Override
    protected void onAbandoned() {
      abandoned++;
    }
  }

  @Test
  void eachIsTakenOnce() throws Exception {
    Seeds.each(
        300,
        random -> {
          long now = random.nextLong();
          TimerWheel wheel = new TimerWheel(now);
          Set<Timer> armed = new HashSet<>();
          for (int i = random.nextInt(60); i > 0; i--) {
            Counting timer = new Counting();
            wheel.schedule(
                timer, wheel.deadlineAfter(now, random.nextLong() >>> random.nextInt(63)));
            armed.add(timer);
          }
          now += random.nextLong(1L << 40);
          wheel.advance(now); // some are due
          for (Timer timer; random.nextBoolean() && (timer = wheel.poll()) != null; ) {
            timer.fire();
            armed.remove(timer);
          }
          boolean isDue = wheel.nextDelayNanos(now) == 0;
          Timer first = wheel.takeAny();
          assertTrue(!isDue || first.deadlineNanos() - now <= 0, "the due ones come first");
          for (Timer timer = first; timer != null; timer = wheel.takeAny()) {
            assertTrue(armed.remove(timer));
            timer.abandon();
            assertEquals(1, ((Counting) timer).abandoned);
            assertEquals(0, ((Counting) timer).fired);
          }
          assertEquals(Set.of(), armed);
          assertEquals(0, wheel.size());
          assertEquals(Long.MAX_VALUE, wheel.nextDelayNanos(now));
          assertNull(wheel.poll());
          // It can be used again.
          Counting again = new Counting();
          wheel.schedule(again, wheel.deadlineAfter(now, 1));
          assertEquals(1, wheel.expire(now + 3 * TimerWheel.DEFAULT_TICK_NANOS, 10));
          assertEquals(1, again.fired);
        });
  }

  @Test
  void oneThatIsStillArmedIsNotAbandoned() {
    TimerWheel wheel = new TimerWheel(0);
    Counting timer = new Counting();
    wheel.schedule(timer, 5);
    assertThrows(IllegalStateException.class, timer::abandon);
    assertEquals(0, timer.abandoned);
  }
}
