package dev.millrace.bench.load;

import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * What one worker counted in one interval. The worker counts; when it has exchanged it for a fresh
 * one, it belongs to who asked for that.
 */
final class Tally {
  /** An hour: a longer latency is recorded as this. Runs that see one are broken anyway. */
  private static final long HIGHEST_NANOS = 3_600_000_000_000L;

  /** 1 ‰: far below the noise of any machine, and a histogram of 270 KiB. */
  private static final int DIGITS = 3;

  /** From the intended start. */
  final Histogram latency = histogram();

  /** From when it was sent; null in a closed loop, where that is the same. */
  final Histogram uncorrected;

  /** The generator's own delay in an open loop; null in a closed one. */
  final Histogram lateness;

  long bytes;
  long dropped;
  long lostRequests;
  final Map<String, Long> lost = new TreeMap<>();
  final Map<String, Long> connectFailures = new TreeMap<>();

  // Stamped by the worker when it hands this over.
  long wallNanos;
  long cpuNanos;
  long spunNanos;
  long waitedNanos;
  long allocatedBytes;
  long queued;
  long inFlight;
  long oldestNanos;

  Tally(boolean openLoop) {
    uncorrected = openLoop ? histogram() : null;
    lateness = openLoop ? histogram() : null;
  }

  static Histogram histogram() {
    return new Histogram(HIGHEST_NANOS, DIGITS);
  }

  void answered(int n, long latencyNanos, long uncorrectedNanos) {
    latency.recordValueWithCount(bounded(latencyNanos), n);
    if (uncorrected != null) {
      uncorrected.recordValueWithCount(bounded(uncorrectedNanos), n);
    }
  }

  void late(long nanos) {
    lateness.recordValue(bounded(nanos));
  }

  private static long bounded(long nanos) {
    return Math.max(0, Math.min(nanos, HIGHEST_NANOS));
  }

  static void count(Map<String, Long> counts, String what) {
    counts.merge(what, 1L, Long::sum);
  }

  /** What went wrong on the way: connects that failed, connections lost, requests never sent. */
  long errors() {
    return sum(connectFailures) + sum(lost) + dropped;
  }

  static long sum(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Adds an interval that followed this one. What was stamped at its end replaces what was. */
  void append(Tally later) {
    latency.add(later.latency);
    if (uncorrected != null) {
      uncorrected.add(later.uncorrected);
      lateness.add(later.lateness);
    }
    bytes += later.bytes;
    wallNanos += later.wallNanos;
    cpuNanos += later.cpuNanos;
    spunNanos += later.spunNanos;
    waitedNanos += later.waitedNanos;
    allocatedBytes += later.allocatedBytes;
    queued = later.queued;
    inFlight = later.inFlight;
    oldestNanos = later.oldestNanos;
    appendErrors(later);
  }

  /** Adds only what went wrong: of an interval that is not measured. */
  void appendErrors(Tally other) {
    dropped += other.dropped;
    lostRequests += other.lostRequests;
    other.lost.forEach((what, n) -> lost.merge(what, n, Long::sum));
    other.connectFailures.forEach((what, n) -> connectFailures.merge(what, n, Long::sum));
  }

  ThreadUse use() {
    return new ThreadUse(wallNanos, cpuNanos, spunNanos, waitedNanos, allocatedBytes);
  }
}
