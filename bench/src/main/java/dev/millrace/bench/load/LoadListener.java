package dev.millrace.bench.load;

/**
 * Is told of the course of a run, on the thread that called {@link Load#run}. The load goes on
 * meanwhile.
 */
public interface LoadListener {
  /** The window has begun, just now; without a warm-up, before the first request is sent. */
  default void measuringBegins() {}

  /**
   * The window has ended, just now.
   *
   * @param requests how many were answered in it
   */
  default void measuringEnds(long requests) {}

  /**
   * Nothing is under way any more, and the connections are still up and silent. Without a warm-up
   * they were so before {@link #measuringBegins()} as well: then what a server spent between the
   * two it spent on these requests and on nothing else.
   *
   * @param requests how many were answered since the window began
   */
  default void drained(long requests) {}

  /** An interval has passed, as often as {@link LoadOptions#progress} asks for. */
  default void progress(Progress progress) {}
}
