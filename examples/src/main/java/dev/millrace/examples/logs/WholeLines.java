package dev.millrace.examples.logs;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/**
 * A file that takes each write whole or not at all. What fails is counted, and nothing is thrown;
 * the next write is tried again. A file that was removed or moved away is made anew: what is
 * written into one that has no name any more nobody reads.
 *
 * <p>Not a {@code FileChannel}: that one is closed by an interrupt, and by one the queue's thread
 * is ended while it still has lines to write.
 *
 * <p>Thread rule: one thread; the queue's.
 */
final class WholeLines extends OutputStream {
  /** What must hold before each write. */
  interface Right {
    void hold() throws IOException;
  }

  private final File file;
  private final Path path;
  private final Right right;
  private RandomAccessFile open;
  private Object key;
  private boolean torn;
  private long lost;
  private IOException failure;

  WholeLines(File file) {
    this(file, () -> {});
  }

  /** The same; while there is no right to write each write fails. */
  WholeLines(File file, Right right) {
    this.file = file;
    this.path = file.toPath();
    this.right = right;
  }

  /** Why the last write failed; null if it did not. */
  IOException failure() {
    return failure;
  }

  /** How many writes failed. */
  long lost() {
    return lost;
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] line, int offset, int length) {
    long at = -1;
    try {
      right.hold();
      reopenIfGone();
      at = open.length(); // asked each time, as someone else may have cut it
      open.seek(at);
      if (torn && at > 0) { // not a new one
        open.write('\n'); // behind a part that could not be cut off: only that one is damaged
      }
      open.write(line, offset, length);
      torn = false;
      failure = null;
    } catch (IOException e) {
      lost++;
      failure = e;
      cutOff(at, e);
    }
  }

  /** Asked each time as well: one call of the kernel's, of less than a microsecond. */
  private void reopenIfGone() throws IOException {
    if (open != null && (key == null || !key.equals(NameLock.keyOf(path)))) {
      close();
    }
    if (open == null) {
      open = new RandomAccessFile(file, "rw");
      key = NameLock.keyOf(path);
    }
  }

  /** A full disk takes the first part of a line; to make a file shorter needs no room. */
  private void cutOff(long at, IOException why) {
    if (at < 0) {
      return;
    }
    try {
      if (open.length() > at) {
        open.setLength(at);
      }
    } catch (IOException e) {
      why.addSuppressed(e);
      torn = true;
    }
  }

  @Override
  public void close() throws IOException {
    RandomAccessFile closed = open;
    open = null;
    if (closed != null) {
      closed.close();
    }
  }
}
