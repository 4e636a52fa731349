package dev.millrace.bench.load;

import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a run gave. Times are nanoseconds. Figures are of the window; errors are of the whole run.
 *
 * @param requests answered completely, in the window
 * @param elapsedNanos how long the window was
 * @param latency from the intended start; in a closed loop, the service time
 * @param uncorrected from when a request was sent: in an open loop what coordinated omission would
 *     have shown; the same as {@code latency} in a closed one
 * @param lateness how long after its intended start a request left whose connection was free, which
 *     is the generator's own delay; empty in a closed loop
 * @param bytes of answers
 * @param errors all that went wrong, counted once each: connects, connections lost, requests
 *     dropped, requests never answered
 * @param connectFailures by failure
 * @param lost connections that ended before they should, by failure
 * @param lostRequests in flight on these
 * @param dropped requests that were due and never sent, because their connection's queue was full
 * @param queued requests that were due and not yet sent at the end of the window; in no percentile
 * @param inFlight requests that were sent and not yet answered then; in no percentile
 * @param oldestNanos how long the oldest of these had been due
 * @param unanswered requests without an answer 5 s after the window
 * @param threads what the generator itself did
 */
public record LoadResult(
    long requests,
    long elapsedNanos,
    Histogram latency,
    Histogram uncorrected,
    Histogram lateness,
    long bytes,
    long errors,
    Map<String, Long> connectFailures,
    Map<String, Long> lost,
    long lostRequests,
    long dropped,
    long queued,
    long inFlight,
    long oldestNanos,
    long unanswered,
    List<ThreadUse> threads) {

  public double requestsPerSecond() {
    return requests * 1e9 / elapsedNanos;
  }

  public double bytesPerSecond() {
    return bytes * 1e9 / elapsedNanos;
  }

  /** CPU time of the generator per request, without polling for the next moment. */
  public double cpuNanosPerRequest() {
    long cpu = threads.stream().mapToLong(t -> t.cpuNanos() - t.spunNanos()).sum();
    return requests == 0 ? 0 : cpu / (double) requests;
  }

  /** How busy the busiest of the generator's threads was, 0 to 1. */
  public double busy() {
    return threads.stream().mapToDouble(ThreadUse::busy).max().orElse(0);
  }

  /** How long the thread that was worst off was kept from running by others, 0 to 1. */
  public double waited() {
    return threads.stream().mapToDouble(ThreadUse::waited).max().orElse(0);
  }
}
