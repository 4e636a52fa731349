package dev.millrace.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * The classes in {@link Misbehaving} are run as JUnit runs all others: with nothing but what lies
 * on the class path. That each fails, and why, is what is asserted here; and that those that only
 * look bad pass.
 */
@Timeout(60)
class GuardOverEveryTestTest {
  @TempDir private Path directory;

  @BeforeEach
  void giveThemADirectory() {
    Misbehaving.directory = directory;
  }

  @AfterEach
  void closeWhatWasLeft() throws Exception {
    while (!Misbehaving.LEFT.isEmpty()) {
      Misbehaving.LEFT.pop().close();
    }
  }

  static Stream<Arguments> broken() {
    return Stream.of(
        arguments(Misbehaving.LeavesASocket.class, "descriptors leaked: \\[socket:\\[\\d+]]"),
        arguments(
            Misbehaving.LeavesASocketFromAField.class, "descriptors leaked: \\[socket:\\[\\d+]]"),
        arguments(
            Misbehaving.LeavesASocketFromBeforeEach.class, "descriptors leaked: \\[socket:.*"),
        arguments(
            Misbehaving.LeavesASocketInPlaceOfAnother.class, "descriptors leaked: \\[socket:.*"),
        arguments(
            Misbehaving.LeavesASelector.class,
            "descriptors leaked: \\[anon_inode:\\[eventfd], anon_inode:\\[eventpoll]]"),
        arguments(Misbehaving.LeavesAPipesEnd.class, "descriptors leaked: \\[pipe:\\[\\d+]]"),
        arguments(Misbehaving.LeavesAFile.class, "descriptors leaked: \\[/.*/left]"),
        arguments(
            Misbehaving.LeavesALoopThatRuns.class,
            "descriptors leaked: \\[anon.*]; loop threads leaked: \\[millrace]"),
        arguments(
            Misbehaving.LeavesALoopOnAnAdoptedThread.class,
            "descriptors leaked: \\[anon.*]; loop threads leaked: \\[adopted]"),
        arguments(
            Misbehaving.LogsAWarning.class, "log lines not expected: \\[WARN that is odd n=7]"),
        arguments(
            Misbehaving.LogsAnErrorOnAnotherThread.class,
            "log lines not expected: \\[ERROR that is wrong"
                + " \\(java.lang.IllegalStateException: the cause\\)]"),
        arguments(
            Misbehaving.LogsAnotherLineThanExpected.class,
            "log lines not expected: \\[ERROR that is odd, WARN something else]"),
        arguments(
            Misbehaving.DoesNotLogWhatItExpects.class,
            "log lines expected that did not come: \\[WARN containing 'odd' 0 of 1]"),
        arguments(
            Misbehaving.DoesNotLogWhatItsCodeExpects.class,
            "log lines expected that did not come: \\[ERROR containing 'wrong' 0 of 1]"),
        arguments(
            Misbehaving.LogsItOnceOnly.class,
            "log lines expected that did not come: \\[WARN containing 'odd' 1 of 2]"));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void failsForTheRightReason(Class<?> broken, String message) throws IOException {
    // One that was there before, and that one of them closes.
    Misbehaving.leave(SocketChannel.open());
    Run run = run(broken);
    assertEquals(1, run.failures.size(), run::toString);
    Failed failed = run.failures.get(0);
    assertTrue(failed.isTest, "the test fails, not its class");
    assertTrue(failed.cause.getMessage().matches(message), failed.cause::getMessage);
    assertEquals("", run.console, "nothing of it goes to the console");
  }

  @Test
  void theStackOfAnUnexpectedLineIsTold() {
    Throwable cause = run(Misbehaving.LogsAnErrorOnAnotherThread.class).failures.get(0).cause;
    assertEquals("the cause", cause.getSuppressed()[0].getMessage());
  }

  @Test
  void whatTheClassLogsIsTheFaultOfTheClass() {
    Run run = run(Misbehaving.LogsForTheClass.class);
    assertEquals(1, run.failures.size(), run::toString);
    assertFalse(run.failures.get(0).isTest);
    assertEquals(
        "log lines not expected: [WARN that is odd]", run.failures.get(0).cause.getMessage());
  }

  @Test
  void whatTheClassLeavesIsTheFaultOfTheClass() {
    Run run = run(Misbehaving.LeavesASocketForTheClass.class);
    assertEquals(1, run.failures.size(), run::toString);
    assertFalse(run.failures.get(0).isTest);
    assertTrue(run.failures.get(0).cause.getMessage().startsWith("descriptors leaked: [socket:"));
    assertEquals(2, run.succeeded);
  }

  /** It did not come as far as to log what it expects; one reason is enough. */
  @Test
  void aTestThatFailsIsNotToldOfLinesThatDidNotCome() {
    Throwable cause = run(Misbehaving.FailsByItself.class).failures.get(0).cause;
    assertEquals("by itself", cause.getMessage());
    assertEquals(List.of(), Arrays.asList(cause.getSuppressed()));
  }

  @Test
  void thoseThatKeepTheRulesPass() throws IOException {
    Misbehaving.leave(SocketChannel.open());
    Run run = run(Misbehaving.KeepsTheRules.class);
    assertEquals(List.of(), run.failures);
    assertEquals(5, run.succeeded);
    assertEquals("", run.console);
    run = run(Misbehaving.KeepsTheRulesWithOneInstance.class);
    assertEquals(List.of(), run.failures);
    assertEquals(2, run.succeeded);
  }

  private record Failed(boolean isTest, Throwable cause) {}

  private record Run(List<Failed> failures, int succeeded, String console) {}

  private static Run run(Class<?> testClass) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request().selectors(selectClass(testClass)).build();
    List<Failed> failures = new ArrayList<>();
    int[] succeeded = new int[1];
    PrintStream before = System.err;
    ByteArrayOutputStream console = new ByteArrayOutputStream();
    System.setErr(new PrintStream(console, true, StandardCharsets.UTF_8));
    try {
      LauncherFactory.create()
          .execute(
              request,
              new TestExecutionListener() {
                @Override
                public void executionFinished(TestIdentifier id, TestExecutionResult result) {
                  if (result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) {
                    failures.add(new Failed(id.isTest(), result.getThrowable().orElseThrow()));
                  } else if (id.isTest()) {
                    succeeded[0]++;
                  }
                }
              });
    } finally {
      System.setErr(before);
    }
    return new Run(failures, succeeded[0], console.toString(StandardCharsets.UTF_8));
  }
}
