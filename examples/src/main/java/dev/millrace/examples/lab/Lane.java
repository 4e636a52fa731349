package dev.millrace.examples.lab;

/** Which of the two programs of an experiment a step belongs to. */
public enum Lane {
  /** A few lines of plain {@code java.nio}, beside the core. */
  NIO("bare NIO"),

  /** The production core. */
  MILLRACE("Millrace");

  private final String label;

  Lane(String label) {
    this.label = label;
  }

  /** The name for a heading. */
  public String label() {
    return label;
  }
}
