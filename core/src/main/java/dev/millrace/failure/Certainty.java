package dev.millrace.failure;

/** How a {@link FailureKind} is known. */
public enum Certainty {
  /**
   * The operation, the state and the exception's class leave one possibility; or we did it
   * ourselves.
   */
  CERTAIN,

  /**
   * The exception's text is one that this very JVM was seen to give for this kind, or, where the
   * class leaves few possibilities, is not the one it gives for the others. Good enough for a log
   * line, not for a decision.
   */
  BY_TEXT,

  /** It is not known; the raw exception is all there is. */
  UNKNOWN;

  private final String label = Labels.of(name());

  /** The name for a log line: {@code "by text"}. */
  String label() {
    return label;
  }
}
