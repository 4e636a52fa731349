package dev.millrace.examples.errors;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The lines of a log, plain or compressed, as bytes. A line is borrowed until the next one is read.
 *
 * <p>Thread rule: one thread.
 */
final class LogLines implements AutoCloseable {
  /** A thousand times one of ours, with its stack trace; what is longer is skipped. */
  static final int LONGEST_LINE = 1 << 20;

  private static final int BUFFER = 64 << 10;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER];
  private byte[] line = new byte[4 << 10];
  private int at;
  private int end;
  private long number;
  private int length;
  private boolean tooLong;
  private boolean ended;
  private String cut;

  /**
   * Lines of a stream; a compressed one is known by its first two bytes (RFC 1952 section 2.3.1),
   * whatever its name.
   */
  LogLines(InputStream raw) throws IOException {
    BufferedInputStream peeked = new BufferedInputStream(raw, BUFFER);
    peeked.mark(2);
    boolean isGzip = peeked.read() == 0x1F && peeked.read() == 0x8B;
    peeked.reset();
    InputStream plain = peeked;
    if (isGzip) {
      try {
        plain = new GZIPInputStream(peeked, BUFFER);
      } catch (EOFException | ZipException e) {
        cut = "not a byte of it can be decompressed: " + e.getMessage();
        ended = true;
      }
    }
    in = plain;
  }

  /** Reads the next line; false at the end. */
  boolean next() throws IOException {
    length = 0;
    tooLong = false;
    while (true) {
      if (at == end && !fill()) {
        boolean isRest = length > 0 || tooLong;
        number += isRest ? 1 : 0;
        return isRest;
      }
      int feed = at;
      while (feed < end && buffer[feed] != '\n') {
        feed++;
      }
      append(feed - at);
      if (feed < end) {
        at = feed + 1;
        number++;
        if (length > 0 && line[length - 1] == '\r') {
          length--;
        }
        return true;
      }
      at = end;
    }
  }

  private boolean fill() throws IOException {
    if (ended) {
      return false;
    }
    try {
      at = 0;
      end = Math.max(in.read(buffer), 0);
      ended = end == 0;
    } catch (EOFException | ZipException e) {
      end = 0;
      ended = true;
      cut = String.valueOf(e.getMessage());
    }
    return !ended;
  }

  private void append(int bytes) {
    if (tooLong || length + bytes > LONGEST_LINE) {
      tooLong = true;
      length = 0;
      return;
    }
    if (length + bytes > line.length) {
      byte[] longer = new byte[Math.min(LONGEST_LINE, Math.max(2 * line.length, length + bytes))];
      System.arraycopy(line, 0, longer, 0, length);
      line = longer;
    }
    System.arraycopy(buffer, at, line, length, bytes);
    length += bytes;
  }

  /** The line's bytes, from 0 to {@link #length}. */
  byte[] line() {
    return line;
  }

  int length() {
    return length;
  }

  /** From 1. */
  long number() {
    return number;
  }

  /** It was longer than is kept, and its bytes are gone. */
  boolean isTooLong() {
    return tooLong;
  }

  /** Why a compressed file ended before its end; null if it did not. */
  String cut() {
    return cut;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
