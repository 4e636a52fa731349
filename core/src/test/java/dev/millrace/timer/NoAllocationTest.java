package dev.millrace.timer;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import org.junit.jupiter.api.Test;

class NoAllocationTest {
  private static final long TICK = TimerWheel.DEFAULT_TICK_NANOS;
  private static final int OPERATIONS = 100_000;

  /** What reading the counter by reflection may cost; one object per operation would be 1.6 MB. */
  private static final long NOISE_BYTES = 4_096;

  private final TimerWheel wheel = new TimerWheel(0);
  private final Timer[] timers = new Timer[1_000];
  private long now;
  private long fired;

  @Test
  void schedulingCancellingReArmingAndExpiringAllocateNothing() throws Exception {
    for (int i = 0; i < timers.length; i++) {
      timers[i] =
          new Timer() {
            @Override
            protected void onTimer() {
              fired++;
            }
          };
    }
    work();
    allocatedBytes();
    long least = Long.MAX_VALUE;
    // The least of three, because a compilation that ends meanwhile may allocate in this thread.
    for (int i = 0; i < 3; i++) {
      long before = allocatedBytes();
      work();
      least = Math.min(least, allocatedBytes() - before);
    }
    assertTrue(least <= NOISE_BYTES, least + " bytes for " + OPERATIONS + " operations");
    assertTrue(fired > 0);
  }

  /**
   * What this thread has allocated so far. By reflection, because the module that these tests are
   * compiled into does not read the management modules, and the library has no use for them.
   */
  private static long allocatedBytes() throws ReflectiveOperationException {
    Object threads =
        Class.forName("java.lang.management.ManagementFactory")
            .getMethod("getThreadMXBean")
            .invoke(null);
    Method read =
        Class.forName("com.sun.management.ThreadMXBean")
            .getMethod("getCurrentThreadAllocatedBytes");
    long bytes = (long) read.invoke(threads);
    assertTrue(bytes > 0, "this JVM does not count what a thread allocates");
    return bytes;
  }

  private void work() {
    for (int i = 0; i < OPERATIONS; i++) {
      Timer timer = timers[i % timers.length];
      switch (i % 7) {
        case 0, 1, 2 -> wheel.schedule(timer, wheel.deadlineAfter(now, (i % 5_000) * TICK));
        case 3 -> wheel.cancel(timer);
        case 4 -> wheel.nextDelayNanos(now);
        case 5 -> wheel.advance(now += TICK);
        default -> wheel.expire(now += TICK / 2, 10);
      }
    }
  }
}
