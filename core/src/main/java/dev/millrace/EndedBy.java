package dev.millrace;

/** Who ended a connection. */
public enum EndedBy {
  /** Our side: {@link Connection#close()} or {@link Connection#abort()}. */
  US,
  /** The peer: its FIN came first, or it reset the connection. */
  PEER,
  /** A time-out or deadline. */
  TIMER,
  /** A bound: the largest message, the loop's budget, or a channel that was ready without end. */
  LIMIT,
  /** The server's shutdown, or the loop's end. */
  SHUTDOWN,
  /** A fault: the handler threw, the network or a file failed, or nobody knows. */
  FAULT
}
