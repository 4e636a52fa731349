package dev.millrace.bench.load;

import java.util.Locale;

/** The protocols there are: what a load says, and what a server that is measured answers. */
public enum ProtocolName {
  /** Bytes that come back. */
  ECHO,
  /** HTTP/1.1: {@code GET} of one path. */
  HTTP,
  /** The Redis protocol, in its second version. */
  RESP;

  /** How command lines and reports name it: {@code http}. */
  public String title() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The same, for help. */
  @Override
  public String toString() {
    return title();
  }
}
