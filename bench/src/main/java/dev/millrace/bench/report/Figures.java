package dev.millrace.bench.report;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;

/** Figures as text: {@code 12,345.6}, the same under every locale. */
final class Figures {
  /** In place of a figure that was not measured. */
  static final String MISSING = "–";

  private Figures() {}

  /** A value with that many digits after the point, thousands apart. */
  static String format(double value, int digits) {
    DecimalFormat format =
        new DecimalFormat("#,##0", DecimalFormatSymbols.getInstance(Locale.ROOT));
    format.setMinimumFractionDigits(digits);
    format.setMaximumFractionDigits(digits);
    format.setRoundingMode(RoundingMode.HALF_UP);
    // By its shortest decimal form: as a binary fraction 1.005 lies below itself and would go down.
    String text = format.format(new BigDecimal(Double.toString(value)));
    return text.matches("-[0.]+") ? text.substring(1) : text;
  }

  /** The median, and behind it the quartiles where one can see them: {@code 1.23 (1.19–1.31)}. */
  static String format(Summary figure, int digits) {
    if (figure == null) {
      return MISSING;
    }
    String median = format(figure.median(), digits);
    String low = format(figure.low(), digits);
    String high = format(figure.high(), digits);
    return low.equals(high) ? median : median + " (" + low + "–" + high + ")";
  }
}
