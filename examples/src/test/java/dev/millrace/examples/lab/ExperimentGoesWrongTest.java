package dev.millrace.examples.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.ConnectionState;
import dev.millrace.EndedBy;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An experiment that sees something else says what, and one that breaks says so. */
@Timeout(60)
class ExperimentGoesWrongTest {
  private static final LabContext CONTEXT = LabContext.create();

  private static Timeline run(UnaryOperator<Expectation> expected, Experiment.Play play) {
    return run(CONTEXT, expected, play);
  }

  private static Timeline run(
      LabContext context, UnaryOperator<Expectation> expected, Experiment.Play play) {
    return Experiment.named("of-a-test")
        .title("An experiment of a test")
        .situation("in a test")
        .expects(expected)
        .plays(play)
        .run(context);
  }

  /** What really happens: the peer resets, and a read hears of it. */
  private static void reset(Scene scene) throws IOException {
    Bare bare = scene.bare();
    bare.peer.reset();
    bare.awaitReadable().read();
    Peer peer = scene.connect();
    peer.reset();
    peer.subject().awaitRecord();
  }

  private static String difference(UnaryOperator<Expectation> expected) {
    Timeline timeline = run(expected, ExperimentGoesWrongTest::reset);
    assertEquals(Outcome.DIFFERENT, timeline.outcome());
    assertEquals(1, timeline.differences().size(), () -> timeline.differences().toString());
    return timeline.differences().get(0);
  }

  @Test
  void eachDemandThatIsNotMetIsToldWithWhatIsThereInstead() {
    assertEquals(
        "expected bare NIO: [read -1]; found [read SocketException]",
        difference(e -> e.nio("read -1")));
    assertEquals(
        "expected kind EPIPE CERTAIN; found ECONNRESET CERTAIN",
        difference(e -> e.kind(FailureKind.EPIPE, Certainty.CERTAIN)));
    assertEquals(
        "expected kind ECONNRESET BY_TEXT, or UNKNOWN where texts tell nothing; found ECONNRESET"
            + " CERTAIN",
        difference(e -> e.kindByText(FailureKind.ECONNRESET)));
    assertEquals(
        "expected ended by US in OPEN during READ; found PEER in OPEN during READ",
        difference(e -> e.ended(EndedBy.US, ConnectionState.OPEN, Operation.READ)));
    assertEquals(
        "expected cause none; found java.net.SocketException", difference(e -> e.cause(null)));
    assertEquals(
        "expected cause java.io.IOException; found java.net.SocketException",
        difference(e -> e.cause(IOException.class)));
    assertEquals(
        "expected bytes in 1, out 0, unsent 0; found in 0, out 0, unsent 0",
        difference(e -> e.bytes(1, 0, 0)));
    assertEquals("expected unsent at least 1; found 0", difference(e -> e.unsent(1, MANY)));
    assertEquals("expected unconsumed exactly 5; found 0", difference(e -> e.unconsumed(5)));
    assertEquals(
        "expected callbacks [onOpen]; found [onOpen, onClosed]",
        difference(e -> e.callbacks("onOpen")));
    assertEquals(
        "expected rounds: 1 to 2; found not measured", difference(e -> e.measure("rounds", 1, 2)));
    assertEquals("expected a step 'PEER sings'; found none", difference(e -> e.step("PEER sings")));
  }

  private static final long MANY = Long.MAX_VALUE;

  @Test
  void whatIsMetIsNoDifference() {
    Timeline timeline =
        run(
            e ->
                e.nio("read SocketException")
                    .kind(FailureKind.ECONNRESET, Certainty.CERTAIN)
                    .cause(SocketException.class)
                    .unsent(0, MANY)
                    .measure("rounds", 7, 7),
            scene -> {
              scene.measure("rounds", 7, "rounds");
              reset(scene);
            });
    assertEquals(List.of(), timeline.differences());
    assertEquals(Outcome.AS_EXPECTED, timeline.outcome());
    assertEquals(FailureKind.ECONNRESET, timeline.kind());
    assertEquals("java.net.SocketException", timeline.thrown().result());
    assertEquals(7, timeline.measured("rounds").orElseThrow());
  }

  @Test
  void whatNeverComesIsWaitedForAsLongAsTheContextSays() {
    LabContext impatient = new LabContext(CONTEXT.texts(), Duration.ofMillis(20));
    Timeline timeline =
        run(
            impatient,
            e -> e.kind(FailureKind.ECONNRESET, Certainty.CERTAIN),
            scene -> scene.connect().subject().awaitRecord());
    assertEquals(Outcome.DIFFERENT, timeline.outcome());
    assertEquals(
        List.of(
            "never came: the end of the connection",
            "expected kind ECONNRESET CERTAIN; found no record"),
        timeline.differences());
    assertNull(timeline.record(), "the scene's own end is none of the experiment's");
    assertEquals(List.of("onOpen"), timeline.callbacks());
  }

  @Test
  void aPlayThatThrowsIsADifferenceAndLeavesNothingOpen() {
    Timeline timeline =
        run(
            e -> e,
            scene -> {
              scene.connect();
              scene.bare();
              throw new IOException("a mistake in the play");
            });
    assertEquals(
        List.of("the experiment itself failed: java.io.IOException: a mistake in the play"),
        timeline.differences());
  }

  @Test
  void anExperimentThatLacksSomethingIsSkippedWithTheReason() {
    Timeline timeline =
        Experiment.named("of-a-test")
            .title("An experiment of a test")
            .situation("in a test")
            .needs(Need.of("a second moon", () -> false))
            .plays(
                scene -> {
                  throw new AssertionError("was played");
                })
            .run(CONTEXT);
    assertEquals(Outcome.SKIPPED, timeline.outcome());
    assertEquals("needs a second moon", timeline.skipped());
    assertEquals(List.of(), timeline.steps());
  }

  @Test
  void whatIsMissingMayShowWhileItIsPlayed() {
    Timeline timeline = run(e -> e.step("PEER sings"), scene -> scene.skip("no voice"));
    assertEquals(Outcome.SKIPPED, timeline.outcome());
    assertEquals("no voice", timeline.skipped());
  }

  @Test
  void aProgramOnThePathIsFoundAndAnotherOneIsNot() {
    assertTrue(Need.program("sh").isMet());
    assertFalse(Need.program("no-such-program").isMet());
    assertEquals("the program 'no-such-program'", Need.program("no-such-program").toString());
  }

  /** The guard over this test would tell of the line if it went to the log. */
  @Test
  void whatTheCoreLogsIsAStepAndNotInTheLog() {
    Timeline timeline = Experiments.named("handler-throws").orElseThrow().run(CONTEXT);
    assertTrue(
        timeline.steps().stream()
            .anyMatch(s -> s.toString().equals("MILLRACE logs ERROR 'handler threw culprit={}'")));
  }

  @Test
  void experimentsOnTwoThreadsDoNotMeet() {
    List<CompletableFuture<List<String>>> runs =
        List.of(many("handler-throws"), many("econnreset-on-read"));
    for (CompletableFuture<List<String>> each : runs) {
      assertEquals(List.of(), each.join());
    }
  }

  private static CompletableFuture<List<String>> many(String name) {
    CompletableFuture<List<String>> done = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                for (int i = 0; i < 20; i++) {
                  Timeline timeline = Experiments.named(name).orElseThrow().run(CONTEXT);
                  if (timeline.outcome() != Outcome.AS_EXPECTED) {
                    done.complete(timeline.differences());
                  }
                }
                done.complete(List.of());
              } catch (Throwable t) {
                done.completeExceptionally(t);
              }
            },
            "experiments");
    thread.start();
    return done;
  }

  @Test
  void jsonSaysItAllAndMayStandInAScript() {
    Timeline timeline =
        run(
            e -> e,
            scene -> {
              scene.step(Actor.PEER, "says </script> \"and\" \\ and \n", "ü 𝄞");
              reset(scene);
            });
    String json = timeline.toJson();
    assertTrue(
        json.startsWith("{\"name\":\"of-a-test\",\"title\":\"An experiment of a test\""), json);
    assertTrue(
        json.contains("\"what\":\"says \\u003c/script> \\\"and\\\" \\\\ and \\u000a\""), json);
    assertTrue(json.contains("\"detail\":\"ü \\ud834\\udd1e\""), json);
    assertTrue(json.contains("\"outcome\":\"AS_EXPECTED\",\"skipped\":\"\",\"differences\":[]"));
    assertTrue(json.contains("\"thrown\":{\"lane\":\"MILLRACE\",\"operation\":\"read\""), json);
    assertTrue(json.contains("\"stateBefore\":\"OPEN\",\"stateAfter\":\"CLOSED\""), json);
    assertTrue(json.contains("\"kind\":\"ECONNRESET\",\"advice\":{\"what\":\""), json);
  }
}
