package dev.millrace;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The loop's logger, made so that it can't end the loop.
 *
 * <p>A logging backend may throw an {@code Error}: with no descriptor left, a class that its first
 * record needs can't be loaded ({@code NoClassDefFoundError}), and the loop that only wanted to say
 * so would die of it. So every line of the machine goes through here: what the backend throws is
 * counted, and told by the next line that gets through.
 *
 * <p>Thread rule: the loop's thread.
 */
final class Log {
  private final Logger logger = LoggerFactory.getLogger(EventLoop.class);
  private long lost;
  private Throwable firstLost;

  boolean isDebug() {
    try {
      return logger.isDebugEnabled();
    } catch (Throwable t) {
      lose(t);
      return false;
    }
  }

  /**
   * One parameterised line; a trailing Throwable among the arguments is logged with its stack, as
   * slf4j does.
   */
  void line(Level level, String format, Object... arguments) {
    try {
      logger.atLevel(level).log(format, arguments);
      if (lost > 0) {
        logger.warn("log lines lost count={} first={}", lost, String.valueOf(firstLost));
        lost = 0;
        firstLost = null;
      }
    } catch (Throwable t) {
      lose(t);
    }
  }

  long lost() {
    return lost;
  }

  private void lose(Throwable t) {
    lost++;
    if (firstLost == null) {
      firstLost = t;
    }
  }
}
