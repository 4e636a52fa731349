package dev.millrace.examples.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.CloseRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Experiments in a JVM of their own: what comes back, what is left behind, what goes wrong. */
@Timeout(120)
class PlayedApartTest {
  /** What an experiment in a network of its own changes there, and must not change here. */
  private static final List<String> NETWORK =
      List.of(
          "/proc/net/route",
          "/proc/sys/net/ipv4/tcp_syn_retries",
          "/proc/sys/net/ipv4/tcp_keepalive_time",
          "/proc/sys/net/ipv4/ip_local_port_range");

  @TempDir Path directory;

  @Test
  void whatIsBrokenInANetworkOfItsOwnIsWholeInOurs() throws IOException {
    assumeTrue(Apart.NETWORK.isMet(), "no network of its own can be made here");
    List<String> before = network();
    for (String name : List.of("connect-interface-down", "connect-no-ports-left")) {
      Timeline timeline = Experiments.named(name).orElseThrow().run(LabContext.create());
      assertEquals(Outcome.AS_EXPECTED, timeline.outcome(), () -> "" + timeline.differences());
    }
    assertEquals(before, network());
    assertFalse(Files.exists(Path.of("/sys/class/net/cable0")));
  }

  private static List<String> network() throws IOException {
    StringBuilder all = new StringBuilder();
    for (String each : NETWORK) {
      all.append(Files.readString(Path.of(each)));
    }
    return all.toString().lines().toList();
  }

  @Test
  void aChildInOurNetworkTouchesNothing() throws IOException {
    String ours = Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
    ChildJvm.End end =
        ChildJvm.run(
            List.of(),
            ChildJvm.ownHome(),
            null,
            Duration.ofSeconds(60),
            Apart.class,
            List.of("connect-interface-down", directory.resolve("t").toString(), ours));
    assertEquals(1, end.exit(), end::said);
    assertTrue(end.said().contains("still in the parent's network: nothing is touched"), end::said);
    assertFalse(Files.exists(directory.resolve("t")));
  }

  @Test
  void aChildThatDoesNotEndIsKilled() {
    IOException e =
        assertThrows(
            IOException.class,
            () ->
                ChildJvm.run(
                    // As sleep itself would take no arguments of java's, and end at once.
                    List.of("sh", "-c", "exec sleep 1000"),
                    ChildJvm.ownHome(),
                    null,
                    Duration.ZERO,
                    Apart.class,
                    List.of()));
    assertEquals("a child JVM did not end within 0 s", e.getMessage());
  }

  @Test
  void aTimelineIsTheSameAfterItWasWrittenAndRead() throws IOException {
    Experiment experiment = Experiments.named("econnreset-on-read").orElseThrow();
    Timeline timeline = experiment.run(LabContext.create());
    Timeline read = written(timeline);
    assertEquals(timeline.steps(), read.steps());
    assertEquals(timeline.seen(), read.seen());
    assertEquals(timeline.measures(), read.measures());
    assertEquals(timeline.callbacks(), read.callbacks());
    assertEquals(timeline.tookNanos(), read.tookNanos());
    assertEquals(timeline.outcome(), read.outcome());
    CloseRecord record = read.record();
    assertEquals(timeline.record().toString(), record.toString());
    assertEquals(timeline.record().cause().getClass(), record.cause().getClass());
    assertEquals(timeline.record().age(), record.age());
  }

  @Test
  void tabsAndLineFeedsInItAreSafeAndWhatIsMissingStaysMissing() throws IOException {
    Experiment experiment = Experiments.named("econnreset-on-read").orElseThrow();
    Step step = new Step(1, Lane.NIO, Actor.JDK, "a\tb\nc\\d", "\r");
    Timeline timeline =
        new Timeline(
            experiment,
            Outcome.SKIPPED,
            "why\tnot",
            List.of("one\ntwo"),
            List.of(step),
            List.of(),
            List.of(new Measure("m", -1, "")),
            List.of(),
            null,
            7);
    Timeline read = written(timeline);
    assertEquals(List.of(step), read.steps());
    assertEquals("why\tnot", read.skipped());
    assertEquals(List.of("one\ntwo"), read.differences());
    assertEquals(timeline.measures(), read.measures());
    assertNull(read.record());
  }

  private Timeline written(Timeline timeline) throws IOException {
    Path file = directory.resolve("timeline");
    Transcript.write(timeline, file);
    return Transcript.read(timeline.experiment(), file);
  }

  @Test
  void whatIsNoTimelineIsRefused() throws IOException {
    Experiment experiment = Experiments.named("econnreset-on-read").orElseThrow();
    Path file = directory.resolve("timeline");
    Files.writeString(file, "");
    assertThrows(IOException.class, () -> Transcript.read(experiment, file));
    Files.writeString(file, "Error: something else\n");
    assertThrows(IOException.class, () -> Transcript.read(experiment, file));
  }
}
