package dev.millrace.examples.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.failure.FailureKind;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trial;
import dev.millrace.sim.Trials;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three talk, and a fourth does not read. */
@Timeout(60)
class SlowReaderIsCutTest {
  private static final int LINES = 100;
  private static final String TEXT = "x".repeat(900);
  private static final ChatSettings SETTINGS =
      ChatSettings.defaults().withBacklogBytes(128 << 10).withPaceBytes(0);

  private final Transcript[] heard = {new Transcript(), new Transcript(), new Transcript()};
  private final long[][] saidAtNanos = new long[heard.length][LINES];
  private final Transcript slowHeard = new Transcript();
  private long longestDelayNanos;
  private long cutAtNanos;

  private static void run(Consumer<Trial> scenario) {
    assertEquals(1, Trials.of(scenario).seeds(1, 1));
  }

  private static void open(Trial trial) {
    trial.limits(SETTINGS.limits());
    trial.server(
        new ChatRoom(SETTINGS), builder -> builder.socketSettings(SETTINGS.socketSettings()));
  }

  /** A line every tenth of a second each, and how long each is under way. */
  private void threeTalk(Trial trial) {
    for (int i = 0; i < heard.length; i++) {
      int who = i;
      heard[i].each((line, index) -> measure(trial, line));
      trial.peer(
          p -> {
            p.onReceived(heard[who]::hear).send("t" + who + "\n").pause(Duration.ofSeconds(1));
            for (int n = 0; n < LINES; n++) {
              int number = n;
              p.pause(Duration.ofMillis(100))
                  .then(() -> saidAtNanos[who][number] = trial.world().nowNanos())
                  .send(TEXT + " " + n + "\n");
            }
            p.pause(Duration.ofSeconds(20)).send("/quit\n").awaitEnd();
          });
    }
  }

  private void measure(Trial trial, String line) {
    long now = trial.world().nowNanos();
    if (line.startsWith("<t")) {
      int number = Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1));
      longestDelayNanos =
          Math.max(longestDelayNanos, now - saidAtNanos[line.charAt(2) - '0'][number]);
    } else if (line.contains("was cut off")) {
      cutAtNanos = now;
    }
  }

  private void assertNobodyElseNoticed() {
    for (int i = 0; i < heard.length; i++) {
      for (int other = 0; other < heard.length; other++) {
        for (int n = 0; n < LINES; n++) {
          String line = "<t" + other + "> " + TEXT + " " + n;
          assertEquals(other != i, heard[i].has(line), "t" + i + " hears t" + other + ", " + n);
        }
        if (other != i) {
          assertNull(Transcript.difference("t" + i, heard[i], "t" + other, heard[other]));
        }
      }
      assertEquals(1, heard[i].lines().stream().filter(l -> l.contains("was cut off")).count());
    }
    assertTrue(
        longestDelayNanos < Duration.ofMillis(50).toNanos(), "delayed by " + longestDelayNanos);
  }

  @Test
  void whoNeverReadsIsCutAndTheOthersAreToldAndNotDelayed() {
    run(
        trial -> {
          open(trial);
          threeTalk(trial);
          SimPeer slow = trial.peer(p -> p.stopReading().send("slow\n").pause(Duration.ofDays(1)));
          trial.check(this::assertNobodyElseNoticed);
          trial.check(
              () -> {
                assertEquals(FailureKind.DRAIN_TIMEOUT, trial.recordOf(slow).kind());
                assertTrue(trial.recordOf(slow).bytesUnsent() > 0);
              });
        });
  }

  @Test
  void whoReadsAgainWithinTheDrainTimeIsToldWhy() {
    run(
        trial -> {
          open(trial);
          threeTalk(trial);
          Duration waking = Duration.ofSeconds(9);
          SimPeer slow =
              trial.peer(
                  p ->
                      p.onReceived(slowHeard::hear)
                          .stopReading()
                          .send("slow\n")
                          .pause(waking)
                          .resumeReading()
                          .awaitEnd());
          trial.check(this::assertNobodyElseNoticed);
          trial.check(
              () -> {
                assertTrue(cutAtNanos < waking.toNanos(), "cut at " + cutAtNanos);
                List<String> lines = slowHeard.lines();
                assertTrue(
                    lines
                        .get(lines.size() - 1)
                        .matches("\\* You are cut off: .* 1[23]\\d{4} bytes.*"),
                    () -> lines.get(lines.size() - 1));
                assertEquals(SimPeer.End.END_OF_INPUT, slow.end());
                assertTrue(trial.recordOf(slow).isOrderly(), trial.recordOf(slow)::toString);
                // What he has is without a gap up to the cut.
                assertNull(Transcript.difference("t0", heard[0], "slow", slowHeard));
              });
        });
  }

  @Test
  void theReasonFitsAlsoBehindABacklogThatIsFullToTheLastByte() {
    run(
        trial -> {
          open(trial);
          SimPeer slow =
              trial.peer(
                  p ->
                      p.onReceived(slowHeard::hear)
                          .stopReading()
                          .send("slow\n")
                          .pause(Duration.ofSeconds(3))
                          .resumeReading()
                          .awaitEnd());
          // Lines of six bytes leave less room than that unused.
          trial.peer(
              Duration.ofSeconds(1),
              p -> p.send("t\n" + "y\n".repeat(40_000) + "/quit\n").awaitEnd());
          trial.check(
              () -> {
                List<String> lines = slowHeard.lines();
                assertTrue(
                    lines.get(lines.size() - 1).startsWith("* You are cut off: "),
                    () -> lines.get(lines.size() - 1));
                assertEquals(SimPeer.End.END_OF_INPUT, slow.end());
              });
        });
  }

  @Test
  void whoAsksButDoesNotReadTheAnswersIsLeftAlone() {
    run(
        trial -> {
          open(trial);
          // Above the high water mark he is not read any more, so his own answers make him not
          // slow.
          SimPeer asking =
              trial.peer(
                  p ->
                      p.onReceived(slowHeard::hear)
                          .stopReading()
                          .send("slow\n" + "/help\n".repeat(5000) + "/quit\n")
                          .pause(Duration.ofSeconds(5))
                          .resumeReading()
                          .awaitEnd());
          trial.check(
              () -> {
                assertEquals(SimPeer.End.END_OF_INPUT, asking.end());
                assertEquals(2 + 5000 * 5 + 1, slowHeard.lines().size());
              });
        });
  }

  /**
   * Many talkers are bounded by the core: whose own queue is above the high water mark is not read.
   * One alone hears nothing, and may say all that one event reads.
   */
  @Test
  void aBurstInOneTurnCutsNobodyWhoReads() {
    run(
        trial -> {
          open(trial);
          trial.clientHost().buffers(1 << 20, 1 << 20);
          trial.serverHost().buffers(1 << 20, 1 << 20);
          int lines = 220;
          trial.peer(
              p ->
                  p.onReceived(slowHeard::hear)
                      .send("listener\n")
                      .pause(Duration.ofSeconds(20))
                      .send("/quit\n")
                      .awaitEnd());
          trial.peer(
              p ->
                  p.send("talker\n")
                      .pause(Duration.ofSeconds(5))
                      .send((TEXT + "\n").repeat(lines))
                      .pause(Duration.ofSeconds(5))
                      .send("/quit\n")
                      .awaitEnd());
          // Two tasks hold the loop up: during the first all is sent, and during the second all of
          // it arrives, so that it is there in one poll.
          trial.later(Duration.ofMillis(4_900), () -> trial.world().jump(1_000_000_000L));
          trial.later(Duration.ofMillis(5_500), () -> trial.world().jump(1_000_000_000L));
          trial.check(
              () -> {
                assertFalse(slowHeard.lines().toString().contains("cut off"));
                assertEquals(
                    lines, slowHeard.lines().stream().filter(l -> l.startsWith("<t")).count());
              });
        });
  }
}
