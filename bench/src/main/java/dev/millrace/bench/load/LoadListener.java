package dev.millrace.bench.load;

/**
 * Is told of the course of a run, on the thread that called {@link Load#run}. The load goes on
 * meanwhile.
 */
public interface LoadListener {
  /** The window has begun, just now. */
  default void measuringBegins() {}

  /**
   * The window has ended, just now.
   *
   * @param requests how many were answered in it
   */
  default void measuringEnds(long requests) {}

  /** An interval has passed, as often as {@link LoadOptions#progress} asks for. */
  default void progress(Progress progress) {}
}
