package dev.millrace.link;

/** The round trip, smoothed by the rule of RFC 6298 section 2.3. */
final class RoundTrip {
  private long smoothed;
  private long variation;

  void measured(long nanos) {
    long rtt = Math.max(1, nanos); // 0 stands for none
    if (smoothed == 0) {
      smoothed = rtt;
      variation = rtt / 2;
    } else {
      variation += (Math.abs(smoothed - rtt) - variation) / 4;
      smoothed += (rtt - smoothed) / 8;
    }
  }

  long smoothedNanos() {
    return smoothed;
  }

  long variationNanos() {
    return variation;
  }
}
