package dev.millrace;

/**
 * Told what became of one accepted write: exactly once, on the loop's thread, in the order of the
 * writes, and before {@link ConnectionHandler#onClosed}.
 */
@FunctionalInterface
public interface WriteCompletion {
  /**
   * The write is done with. Called after the callback that wrote has returned, never inside it; may
   * write, pause, close and abort.
   *
   * @param connection whose write it was
   * @param handedToKernel true: the kernel took the last byte of this write. That is <em>not</em>
   *     delivery: the peer may be gone already; only the peer's own answer tells. False: the
   *     connection ended before
   */
  void onHandedToKernel(Connection connection, boolean handedToKernel);
}
