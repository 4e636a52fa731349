package dev.millrace.bench.load;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.OptionalDouble;

/** Options as tests want them: short, without a warm-up, so that every answer counts. */
final class Runs {
  /** Long enough for some answers also on a machine that has other things to do. */
  static final Duration SHORT = Duration.ofMillis(500);

  /** Where nothing will come, there is nothing to wait for. */
  static final Duration NO_DRAIN = Duration.ofMillis(100);

  static final LoadListener NOBODY = new LoadListener() {};

  private Runs() {}

  static LoadOptions closed(InetSocketAddress target, int connections, int depth, int size) {
    return options(target, connections, depth, size, OptionalDouble.empty(), false, 1, false);
  }

  static LoadOptions open(InetSocketAddress target, int connections, double rate) {
    return options(target, connections, 1, 64, OptionalDouble.of(rate), false, 1, false);
  }

  static LoadOptions options(
      InetSocketAddress target,
      int connections,
      int depth,
      int size,
      OptionalDouble rate,
      boolean reconnect,
      int threads,
      boolean allowErrors) {
    return new LoadOptions(
        target,
        connections,
        depth,
        size,
        Duration.ZERO,
        SHORT,
        rate,
        reconnect,
        Protocol.echo(1),
        threads,
        allowErrors,
        Duration.ZERO);
  }
}
