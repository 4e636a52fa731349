package dev.millrace.bench.load;

/**
 * How it goes: one interval.
 *
 * @param warmingUp whether it is before the window
 * @param elapsedNanos since the warm-up began, or since the window began
 * @param requestsPerSecond answered in the interval
 * @param p50Nanos the median latency of the interval, 0 if nothing was answered
 * @param p99Nanos its 99th percentile
 * @param errors since the start of the run
 */
public record Progress(
    boolean warmingUp,
    long elapsedNanos,
    double requestsPerSecond,
    long p50Nanos,
    long p99Nanos,
    long errors) {}
