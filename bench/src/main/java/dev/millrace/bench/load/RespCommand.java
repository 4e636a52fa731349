package dev.millrace.bench.load;

import java.util.Locale;

/** What a load can ask of a server that speaks the Redis protocol. */
public enum RespCommand {
  /** Nothing but an answer: what the protocol costs. */
  PING,
  /** The value of a key, which was set before. */
  GET,
  /** Sets a key to the value that it always has. */
  SET;

  /** As on the command line: {@code get}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
