package dev.millrace.bench.load;

/**
 * What a load says to a server: which bytes a request is, and which its answer has to be. It knows
 * no socket and no clock; what it keeps belongs to the {@link Conversation}.
 *
 * <p>Thread rule: any thread may begin a conversation.
 */
public interface Protocol {
  /** Its name on the command line. */
  String title();

  /**
   * Begins what is said on a new connection.
   *
   * @param connection its number; each connection of a run has another, also one that replaces one
   *     that was lost
   * @param size the bytes of a request's payload
   * @return for one thread
   */
  Conversation converse(long connection, int size);

  /**
   * The echo: bytes that depend on the connection and on their place, which have to come back.
   *
   * @param seed another one gives other bytes
   */
  static Protocol echo(long seed) {
    return new EchoProtocol(seed);
  }
}
