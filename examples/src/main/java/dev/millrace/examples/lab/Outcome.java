package dev.millrace.examples.lab;

/** How an experiment went. */
public enum Outcome {
  /** All that was seen is what the experiment expects. */
  AS_EXPECTED,

  /** Something else was seen; the timeline says what. */
  DIFFERENT,

  /** It could not be made here; the timeline says what is missing. */
  SKIPPED
}
