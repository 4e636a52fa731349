package dev.millrace.failure;

/** Whose doing a failure is, which is to say who has to change something if it keeps coming. */
public enum Fault {
  /** Nothing went wrong. */
  NOBODY,

  /** The other end: it left, it refused, it is too slow, it asks too much. */
  PEER,

  /** Something between the two ends. */
  NETWORK,

  /** This process or its configuration. */
  US,

  /** This process or machine has run out of something. */
  RESOURCES,

  /** Not known, or more than one of them can be. */
  UNKNOWN
}
