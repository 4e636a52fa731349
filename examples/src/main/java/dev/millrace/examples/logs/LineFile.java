package dev.millrace.examples.logs;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.rolling.RollingFileAppender;
import java.io.File;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Logback's rolling file over {@link WholeLines}, which tells when lines are lost: once when the
 * disk is full, and once when it is not any more, with how many.
 *
 * <p>Thread rule: the queue's thread, but for the counts.
 */
final class LineFile extends RollingFileAppender<ILoggingEvent> {
  /** What is told; not through this file alone, as it may be the one that can't be written. */
  interface Teller {
    void notWritten(File file, IOException why);

    void lost(long lines);
  }

  private final LogSettings settings;
  private final CountingQueue queue;
  private final Teller teller;
  private final NameLock lock;
  private final Runnable afterRollover;
  private final AtomicLong lostOfClosedFiles = new AtomicLong();
  private final AtomicLong done = new AtomicLong();
  private volatile WholeLines lines;
  private boolean isFailing;
  private long failingToldMillis = Long.MIN_VALUE;
  private long lostToldMillis = Long.MIN_VALUE;
  private final AtomicLong lostTold = new AtomicLong();

  LineFile(
      LogSettings settings,
      CountingQueue queue,
      Teller teller,
      NameLock lock,
      Runnable afterRollover) {
    this.settings = settings;
    this.queue = queue;
    this.teller = teller;
    this.lock = lock;
    this.afterRollover = afterRollover;
  }

  /** Opens nothing yet: the first line does, and each one after it that finds no file. */
  @Override
  public void openFile(String name) {
    WholeLines before = lines;
    if (before != null) {
      lostOfClosedFiles.addAndGet(before.lost());
    }
    lines = new WholeLines(new File(name), lock::hold);
    setOutputStream(lines);
  }

  /** A file that takes nothing does not grow, and is not to be rolled for what it did not take. */
  @Override
  protected void updateByteCount(byte[] line) {
    if (lines.failure() == null) {
      super.updateByteCount(line);
    }
  }

  @Override
  public void rollover() {
    super.rollover();
    afterRollover.run();
  }

  @Override
  protected void subAppend(ILoggingEvent event) {
    super.subAppend(event);
    tellIfSomethingChanged(event.getTimeStamp());
    done.incrementAndGet(); // last: who waits for this has heard all that was to be told
  }

  private void tellIfSomethingChanged(long now) {
    IOException failure = lines.failure();
    if (failure != null) {
      if (!isFailing && isTime(failingToldMillis, now)) {
        failingToldMillis = now;
        teller.notWritten(new File(rawFileProperty()), failure);
      }
      isFailing = true;
      return;
    }
    isFailing = false;
    // Behind a burst, not in it: the line would only make it longer. The one is this event.
    if (lost() > lostTold.get() && waiting() == 1 && isTime(lostToldMillis, now)) {
      lostToldMillis = now;
      tellLost();
    }
  }

  private boolean isTime(long toldMillis, long now) {
    return toldMillis == Long.MIN_VALUE || now - toldMillis >= settings.tellEvery().toMillis();
  }

  /** Tells what has not been told yet. */
  void tellLost() {
    long lost = lost();
    long untold = lost - lostTold.getAndSet(lost);
    if (untold > 0) {
      teller.lost(untold);
    }
  }

  /** How many lines are neither written nor lost yet. */
  long waiting() {
    long written = done.get(); // first: a line that is written may put one into the queue
    return queue.taken() - written;
  }

  /** How many lines are in no file: there was no room in the queue, or none on the disk. */
  long lost() {
    WholeLines now = lines;
    return queue.lost() + lostOfClosedFiles.get() + (now == null ? 0 : now.lost());
  }
}
