package dev.millrace.bench.load;

import java.util.List;
import java.util.Optional;

/**
 * What a load says to a server: which bytes a request is, and which its answer has to be. It knows
 * no socket and no clock; what it keeps belongs to the {@link Conversation}.
 *
 * <p>Thread rule: any thread may begin a conversation.
 */
public interface Protocol {
  /** Its name on the command line, with what is asked: {@code http GET /}. */
  String title();

  /** Whether a request has a payload whose size can be chosen. */
  default boolean isSized() {
    return true;
  }

  /**
   * What has to be said before the load begins.
   *
   * @param size the bytes of a request's payload
   * @return empty if a server can answer as it is
   */
  default Optional<Preparation> preparation(int size) {
    return Optional.empty();
  }

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

  /**
   * HTTP/1.1: {@code GET} of one path. An answer has to have status 200, a {@code Content-Length},
   * and the same body as all the others of the run.
   *
   * @param host for the head field {@code Host}
   * @param path begins with a slash
   * @param body what answers have to have; empty takes the first answer's for right
   * @throws IllegalArgumentException if the path is none
   */
  static Protocol http(String host, String path, Optional<String> body) {
    return new HttpProtocol(host, path, body);
  }

  /**
   * The Redis protocol. What is stored under a key is always the same, so that it can be compared
   * whoever set it last.
   *
   * @param seed another one stores other bytes
   * @param commands made one after the other, and then from the beginning: with {@code GET, GET,
   *     SET} a third are {@code SET}
   * @param keys how many keys there are, which all connections ask for in turn
   * @throws IllegalArgumentException if there is no command, or the number of keys is out of bounds
   */
  static Protocol resp(long seed, List<RespCommand> commands, int keys) {
    return new RespProtocol(seed, commands, keys);
  }
}
