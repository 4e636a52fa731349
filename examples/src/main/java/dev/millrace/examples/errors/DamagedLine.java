package dev.millrace.examples.errors;

/** A line that is not what it seems to be. Thrown and caught for each, so it has no stack. */
final class DamagedLine extends Exception {
  private static final long serialVersionUID = 1;

  DamagedLine(String why) {
    super(why, null, false, false);
  }
}
