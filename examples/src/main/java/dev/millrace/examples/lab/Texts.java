package dev.millrace.examples.lab;

import java.util.Locale;

/** How numbers read. */
final class Texts {
  private Texts() {}

  /** {@code "3,919,467 B"}. */
  static String bytes(long n) {
    return number(n) + " B";
  }

  /** {@code "3,919,467"}, in every locale. */
  static String number(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /** {@code "1.2 ms"}. */
  static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
  }
}
