package dev.millrace.sim;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;

/**
 * What a system call of the simulated kernel may fail with, and what the JDK makes of it. The class
 * depends on the operation more than on the errno: a read has a class of its own for a reset alone,
 * a write for nothing.
 */
enum Errno {
  EPIPE("Broken pipe"),
  ECONNRESET("Connection reset by peer"),
  ETIMEDOUT("Connection timed out"),
  EHOSTUNREACH("No route to host"),
  ECONNREFUSED("Connection refused"),
  EADDRINUSE("Address already in use"),
  EADDRNOTAVAIL("Cannot assign requested address"),
  EMFILE("Too many open files");

  private final String text;

  Errno(String text) {
    this.text = text;
  }

  /** From a write or an accept: never more than that it failed. */
  IOException plain() {
    return new IOException(text);
  }

  /** From a read that is no reset; a reset is told by the channel, which remembers it. */
  boolean isReset() {
    return this == ECONNRESET || this == EPIPE;
  }

  /** From connect and finishConnect. */
  IOException ofConnect() {
    return switch (this) {
      case ECONNREFUSED, ETIMEDOUT -> new ConnectException(text);
      case EHOSTUNREACH -> new NoRouteToHostException(text);
      case EADDRNOTAVAIL -> new BindException(text);
      default -> new SocketException(text);
    };
  }

  /** From bind. */
  IOException ofBind() {
    return this == EADDRINUSE || this == EADDRNOTAVAIL
        ? new BindException(text)
        : new SocketException(text);
  }

  /** From opening a socket. */
  IOException ofOpen() {
    return new SocketException(text);
  }
}
