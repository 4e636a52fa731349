package dev.millrace.bench.load;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * What is asked of a run.
 *
 * @param target the server, resolved
 * @param connections how many are open at a time
 * @param depth requests in flight per connection at the most; what is due beyond waits
 * @param size bytes of a request's payload
 * @param warmup how long the load runs before it is measured; 0 measures from the first request
 * @param measure how long the measured window is
 * @param rate requests a second over all connections, which makes an open loop; empty is the closed
 * @param reconnect whether each request has a connection of its own: connect, one exchange, close
 * @param protocol what is said
 * @param threads how many threads share the connections
 * @param allowErrors whether a run goes on though connects fail at its beginning
 * @param progress how often {@link LoadListener#progress} is called; 0 is never
 */
public record LoadOptions(
    InetSocketAddress target,
    int connections,
    int depth,
    int size,
    Duration warmup,
    Duration measure,
    OptionalDouble rate,
    boolean reconnect,
    Protocol protocol,
    int threads,
    boolean allowErrors,
    Duration progress) {

  /** As many ports as one target can have from 16 addresses; no machine here has the memory. */
  static final int MOST_CONNECTIONS = 1_000_000;

  /** A request is rendered in pieces, so this is no buffer; above it, one is a file transfer. */
  static final int LARGEST_SIZE = 16 * 1024 * 1024;

  /** Two stamps are kept for each request under way: 64 MiB for all of them. */
  static final int MOST_UNDER_WAY = 4 * 1024 * 1024;

  /** A thread spins or waits in a selector; more than this many only take turns. */
  static final int MOST_THREADS = 256;

  /** A hundred a microsecond: more than any server answers, and still a nanosecond's precision. */
  static final double HIGHEST_RATE = 100_000_000;

  /** A day: the schedule's arithmetic is exact far beyond. */
  public static final Duration LONGEST = Duration.ofDays(1);

  /**
   * Checks what was asked.
   *
   * @throws IllegalArgumentException if a value is out of bounds; the message begins with the name
   *     of the option and says what is allowed
   */
  public LoadOptions {
    Objects.requireNonNull(protocol, "protocol");
    if (target.isUnresolved()) {
      throw new IllegalArgumentException(
          "target: there is no host '" + target.getHostString() + "'");
    }
    range("connections", connections, 1, MOST_CONNECTIONS);
    range("depth", depth, 1, MOST_UNDER_WAY);
    range("size", size, 1, LARGEST_SIZE);
    range("threads", threads, 1, MOST_THREADS);
    if ((long) connections * depth > MOST_UNDER_WAY) {
      throw new IllegalArgumentException(
          "depth: %d times %d connections are %d requests in flight, allowed are %d"
              .formatted(depth, connections, (long) connections * depth, MOST_UNDER_WAY));
    }
    if (threads > connections) {
      throw new IllegalArgumentException(
          "threads is %d, allowed is up to the number of connections, %d"
              .formatted(threads, connections));
    }
    if (rate.isPresent() && !(rate.getAsDouble() > 0 && rate.getAsDouble() <= HIGHEST_RATE)) {
      throw new IllegalArgumentException(
          "rate is %s, allowed is above 0, up to %.0f".formatted(rate.getAsDouble(), HIGHEST_RATE));
    }
    if (reconnect && depth != 1) {
      throw new IllegalArgumentException(
          "depth is " + depth + ", with reconnect it is 1: a connection carries one request");
    }
    period("warmup", warmup, Duration.ZERO);
    period("duration", measure, Duration.ofMillis(1));
    period("progress", progress, Duration.ZERO);
  }

  /** As the other one, without errors at the beginning and without progress. */
  public LoadOptions(
      InetSocketAddress target,
      int connections,
      int depth,
      int size,
      Duration warmup,
      Duration measure,
      OptionalDouble rate,
      boolean reconnect,
      Protocol protocol,
      int threads) {
    this(
        target,
        connections,
        depth,
        size,
        warmup,
        measure,
        rate,
        reconnect,
        protocol,
        threads,
        false,
        Duration.ZERO);
  }

  private static void range(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s is %d, allowed is %d to %d".formatted(option, value, least, most));
    }
  }

  private static void period(String option, Duration value, Duration least) {
    if (value.compareTo(least) < 0 || value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "%s is %d ms, allowed is %d ms to 24 h"
              .formatted(option, value.toMillis(), least.toMillis()));
    }
  }

  boolean isOpenLoop() {
    return rate.isPresent();
  }
}
