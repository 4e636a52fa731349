package dev.millrace.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.EventLoop;
import dev.millrace.LoopOptions;
import dev.millrace.Server;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.FailureTexts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WindowEndsByTheLoopsTimerTest {
  private static final long SECOND = 1_000_000_000L;
  private static final LoopOptions OPTIONS =
      LoopOptions.defaults().withFailureTexts(FailureTexts.none());

  private long nanos = SECOND;

  @Test
  void theLastLineComesByItselfAndThenNothingWakesUp() throws IOException {
    try (EventLoop loop = new EventLoop(SelectorProvider.provider(), () -> nanos, OPTIONS);
        Ends ends = new Ends()) {
      loop.turn(0);
      FailureLog log =
          new FailureLog(Duration.ofSeconds(10), 1, () -> nanos, InstantSource.system());
      log.useTimersOf(loop);
      loop.turn(0);
      long idle = loop.waitNanos();
      log.accept(Ends.end(FailureKind.EPIPE, Ends.peer(1, 1)));
      assertEquals(idle, loop.waitNanos(), "one in full needs no timer");
      nanos += SECOND;
      log.accept(Ends.end(FailureKind.EPIPE, Ends.peer(1, 1)));
      assertTrue(loop.waitNanos() <= 9 * SECOND + SECOND / 100, () -> "" + loop.waitNanos());
      nanos += 9 * SECOND - 1;
      loop.turn(0);
      assertEquals(List.of(), ends.counts(), "not before its time");
      nanos += SECOND / 100;
      loop.turn(0);
      loop.turn(0);
      assertEquals(List.of("1"), ends.counts().stream().map(c -> c.get("count")).toList());
      assertEquals(idle, loop.waitNanos(), "nothing is counted, so nothing is armed");
      // Within the window that follows: counted on, by a timer again.
      log.accept(Ends.end(FailureKind.EPIPE, Ends.peer(1, 1)));
      assertEquals(1, ends.told("connection failed").size());
      log.flush();
      assertEquals(2, ends.counts().size());
      assertEquals(idle, loop.waitNanos(), "flushed");
    }
  }

  @Test
  void resetsOfARealServerAreAllInTheLines() throws Exception {
    try (Ends ends = new Ends()) {
      FailureLog log =
          new FailureLog(Duration.ofMillis(20), 3, System::nanoTime, InstantSource.system());
      Server server =
          Server.builder()
              .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .handler(() -> (connection, data) -> connection.write(data))
              .recordListener(log)
              .start();
      try (server) {
        log.useTimersOf(server.loop());
        for (int i = 0; i < 200; i++) {
          SocketChannel client = SocketChannel.open(server.addresses().get(0));
          client.setOption(StandardSocketOptions.SO_LINGER, 0);
          client.close();
        }
        ends.await(e -> sum(e) == 200); // the last ones by the timer: nothing else happens
      }
      assertTrue(ends.told("connection failed").size() >= 3);
      assertEquals(200, sum(ends));
    }
  }

  private static long sum(Ends ends) {
    return ends.told().stream()
        .mapToLong(
            line -> {
              assertEquals("ECONNRESET", line.get("kind"), line::toString);
              return Long.parseLong(line.getOrDefault("count", "1"));
            })
        .sum();
  }

  @Test
  void flushedByAnotherThreadWhileTheLoopRunsAndAfterItsEnd() throws Exception {
    try (Ends ends = new Ends()) {
      FailureLog log =
          new FailureLog(Duration.ofHours(1), 1, System::nanoTime, InstantSource.system());
      EventLoop loop = new EventLoop(SelectorProvider.provider(), System::nanoTime, OPTIONS);
      loop.start();
      log.useTimersOf(loop);
      loop.execute(() -> storm(log, 5));
      log.flush();
      ends.await(e -> e.counts().size() == 1);
      loop.execute(() -> storm(log, 3));
      loop.close();
      log.flush();
      List<Map<String, String>> counts = ends.counts();
      assertEquals(List.of("4", "2"), counts.stream().map(c -> c.get("count")).toList());
    }
  }

  private static void storm(FailureLog log, int failures) {
    for (int i = 0; i < failures; i++) {
      log.accept(Ends.end(FailureKind.EPIPE, Ends.peer(i, 1)));
    }
  }
}
