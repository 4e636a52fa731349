package dev.millrace.examples.logs;

import java.time.Duration;

/**
 * The bounds of log files.
 *
 * @param fileBytes when a file is full; it is compressed then, to about a twentieth
 * @param totalBytes of all compressed files together; the oldest are deleted beyond it
 * @param historyDays after which a compressed file is deleted in any case
 * @param queueLines that wait to be written; what comes beyond them is lost, and counted
 * @param tellEvery how often it is told that lines are lost
 * @param flushAtMost how long the program's end waits until all is written
 */
public record LogSettings(
    long fileBytes,
    long totalBytes,
    int historyDays,
    int queueLines,
    Duration tellEvery,
    Duration flushAtMost) {

  /**
   * Some 20,000 failures a file, as many of them as a day of storms fills, a month of days; 8,192
   * events in memory are some MiB, and a disk's pause of a second at a line each 120 µs; a line a
   * minute is what somebody reads.
   */
  public static LogSettings defaults() {
    return new LogSettings(
        10L << 20, 100L << 20, 30, 8_192, Duration.ofMinutes(1), Duration.ofSeconds(2));
  }
}
