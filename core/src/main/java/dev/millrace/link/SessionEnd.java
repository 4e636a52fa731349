package dev.millrace.link;

/** Why a session is forgotten. */
public enum SessionEnd {
  /** The link has said that all is acknowledged and that it will not come back. */
  BYE,
  /** It was without a connection for longer than sessions are kept. */
  AGED,
  /** It was without a connection for the longest time when another one needed its place. */
  CROWDED_OUT,
  /** {@link LinkServer#close} was called. */
  CLOSED
}
