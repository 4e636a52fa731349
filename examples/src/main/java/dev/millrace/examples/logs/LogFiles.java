package dev.millrace.examples.logs;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.util.FileSize;
import dev.millrace.observe.FailureLog;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.LoggerFactory;

/**
 * The log of this program as files, one JSON object a line, beside what goes to the console: {@code
 * NAME.jsonl} is written, {@code NAME.DATE.NUMBER.jsonl.gz} are full or of another day. They hold
 * every failure, also those that are too common for the console.
 *
 * <p>Thread rule: any thread may log; made and closed by one.
 */
public final class LogFiles implements AutoCloseable {
  private static final String FAILURES = FailureLog.class.getName();

  private final org.slf4j.Logger log = LoggerFactory.getLogger(LogFiles.class);
  private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
  private final Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final LogSettings settings;
  private final NameLock lock;
  private final CountingQueue queue;
  private final LineFile file;

  private LogFiles(Path directory, String name, LogSettings settings, NameLock lock)
      throws IOException {
    this.settings = settings;
    this.lock = lock;
    Leftovers leftovers = new Leftovers(directory, name, settings.totalBytes());
    leftovers.sweep();
    this.queue = new CountingQueue(settings.queueLines());
    this.file = new LineFile(settings, queue, new Told(), lock, () -> sweep(leftovers));
    start(directory, name);
  }

  /**
   * Begins to log to files.
   *
   * @param directory is made if it is not there
   * @param name of the program, for the files' names
   * @throws IOException if it can't be written to, with a message for a user; or if another program
   *     of that name logs there
   */
  public static LogFiles open(Path directory, String name, LogSettings settings)
      throws IOException {
    if (directory.toString().indexOf('%') >= 0) {
      throw new IOException(
          "the name of '" + directory + "' has a percent sign, which means a date to logback");
    }
    Path made;
    try {
      made = Files.createDirectories(directory);
    } catch (IOException e) {
      throw noLogFiles(directory, e);
    }
    NameLock lock = new NameLock(made, name);
    boolean done = false;
    try {
      lock.hold();
      LogFiles files = new LogFiles(made, name, settings, lock);
      done = true;
      return files;
    } catch (FileSystemException e) {
      throw noLogFiles(made, e);
    } finally {
      if (!done) {
        lock.close();
      }
    }
  }

  private static IOException noLogFiles(Path directory, IOException why) {
    return new IOException("no log files in '" + directory + "': " + why, why);
  }

  private void start(Path directory, String name) {
    JsonEncoder line = new JsonEncoder();
    line.setContext(context);
    line.setWithSequenceNumber(false);
    line.setWithNanoseconds(false);
    line.setWithContext(false);
    line.setWithMDC(false);
    line.setWithMessage(false);
    line.setWithArguments(false);
    line.setWithFormattedMessage(true);
    line.start();

    String base = directory.resolve(name).toString();
    SizeAndTimeBasedRollingPolicy<ILoggingEvent> rolling = new SizeAndTimeBasedRollingPolicy<>();
    rolling.setContext(new SameThread());
    rolling.setParent(file);
    rolling.setFileNamePattern(base + ".%d{yyyy-MM-dd, UTC}.%i.jsonl.gz");
    rolling.setMaxFileSize(new FileSize(settings.fileBytes()));
    rolling.setTotalSizeCap(new FileSize(settings.totalBytes()));
    rolling.setMaxHistory(settings.historyDays());
    rolling.setCleanHistoryOnStart(true);
    rolling.start();

    file.setContext(context);
    file.setName(name + " file");
    file.setFile(base + ".jsonl");
    file.setEncoder(line);
    file.setRollingPolicy(rolling);
    file.start();

    queue.setContext(context);
    queue.setName(name);
    queue.setMaxFlushTime((int) settings.flushAtMost().toMillis());
    queue.addAppender(file);
    queue.start();
    root.addAppender(queue);
    // A peer's departure is DEBUG: too common for the console, and just what the files are for.
    context.getLogger(FAILURES).setLevel(Level.DEBUG);
  }

  private void sweep(Leftovers leftovers) {
    try {
      leftovers.sweep();
    } catch (IOException e) {
      log.atWarn().addKeyValue("cause", e).log("old log files not compressed");
    }
  }

  /** How many lines are in no file, until now. */
  public long lost() {
    return file.lost();
  }

  /** How many events wait to be written. */
  long waiting() {
    return file.waiting();
  }

  /** Writes what waits, within {@link LogSettings#flushAtMost}, and ends. */
  @Override
  public void close() throws IOException {
    awaitWritten();
    file.tellLost(); // through the queue, which is why it is not over yet
    root.detachAppender(queue);
    context.getLogger(FAILURES).setLevel(null);
    queue.stop(); // waits for its thread, which was the only one to use the file
    file.stop();
    lock.close();
  }

  private void awaitWritten() {
    long deadline = System.nanoTime() + settings.flushAtMost().toNanos();
    while (file.waiting() > 0 && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(1_000_000); // a millisecond, of a time that nobody waits for
    }
  }

  /** On the console, and in the queue as any other line. */
  private final class Told implements LineFile.Teller {
    @Override
    public void notWritten(File into, IOException why) {
      log.atWarn()
          .addKeyValue("file", into)
          .addKeyValue("cause", why)
          .log("log file not written, lines are lost until it can be");
    }

    @Override
    public void lost(long lines) {
      log.atWarn().addKeyValue("lost", lines).log("log lines lost");
    }
  }
}
