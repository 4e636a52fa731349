package dev.millrace;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A range of a file to be sent by the kernel itself ({@code sendfile}), without passing through the
 * JVM.
 *
 * <p>Ownership: once {@link Connection#write(FileRegion)} returned {@link WriteResult#ACCEPTED} the
 * region belongs to the connection, which closes it when the last byte is handed over or the
 * connection ends. After any other result it is still the caller's to {@link #close}. A region
 * serves once.
 *
 * <p>Thread rule: open anywhere; after that the loop's thread. Reading a file that is not in the
 * page cache blocks the loop for as long as the disk takes: there is no non-blocking file read to
 * be had here.
 *
 * <p>If the file shrinks after it was opened, the promised bytes can't be sent: the connection ends
 * with {@code FILE_TRUNCATED}.
 */
public final class FileRegion implements AutoCloseable {
  private final Path path;
  private final FileChannel file;
  private long position;
  private long remaining;

  private FileRegion(Path path, FileChannel file, long position, long count) {
    this.path = path;
    this.file = file;
    this.position = position;
    this.remaining = count;
  }

  /**
   * Opens a file for sending a part of it.
   *
   * @param path the file
   * @param position the first byte
   * @param count how many bytes
   * @return the region, the caller's until accepted
   * @throws IOException if the file can't be opened (also where no descriptor is left)
   * @throws IllegalArgumentException if the range is not within the file
   */
  public static FileRegion open(Path path, long position, long count) throws IOException {
    FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
    try {
      long size = file.size();
      if (position < 0 || count < 0 || position > size - count) {
        throw new IllegalArgumentException(
            "range is "
                + position
                + "+"
                + count
                + ", allowed is within 0 to "
                + size
                + ": "
                + path);
      }
      FileRegion region = new FileRegion(path, file, position, count);
      file = null;
      return region;
    } finally {
      if (file != null) {
        file.close();
      }
    }
  }

  /**
   * Opens a whole file for sending.
   *
   * @param path the file
   * @return the region, the caller's until accepted
   * @throws IOException if the file can't be opened
   */
  public static FileRegion open(Path path) throws IOException {
    FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
    try {
      FileRegion region = new FileRegion(path, file, 0, file.size());
      file = null;
      return region;
    } finally {
      if (file != null) {
        file.close();
      }
    }
  }

  /**
   * Tells how much is left.
   *
   * @return bytes not yet handed to the kernel
   */
  public long remaining() {
    return remaining;
  }

  /** Transfers up to {@code max} bytes; returns how many, 0 if the kernel is full. */
  long transferTo(WritableByteChannel target, long max) throws IOException {
    if (remaining == 0) {
      return 0;
    }
    // An adopted thread that is interrupted already (a callback that restores the status does it)
    // would have its file closed. An interrupt in the middle of the transfer can't be survived: the
    // JDK throws although bytes have gone out, and doesn't tell how many, so to open the file again
    // and go on would send them twice.
    clearInterrupt();
    long n = file.transferTo(position, Math.min(max, remaining), target);
    if (n == 0 && file.size() <= position) {
      throw new TruncatedException(path, position, remaining);
    }
    position += n;
    remaining -= n;
    return n;
  }

  @SuppressWarnings("CheckReturnValue") // nobody here waits for an interrupt, as in the poll
  private static void clearInterrupt() {
    Thread.interrupted();
  }

  /** Closes the file. Does nothing the second time. */
  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      // Opened for reading only: nothing can be lost, and the descriptor is gone in any case
      // (close(2)).
      remaining = 0;
    }
  }

  /** The path and what is left. */
  @Override
  public String toString() {
    return "FileRegion[" + path + " at " + position + ", remaining=" + remaining + "]";
  }

  /** The file is shorter than what was promised of it. */
  static final class TruncatedException extends IOException {
    private static final long serialVersionUID = 1L;

    TruncatedException(Path path, long position, long missing) {
      super("file ended at " + position + ", " + missing + " bytes short: " + path);
    }
  }
}
