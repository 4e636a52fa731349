package dev.millrace.examples.lab;

import dev.millrace.failure.FailureKind;
import java.util.Locale;

/** What happened, why, and what prevents it, for each kind of failure. */
public final class Advice {
  private static final Advice ENGLISH = new Advice();

  private Advice() {}

  /** The texts in English. */
  public static Advice english() {
    return ENGLISH;
  }

  /** The texts in a language, or in English where there are none. */
  public static Advice of(Locale locale) {
    return ENGLISH;
  }

  /** What happened. */
  public String what(FailureKind kind) {
    return kind.advice();
  }

  /** Why. */
  public String why(FailureKind kind) {
    return "";
  }

  /** What prevents it. */
  public String prevent(FailureKind kind) {
    return "";
  }
}
