package dev.millrace.examples.proxy;

import dev.millrace.Connection;
import dev.millrace.EventLoop;
import dev.millrace.Limits;
import dev.millrace.LoopOptions;
import dev.millrace.Server;
import dev.millrace.failure.FailureTexts;
import dev.millrace.sim.BytePattern;
import dev.millrace.sim.SimHost;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.SimWorld;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * An echo that reads no more while its answers wait. If what waits for it stopped us reading from
 * it, both would wait for ever: so the directions of a pair must know nothing of each other.
 */
@Timeout(60)
class TargetReadsOnlyWhenItsAnswersAreTakenTest {
  private static final int TOTAL = 2_000_000;

  @Test
  void allOfItComesBack() throws Exception {
    for (long seed = 1; seed <= 20; seed++) {
      SimWorld world = new SimWorld(seed);
      SimHost host = world.host("both");
      host.buffers(4_096, 4_096); // far less than a queue of ours holds
      LoopOptions options = LoopOptions.defaults().withFailureTexts(FailureTexts.none());
      try (EventLoop loop = new EventLoop(host.provider(), world.clock(), options)) {
        Limits little =
            Limits.defaults().withLowWaterBytes(0).withHighWaterBytes(1).withHardLimitBytes(66_000);
        Server echo =
            Server.builder()
                .loop(loop)
                .listen(host.address(Ground.PORT))
                .limits(little)
                .handler(() -> Connection::write)
                .start();
        ProxySettings settings = ProxySettings.to(List.of(host.address(Ground.PORT)));
        Server proxy =
            Server.builder()
                .loop(loop)
                .listen(host.address(7_100))
                .limits(settings.limits())
                .timeouts(settings.timeouts())
                .handler(new ProxyService(settings))
                .start();
        SimPeer client = world.host("client").peer();
        client.connect(host.address(7_100));
        long[] wrong = new long[1];
        long[] at = new long[1];
        client.onReceived(
            bytes -> {
              wrong[0] += BytePattern.mismatch(bytes, 5, at[0]) < 0 ? 0 : 1;
              at[0] += bytes.remaining();
            });
        // Slower than all others, so that every queue on both ways fills up.
        client.readAtMost(500_000).sendPattern(5, TOTAL).shutdownOutput().awaitEnd();
        world.run(loop, client::isDone);
        Assertions.assertEquals(TOTAL, client.receivedBytes(), "seed " + seed + ": " + client);
        Assertions.assertEquals(SimPeer.End.END_OF_INPUT, client.end());
        Assertions.assertEquals(0, wrong[0]);
        Assertions.assertTrue(
            world.nowNanos() < Duration.ofSeconds(30).toNanos(), "a time-out ended a deadlock");
        var unused = proxy.shutdown(Duration.ofSeconds(1));
        unused = echo.shutdown(Duration.ofSeconds(1));
      }
    }
  }
}
