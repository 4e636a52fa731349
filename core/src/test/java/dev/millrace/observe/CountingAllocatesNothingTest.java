package dev.millrace.observe;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.CloseRecord;
import dev.millrace.failure.FailureKind;
import java.lang.reflect.Method;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CountingAllocatesNothingTest {
  private static final int FAILURES = 100_000;

  /** What reading the counter by reflection may cost; one object a failure would be 1.6 MB. */
  private static final long NOISE_BYTES = 4_096;

  @Test
  void oneThatIsOnlyCounted() throws Exception {
    try (Ends ends = new Ends()) {
      FailureLog log =
          new FailureLog(Duration.ofDays(1), 1, System::nanoTime, InstantSource.system());
      CloseRecord[] records = new CloseRecord[100];
      for (int i = 0; i < records.length; i++) {
        records[i] =
            Ends.end(i % 2 == 0 ? FailureKind.EPIPE : FailureKind.ECONNRESET, Ends.peer(i, i));
      }
      work(log, records);
      allocatedBytes();
      long least = Long.MAX_VALUE;
      // The least of three, because a compilation that ends meanwhile may allocate in this thread.
      for (int i = 0; i < 3; i++) {
        long before = allocatedBytes();
        work(log, records);
        least = Math.min(least, allocatedBytes() - before);
      }
      assertTrue(least <= NOISE_BYTES, least + " bytes for " + FAILURES + " failures");
      assertTrue(ends.told().size() == 2);
    }
  }

  private static void work(FailureLog log, CloseRecord[] records) {
    for (int i = 0; i < FAILURES; i++) {
      log.accept(records[i % records.length]);
    }
  }

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
}
