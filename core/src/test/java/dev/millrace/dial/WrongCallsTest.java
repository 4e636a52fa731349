package dev.millrace.dial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Limits;
import dev.millrace.SocketSettings;
import dev.millrace.Timeouts;
import dev.millrace.dial.DialStage.Listener;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** Settings and calls that are refused, in one sentence each; and the picture of the states. */
@Timeout(60)
class WrongCallsTest {
  private final DialStage s = new DialStage(6);

  private static void refuses(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  @Test
  void settings() {
    try (s) {
      Dialer d = s.dialer();
      refuses(
          "deadline is PT0S, allowed is more than 0 to 36500 days",
          () -> d.withDeadline(Duration.ZERO));
      refuses(
          "deadline is PT876024H, allowed is more than 0 to 36500 days",
          () -> d.withDeadline(Duration.ofDays(36_501)));
      refuses(
          "attemptTimeout is PT-1S, allowed is 0 (off) to 36500 days",
          () -> d.withAttemptTimeout(Duration.ofSeconds(-1)));
      refuses(
          "attemptDelay is PT0.009S, allowed is 10 ms (RFC 8305) to 36500 days",
          () -> d.withAttemptDelay(Duration.ofMillis(9)));
      refuses("maxAddresses is 0, allowed is 1 or more", () -> d.withMaxAddresses(0));
      refuses(
          "maxLookups is 0, allowed is 1 or more",
          () -> new Resolver(Names.system(), Runnable::run, 0));
      d.withDeadline(Duration.ofDays(36_500)).withAttemptDelay(Duration.ofMillis(10));
    }
  }

  @Test
  void targets() {
    try (s) {
      Listener heard = new Listener();
      refuses(
          "host is empty, allowed is a name or an address",
          () -> s.dialer().dial(s.loop, "", 80, heard));
      for (int port : new int[] {-1, 0, 65_536}) {
        refuses(
            "port is " + port + ", allowed is 1 to 65535",
            () -> s.dialer().dial(s.loop, "x", port, heard));
      }
      refuses(
          "addresses are none, allowed is 1 or more",
          () -> s.dialer().dial(s.loop, List.of(), heard));
      assertThrows(
          NullPointerException.class, () -> s.dialer().dial(s.loop, "x", 80, (DialListener) null));
      assertEquals(0, s.loop.stats().timers());
      assertEquals(0, s.lookups);
    }
  }

  @Test
  void fromAnotherThread() throws Exception {
    try (s) {
      s.four().listening().unreachable();
      s.named();
      Listener heard = new Listener();
      Dial dial = s.dial(s.dialer(), heard);
      AtomicReference<Throwable> dialled = new AtomicReference<>();
      AtomicReference<Throwable> cancelled = new AtomicReference<>();
      Thread other =
          new Thread(
              () -> {
                dialled.set(catching(() -> s.dial(s.dialer(), new Listener())));
                cancelled.set(catching(dial::cancel));
              },
              "somebody");
      other.start();
      other.join();
      for (AtomicReference<Throwable> thrown : List.of(dialled, cancelled)) {
        assertEquals(IllegalStateException.class, thrown.get().getClass());
        assertTrue(thrown.get().getMessage().contains("somebody"), thrown.get().getMessage());
      }
      assertEquals(DialState.LOOKING_UP, dial.state());
      assertEquals(0, s.lookups);
    }
  }

  private static Throwable catching(Executable call) {
    try {
      call.execute();
      return null;
    } catch (Throwable t) {
      return t;
    }
  }

  /** Limits that ask more of a connection than its loop has: a bug, and told as what it is. */
  @Test
  void limitsThatDoNotFitTheLoop() {
    try (s) {
      s.four().listening();
      s.four().listening();
      s.named();
      Limits limits = Limits.defaults().withMaxKeptBytes(1 << 29);
      Dialer dialer =
          s.dialer().withConnection(limits, Timeouts.defaults(), SocketSettings.defaults());
      DialFailure failure = s.outcome(dialer).failure;
      assertEquals(FailureKind.UNKNOWN, failure.kind());
      assertEquals(Certainty.UNKNOWN, failure.failure().certainty());
      assertEquals(IllegalArgumentException.class, failure.failure().cause().getClass());
      s.assertOpen(0);
    }
  }

  @Test
  void theStatesInThePictureAreTheTable() throws IOException {
    String page = Files.readString(Path.of("src/main/java/dev/millrace/dial/package-info.java"));
    Set<String> drawn = new TreeSet<>();
    Matcher line =
        Pattern.compile("^ \\* {3}(\\w+(?: ──▶ \\w+)+)$", Pattern.MULTILINE).matcher(page);
    while (line.find()) {
      String[] states = line.group(1).split(" ──▶ ", -1);
      for (int i = 1; i < states.length; i++) {
        drawn.add(states[i - 1] + " " + states[i]);
      }
    }
    Set<String> table = new TreeSet<>();
    for (DialState from : DialState.values()) {
      for (DialState to : from.next()) {
        table.add(from + " " + to);
      }
    }
    assertEquals(table, drawn);
  }
}
