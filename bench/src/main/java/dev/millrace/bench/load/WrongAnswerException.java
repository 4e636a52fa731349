package dev.millrace.bench.load;

import java.io.IOException;

/** A server answered something else than it should have; the message names the first wrong byte. */
public final class WrongAnswerException extends IOException {
  private static final long serialVersionUID = 1;

  /** The message names place, expected and got. */
  public WrongAnswerException(String message) {
    super(message);
  }
}
