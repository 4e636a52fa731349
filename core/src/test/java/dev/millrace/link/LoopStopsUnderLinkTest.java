package dev.millrace.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.WriteResult;
import dev.millrace.failure.FailureKind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The loop ends, or the call comes from somewhere else. */
@Timeout(60)
class LoopStopsUnderLinkTest {
  private static void checkEnded(Ground g) {
    g.loop.close();
    assertEquals(FailureKind.LOOP_STOPPED, g.report.kind());
    assertEquals(1, g.report.unacknowledged().size());
    assertEquals(LinkState.CLOSED, g.link.state());
    assertEquals(WriteResult.CLOSED, g.link.send(Ground.bytes("late")));
    g.link.open();
    g.link.close(Duration.ZERO);
    assertEquals(LinkState.CLOSED, g.link.state());
  }

  @Test
  void whileUp() throws IOException {
    try (Ground g = new Ground(1)) {
      g.serve().open(g.link(g.host.address(7007)));
      g.until("it is up", () -> g.link.state() == LinkState.UP);
      g.send("a");
      checkEnded(g);
      assertTrue(g.told.contains("UP to CLOSED, LOOP_STOPPED"), g.told::toString);
    }
  }

  @Test
  void whileConnecting() throws IOException {
    try (Ground g = new Ground(1)) {
      g.open(g.link());
      g.send("a");
      checkEnded(g);
    }
  }

  @Test
  void whileItWaits() throws IOException {
    try (Ground g = new Ground(1)) {
      g.open(g.link(g.host.address(7007)));
      g.send("a");
      g.until("it waits", () -> g.link.state() == LinkState.WAITING);
      checkEnded(g);
    }
  }

  @Test
  void whileItWaitsAndCloses() throws IOException {
    try (Ground g = new Ground(1)) {
      g.open(g.link(g.host.address(7007)));
      g.send("a");
      g.until("it waits", () -> g.link.state() == LinkState.WAITING);
      g.link.close(Ground.LONG);
      checkEnded(g);
    }
  }

  @Test
  void beforeWhatWasCausedByACallIsTold() throws IOException {
    try (Ground g = new Ground(1)) {
      g.open(g.link(g.host.address(7007)));
      g.link.close(Duration.ZERO);
      assertNull(g.report);
      g.loop.close();
      assertEquals(0, g.report.unacknowledged().size());
    }
  }

  @Test
  void beforeItWasOpened() throws IOException {
    try (Ground g = new Ground(1)) {
      g.link = g.link().build(g.loop);
      g.send("a");
      checkStoppedBefore(g, g.link::open, FailureKind.LOOP_STOPPED);
    }
    try (Ground g = new Ground(1)) {
      g.link = g.link().build(g.loop);
      g.send("a");
      checkStoppedBefore(g, () -> g.link.close(Ground.LONG), FailureKind.NONE);
    }
  }

  private static void checkStoppedBefore(Ground g, Runnable call, FailureKind kind) {
    g.loop.close();
    assertNull(g.report);
    call.run();
    assertEquals(kind, g.report.kind());
    assertEquals(1, g.report.unacknowledged().size());
    assertEquals(LinkState.CLOSED, g.link.state());
  }

  @Test
  void aCallFromAnotherThreadNamesBoth() throws IOException, InterruptedException {
    try (Ground g = new Ground(1)) {
      g.link = g.link().build(g.loop);
      Throwable[] thrown = new Throwable[1];
      Thread other =
          new Thread(
              () -> thrown[0] = assertThrows(IllegalStateException.class, g.link::open), "other");
      other.start();
      other.join();
      String message = thrown[0].getMessage();
      assertTrue(message.contains("link") && message.contains("other"), message);
    }
  }

  @Test
  void wrongSettingsAreNamedWithWhatIsAllowed() throws IOException {
    try (Ground g = new Ground(1)) {
      RetryPolicyTest.wrong(
          "heartbeat is PT0.001S, allowed is PT0.01S to PT1H",
          () -> g.link().heartbeat(Duration.ofMillis(1), 3));
      RetryPolicyTest.wrong(
          "missed is 0, allowed is 1 to 1000", () -> g.link().heartbeat(Duration.ofSeconds(1), 0));
      RetryPolicyTest.wrong(
          "maxMessageBytes is 8388609, allowed is 0 to 8388608",
          () -> g.link().maxMessageBytes((8 << 20) + 1));
      RetryPolicyTest.wrong(
          "the queue's bytes are 1023, but a message of maxMessageBytes needs 1024; raise the one"
              + " or lower the other",
          () -> g.link().queue(1, 1_023).maxMessageBytes(1_000).build(g.loop));
      RetryPolicyTest.wrong("epoch is 0, allowed is any other number", () -> g.links().epoch(0));
      RetryPolicyTest.wrong(
          "maxSessions is 0, allowed is 1 to 10000000", () -> g.links().maxSessions(0));
      Link link = g.link().build(g.loop);
      RetryPolicyTest.wrong(
          "deadline is PT25H, allowed is up to PT24H", () -> link.close(Duration.ofHours(25)));
    }
  }

  @Test
  void eachOfSeveralIsToldWhateverTheOthersArm() throws IOException {
    try (Ground g = new Ground(1)) {
      List<Link> links = new ArrayList<>();
      List<FailureKind> ends = new ArrayList<>();
      LinkListener arming =
          new LinkListener() {
            @Override
            public void onClosed(Link link, LinkReport report) {
              ends.add(report.kind());
              g.loop.schedule(Duration.ZERO, () -> {});
            }
          };
      Duration wait = Duration.ofHours(1);
      for (int i = 0; i < 3; i++) {
        Link.Builder builder = g.link(g.host.address(7007)).listener(arming);
        links.add(builder.retry(RetryPolicy.defaults().withWaits(wait, wait)).build(g.loop));
        links.get(i).open();
      }
      g.until("all wait", () -> links.stream().allMatch(l -> l.state() == LinkState.WAITING));
      g.loop.close();
      assertEquals(Collections.nCopies(3, FailureKind.LOOP_STOPPED), ends);
    }
  }

  @Test
  void openedTooLateAndClosedInTheFirstCallback() throws IOException {
    try (Ground g = new Ground(1)) {
      g.link = g.link().build(g.loop);
      g.loop.close();
      g.onTold =
          line -> {
            if (line.startsWith("IDLE")) {
              g.link.close(Duration.ZERO);
            }
          };
      g.link.open();
      assertEquals(
          List.of("IDLE to CONNECTING", "CONNECTING to CLOSED", "closed, NONE, 0 left"), g.told);
    }
  }
}
