package dev.millrace.examples.lab;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Takes what the core logs on a thread that runs an experiment: it is a step of the timeline, and
 * nobody is to be alarmed by a failure that was asked for. All other threads' lines go where they
 * went before.
 */
final class LogCatch extends AppenderBase<ILoggingEvent> {
  private static final LogCatch INSTALLED = install();

  private final ThreadLocal<Consumer<ILoggingEvent>> taker = new ThreadLocal<>();
  private final Logger parent;

  private LogCatch(Logger parent) {
    this.parent = parent;
  }

  private static LogCatch install() {
    // The core logs by this logger alone.
    Logger core = (Logger) LoggerFactory.getLogger("dev.millrace.EventLoop");
    LogCatch made = new LogCatch((Logger) LoggerFactory.getLogger("dev.millrace"));
    made.setContext(core.getLoggerContext());
    made.start();
    core.addAppender(made);
    core.setAdditive(false);
    return made;
  }

  /** Gives the lines of the calling thread to this consumer; null gives them back to the log. */
  static void take(Consumer<ILoggingEvent> lines) {
    if (lines == null) {
      INSTALLED.taker.remove();
    } else {
      INSTALLED.taker.set(lines);
    }
  }

  /** Whether a line is one that an operator would be shown by default. */
  static boolean isLoud(ILoggingEvent line) {
    return line.getLevel().toInt() >= Level.WARN.toInt() * 1_000;
  }

  @Override
  protected void append(ILoggingEvent event) {
    Consumer<ILoggingEvent> lines = taker.get();
    if (lines == null) {
      parent.callAppenders(event);
    } else {
      lines.accept(event);
    }
  }
}
