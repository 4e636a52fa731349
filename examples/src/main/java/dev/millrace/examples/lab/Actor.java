package dev.millrace.examples.lab;

/** Who does or says something in a timeline. */
public enum Actor {
  /** The other end of the connection. */
  PEER,

  /** What the kernel returned to this side, derived from what the JDK made of it. */
  KERNEL,

  /** What the Java program was given: a value, or an exception. */
  JDK,

  /** What Millrace made of it: a callback, a state, a record. */
  MILLRACE
}
