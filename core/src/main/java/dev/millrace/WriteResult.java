package dev.millrace;

/**
 * What became of a write: a value, because to be refused is part of writing to a network, not an
 * exception.
 */
public enum WriteResult {
  /** All bytes were taken; the caller's buffer is consumed and may be used again. */
  ACCEPTED,
  /**
   * None was taken: there is no room now. Try again in {@link ConnectionHandler#onWritable}, which
   * follows.
   */
  FULL,
  /**
   * None was taken: so many bytes can never fit {@code Limits.hardLimitBytes} or the loop's budget.
   * Write smaller pieces.
   */
  TOO_LARGE,
  /** None was taken: this direction is closed, was half-closed, or a write has failed. */
  CLOSED
}
