package dev.millrace;

/** What a server does at its connection cap. */
public enum CapPolicy {
  /** Accept and close at once: the client learns immediately that there is no room. */
  REJECT,
  /**
   * Stop accepting until a connection ends: clients wait in the kernel's backlog, connected but not
   * served.
   */
  WAIT
}
