package dev.millrace.link;

import dev.millrace.failure.FailureKind;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * When to try again, how long to wait before, and when to give up. Immutable; any thread.
 *
 * <p>The wait before the n-th attempt in a row is drawn from 0 to {@code first} · 2<sup>n-1</sup>,
 * and never above {@code cap}. All of the range, not a part of it on top of a fixed wait ("full
 * jitter"): those who lost the same server at the same moment are spread evenly, and a herd comes
 * back as a trickle. What is drawn from is given from outside, so that a test knows the waits.
 *
 * <pre>{@code
 * RetryPolicy policy = RetryPolicy.defaults().withAttempts(10).never(FailureKind.ECONNREFUSED);
 * }</pre>
 *
 * @param attempts how many attempts may fail in a row before it is given up; 0 for no bound.
 *     Default 0: a link is there to come back, the cap makes trying cheap, and whoever wants an end
 *     closes it
 * @param first the longest wait before the first attempt. Default 200 ms: a process that is
 *     restarted listens again within that, and a person hardly notices
 * @param cap the longest wait of all. Default 30 s: after an outage, however long it was, the last
 *     of many is back within half a minute, and until then each costs four connects a minute on
 *     average
 * @param stableAfter a connection that was up for so long starts the count anew. Default 10 s: a
 *     peer that takes a connection and dies of the first message does so earlier. With 0 each that
 *     came up does
 * @param worthRetry after which kinds it makes sense to try again. Default: those of which {@link
 *     FailureKind#isRetryable} says so, and five more, see {@link #defaults}
 */
public record RetryPolicy(
    int attempts, Duration first, Duration cap, Duration stableAfter, Set<FailureKind> worthRetry) {

  /** A million attempts at the default cap are half a year. */
  private static final int MAX_ATTEMPTS = 1_000_000;

  /** A day: longer waits are a calendar's, and every product of them fits a long. */
  private static final Duration MAX_WAIT = Duration.ofDays(1);

  /** Twice so often doubled, a nanosecond is longer than a day. */
  private static final int MAX_DOUBLINGS = 47;

  private static final RetryPolicy DEFAULTS =
      new RetryPolicy(
          0, Duration.ofMillis(200), Duration.ofSeconds(30), Duration.ofSeconds(10), usual());

  /**
   * Checks every value.
   *
   * @param attempts as above
   * @param first as above
   * @param cap as above
   * @param stableAfter as above
   * @param worthRetry as above; copied
   * @throws IllegalArgumentException if a value is out of range; the message names the option, the
   *     value and what is allowed
   */
  public RetryPolicy {
    Bounds.range("attempts", attempts, 0, MAX_ATTEMPTS);
    Bounds.duration("first", first, Duration.ofNanos(1), MAX_WAIT);
    Bounds.duration("cap", cap, first, MAX_WAIT);
    Bounds.duration("stableAfter", stableAfter, Duration.ZERO, MAX_WAIT);
    EnumSet<FailureKind> kinds = EnumSet.noneOf(FailureKind.class);
    kinds.addAll(worthRetry);
    worthRetry = Collections.unmodifiableSet(kinds);
  }

  /**
   * The defaults, each with its reason above. Beside the kinds that are retryable by themselves
   * these are worth a retry, for one who wants to be connected:
   *
   * <ul>
   *   <li>{@code NONE}: the peer has closed in good order, as a server does that is restarted;
   *   <li>{@code UNKNOWN}: as a rule a write that failed, whose errno Java does not tell;
   *   <li>{@code ABORTED}: the link itself has cut a connection, for missed heartbeats, say;
   *   <li>{@code UNRESOLVED}: a name server may be away, too. A name that was mistyped is seen in
   *       the transitions;
   *   <li>{@code HANDLER_FAILED}: the listener has thrown; what it is told next may be other
   *       things.
   * </ul>
   *
   * @return the defaults
   */
  public static RetryPolicy defaults() {
    return DEFAULTS;
  }

  private static Set<FailureKind> usual() {
    EnumSet<FailureKind> kinds =
        EnumSet.of(
            FailureKind.NONE,
            FailureKind.UNKNOWN,
            FailureKind.ABORTED,
            FailureKind.UNRESOLVED,
            FailureKind.HANDLER_FAILED);
    for (FailureKind kind : FailureKind.values()) {
      if (kind.isRetryable()) {
        kinds.add(kind);
      }
    }
    return kinds;
  }

  /**
   * The same with another number of attempts.
   *
   * @param attempts as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not allowed
   */
  public RetryPolicy withAttempts(int attempts) {
    return new RetryPolicy(attempts, first, cap, stableAfter, worthRetry);
  }

  /**
   * The same with other waits; together, since the first may not be above the cap.
   *
   * @param first as described at the record
   * @param cap as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if a value is not allowed, alone or beside the other
   */
  public RetryPolicy withWaits(Duration first, Duration cap) {
    return new RetryPolicy(attempts, first, cap, stableAfter, worthRetry);
  }

  /**
   * The same with another stable time.
   *
   * @param stableAfter as described at the record
   * @return a changed copy
   * @throws IllegalArgumentException if the value is not allowed
   */
  public RetryPolicy withStableAfter(Duration stableAfter) {
    return new RetryPolicy(attempts, first, cap, stableAfter, worthRetry);
  }

  /**
   * The same, and after this kind it is tried again, whatever the kind says of itself.
   *
   * @param kind one more that is worth a retry
   * @return a changed copy
   */
  public RetryPolicy always(FailureKind kind) {
    return with(kind, true);
  }

  /**
   * The same, and after this kind it is given up at once, whatever the kind says of itself.
   *
   * @param kind one that is worth no retry
   * @return a changed copy
   */
  public RetryPolicy never(FailureKind kind) {
    return with(kind, false);
  }

  private RetryPolicy with(FailureKind kind, boolean isWorthIt) {
    Objects.requireNonNull(kind, "kind");
    EnumSet<FailureKind> kinds = EnumSet.noneOf(FailureKind.class);
    kinds.addAll(worthRetry);
    if (isWorthIt) {
      kinds.add(kind);
    } else {
      kinds.remove(kind);
    }
    return new RetryPolicy(attempts, first, cap, stableAfter, kinds);
  }

  /**
   * Whether to try again after so many failures in a row, the last of them of this kind.
   *
   * @param failures how many attempts have failed since the count began, the last included; 1 or
   *     more
   * @param kind of the last one
   * @return false if it is to be given up
   */
  public boolean isWorthRetry(int failures, FailureKind kind) {
    return (attempts == 0 || failures < attempts) && worthRetry.contains(kind);
  }

  /**
   * Draws the wait before the next attempt.
   *
   * @param failures how many attempts have failed since the count began; 1 or more
   * @param random drawn from once; {@code dice::next} of {@code dev.millrace.fault.Dice} is one
   * @return nanoseconds, 0 to {@link #longestWaitNanos}, all equally likely
   */
  public long waitNanos(int failures, RandomGenerator random) {
    // Not nextLong(bound): which numbers that takes is the JDK's affair, and a seed is to give the
    // same waits everywhere.
    return (random.nextLong() >>> 1) % (longestWaitNanos(failures) + 1);
  }

  /**
   * The longest wait that may be drawn.
   *
   * @param failures how many attempts have failed since the count began; 1 or more
   * @return nanoseconds: {@code first}, doubled with each failure, up to {@code cap}
   */
  public long longestWaitNanos(int failures) {
    int doublings = Math.min(Math.max(failures, 1) - 1, MAX_DOUBLINGS);
    long most = cap.toNanos();
    // Compared before it is shifted: it can't overflow.
    return first.toNanos() > most >> doublings ? most : first.toNanos() << doublings;
  }
}
