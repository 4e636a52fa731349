package dev.millrace.sim;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What the machine logs at INFO or above, to be counted: an operator reads each of these lines. */
final class Logged implements AutoCloseable {
  private final Logger logger = (Logger) LoggerFactory.getLogger("dev.millrace");
  private final List<String> lines = new ArrayList<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          if (event.getLevel().isGreaterOrEqual(Level.INFO)) {
            lines.add(event.getFormattedMessage());
          }
        }
      };

  Logged() {
    appender.setContext(logger.getLoggerContext());
    appender.start();
    logger.addAppender(appender);
  }

  /** A new run begins. */
  void clear() {
    lines.clear();
  }

  /** The lines of this run that contain this. */
  List<String> with(String part) {
    return lines.stream().filter(line -> line.contains(part)).toList();
  }

  @Override
  public void close() {
    logger.detachAppender(appender);
    appender.stop();
  }
}
