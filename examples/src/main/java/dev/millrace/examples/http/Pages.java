package dev.millrace.examples.http;

/**
 * Answers of one's own, for which a server is asked before it looks for an answer itself.
 *
 * <p>Thread rule: called on the loop's thread, within a callback, so it must not block. What takes
 * long is done elsewhere, and answered later: see {@link Exchange}.
 */
@FunctionalInterface
public interface Pages {
  /**
   * Answers a request, or keeps it to answer it later, or leaves it alone.
   *
   * @param exchange the request and the way to answer it
   * @return false if this is somebody else's request; then nothing may have been answered
   */
  boolean answer(Exchange exchange);
}
