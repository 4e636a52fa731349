package dev.millrace.dial;

import dev.millrace.failure.Failure;
import dev.millrace.failure.FailureKind;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Why a call came to nothing. Immutable (but for exceptions); any thread.
 *
 * @param target what was dialled, for a log line: {@code "example.org:7007"}
 * @param failure the one to act by: the look-up's, or that of the attempt that got furthest, and of
 *     several such the one begun first. Furthest is: answered by the peer; sent, and not answered;
 *     refused by the network; never sent. That the loop stopped comes before all of them
 * @param attempts each address that was tried, in the order of its attempt; empty if the look-up
 *     failed
 * @param untried how many addresses were left when the call ended, at its deadline or with its loop
 * @param age from the call to its end
 */
public record DialFailure(
    String target, Failure failure, List<Attempt> attempts, int untried, Duration age) {

  /**
   * One address and what came of it.
   *
   * @param address which
   * @param failure why not; for one that was under way when the call ended, what ended the call
   * @param age how long the attempt took
   */
  public record Attempt(InetSocketAddress address, Failure failure, Duration age) {
    /**
     * Makes a record without holes.
     *
     * @param address not null
     * @param failure not null
     * @param age not null
     */
    public Attempt {
      Objects.requireNonNull(address, "address");
      Objects.requireNonNull(failure, "failure");
      Objects.requireNonNull(age, "age");
    }

    /** The attempt for a log line: {@code "10.0.0.1:7007 ECONNREFUSED (certain) on connect"}. */
    @Override
    public String toString() {
      return textOf(address) + " " + failure;
    }
  }

  /**
   * Makes a record without holes.
   *
   * @param target not null
   * @param failure not null
   * @param attempts copied
   * @param untried 0 or more
   * @param age not null
   */
  public DialFailure {
    Objects.requireNonNull(target, "target");
    Objects.requireNonNull(failure, "failure");
    attempts = List.copyOf(attempts);
    Objects.requireNonNull(age, "age");
  }

  /**
   * The kind to act by.
   *
   * @return that of {@link #failure}
   */
  public FailureKind kind() {
    return failure.kind();
  }

  /**
   * Whether to call again later may succeed though nobody changed anything.
   *
   * @return true if one of the attempts failed in such a way, or the look-up did: what is not known
   *     to a name server, or to none that can be reached, may be known a minute later; false else,
   *     and where the loop has stopped
   */
  public boolean isRetryable() {
    if (kind() == FailureKind.LOOP_STOPPED) {
      return false;
    }
    return attempts.isEmpty()
        ? kind() == FailureKind.UNRESOLVED
        : attempts.stream().anyMatch(a -> a.failure().kind().isRetryable());
  }

  /** The failure as one line of {@code key=value}, and all attempts behind it. */
  @Override
  public String toString() {
    StringBuilder line = new StringBuilder(120);
    line.append("target=").append(target);
    line.append(" kind=").append(kind().symbol());
    line.append(" certainty=").append(failure.certainty());
    line.append(" op=").append(failure.operation());
    line.append(" tried=").append(attempts.size());
    line.append(" untried=").append(untried);
    line.append(" ageMs=").append(age.toMillis());
    if (!attempts.isEmpty()) {
      line.append(" attempts=").append(attempts);
    } else if (failure.cause() != null) {
      String text = failure.cause().toString();
      line.append(" cause=\"").append(text.replaceAll("\\p{Cntrl}", "?").replace('"', '\''));
      line.append('"');
    }
    return line.toString();
  }

  static String textOf(InetSocketAddress address) {
    if (address.isUnresolved()) {
      return address.getHostString() + ":" + address.getPort();
    }
    String text = address.toString();
    return text.substring(text.indexOf('/') + 1);
  }

  /** How far an attempt got, by what it failed with; more is further. */
  static int reach(FailureKind kind) {
    return switch (kind) {
      case LOOP_STOPPED -> 5;
      case ECONNREFUSED, ECONNRESET, SELF_CONNECT -> 4;
      case CONNECT_TIMEOUT, ETIMEDOUT -> 3;
      case EHOSTUNREACH, ENETUNREACH, UNKNOWN -> 2;
      default -> 1;
    };
  }
}
