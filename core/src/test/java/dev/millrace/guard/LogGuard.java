package dev.millrace.guard;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Keeps every line of {@code dev.millrace} at WARN or ERROR while a test runs, off the console, and
 * tells at its end which of them nobody expected and which expected ones did not come.
 *
 * <p>Thread rule: any thread. A line belongs to the test that runs when it is logged; tests run one
 * after the other here.
 */
public final class LogGuard {
  private static final LogGuard INSTANCE = new LogGuard();

  /** Of the tests that run now, the innermost first: a test may run tests. */
  private final Deque<Scope> scopes = new ArrayDeque<>();

  private LogGuard() {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    Logger ours = (Logger) LoggerFactory.getLogger("dev.millrace");
    AppenderBase<ILoggingEvent> appender =
        new AppenderBase<>() {
          @Override
          protected void append(ILoggingEvent event) {
            if (!event.getLevel().isGreaterOrEqual(Level.WARN) || !keep(event)) {
              root.callAppenders(event);
            }
          }
        };
    appender.setName("guard");
    appender.setContext(ours.getLoggerContext());
    appender.start();
    ours.addAppender(appender);
    ours.setAdditive(false);
  }

  static LogGuard instance() {
    return INSTANCE;
  }

  /**
   * The test that runs now logs such a line, before or after this call; it fails if none comes.
   *
   * @param level WARN or ERROR, exactly
   * @param containing a part of the formatted message
   */
  public static void expect(org.slf4j.event.Level level, String containing) {
    INSTANCE.add(level, containing, 1);
  }

  /**
   * The test that runs now may log such lines, and need not.
   *
   * @param level WARN or ERROR, exactly
   * @param containing a part of the formatted message
   */
  public static void allow(org.slf4j.event.Level level, String containing) {
    INSTANCE.add(level, containing, 0);
  }

  /**
   * A line that a process of the test's own has logged, told by the test that reads its output.
   *
   * @param level WARN or ERROR
   * @param message the line
   */
  public static void logged(org.slf4j.event.Level level, String message) {
    synchronized (INSTANCE) {
      INSTANCE.current().lines.add(new Line(Level.convertAnSLF4JLevel(level), message, null));
    }
  }

  private synchronized void add(org.slf4j.event.Level level, String containing, int atLeast) {
    current().expected.add(expected(level, containing, atLeast));
  }

  private Scope current() {
    Scope scope = scopes.peek();
    if (scope == null) {
      throw new IllegalStateException("no test runs");
    }
    return scope;
  }

  private synchronized boolean keep(ILoggingEvent event) {
    Scope scope = scopes.peek();
    if (scope == null) {
      return false; // between two classes: then it is for the console
    }
    Throwable cause =
        event.getThrowableProxy() instanceof ThrowableProxy proxy ? proxy.getThrowable() : null;
    scope.lines.add(new Line(event.getLevel(), event.getFormattedMessage(), cause));
    return true;
  }

  static Expected expected(org.slf4j.event.Level level, String containing, int atLeast) {
    if (level.toInt() < org.slf4j.event.Level.WARN.toInt()) {
      throw new IllegalArgumentException("only WARN and ERROR are guarded, not " + level);
    }
    return new Expected(Level.convertAnSLF4JLevel(level), containing, atLeast);
  }

  /** Lines from now on belong to a new scope, until it ends. */
  synchronized Scope begin(List<Expected> expected) {
    Scope scope = new Scope(expected);
    scopes.push(scope);
    return scope;
  }

  /** Ends a scope, and those in it that were not ended because a constructor threw. */
  synchronized void end(Scope scope) {
    if (scopes.contains(scope)) {
      while (scopes.pop() != scope) {}
    }
  }

  /** A line that was logged. */
  record Line(Level level, String message, Throwable cause) {
    @Override
    public String toString() {
      return level + " " + message + (cause == null ? "" : " (" + cause + ")");
    }
  }

  /** A line that may or must be logged. */
  record Expected(Level level, String containing, int atLeast) {
    boolean matches(Line line) {
      return line.level == level && line.message.contains(containing);
    }
  }

  /** The lines of one test. */
  static final class Scope {
    private final List<Expected> expected;
    private final List<Line> lines = new ArrayList<>();

    private Scope(List<Expected> expected) {
      this.expected = new ArrayList<>(expected);
    }

    /** What nobody expected, in order. */
    List<Line> unexpected() {
      synchronized (INSTANCE) {
        return lines.stream()
            .filter(line -> expected.stream().noneMatch(e -> e.matches(line)))
            .toList();
      }
    }

    /** What should have come, and did not or not often enough. */
    List<String> missing() {
      synchronized (INSTANCE) {
        List<String> missing = new ArrayList<>();
        for (Expected e : expected) {
          long seen = lines.stream().filter(e::matches).count();
          if (seen < e.atLeast) {
            missing.add(
                e.level + " containing '" + e.containing + "' " + seen + " of " + e.atLeast);
          }
        }
        return missing;
      }
    }
  }
}
