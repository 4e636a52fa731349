package dev.millrace.failure;

import java.util.Map;

/** Texts of a language that no system speaks, so that no test passes by knowing English. */
final class InventedTexts {
  static final String PIPE = "putki poikki";
  static final String RESET = "vastapää katkaisi";
  static final String REFUSED = "yhteys evätty";
  static final String IN_USE = "osoite varattu";
  static final String TIMED_OUT = "aika loppui";
  static final String UNREACHABLE = "isäntää ei tavoiteta";
  static final String NO_NETWORK = "verkkoa ei tavoiteta";
  static final String STRANGE = "jotain muuta";

  private InventedTexts() {}

  /** What {@link FailureTexts#learn} can learn. */
  static FailureTexts learned() {
    return FailureTexts.of(
        Map.of(
            FailureKind.EPIPE, PIPE,
            FailureKind.ECONNRESET, RESET,
            FailureKind.ECONNREFUSED, REFUSED,
            FailureKind.EADDRINUSE, IN_USE));
  }

  /** More than can be provoked today. */
  static FailureTexts all() {
    return FailureTexts.of(
        Map.of(
            FailureKind.EPIPE, PIPE,
            FailureKind.ECONNRESET, RESET,
            FailureKind.ECONNREFUSED, REFUSED,
            FailureKind.EADDRINUSE, IN_USE,
            FailureKind.ETIMEDOUT, TIMED_OUT,
            FailureKind.EHOSTUNREACH, UNREACHABLE,
            FailureKind.ENETUNREACH, NO_NETWORK));
  }
}
