package dev.millrace.examples.showcase;

import dev.millrace.CloseRecord;
import dev.millrace.failure.FailureKind;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;

/**
 * What became of connections that are over: how many ended in each kind, two seconds by two
 * seconds, and the last records. Nothing here grows, and no timer runs: time moves on when somebody
 * tells something, or asks.
 *
 * <p>The loop's thread.
 */
final class History {
  /** What one bar of the chart stands for: wide enough for a pointer, short enough to be live. */
  static final long BIN_NANOS = 2_000_000_000;

  /** Two minutes, longer than the default time-outs take that one may want to see happen. */
  static final int BINS = 60;

  /** More than anybody reads, and a few KiB of each snapshot. */
  static final int RECORDS = 50;

  /** A record and which server it was of. */
  record Ended(long number, String server, CloseRecord record) {}

  /** For each kind that was ever met its bars, as a ring. */
  private final Map<FailureKind, int[]> bins = new EnumMap<>(FailureKind.class);

  private final Deque<Ended> records = new ArrayDeque<>(RECORDS);
  private final Map<FailureKind, Long> totals = new EnumMap<>(FailureKind.class);
  private final long startNanos;

  /** The bin that the present is in, counted from the start. */
  private long bin;

  private long ended;
  private long bytesIn;
  private long bytesOut;

  History(long startNanos) {
    this.startNanos = startNanos;
  }

  /** A connection of a server is over. */
  void ended(String server, CloseRecord record, long nowNanos) {
    moveTo(nowNanos);
    bins.computeIfAbsent(record.kind(), kind -> new int[BINS])[(int) (bin % BINS)]++;
    totals.merge(record.kind(), 1L, Long::sum);
    bytesIn += record.bytesReceived();
    bytesOut += record.bytesHandedToKernel();
    if (records.size() == RECORDS) {
      records.removeLast();
    }
    records.addFirst(new Ended(++ended, server, record));
  }

  /** How many have ended. */
  long ended() {
    return ended;
  }

  /** What those that have ended had received. */
  long bytesIn() {
    return bytesIn;
  }

  /** What those that have ended had handed over. */
  long bytesOut() {
    return bytesOut;
  }

  /** How many ended in a kind since the start. */
  long total(FailureKind kind) {
    return totals.getOrDefault(kind, 0L);
  }

  /** The last records, the newest first. */
  Iterable<Ended> records() {
    return records;
  }

  /** How many ended in a kind, so many bins ago; 0 is the bin that is not over yet. */
  int count(int binsAgo, FailureKind kind, long nowNanos) {
    moveTo(nowNanos);
    long at = bin - binsAgo;
    int[] ring = bins.get(kind);
    return at < 0 || ring == null ? 0 : ring[(int) (at % BINS)];
  }

  /** The number of the present bin, which tells a reader how far all has moved. */
  long bin(long nowNanos) {
    moveTo(nowNanos);
    return bin;
  }

  private void moveTo(long nowNanos) {
    long target = (nowNanos - startNanos) / BIN_NANOS;
    if (target - bin > BINS) {
      bin = target - BINS; // all of them are empty then
    }
    while (bin < target) {
      bin++;
      for (int[] ring : bins.values()) {
        ring[(int) (bin % BINS)] = 0;
      }
    }
  }
}
