package dev.millrace.examples.logs;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;

/**
 * A file that takes each write whole or not at all. What fails is counted, and nothing is thrown;
 * the next write is tried again.
 *
 * <p>Not a {@code FileChannel}: that one is closed by an interrupt, and by one the queue's thread
 * is ended while it still has lines to write.
 *
 * <p>Thread rule: one thread; the queue's.
 */
final class WholeLines extends OutputStream {
  private final File file;
  private RandomAccessFile open;
  private boolean torn;
  private long lost;
  private IOException failure;

  WholeLines(File file) {
    this.file = file;
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
      if (open == null) {
        open = new RandomAccessFile(file, "rw");
      }
      at = open.length(); // asked each time, as someone else may have cut it
      open.seek(at);
      if (torn) {
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
    if (open != null) {
      open.close();
    }
  }
}
