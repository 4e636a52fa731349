package dev.millrace.failure;

import java.util.Objects;

/**
 * One failure: what, how certain that is, while doing what, and the raw exception.
 *
 * <p>Immutable (but for the exception, which is the JDK's); any thread.
 *
 * @param kind what went wrong; {@link FailureKind#UNKNOWN} if the evidence does not say
 * @param certainty how that is known; {@link Certainty#UNKNOWN} whenever the kind is
 * @param operation what was being done
 * @param cause the exception that told, or null if none did: a deadline, a limit, an orderly end
 */
public record Failure(FailureKind kind, Certainty certainty, Operation operation, Throwable cause) {

  /** No failure: the connection ended in good order. */
  public static final Failure NONE =
      new Failure(FailureKind.NONE, Certainty.CERTAIN, Operation.NONE, null);

  /**
   * Longer texts are cut in {@link #toString}: strerror's longest is some 70 characters; a user's
   * message may be a page.
   */
  private static final int LONGEST_TEXT = 200;

  /**
   * Makes a record without holes.
   *
   * @param kind not null
   * @param certainty not null
   * @param operation not null
   * @param cause may be null
   * @throws NullPointerException if another component is null
   */
  public Failure {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(certainty, "certainty");
    Objects.requireNonNull(operation, "operation");
  }

  /**
   * One line for a log: {@code "ECONNRESET (certain) on read"}. Where kind or certainty is unknown,
   * the class and the text of the exception follow, in whatever language the system speaks: they
   * are all the evidence there is.
   *
   * @return the line; no line break in it, whatever the exception's text holds
   */
  @Override
  public String toString() {
    String line = kind.symbol() + " (" + certainty.label() + ")";
    if (operation != Operation.NONE) {
      line = line + " on " + operation.label();
    }
    boolean isNamed = kind != FailureKind.UNKNOWN && certainty != Certainty.UNKNOWN;
    if (isNamed || cause == null) {
      return line;
    }
    String text = cause.getMessage();
    line = line + ": " + cause.getClass().getName();
    return text == null ? line : line + ": " + oneLine(text);
  }

  /** A peer may have had a hand in the text, so that nothing in it may end or forge a line. */
  private static String oneLine(String text) {
    int length = Math.min(text.length(), LONGEST_TEXT);
    StringBuilder line = new StringBuilder(length + 3);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      boolean breaks = Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
      line.append(breaks ? ' ' : c);
    }
    if (length < text.length()) {
      line.append("...");
    }
    return line.toString();
  }
}
