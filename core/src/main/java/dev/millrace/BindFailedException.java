package dev.millrace;

import dev.millrace.failure.Failure;
import java.io.IOException;
import java.net.SocketAddress;

/**
 * An address could not be listened on. The message is one line: the address, the kind, and what to
 * do.
 */
public final class BindFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Failure failure;
  private final transient SocketAddress address;

  BindFailedException(SocketAddress address, Failure failure) {
    super(
        "cannot listen on "
            + textOf(address)
            + ": "
            + failure.kind().symbol()
            + ": "
            + failure.kind().advice()
            + rawText(failure));
    initCause(failure.cause());
    this.failure = failure;
    this.address = address;
  }

  private static String rawText(Failure failure) {
    return failure.kind() == dev.millrace.failure.FailureKind.UNKNOWN
        ? " (" + failure.cause() + ")"
        : "";
  }

  static String textOf(SocketAddress address) {
    String text = String.valueOf(address);
    int slash = text.indexOf('/');
    // InetSocketAddress prints "host/1.2.3.4:80", "/1.2.3.4:80" or "host/<unresolved>:80".
    if (slash == 0) {
      return text.substring(1);
    }
    return slash > 0 && text.startsWith("<unresolved>", slash + 1)
        ? text.substring(0, slash) + text.substring(slash + 1 + "<unresolved>".length())
        : text;
  }

  /**
   * What failed.
   *
   * @return the kind with its certainty and the raw exception; null after deserialisation
   */
  public Failure failure() {
    return failure;
  }

  /**
   * The address asked for.
   *
   * @return the address; null after deserialisation
   */
  public SocketAddress address() {
    return address;
  }
}
