package dev.millrace.dial;

import java.util.Set;

/** Where a call stands; the package's description has the picture. */
public enum DialState {
  /** The name is being looked up. */
  LOOKING_UP,

  /** Addresses are being tried. */
  CONNECTING,

  /** It is over: the listener has the connection. */
  CONNECTED,

  /** It is over: no connection. */
  FAILED,

  /** It is over: nobody wants to know any more. */
  CANCELLED;

  /**
   * What may come next.
   *
   * @return the states; none after a final one
   */
  public Set<DialState> next() {
    return switch (this) {
      case LOOKING_UP -> Set.of(CONNECTING, FAILED, CANCELLED);
      case CONNECTING -> Set.of(CONNECTED, FAILED, CANCELLED);
      case CONNECTED, FAILED, CANCELLED -> Set.of();
    };
  }

  /**
   * Tells whether it is over.
   *
   * @return true if nothing can come next
   */
  public boolean isFinal() {
    return next().isEmpty();
  }
}
