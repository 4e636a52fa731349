package dev.millrace.examples.logs;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * The right to write the log files of one name in one directory: a lock on {@code NAME.lock}. When
 * that file is removed the lock is one that nobody else sees any more, so it is asked for again
 * before each line.
 *
 * <p>Thread rule: one thread at a time.
 */
final class NameLock implements Closeable {
  private final Path directory;
  private final String name;
  private final Path file;
  private FileChannel channel;
  private Object key;

  NameLock(Path directory, String name) {
    this.directory = directory;
    this.name = name;
    this.file = directory.resolve(name + ".lock");
  }

  /**
   * Takes the lock if it is not held, or is that of a file which is not there any more.
   *
   * @throws IOException if the file can't be made, or another program has the lock; the next call
   *     tries again
   */
  void hold() throws IOException {
    if (channel != null) {
      if (key != null && key.equals(keyOf(file))) {
        return;
      }
      close();
    }
    FileChannel opened =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean done = false;
    try {
      if (!isLocked(opened)) {
        throw new IOException(
            "another '" + name + "' logs in '" + directory + "' already; take another directory");
      }
      key = keyOf(file);
      channel = opened;
      done = true;
    } finally {
      if (!done) {
        opened.close();
      }
    }
  }

  /**
   * Which file has this path now. As long as it is open no other one gets the same key.
   *
   * @return null if it can't be looked at, most often as it is not there
   */
  static Object keyOf(Path file) {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (IOException e) {
      return null; // whoever opens it next is told why
    }
  }

  private static boolean isLocked(FileChannel opened) throws IOException {
    try {
      FileLock lock = opened.tryLock(); // until the channel is closed
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // by this very JVM
    }
  }

  @Override
  public void close() throws IOException {
    FileChannel closed = channel;
    channel = null;
    if (closed != null) {
      closed.close();
    }
  }
}
