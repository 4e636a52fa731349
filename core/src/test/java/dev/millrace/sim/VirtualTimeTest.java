package dev.millrace.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Time passes in a select, by exactly what it waits, and nowhere else. */
@Timeout(60)
class VirtualTimeTest {
  private static final long MILLI = 1_000_000;

  private final SimWorld world = new SimWorld(1);
  private final SimHost host = world.host("host");

  @Test
  void aSelectWaitsItsTimeOutToTheNanosecond() throws Exception {
    try (Selector selector = host.provider().openSelector()) {
      LongSupplier clock = world.clock();
      long before = clock.getAsLong();
      assertEquals(0, selector.select(7));
      assertEquals(7 * MILLI, world.nowNanos());
      assertEquals(0, selector.select(key -> {}, 1));
      assertEquals(8 * MILLI, world.nowNanos());
      assertEquals(8 * MILLI, clock.getAsLong() - before);
      assertEquals(0, selector.selectNow());
      assertEquals(8 * MILLI, world.nowNanos(), "selectNow takes none");
      assertThrows(IllegalArgumentException.class, () -> selector.select(-1));
    }
  }

  @Test
  void aSelectReturnsWhenSomethingArrivesAndNotAtItsTimeOut() throws Exception {
    SimPair pair = SimPair.connected(5);
    try (Selector selector = pair.serverHost.provider().openSelector()) {
      pair.accepted.register(selector, SelectionKey.OP_READ);
      long begin = pair.world.nowNanos();
      pair.world.schedule(Duration.ofMillis(30), () -> write(pair));
      assertEquals(1, selector.select(1000));
      long waited = pair.world.nowNanos() - begin;
      assertTrue(waited > 30 * MILLI && waited < 31 * MILLI, waited + " ns");
    }
  }

  private static void write(SimPair pair) {
    try {
      pair.client.write(ByteBuffer.allocate(1));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aWakeUpThatIsPlannedEndsASelectWithoutATimeOut() throws Exception {
    try (Selector selector = host.provider().openSelector()) {
      world.schedule(Duration.ofSeconds(5), selector::wakeup);
      assertEquals(0, selector.select());
      assertEquals(5000 * MILLI, world.nowNanos());
    }
  }

  @Test
  void aSelectThatCanNeverReturnSaysSo() throws Exception {
    try (Selector selector = host.provider().openSelector()) {
      assertThrows(IllegalStateException.class, selector::select);
      assertThrows(IllegalStateException.class, () -> selector.select(0));
    }
  }

  @Test
  void whatWasDueInAJumpHappensInOrderAtTheNextSelect() throws Exception {
    List<String> done = new ArrayList<>();
    world.schedule(Duration.ofMillis(20), () -> done.add("b"));
    world.schedule(Duration.ofMillis(10), () -> done.add("a"));
    world.schedule(Duration.ofMillis(200), () -> done.add("c"));
    try (Selector selector = host.provider().openSelector()) {
      world.jump(100 * MILLI);
      assertEquals(List.of(), done);
      selector.selectNow();
      assertEquals(List.of("a", "b"), done);
      assertEquals(100 * MILLI, world.nowNanos());
    }
  }
}
