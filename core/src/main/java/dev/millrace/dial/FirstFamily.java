package dev.millrace.dial;

/** Which family's address is tried first; after that they take turns. */
public enum FirstFamily {
  /** That of the first address that the look-up had. */
  AS_RESOLVED,

  /** IPv6, if there is one. */
  IPV6,

  /** IPv4, if there is one. */
  IPV4
}
