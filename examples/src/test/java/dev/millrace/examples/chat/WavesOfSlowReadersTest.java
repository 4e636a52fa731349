package dev.millrace.examples.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.CloseRecord;
import dev.millrace.LoopOptions;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.FailureTexts;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trial;
import dev.millrace.sim.Trials;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Wave after wave joins and does not read, and each is cut before the one before it is drained:
 * what they leave behind is more than the loop may hold.
 */
@Timeout(60)
class WavesOfSlowReadersTest {
  private static final int WAVES = 5;
  private static final int WAVE = 8;
  private static final int LINES = 1_000;
  private static final int BUDGET = 2 << 20;
  private static final String TEXT = "x".repeat(900);
  private static final ChatSettings SETTINGS =
      ChatSettings.defaults().withBacklogBytes(128 << 10).withPaceBytes(0);

  private final Transcript heard = new Transcript();
  private final List<SimPeer> slow = new ArrayList<>();
  private SimPeer listener;

  private void run(long roomBytes, Consumer<Trial> check) {
    Consumer<Trial> scenario =
        trial -> {
          trial.limits(SETTINGS.limits());
          trial.server(
              new ChatRoom(SETTINGS, record -> {}, roomBytes),
              builder -> builder.socketSettings(SETTINGS.socketSettings()));
          listener =
              trial.peer(
                  p ->
                      p.onReceived(heard::hear)
                          .send("listener\n")
                          .pause(Duration.ofSeconds(40))
                          .send("/quit\n")
                          .awaitEnd());
          for (int i = 0; i < WAVES * WAVE; i++) {
            String name = "slow" + i;
            slow.add(
                trial.peer(
                    Duration.ofMillis(1_000 + 1_000 * (i / WAVE)),
                    p -> p.stopReading().send(name + "\n").pause(Duration.ofDays(1))));
          }
          trial.peer(
              Duration.ofMillis(1_500),
              p -> {
                p.send("talker\n").pause(Duration.ofMillis(100));
                // Ten at once: when one is held up, the next is there and has to wait.
                for (int n = 0; n < LINES; n += 10) {
                  StringBuilder ten = new StringBuilder();
                  for (int i = n; i < n + 10; i++) {
                    ten.append(TEXT).append(' ').append(i).append('\n');
                  }
                  p.send(ten.toString()).pause(Duration.ofMillis(50));
                }
                p.pause(Duration.ofSeconds(20)).send("/quit\n").awaitEnd();
              });
          trial.check(() -> assertListenerMissedNothing(trial));
          trial.check(() -> check.accept(trial));
        };
    LoopOptions options =
        LoopOptions.defaults().withFailureTexts(FailureTexts.none()).withBudgetBytes(BUDGET);
    assertEquals(1, Trials.of(scenario).loopOptions(dice -> options).seeds(1, 1));
  }

  private void assertListenerMissedNothing(Trial trial) {
    assertTrue(trial.recordOf(listener).isOrderly(), trial.recordOf(listener)::toString);
    List<String> said = heard.lines().stream().filter(l -> l.startsWith("<talker>")).toList();
    assertEquals(LINES, said.size());
    for (int n = 0; n < LINES; n++) {
      assertEquals("<talker> " + TEXT + " " + n, said.get(n));
    }
    assertEquals(
        WAVES * WAVE, heard.lines().stream().filter(l -> l.contains("was cut off")).count());
    assertFalse(heard.lines().toString().contains("listener was cut off"));
    assertFalse(heard.lines().toString().contains("talker was cut off"));
  }

  private List<CloseRecord> aborted(Trial trial) {
    return slow.stream().map(trial::recordOf).filter(r -> r.kind() == FailureKind.ABORTED).toList();
  }

  @Test
  void whoIsClosingCountsToTheShareAndTheOldestIsAborted() {
    run(
        BUDGET / 2,
        trial -> {
          assertFalse(aborted(trial).isEmpty());
          for (CloseRecord record : aborted(trial)) {
            assertTrue(record.toString().contains("did not read"), record::toString);
          }
        });
  }

  @Test
  void whoIsUpToDateWaitsForMemoryAndIsNotCut() {
    // The room thinks that it may have more than there is: every shortage comes as a refused write.
    run(ChatSettings.ROOM_BYTES, trial -> assertFalse(aborted(trial).isEmpty()));
  }
}
