package dev.millrace.guard;

import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Fails every test that leaves a descriptor or a loop's thread behind, or logs a line at WARN or
 * ERROR that nobody expected. A class is looked at like a test, so what is opened in
 * {@code @BeforeAll} has to be closed in {@code @AfterAll}.
 */
public final class TestGuard
    implements BeforeAllCallback,
        AfterAllCallback,
        TestInstancePreConstructCallback,
        BeforeEachCallback,
        AfterEachCallback {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(TestGuard.class);

  /** Made by JUnit. */
  public TestGuard() {}

  @Override
  public void beforeAll(ExtensionContext context) {
    begin(context);
  }

  /** A test's fields may open something already. */
  @Override
  public void preConstructTestInstance(
      TestInstanceFactoryContext factory, ExtensionContext context) {
    begin(context);
  }

  @Override
  public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
    return ExtensionContextScope.TEST_METHOD; // the instance is of one test, not of its class
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    begin(context);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    end(context);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    end(context);
  }

  /** Once for each class and each test: whatever comes first. */
  private static void begin(ExtensionContext context) {
    context
        .getStore(NAMESPACE)
        .computeIfAbsent(context.getUniqueId(), id -> new Before(expected(context)));
  }

  private static void end(ExtensionContext context) {
    Before before = context.getStore(NAMESPACE).get(context.getUniqueId(), Before.class);
    LogGuard.instance().end(before.lines);
    List<String> faults = new ArrayList<>();
    Map<String, Integer> descriptors = before.descriptors.leakedSince();
    Set<Thread> threads = before.threads.leakedSince();
    forgive(context, descriptors, threads);
    tell(faults, "descriptors leaked", Descriptors.names(descriptors));
    tell(faults, "loop threads leaked", LoopThreads.names(threads));
    List<LogGuard.Line> unexpected = before.lines.unexpected();
    tell(faults, "log lines not expected", unexpected);
    if (context.getExecutionException().isEmpty()) {
      // A test that failed half-way did not come to what it expected.
      tell(faults, "log lines expected that did not come", before.lines.missing());
    }
    if (!faults.isEmpty()) {
      AssertionError error = new AssertionError(String.join("; ", faults));
      for (LogGuard.Line line : unexpected) {
        if (line.cause() != null) {
          error.addSuppressed(line.cause());
        }
      }
      throw error;
    }
  }

  /** What was told of a test is not told of its class again. */
  private static void forgive(
      ExtensionContext context, Map<String, Integer> descriptors, Set<Thread> threads) {
    for (ExtensionContext c = context.getParent().orElse(null);
        c != null;
        c = c.getParent().orElse(null)) {
      Before around = c.getStore(NAMESPACE).get(c.getUniqueId(), Before.class);
      if (around != null) {
        around.descriptors.forgive(descriptors);
        around.threads.forgive(threads);
      }
    }
  }

  private static void tell(List<String> faults, String what, List<?> found) {
    if (!found.isEmpty()) {
      faults.add(what + ": " + found);
    }
  }

  private static List<LogGuard.Expected> expected(ExtensionContext context) {
    List<LogGuard.Expected> expected = new ArrayList<>();
    boolean isTest = context.getTestMethod().isPresent();
    context.getTestMethod().ifPresent(m -> add(expected, m, true));
    context.getTestClass().ifPresent(c -> add(expected, c, isTest));
    return expected;
  }

  private static void add(List<LogGuard.Expected> to, AnnotatedElement element, boolean must) {
    for (ExpectedLog e : AnnotationSupport.findRepeatableAnnotations(element, ExpectedLog.class)) {
      to.add(LogGuard.expected(e.level(), e.containing(), must ? e.atLeast() : 0));
    }
  }

  /** What there was at the beginning. */
  private static final class Before {
    private final Descriptors descriptors = Descriptors.now();
    private final LoopThreads threads = LoopThreads.now();
    private final LogGuard.Scope lines;

    Before(List<LogGuard.Expected> expected) {
      lines = LogGuard.instance().begin(expected);
    }
  }
}
