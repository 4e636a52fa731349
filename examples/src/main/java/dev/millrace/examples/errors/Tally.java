package dev.millrace.examples.errors;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** All that is counted of failures that came in one way. */
final class Tally {
  /** Of all kinds together, and of each: tables and lines are no longer than that by far. */
  private static final int PLACES = 1_024;

  private static final int PLACES_OF_A_KIND = 128;

  /** Millrace has some forty; names of others are counted together beyond it. */
  private static final int MOST_KINDS = 80;

  /**
   * No log of ours ever has as many. Every sum here is of these, or of a part of them, so none runs
   * over; and what is concluded from them may multiply by a few dozens.
   */
  static final long MOST_FAILURES = 100_000_000_000_000_000L;

  private static final String OTHER_KINDS = "OTHER_KINDS";

  /** What is counted of one kind. */
  static final class OfKind {
    final String kind;
    final Shares operations = new Shares();
    final Shares states = new Shares();
    final Shares certainties = new Shares();
    final Shares endedBy = new Shares();
    final HeavyHitters peers = new HeavyHitters(PLACES_OF_A_KIND);
    long count;
    long unsent;

    /** Connections on which not a byte went either way. */
    long silent;

    OfKind(String kind) {
      this.kind = kind;
    }
  }

  final HeavyHitters peers = new HeavyHitters(PLACES);
  final TimeBins bins = new TimeBins();
  private final Map<String, OfKind> kinds = new HashMap<>();
  private long total;
  private long unnamed;
  private long timeless;
  private long earliest = Long.MAX_VALUE;
  private long latest = Long.MIN_VALUE;
  private long unsent;

  /** Counts it whole or, if the line is damaged, not at all. */
  void add(Failure failure) throws DamagedLine {
    if (failure.count > MOST_FAILURES - total || failure.unsent > MOST_FAILURES - unsent) {
      throw new DamagedLine("with it there are more than " + MOST_FAILURES + ", too many to count");
    }
    Shares.check(failure.operations, failure.count);
    Shares.check(failure.states, failure.count);
    Shares.check(failure.certainties, failure.count);
    Shares.check(failure.endedBy, failure.count);
    String name =
        kinds.size() < MOST_KINDS || kinds.containsKey(failure.kind) ? failure.kind : OTHER_KINDS;
    OfKind kind = kinds.computeIfAbsent(name, OfKind::new);
    total += failure.count;
    kind.count += failure.count;
    kind.unsent += failure.unsent;
    unsent += failure.unsent;
    if (failure.received == 0 && failure.handed == 0 && failure.way != Failure.Way.EPISODE) {
      kind.silent += failure.count;
    }
    when(name, failure);
    from(kind, failure);
    kind.operations.addText(failure.operations, failure.count);
    kind.states.addText(failure.states, failure.count);
    kind.certainties.addText(failure.certainties, failure.count);
    kind.endedBy.addText(failure.endedBy, failure.count);
  }

  private void when(String kind, Failure failure) {
    if (failure.lastMillis == Failure.UNKNOWN_TIME) {
      timeless += failure.count;
      return;
    }
    earliest = Math.min(earliest, failure.firstMillis);
    latest = Math.max(latest, failure.lastMillis);
    if (failure.count == 1 || failure.firstMillis == failure.lastMillis) {
      bins.add(kind, failure.lastMillis, failure.count);
    } else {
      bins.spread(kind, failure.firstMillis, failure.lastMillis, failure.count);
    }
  }

  private void from(OfKind kind, Failure failure) {
    long named = 0;
    boolean isNamed = failure.peers != null && !failure.peers.isEmpty();
    if (isNamed && failure.peers.indexOf('=') < 0) {
      count(kind, Addresses.withoutPort(failure.peers), failure.count);
      named = failure.count;
    } else if (isNamed) {
      for (String share : failure.peers.split(" ", -1)) {
        int equals = share.indexOf('=');
        long atLeast = Addresses.atLeast(share.substring(equals + 1));
        if (equals > 0 && atLeast > 0 && named + atLeast <= failure.count) {
          count(kind, share.substring(0, equals), atLeast);
          named += atLeast;
        }
      }
    }
    unnamed += failure.count - named;
  }

  private void count(OfKind kind, String address, long count) {
    String peer = Addresses.cut(address);
    kind.peers.add(peer, count);
    peers.add(peer, count);
  }

  /** Most first. */
  List<OfKind> kinds() {
    List<OfKind> sorted = new ArrayList<>(kinds.values());
    sorted.sort(
        Comparator.comparingLong((OfKind k) -> k.count).reversed().thenComparing(k -> k.kind));
    return sorted;
  }

  OfKind kind(String name) {
    OfKind kind = kinds.get(name);
    return kind == null ? new OfKind(name) : kind;
  }

  long count(String kind) {
    return kind(kind).count;
  }

  long total() {
    return total;
  }

  /** How many have no peer's name: the window's line had no room for it. */
  long unnamed() {
    return unnamed;
  }

  /** How many have no time. */
  long timeless() {
    return timeless;
  }

  long unsent() {
    return unsent;
  }

  /** When the first failure was; only if one has a time. */
  long earliestMillis() {
    return earliest;
  }

  /** When the last failure was; only if one has a time. */
  long latestMillis() {
    return latest;
  }

  /** The shares of all kinds together. */
  Map<String, Long> all(Function<OfKind, Shares> which) {
    Shares all = new Shares();
    kinds.values().forEach(kind -> which.apply(kind).sorted().forEach(all::add));
    return all.sorted();
  }
}
