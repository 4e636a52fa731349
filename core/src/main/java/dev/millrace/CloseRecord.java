package dev.millrace;

import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.net.SocketAddress;
import java.time.Duration;

/**
 * Why a connection ended, and what became of its bytes. Every connection gets one, exactly once and
 * last.
 *
 * <p>The first cause counts: a connection that was closed by us and whose peer reset it while the
 * queue drained was ended {@link EndedBy#US}; the reset is its {@link #kind}, because a close by
 * itself is no failure.
 *
 * @param connectionId the connection's number on its loop
 * @param remoteAddress the peer, or null if it never was known
 * @param endedBy who ended it
 * @param kind the failure, or {@code NONE} for an orderly end
 * @param certainty how certain the kind is
 * @param state the state in which the failure was met; for an orderly end the last state before
 *     {@code CLOSED}
 * @param operation what was being done
 * @param bytesReceived bytes read from the kernel, those discarded included
 * @param bytesHandedToKernel bytes of accepted writes that the kernel took; no proof that the peer
 *     has them
 * @param bytesUnsent bytes of accepted writes that the kernel never took: certainly lost
 * @param bytesUnconsumed bytes that were read and that the handler did not consume, or that were
 *     discarded after a close
 * @param writesFailed how many completions were told false
 * @param age from accept or connect call to the end
 * @param sinceProgress from the last byte in or out to the end
 * @param reason what the handler gave as its reason to {@link Connection#close(String)} or {@link
 *     Connection#abort(String)}, or null
 * @param cause the raw exception, or null
 */
public record CloseRecord(
    long connectionId,
    SocketAddress remoteAddress,
    EndedBy endedBy,
    FailureKind kind,
    Certainty certainty,
    ConnectionState state,
    Operation operation,
    long bytesReceived,
    long bytesHandedToKernel,
    long bytesUnsent,
    long bytesUnconsumed,
    long writesFailed,
    Duration age,
    Duration sinceProgress,
    String reason,
    Throwable cause) {

  /**
   * Tells whether the end was orderly: no failure, and nothing known to be lost.
   *
   * @return true if so
   */
  public boolean isOrderly() {
    return kind == FailureKind.NONE && bytesUnsent == 0;
  }

  /**
   * The record as one line of {@code key=value}, with the kind's symbol and no stack trace.
   *
   * @return the line
   */
  @Override
  public String toString() {
    StringBuilder line = new StringBuilder(240);
    line.append("conn=").append(connectionId);
    line.append(" remote=").append(addressText());
    line.append(" endedBy=").append(endedBy);
    line.append(" kind=").append(kind.symbol());
    line.append(" certainty=").append(certainty);
    line.append(" state=").append(state);
    line.append(" op=").append(operation);
    line.append(" in=").append(bytesReceived);
    line.append(" out=").append(bytesHandedToKernel);
    line.append(" unsent=").append(bytesUnsent);
    line.append(" unconsumed=").append(bytesUnconsumed);
    line.append(" writesFailed=").append(writesFailed);
    line.append(" ageMs=").append(age.toMillis());
    line.append(" idleMs=").append(sinceProgress.toMillis());
    if (reason != null) {
      // It may quote what a peer has sent, and is to stay one line.
      String text = reason.replaceAll("\\p{Cntrl}", "?").replace('"', '\'');
      line.append(" reason=\"").append(text).append('"');
    }
    if (cause != null) {
      line.append(" cause=\"").append(cause).append('"');
    }
    return line.toString();
  }

  private String addressText() {
    if (remoteAddress == null) {
      return "unknown";
    }
    String text = remoteAddress.toString();
    return text.startsWith("/") ? text.substring(1) : text;
  }
}
