package dev.millrace.link;

import java.time.Duration;

/** Refuses wrong settings in one sentence: the option, the value, and what is allowed. */
final class Bounds {
  private Bounds() {}

  static void range(String option, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          option + " is " + value + ", allowed is " + min + " to " + max);
    }
  }

  static void duration(String option, Duration value, Duration min, Duration max) {
    if (value == null || value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          option + " is " + value + ", allowed is " + min + " to " + max);
    }
  }
}
