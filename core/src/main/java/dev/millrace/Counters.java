package dev.millrace;

import dev.millrace.failure.FailureKind;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

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

  private static final int STATES = ConnectionState.values().length;

  /** A row for each state that was left, a column for each that was entered. */
  private final AtomicLongArray transitions = new AtomicLongArray(STATES * STATES);

  Counters() {
    for (FailureKind kind : FailureKind.values()) {
      ended.put(kind, new AtomicLong());
    }
  }

  void count(FailureKind kind) {
    AtomicLong count = ended.get(kind);
    count.lazySet(count.getPlain() + 1);
  }

  void count(ConnectionState from, ConnectionState to) {
    int cell = from.ordinal() * STATES + to.ordinal();
    transitions.lazySet(cell, transitions.getPlain(cell) + 1);
  }

  long transitions(ConnectionState from, ConnectionState to) {
    return transitions.get(from.ordinal() * STATES + to.ordinal());
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
