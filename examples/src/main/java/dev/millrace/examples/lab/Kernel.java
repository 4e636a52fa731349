package dev.millrace.examples.lab;

import dev.millrace.failure.Certainty;
import dev.millrace.failure.Failure;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;

/**
 * What the kernel must have returned, derived from what the JDK made of it: Java shows no errno.
 * The class tells it where the JDK has a class for that errno alone, the text where this JVM was
 * seen to give it for one, and else it is not known.
 */
final class Kernel {
  private Kernel() {}

  /** One system call: how it reads, and how it is known. */
  record Call(String what, String how) {}

  /**
   * A call that moved so many bytes; 0 is EAGAIN, and a read's -1 is 0.
   *
   * @param result how the count reads, where it is not the same in every run; the count is detail
   */
  static Call moved(Operation operation, long n, String result) {
    String call = name(operation);
    if (n < 0) {
      return new Call(call + " = 0", "");
    }
    String count = Long.toString(n);
    if (operation == Operation.TRANSFER && n == 0) {
      return new Call(call + " = 0", "");
    }
    return n == 0
        ? new Call(call + " = -1 EAGAIN", "")
        : new Call(call + " = " + result, result.equals(count) ? "" : Texts.bytes(n));
  }

  /** A call that failed; null if there was none. */
  static Call failed(Failure failure) {
    Throwable cause = failure.cause();
    String call = name(failure.operation());
    if (cause == null || call.isEmpty()) {
      return null;
    }
    if (cause instanceof AsynchronousCloseException && failure.operation() == Operation.WRITE) {
      return new Call(
          call + " = -1 EPIPE", "seen by strace; the JDK tells of its own shutdown instead");
    }
    if (cause instanceof ClosedChannelException || cause instanceof RuntimeException) {
      return null; // the JDK refuses by itself
    }
    if (failure.kind() == FailureKind.UNKNOWN || failure.certainty() == Certainty.UNKNOWN) {
      return new Call(call + " = -1", "which errno, neither class nor text tells");
    }
    if (failure.kind() == FailureKind.LOCAL_ADDRESS_OR_POLICY) {
      return new Call(
          call + " = -1 EADDRNOTAVAIL, EADDRINUSE or EACCES", "the class stands for the three");
    }
    return new Call(call + " = -1 " + failure.kind().symbol(), how(failure));
  }

  private static String how(Failure failure) {
    if (failure.certainty() == Certainty.CERTAIN) {
      return switch (failure.kind()) {
        case EADDRNOTAVAIL -> "the address can't be bound with any port";
        case EMFILE -> "nothing else can be opened either";
        default -> "by the exception's class";
      };
    }
    return failure.kind() == FailureKind.EACCES || failure.kind() == FailureKind.ETIMEDOUT
        ? "by what its text is not, of those that the class leaves"
        : "by the exception's text, as this JVM was heard to give it";
  }

  private static String name(Operation operation) {
    return switch (operation) {
      case READ -> "read(2)";
      case WRITE -> "write(2)";
      case TRANSFER -> "sendfile(2)";
      case CONNECT -> "connect(2)";
      case ACCEPT -> "accept(2)";
      case BIND -> "bind(2)";
      case OPEN -> "socket(2)";
      default -> "";
    };
  }
}
