package dev.millrace;

import java.time.Duration;

/** Refuses wrong settings in one sentence: the option, the value, and what is allowed. */
final class Check {
  /**
   * The longest timeout: a century in nanoseconds is far from overflow, and longer ones mean "off".
   */
  private static final Duration MAX_TIMEOUT = Duration.ofDays(36_500);

  private Check() {}

  static void range(String option, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          option + " is " + value + ", allowed is " + min + " to " + max);
    }
  }

  static void timeout(String option, Duration value) {
    if (value == null || value.isNegative() || value.compareTo(MAX_TIMEOUT) > 0) {
      throw new IllegalArgumentException(
          option + " is " + value + ", allowed is 0 (off) to " + MAX_TIMEOUT.toDays() + " days");
    }
  }
}
