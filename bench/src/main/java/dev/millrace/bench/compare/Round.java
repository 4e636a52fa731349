package dev.millrace.bench.compare;

/**
 * One server in one round.
 *
 * @param requests answered within the window
 * @param elapsedNanos the window
 * @param cpuNanos what the server's process used in it, without the compiler's threads
 * @param kernelShare of that, how much in the kernel, 0 to 1
 * @param sleeps how often a thread of the server waited
 * @param p50Nanos median time from request to answer
 * @param p99Nanos the 99th percentile
 * @param generatorBusy how busy the load generator was, 0 to 1: near 1, it was what limited
 * @param isDisturbed whether others took more of the machine than is good for a figure
 */
record Round(
    long requests,
    long elapsedNanos,
    long cpuNanos,
    double kernelShare,
    long sleeps,
    double p50Nanos,
    double p99Nanos,
    double generatorBusy,
    boolean isDisturbed) {
  double requestsPerSecond() {
    return requests * 1e9 / elapsedNanos;
  }

  double cpuNanosPerRequest() {
    return (double) cpuNanos / requests;
  }

  double sleepsPerRequest() {
    return (double) sleeps / requests;
  }
}
