package dev.millrace.examples.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import org.slf4j.LoggerFactory;

/**
 * Takes the machine's log lines while a campaign runs: thousands of connections fail on purpose,
 * and nobody wants to read of it; but an ERROR that no fault asked for is a violation.
 */
final class LogWatch extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private final ThreadLocal<String> unexpected = new ThreadLocal<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger("dev.millrace");
  private final Level levelBefore = logger.getLevel();
  private final boolean additiveBefore = logger.isAdditive();

  static LogWatch begin() {
    LogWatch watch = new LogWatch();
    watch.setContext(watch.logger.getLoggerContext());
    watch.start();
    watch.logger.setAdditive(false);
    watch.logger.setLevel(Level.WARN);
    watch.logger.addAppender(watch);
    return watch;
  }

  @Override
  protected void append(ILoggingEvent event) {
    // A handler that throws is reported as it should be; everything else of that level is a defect.
    // Told by the pattern of the core's own log line, which no locale changes, not by what was
    // thrown:
    // a handler may throw anything.
    if (event.getLevel().isGreaterOrEqual(Level.ERROR)
        && !event.getMessage().startsWith("handler threw")
        && !event.getMessage().startsWith("handler factory threw")) {
      String cause =
          event.getThrowableProxy() == null ? "" : ": " + event.getThrowableProxy().getMessage();
      unexpected.set("logged: " + event.getFormattedMessage() + cause);
    }
  }

  /** The last ERROR that this thread logged since it was asked before; null if there was none. */
  String takeUnexpected() {
    String line = unexpected.get();
    unexpected.remove();
    return line;
  }

  @Override
  public void close() {
    logger.detachAppender(this);
    logger.setLevel(levelBefore);
    logger.setAdditive(additiveBefore);
    stop();
  }
}
