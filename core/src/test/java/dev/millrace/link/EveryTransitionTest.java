package dev.millrace.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.link.LinkState.Event;
import dev.millrace.link.Relay.Cut;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each transition of the table is walked by a link that lives, and observed. */
@Timeout(60)
class EveryTransitionTest {
  private static final Set<String> POSSIBLE = new TreeSet<>();

  static {
    for (LinkState state : LinkState.values()) {
      for (Event event : Event.values()) {
        if (state.next(event) != null) {
          POSSIBLE.add(state + " to " + state.next(event));
        }
      }
    }
  }

  /** What links of these tests went through. */
  private static final Set<String> WALKED = new TreeSet<>();

  private static int testsRun;

  @BeforeAll
  static void nothingIsWalkedYet() {
    WALKED.clear();
    testsRun = 0;
  }

  @AfterEach
  void oneMore() {
    testsRun++;
  }

  @AfterAll
  static void allOfThemWereWalked() {
    long tests =
        Arrays.stream(EveryTransitionTest.class.getDeclaredMethods())
            .filter(method -> method.isAnnotationPresent(Test.class))
            .count();
    if (testsRun == tests) { // one test alone can't walk all
      assertEquals(POSSIBLE, WALKED);
    }
  }

  /** What the link was told, its first word pairs only; kinds and acknowledgements left out. */
  private static List<String> steps(Ground g) {
    List<String> steps =
        g.told.stream()
            .filter(line -> line.contains(" to ") && !line.startsWith("lost"))
            .map(line -> line.replaceFirst(",.*", ""))
            .toList();
    WALKED.addAll(steps);
    return steps;
  }

  @Test
  void closedBeforeItWasOpened() throws IOException {
    try (Ground g = new Ground(1)) {
      g.link = g.link().build(g.loop);
      g.send("a");
      g.link.close(Ground.LONG);
      assertEquals(List.of(), g.told, "not from inside of the call");
      g.until("the end", () -> g.report != null);
      assertEquals(List.of("IDLE to CLOSED"), steps(g));
      assertEquals(1, g.report.unacknowledged().size());
      assertTrue(!g.report.unacknowledged().get(0).wasSent());
      g.checkNothingIsLeft();
    }
  }

  @Test
  void closedWhileConnecting() throws IOException {
    try (Ground g = new Ground(1)) {
      g.open(g.link());
      g.link.close(Duration.ZERO);
      g.until("the end", () -> g.report != null);
      assertEquals(List.of("IDLE to CONNECTING", "CONNECTING to CLOSED"), steps(g));
      g.checkNothingIsLeft();
    }
  }

  @Test
  void closedWhileItWaitsForTheWelcome() throws IOException {
    try (Ground g = new Ground(1)) {
      g.serve();
      g.relay.cut(Cut.SILENCE, Relay.TO_LINK, 0);
      g.open(g.link());
      g.pass(Duration.ofMillis(100));
      assertEquals(LinkState.CONNECTING, g.link.state());
      g.link.close(Duration.ofSeconds(1)); // nothing is to be waited for
      g.until("the end", () -> g.report != null);
      assertEquals(List.of("IDLE to CONNECTING", "CONNECTING to CLOSED"), steps(g));
      assertTrue(g.report.isComplete());
    }
  }

  @Test
  void closedWhileUpWithAllAcknowledged() throws IOException {
    try (Ground g = new Ground(1)) {
      g.serve().open(g.link());
      g.until("it is up", () -> g.link.state() == LinkState.UP);
      g.link.close(Ground.LONG);
      g.until("the end", () -> g.report != null);
      assertEquals(List.of("IDLE to CONNECTING", "CONNECTING to UP", "UP to CLOSED"), steps(g));
      g.settle();
      assertEquals(List.of("NEW at 0", "BYE at 0"), g.sessions);
      g.checkNothingIsLeft();
    }
  }

  @Test
  void cutAtTheDeadlineOfTheClose() throws IOException {
    try (Ground g = new Ground(1)) {
      g.serve().open(g.link());
      g.until("it is up", () -> g.link.state() == LinkState.UP);
      g.links.sessions().forEach(LinkSession::pause);
      g.send("a", "b");
      long begin = g.world.nowNanos();
      g.link.close(Duration.ofSeconds(3));
      g.until("the end", () -> g.report != null);
      long took = (g.world.nowNanos() - begin) / 1_000_000;
      assertTrue(took >= 3_000 && took < 3_010, took + " ms");
      assertEquals("the deadline of the close has passed", g.report.reason());
      assertEquals(
          List.of("1 a true", "2 b true"),
          g.report.unacknowledged().stream()
              .map(m -> m.id() + " " + Ground.text(m.payload()) + " " + m.wasSent())
              .toList());
      g.checkNothingIsLeft();
    }
  }

  @Test
  void refusedThenWaitingThenConnectedAgainThenLostThenClosedWhileWaiting() throws IOException {
    try (Ground g = new Ground(1)) {
      g.open(g.link(g.host.address(7007)).retry(slowly()));
      g.until("it waits", () -> g.link.state() == LinkState.WAITING);
      g.serve();
      g.until("it is up", () -> g.link.state() == LinkState.UP);
      g.stopServer();
      g.until("it waits", () -> g.link.state() == LinkState.WAITING);
      g.link.close(Ground.LONG);
      g.until("the end", () -> g.report != null);
      assertEquals("IDLE to CONNECTING", g.told.get(0));
      assertEquals("CONNECTING to WAITING, ECONNREFUSED", g.told.get(1));
      assertEquals("WAITING to CONNECTING", g.told.get(2));
      assertTrue(steps(g).contains("UP to WAITING"), g.told::toString);
      assertEquals("WAITING to CLOSED", steps(g).get(steps(g).size() - 1));
      g.checkNothingIsLeft();
    }
  }

  private static RetryPolicy slowly() {
    return RetryPolicy.defaults().withWaits(Duration.ofMillis(50), Duration.ofSeconds(1));
  }

  @Test
  void givenUpWhileConnectingAndWhileUp() throws IOException {
    try (Ground g = new Ground(1)) {
      g.open(g.link(g.host.address(7007)).retry(slowly().withAttempts(3)));
      g.until("the end", () -> g.report != null);
      assertEquals(
          List.of(
              "IDLE to CONNECTING",
              "CONNECTING to WAITING",
              "WAITING to CONNECTING",
              "CONNECTING to WAITING",
              "WAITING to CONNECTING",
              "CONNECTING to CLOSED"),
          steps(g));
      assertTrue(g.report.reason().startsWith("given up, attempts in a row: 3"), g.report::reason);
      g.checkNothingIsLeft();
    }
    try (Ground g = new Ground(2)) {
      g.serve().open(g.link().retry(slowly().withAttempts(1)));
      g.until("it is up", () -> g.link.state() == LinkState.UP);
      g.cutServersConnections();
      g.until("the end", () -> g.report != null);
      assertEquals(List.of("IDLE to CONNECTING", "CONNECTING to UP", "UP to CLOSED"), steps(g));
      g.checkNothingIsLeft();
    }
  }

  @Test
  void aConnectionThatWasStableStartsTheCountAnew() throws IOException {
    try (Ground g = new Ground(1)) {
      g.serve()
          .open(g.link().retry(slowly().withAttempts(2).withStableAfter(Duration.ofSeconds(5))));
      for (int i = 0; i < 4; i++) {
        g.until("it is up", () -> g.link.state() == LinkState.UP);
        g.pass(Duration.ofSeconds(6));
        g.cutServersConnections();
        g.until("it is down", () -> g.link.state() != LinkState.UP);
      }
      g.until("it is up", () -> g.link.state() == LinkState.UP);
      g.pass(Duration.ofSeconds(1));
      g.cutServersConnections(); // the second in a row: the last that was stable began the count
      g.until("the end", () -> g.report != null);
      assertEquals(4, g.link.reconnects());
      g.checkNothingIsLeft();
    }
  }

  @Test
  void aRouteThatThrowsAnErrorIsTriedAgain() throws IOException {
    try (Ground g = new Ground(1)) {
      g.serve();
      Route there = Route.to(g.host.address(7007), Duration.ofSeconds(3));
      int[] calls = {0};
      Route route =
          (loop, arrival) -> {
            if (++calls[0] == 2) {
              throw new NoClassDefFoundError("no descriptor to load it with");
            }
            return there.connect(loop, arrival);
          };
      g.link = Link.builder(route).random(g.world.dice()::next).build(g.loop);
      g.link.open();
      g.until("it is up", () -> g.link.state() == LinkState.UP);
      g.cutServersConnections();
      g.until("it is up again", () -> g.link.reconnects() == 1);
      assertEquals(3, calls[0]);
      g.link.close(Ground.LONG);
      g.until("it is closed", () -> g.link.state() == LinkState.CLOSED);
      g.checkNothingIsLeft();
    }
  }
}
