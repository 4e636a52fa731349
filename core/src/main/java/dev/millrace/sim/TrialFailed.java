package dev.millrace.sim;

/**
 * A run broke an invariant, or a check of its own. The message names the seed and how to see it
 * again, and ends with the last lines of the trace.
 */
public final class TrialFailed extends AssertionError {
  private static final long serialVersionUID = 1L;

  private final long seed;
  private final String reason;

  TrialFailed(long seed, String reason, String message, Throwable cause) {
    super(message, cause);
    this.seed = seed;
    this.reason = reason;
  }

  /**
   * The seed of the run.
   *
   * @return as given to {@link Trials#run}
   */
  public long seed() {
    return seed;
  }

  /**
   * What was broken, in one line.
   *
   * @return the reason
   */
  public String reason() {
    return reason;
  }
}
