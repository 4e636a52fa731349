package dev.millrace.examples.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Connection;
import dev.millrace.guard.ExpectedLog;
import dev.millrace.sim.TrialFailed;
import dev.millrace.sim.TrialMode;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

/** What a campaign says when something is broken: here a handler, on purpose. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CampaignFindsABrokenSeedTest {
  /** Swallows the input of one connection in eight, and says nothing. */
  private static final Scenario FORGETFUL =
      new Scenario(
          "forgetful",
          "an echo that forgets",
          trial -> {
            boolean forgets = trial.dice().below(8) == 0;
            trial.server(
                () ->
                    (Connection c, java.nio.ByteBuffer data) -> {
                      if (forgets) {
                        data.position(data.limit());
                      } else {
                        c.write(data);
                      }
                    });
            var peer = trial.peer(p -> p.sendPattern(1, 10).shutdownOutput().awaitEnd());
            trial.check(
                () -> {
                  if (peer.receivedBytes() != 10) {
                    trial.violated("the echo is gone");
                  }
                });
          });

  @Test
  void theLowestSeedIsToldWithItsTraceAndTheCommandThatShowsItAgain() throws Exception {
    for (int threads = 1; threads <= 2; threads++) {
      try (LogWatch log = LogWatch.begin()) {
        Campaign campaign = new Campaign(List.of(FORGETFUL), TrialMode.SAFETY, log, 1, 1000);
        campaign.run(threads);
        TrialFailed failed = campaign.failed();
        assertNotNull(failed);
        assertEquals("the echo is gone", failed.reason());
        String message = failed.getMessage();
        assertTrue(message.contains("seed " + failed.seed() + ": the echo is gone"), message);
        assertTrue(
            message.contains("--scenario forgetful --mode safety --replay " + failed.seed()),
            message);
        assertTrue(message.contains("callback        onData"), message);
        assertTrue(!message.contains("differed"), message);
        if (threads == 1) {
          assertEquals(failed.seed(), campaign.done());
        }
        List<String> replay = campaign.trialsOf(FORGETFUL).replay(failed.seed());
        assertEquals("seed " + failed.seed() + ": the echo is gone", replay.get(replay.size() - 1));
      }
    }
  }

  @Test
  @ExpectedLog(level = Level.ERROR, containing = "a task threw")
  void anErrorInTheLogThatNobodyPlannedIsAViolation() throws Exception {
    Scenario loud =
        new Scenario(
            "loud",
            "a task that throws",
            trial -> {
              trial.server(() -> Connection::write);
              trial.later(
                  java.time.Duration.ZERO,
                  () -> {
                    throw new IllegalStateException("thrown by the test");
                  });
              trial.peer(p -> p.pause(java.time.Duration.ofMillis(1)).close());
            });
    try (LogWatch log = LogWatch.begin()) {
      Campaign campaign = new Campaign(List.of(loud), TrialMode.SAFETY, log, 1, 1);
      campaign.run(1);
      assertNotNull(campaign.failed());
      assertEquals("logged: a task threw loop=sim: thrown by the test", campaign.failed().reason());
    }
  }
}
