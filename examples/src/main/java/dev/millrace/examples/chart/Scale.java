package dev.millrace.examples.chart;

import java.util.Locale;

/** Round numbers for an axis that begins at 0. */
final class Scale {
  private Scale() {}

  /** The step of 1, 2 or 5 times a power of ten that gives four to ten of them. */
  static double step(double greatest) {
    double power = Math.pow(10, Math.floor(Math.log10(Math.max(greatest, 1e-300))));
    double first = greatest / power;
    return first <= 2 ? power / 5 : first <= 5 ? power / 2 : power;
  }

  /** {@code 1.2 M}: at most four letters and a unit. */
  static String label(double value) {
    if (value >= 1e9) {
      return trimmed(value / 1e9) + " G";
    }
    if (value >= 1e6) {
      return trimmed(value / 1e6) + " M";
    }
    return value >= 1e3 ? trimmed(value / 1e3) + " k" : trimmed(value);
  }

  private static String trimmed(double value) {
    String text = String.format(Locale.ROOT, "%.1f", value);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }
}
