package dev.millrace;

import dev.millrace.failure.Failure;
import dev.millrace.failure.FailureKind;

/**
 * What only a connection that ends, or begins to, has to remember. Made then, so that the others
 * don't carry its fields.
 */
final class Ending {
  /** The first failure of a write: from then on nothing is written. */
  Failure writeFailure;

  /** Bytes that were read and that nobody wanted any more. */
  long discarded;

  /** Completions that were told false. */
  long writesFailed;

  /** In which state the shutdown's deadline, or the loop's end, found the connection. */
  ConnectionState cutIn;

  /** What the handler gave as its reason; the first that it gave. */
  String reason;

  private EndedBy by;
  private Failure failure = Failure.NONE;
  private ConnectionState state;

  /** The first cause stays; a failure after an orderly beginning of the end completes it. */
  void note(EndedBy who, Failure why, ConnectionState in) {
    if (by == null) {
      by = who;
    }
    if (isOrderlySoFar()) {
      failure = why;
      state = in;
    }
  }

  /** An orderly end is recorded with the last state that it had. */
  void closedFrom(ConnectionState last) {
    if (isOrderlySoFar()) {
      state = last;
    }
  }

  private boolean isOrderlySoFar() {
    return failure.kind() == FailureKind.NONE;
  }

  EndedBy by() {
    return by;
  }

  Failure failure() {
    return failure;
  }

  ConnectionState state() {
    return state;
  }
}
