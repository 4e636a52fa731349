package dev.millrace.failure;

import java.util.Locale;

/**
 * How a constant reads in a log line. Computed once, for the line may have to be written when no
 * class can be loaded.
 */
final class Labels {

  private Labels() {}

  /**
   * {@code "BY_TEXT"} becomes {@code "by text"}, in every locale: Turkish would make {@code
   * "tımer"} of TIMER.
   */
  static String of(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
