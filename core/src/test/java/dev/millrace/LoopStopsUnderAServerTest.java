package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A loop may be stopped without asking the servers on it; they are over then all the same. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LoopStopsUnderAServerTest {

  @Test
  void whoWaitsForTheServerIsReleased() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      Server server = f.server(new LoopFixture.Recorder());
      f.client(server);
      f.until("open", () -> server.stats().open() == 1);
      f.loop.stop();
      f.turn();
      assertTrue(f.loop.isStopped());
      server.awaitStopped();
      assertEquals(0, server.stats().open());
    }
  }

  @Test
  void shutdownUnderWayIsReported() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      Server server = f.server(new LoopFixture.Recorder());
      f.client(server);
      f.until("open", () -> server.stats().open() == 1);
      CompletableFuture<ShutdownReport> report = server.shutdown(Duration.ofHours(1));
      f.turn();
      f.loop.stop();
      f.turn();
      assertTrue(report.isDone());
    }
  }
}
