package dev.millrace;

import dev.millrace.failure.FailureKind;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Ended connections by failure kind, and what their states went through. Written by the loop's
 * thread alone, read by any.
 */
final class Counters {
  /**
   * Filled once, so that it is safe to read from any thread; and nothing is to be loaded when a
   * rare kind occurs.
   */
  private final Map<FailureKind, AtomicLong> ended = new EnumMap<>(FailureKind.class);

  /** By the state that was left, then by the one that was entered. */
  private final Map<ConnectionState, Map<ConnectionState, AtomicLong>> transitions =
      new EnumMap<>(ConnectionState.class);

  Counters() {
    for (FailureKind kind : FailureKind.values()) {
      ended.put(kind, new AtomicLong());
    }
    for (ConnectionState from : ConnectionState.values()) {
      Map<ConnectionState, AtomicLong> row = new EnumMap<>(ConnectionState.class);
      for (ConnectionState to : ConnectionState.values()) {
        row.put(to, new AtomicLong());
      }
      transitions.put(from, row);
    }
  }

  void count(FailureKind kind) {
    countUp(ended.get(kind));
  }

  private static void countUp(AtomicLong count) {
    count.lazySet(count.getPlain() + 1); // one writer: no need for a locked add
  }

  void count(ConnectionState from, ConnectionState to) {
    countUp(transitions.get(from).get(to));
  }

  long transitions(ConnectionState from, ConnectionState to) {
    return transitions.get(from).get(to).get();
  }

  /** The kinds that occurred. */
  Map<FailureKind, Long> snapshot() {
    Map<FailureKind, Long> map = new EnumMap<>(FailureKind.class);
    ended.forEach(
        (kind, count) -> {
          if (count.get() > 0) {
            map.put(kind, count.get());
          }
        });
    return map;
  }
}
