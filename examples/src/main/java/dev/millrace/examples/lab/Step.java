package dev.millrace.examples.lab;

/**
 * One line of a timeline.
 *
 * @param atNanos real time since the first step
 * @param lane which of the two programs
 * @param actor who
 * @param what what happened, the same in every run, locale and JDK
 * @param detail what may differ from run to run: a text, a count; empty if there is nothing to add
 */
public record Step(long atNanos, Lane lane, Actor actor, String what, String detail) {
  /** What is the same in every run: {@code "PEER sends a reset"}. */
  @Override
  public String toString() {
    return actor + " " + what;
  }
}
