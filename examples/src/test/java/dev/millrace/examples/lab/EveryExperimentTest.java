package dev.millrace.examples.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.failure.FailureKind;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each experiment sees what it is to see, here and now. */
@Timeout(120)
class EveryExperimentTest {
  private static final LabContext CONTEXT = LabContext.create();

  static List<Experiment> all() {
    return Experiments.all();
  }

  @ParameterizedTest
  @MethodSource("all")
  void seesWhatItIsToSee(Experiment experiment) {
    Timeline timeline = experiment.run(CONTEXT);
    if (timeline.outcome() == Outcome.SKIPPED) {
      assertFalse(timeline.skipped().isBlank(), "skipped without a reason");
      if ("true".equals(System.getenv("CI"))) {
        fail("skipped where all is to be there: " + timeline.skipped());
      }
      assumeTrue(false, timeline.skipped());
    }
    assertEquals(List.of(), timeline.differences(), () -> described(timeline));
    assertEquals(Outcome.AS_EXPECTED, timeline.outcome());
    assertFalse(timeline.steps().isEmpty(), "it shows nothing");
    long before = 0;
    for (Step step : timeline.steps()) {
      assertTrue(step.atNanos() >= before, () -> "back in time: " + step);
      before = step.atNanos();
      assertFalse(step.what().isBlank(), "an empty step");
      // What differs from run to run could be neither compared nor asserted.
      boolean varies = step.what().matches(".*(127\\.0\\.0\\.1|\\[::1\\]|\\bconn=|tmp/).*");
      assertFalse(varies, step::what);
    }
    assertFalse(Thread.currentThread().isInterrupted(), "an interrupt is left behind");
  }

  @Test
  void isNamedOnceAndDescribed() {
    Set<String> names = new HashSet<>();
    for (Experiment each : Experiments.all()) {
      assertTrue(names.add(each.name()), () -> "twice: " + each.name());
      assertTrue(each.name().matches("[a-z0-9]+(-[a-z0-9]+)*"), each::name);
      assertFalse(each.title().isBlank(), each::name);
      assertFalse(each.title().endsWith("."), () -> each.name() + ": a title, no sentence");
      assertTrue(each.title().length() <= 110, () -> each.name() + ": " + each.title().length());
      assertFalse(each.situation().isBlank(), each::name);
      assertFalse(each.expected().isEmpty(), () -> each.name() + " expects nothing");
      assertEquals(each, Experiments.named(each.name()).orElseThrow());
    }
  }

  @Test
  void showsEachKindThatTheLoopbackCanShow() {
    Set<FailureKind> shown = new HashSet<>();
    Experiments.all().forEach(e -> shown.add(e.kind()));
    for (FailureKind kind :
        List.of(
            FailureKind.EPIPE,
            FailureKind.ECONNRESET,
            FailureKind.CLOSED_LOCALLY,
            FailureKind.ABORTED,
            FailureKind.READ_IDLE,
            FailureKind.WRITE_STALL,
            FailureKind.DRAIN_TIMEOUT,
            FailureKind.LINGER_TIMEOUT,
            FailureKind.PAUSED_TIMEOUT,
            FailureKind.HALF_CLOSED_TIMEOUT,
            FailureKind.DEADLINE,
            FailureKind.MESSAGE_TOO_LARGE,
            FailureKind.FILE_TRUNCATED,
            FailureKind.HANDLER_FAILED,
            FailureKind.CONNECTION_CAP,
            FailureKind.SHUTDOWN_DEADLINE,
            FailureKind.LOOP_STOPPED)) {
      if (!shown.contains(kind)) {
        fail("no experiment is about " + kind);
      }
    }
  }

  private static String described(Timeline timeline) {
    StringBuilder text = new StringBuilder(timeline.experiment().name());
    timeline.differences().forEach(d -> text.append("\n  ").append(d));
    timeline.steps().forEach(s -> text.append("\n    ").append(s).append("  ").append(s.detail()));
    return text.toString();
  }
}
