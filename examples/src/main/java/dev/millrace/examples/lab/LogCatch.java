package dev.millrace.examples.lab;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/**
 * Takes what the core logs on a thread that runs an experiment: it is a step of the timeline, and
 * nobody is to be alarmed by a failure that was asked for. All other threads' lines go where they
 * went before.
 */
final class LogCatch extends AppenderBase<ILoggingEvent> {
  private static final ThreadLocal<Consumer<ILoggingEvent>> TAKER = new ThreadLocal<>();

  /** The core logs by this logger alone. */
  private static final Logger CORE = (Logger) LoggerFactory.getLogger("dev.millrace.EventLoop");

  private static final Logger PARENT = (Logger) LoggerFactory.getLogger("dev.millrace");

  private static final LogCatch INSTALLED = new LogCatch();

  private LogCatch() {
    setContext(CORE.getLoggerContext());
  }

  /** Gives the lines of the calling thread to this consumer; null gives them back to the log. */
  static void take(Consumer<ILoggingEvent> lines) {
    if (lines == null) {
      TAKER.remove();
    } else {
      install();
      TAKER.set(lines);
    }
  }

  /** Each time: who configures the log anew takes all appenders off. */
  private static void install() {
    synchronized (INSTALLED) {
      if (!CORE.isAttached(INSTALLED)) {
        INSTALLED.start();
        CORE.addAppender(INSTALLED);
        CORE.setAdditive(false);
      }
    }
  }

  /** Whether a line is one that an operator would be shown by default. */
  static boolean isLoud(ILoggingEvent line) {
    return line.getLevel().isGreaterOrEqual(Level.WARN);
  }

  @Override
  protected void append(ILoggingEvent event) {
    Consumer<ILoggingEvent> lines = TAKER.get();
    if (lines == null) {
      PARENT.callAppenders(event);
    } else {
      lines.accept(event);
    }
  }
}
