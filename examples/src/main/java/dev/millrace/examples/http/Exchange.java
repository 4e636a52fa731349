package dev.millrace.examples.http;

import dev.millrace.Connection;

/**
 * One request that a page has to answer, once, at once or later. It is over when it was answered,
 * and when its connection has ended.
 *
 * <p>Thread rule: the loop's thread; who works elsewhere comes back by {@code
 * connection().loop().execute}.
 */
public final class Exchange {
  private final HttpConnection of;
  private final Connection connection;
  private final RequestHead request;

  Exchange(HttpConnection of, Connection connection, RequestHead request) {
    this.of = of;
    this.connection = connection;
    this.request = request;
  }

  /** What is asked; stays as it is until it is answered. */
  public RequestHead request() {
    return request;
  }

  /** Where it came from. */
  public Connection connection() {
    return connection;
  }

  /** Whether an answer is still to be given: false if the client has gone. */
  public boolean isOpen() {
    return of.isOpen(this);
  }

  /**
   * Answers. Where there is no room for it now the answer is kept, and sent when there is; it is
   * the caller's to keep it well below {@code Limits.hardLimitBytes}. Does nothing if the client
   * has gone.
   *
   * @param status how it went
   * @param type the media type of the content
   * @param content copied; left out of the answer to HEAD, and by {@code NO_CONTENT}
   * @param fields further fields, name and value in turn; no line breaks
   */
  public void respond(Status status, String type, byte[] content, String... fields) {
    if (isOpen()) {
      of.respond(this, status, type, content, fields);
    }
  }

  /**
   * Begins an answer whose end is not known: in chunks, or to the end of the connection for a
   * client of HTTP/1.0.
   *
   * @param type the media type
   * @param onEnd called once when the stream is over: ended by us, left by the client, or cut. On
   *     the loop's thread
   * @param fields further fields, name and value in turn; no line breaks
   * @return where to write; null if nothing can follow, and then {@code onEnd} is not called
   */
  public AnswerStream stream(String type, Runnable onEnd, String... fields) {
    return isOpen() ? of.stream(this, type, onEnd, fields) : null;
  }
}
