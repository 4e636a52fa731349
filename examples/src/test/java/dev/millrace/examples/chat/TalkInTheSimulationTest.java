package dev.millrace.examples.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.ShutdownReport;
import dev.millrace.Timeouts;
import dev.millrace.failure.FailureKind;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trial;
import dev.millrace.sim.Trials;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is said, and answered, in a network that works. */
@Timeout(60)
class TalkInTheSimulationTest {
  private static final String WELCOME =
      "* Welcome. Your name, please? (/help lists the commands)\n";

  private static Duration seconds(int n) {
    return Duration.ofSeconds(n);
  }

  private static void run(Consumer<Trial> scenario) {
    assertEquals(1, Trials.of(scenario).seeds(1, 1));
  }

  private static void open(Trial trial, ChatSettings settings) {
    trial.limits(settings.limits());
    trial.timeouts(Timeouts.defaults().withReadIdle(Duration.ZERO)); // as the command sets it
    trial.server(
        new ChatRoom(settings), builder -> builder.socketSettings(settings.socketSettings()));
  }

  private static void assertTranscript(String sent, String received) {
    run(
        trial -> {
          open(trial, ChatSettings.defaults().withMaxLineBytes(16));
          SimPeer peer = trial.peer(p -> p.send(sent).shutdownOutput());
          trial.check(() -> assertEquals(WELCOME + received, peer.receivedText()));
          trial.check(() -> assertEquals(SimPeer.End.END_OF_INPUT, peer.end()));
        });
  }

  @Test
  void twoTalk() {
    run(
        trial -> {
          open(trial, ChatSettings.defaults());
          SimPeer bob =
              trial.peer(
                  p -> p.send("bob\n").pause(seconds(2)).send("hi\r\n").pause(seconds(2)).close());
          SimPeer eve =
              trial.peer(
                  seconds(1),
                  p ->
                      p.send("/nick eve\n")
                          .pause(seconds(2))
                          .send("hello\n\n")
                          .pause(seconds(6))
                          .close());
          trial.check(
              () ->
                  assertEquals(
                      WELCOME + "* bob joined; 1 here.\n* eve joined; 2 here.\n<eve> hello\n",
                      bob.receivedText()));
          trial.check(
              () ->
                  assertEquals(
                      WELCOME + "* eve joined; 2 here.\n<bob> hi\n* bob left.\n",
                      eve.receivedText()));
        });
  }

  @Test
  void commands() {
    assertTranscript(
        "/who\n/nope\nbob\n/nick\n/nick rob\n/who\n/quit\nunheard\n",
        """
        * Nobody is here.
        * No such command; /help lists them.
        * bob joined; 1 here.
        * No: a name begins with a letter or a digit.
        * bob is now rob.
        * 1 here: rob.
        * Bye.
        """);
  }

  @Test
  void badLinesAreAnsweredOneByOne() {
    assertTranscript(
        "12345678901234567\nbob\n\u001b[31m\na\u2028b\n\u009b1m\nmuch too long for this room\n\u007f\n",
        """
        * Not sent: a line has at most 16 bytes.
        * bob joined; 1 here.
        * Not sent: it has the control character U+001B.
        * Not sent: it has the control character U+2028.
        * Not sent: it has the control character U+009B.
        * Not sent: a line has at most 16 bytes.
        * Not sent: it has the control character U+007F.
        """);
  }

  @Test
  void aLastLineWithoutItsEndIsNotSaidAndToldSo() {
    assertTranscript("bob\nhi", "* bob joined; 1 here.\n* Not sent: the last line had no end.\n");
  }

  @Test
  void aNameThatSomebodyHasIsRefusedUntilHeLeaves() {
    run(
        trial -> {
          open(trial, ChatSettings.defaults());
          SimPeer first = trial.peer(p -> p.send("Bob\n/nick BOB\n").pause(seconds(3)).close());
          SimPeer second =
              trial.peer(
                  seconds(1),
                  p -> p.send("bob\n").pause(seconds(4)).send("bob\n/quit\n").awaitEnd());
          trial.check(
              () ->
                  assertEquals(
                      WELCOME + "* Bob joined; 1 here.\n* Bob is now BOB.\n",
                      first.receivedText()));
          trial.check(
              () ->
                  assertEquals(
                      WELCOME + "* No: somebody has the name bob.\n* bob joined; 1 here.\n* Bye.\n",
                      second.receivedText()));
        });
  }

  @Test
  void whoSaysNoNameIsToldAndClosed() {
    run(
        trial -> {
          open(trial, ChatSettings.defaults());
          SimPeer silent = trial.peer(SimPeer::awaitEnd);
          trial.check(() -> assertEquals(WELCOME + "* No name in time.\n", silent.receivedText()));
          trial.check(() -> assertEquals(FailureKind.DEADLINE, trial.recordOf(silent).kind()));
        });
  }

  @Test
  void whoHasANameMayBeSilentForHours() {
    run(
        trial -> {
          trial.timeLimit(Duration.ofHours(10));
          open(trial, ChatSettings.defaults());
          SimPeer lurker =
              trial.peer(
                  p -> p.send("bob\n").pause(Duration.ofHours(9)).send("/quit\n").awaitEnd());
          trial.check(
              () ->
                  assertEquals(WELCOME + "* bob joined; 1 here.\n* Bye.\n", lurker.receivedText()));
        });
  }

  @Test
  void atShutdownEverybodyIsToldAndNobodyThatTheOthersLeave() {
    run(
        trial -> {
          open(trial, ChatSettings.defaults());
          SimPeer[] peers = new SimPeer[5];
          for (int i = 0; i < peers.length; i++) {
            String name = i == 4 ? "" : "m" + i + "\n";
            peers[i] = trial.peer(p -> p.send(name).awaitEnd());
          }
          List<CompletableFuture<ShutdownReport>> done = new ArrayList<>();
          trial.later(seconds(5), () -> done.add(trial.server().shutdown(seconds(5))));
          trial.check(
              () -> {
                for (SimPeer peer : peers) {
                  assertTrue(
                      peer.receivedText().endsWith("\n* The server is shutting down.\n"),
                      peer::receivedText);
                  assertTrue(!peer.receivedText().contains("left"), peer::receivedText);
                }
              });
        });
  }

  @Test
  void aFloodIsReadLaterAndNothingOfItIsLost() {
    run(
        trial -> {
          ChatSettings settings = ChatSettings.defaults();
          open(trial, settings);
          String line = "x".repeat(1000) + "\n";
          long lines = 200;
          SimPeer flood =
              trial.peer(
                  seconds(1),
                  p -> p.send("flood\n" + line.repeat((int) lines) + "/quit\n").awaitEnd());
          long[] heard = {0, 0};
          trial.peer(
              p ->
                  p.onReceived(
                          bytes -> {
                            heard[0] += bytes.remaining();
                            heard[1] = trial.world().nowNanos();
                          })
                      .send("listener\n")
                      .pause(seconds(60))
                      .close());
          trial.check(
              () -> {
                assertEquals(SimPeer.End.END_OF_INPUT, flood.end());
                assertTrue(heard[0] > lines * (line.length() + "<flood> ".length()), "" + heard[0]);
                // 200 lines cost 213,000 bytes: 32 KiB at once, the others at 16 KiB a second.
                assertTrue(heard[1] > seconds(10).toNanos(), "heard after " + heard[1]);
              });
        });
  }

  @Test
  void whoWaitsForHavingTalkedTooFastHoldsNothingUpAtTheEnd() {
    run(
        trial -> {
          open(trial, ChatSettings.defaults().withPaceBytes(1));
          trial.timeLimit(seconds(5)); // then the trial shuts down, and counts the timers left
          SimPeer flood =
              trial.peer(p -> p.send("flood\n" + "hello\n".repeat(1000) + "/quit\n").awaitEnd());
          trial.check(
              () ->
                  assertTrue(
                      flood.receivedText().endsWith("\n* The server is shutting down.\n"),
                      flood::receivedText));
        });
  }

  @Test
  void manyNamesAreNotAllListed() {
    run(
        trial -> {
          open(trial, ChatSettings.defaults());
          for (int i = 0; i < 200; i++) {
            String name = "somebody-with-a-long-name-" + i;
            trial.peer(p -> p.send(name + "\n").pause(seconds(30)).close());
          }
          SimPeer asking = trial.peer(seconds(10), p -> p.send("/who\n/quit\n").awaitEnd());
          trial.check(
              () ->
                  assertTrue(
                      asking.receivedText().matches("(?s).*\\* 200 here: .* and \\d+ more\\.\n.*"),
                      asking::receivedText));
        });
  }
}
