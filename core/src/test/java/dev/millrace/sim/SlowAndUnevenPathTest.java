package dev.millrace.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.fault.FaultPlan;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Latency that varies changes no order, and a direction carries what its bandwidth says. */
@Timeout(60)
class SlowAndUnevenPathTest {
  private static final long SECOND = 1_000_000_000;

  private static SimPair pair(long seed, String plan) throws Exception {
    SimPair pair = new SimPair(seed);
    pair.clientHost.faults(FaultPlan.parse(plan));
    pair.connectWithin(Duration.ofSeconds(2));
    return pair;
  }

  @Test
  void laterSegmentsDontOvertake() throws Exception {
    for (long seed = 1; seed <= 50; seed++) {
      SimPair pair = pair(seed, "latency=1:1ms..500ms");
      for (int i = 0; i < 100; i++) {
        pair.client.write(SimPair.pattern(10L * i, 10));
      }
      pair.client.shutdownOutput();
      long read = 0;
      for (int n; (n = SimPair.read(pair.accepted, read, 64)) >= 0; read += n) {
        pair.pass(Duration.ofMillis(1));
      }
      assertEquals(1_000, read);
    }
  }

  @Test
  void noByteComesBeforeItsLatency() throws Exception {
    SimPair pair = pair(1, "latency=1:50ms..50ms");
    pair.client.write(SimPair.pattern(0, 10));
    pair.pass(Duration.ofNanos(49_999_999));
    assertEquals(0, SimPair.read(pair.accepted, 0, 64));
    pair.pass(Duration.ofNanos(1));
    assertEquals(10, SimPair.read(pair.accepted, 0, 64));
  }

  /** How long it takes until so many pieces, written at once, have all arrived. */
  private static long nanosFor(int pieces, int size) throws Exception {
    SimPair pair = pair(7, "bandwidth=1:10240..10240");
    long begin = pair.world.nowNanos();
    for (int i = 0; i < pieces; i++) {
      assertEquals(size, pair.client.write(SimPair.pattern((long) size * i, size)));
    }
    long read = 0;
    while (read < (long) pieces * size) {
      pair.pass(Duration.ofMillis(1));
      read += SimPair.read(pair.accepted, read, 65_536);
    }
    return pair.world.nowNanos() - begin;
  }

  @Test
  void onePieceTakesItsTime() throws Exception {
    assertBetween(SECOND, SECOND * 11 / 10, nanosFor(1, 10_240));
  }

  @Test
  void manyPiecesTakeAsLongAsOneOfTheirSize() throws Exception {
    assertBetween(SECOND, SECOND * 11 / 10, nanosFor(10, 1_024));
  }

  private static void assertBetween(long min, long max, long actual) {
    assertTrue(actual >= min && actual <= max, actual + " ns, not " + min + " to " + max);
  }
}
