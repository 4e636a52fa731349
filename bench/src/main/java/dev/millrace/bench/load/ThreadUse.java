package dev.millrace.bench.load;

/**
 * What a thread of the generator did in the window.
 *
 * @param wallNanos how long the window was for it
 * @param cpuNanos its CPU time
 * @param spunNanos of that, spent polling for the moment of the next request, with nothing to do
 * @param waitedNanos how long it had something to do and no CPU, because others had it; 0 where the
 *     system does not tell
 * @param allocatedBytes what it allocated
 */
public record ThreadUse(
    long wallNanos, long cpuNanos, long spunNanos, long waitedNanos, long allocatedBytes) {
  /** The share of the time in which it had something to do and did it, 0 to 1. */
  public double busy() {
    return share(Math.max(0, cpuNanos - spunNanos));
  }

  /** The share of the time in which it was kept from running, 0 to 1. */
  public double waited() {
    return share(waitedNanos);
  }

  private double share(long nanos) {
    return wallNanos == 0 ? 0 : nanos / (double) wallNanos;
  }
}
