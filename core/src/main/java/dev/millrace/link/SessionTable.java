package dev.millrace.link;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;

/**
 * The sessions that a receiver knows: so many at the most, and those without a connection for so
 * long at the most. Knows no connection and no clock; the time is told. One thread.
 */
final class SessionTable {
  private final int maxSessions;
  private final long maxApartNanos;
  private final BiConsumer<LinkSession, SessionEnd> ended;

  private final Map<UUID, LinkSession> sessions = new HashMap<>();

  /** Those without a connection; who lost it first stands first. */
  private final LinkedHashSet<LinkSession> apart = new LinkedHashSet<>();

  private long incarnations;
  private boolean isClosed;

  SessionTable(int maxSessions, long maxApartNanos, BiConsumer<LinkSession, SessionEnd> ended) {
    this.maxSessions = maxSessions;
    this.maxApartNanos = maxApartNanos;
    this.ended = ended;
  }

  /** None begins any more. */
  void close() {
    isClosed = true;
  }

  boolean isClosed() {
    return isClosed;
  }

  LinkSession get(UUID id) {
    return sessions.get(id);
  }

  /**
   * A place for one more; null if every session has a connection, or who had to go and was told so
   * has closed this.
   */
  LinkSession add(UUID id) {
    if (sessions.size() >= maxSessions) {
      if (apart.isEmpty()) {
        return null;
      }
      remove(apart.iterator().next(), SessionEnd.CROWDED_OUT);
      if (isClosed) {
        return null; // in there
      }
    }
    LinkSession session = new LinkSession(id, ++incarnations);
    sessions.put(id, session);
    return session;
  }

  /** A session has a connection. */
  void together(LinkSession session) {
    apart.remove(session);
  }

  /** A session has none any more. */
  void apart(LinkSession session, long nowNanos) {
    session.side = null;
    session.apartSinceNanos = nowNanos;
    if (sessions.get(session.id()) == session) {
      apart.remove(session);
      apart.add(session);
    }
  }

  void remove(LinkSession session, SessionEnd end) {
    if (sessions.remove(session.id(), session)) {
      apart.remove(session);
      session.end();
      ended.accept(session, end);
    }
  }

  /** Forgets whom nobody will ask for any more. */
  void expire(long nowNanos) {
    while (!apart.isEmpty()) {
      LinkSession first = apart.iterator().next();
      if (nowNanos - first.apartSinceNanos < maxApartNanos) {
        return;
      }
      remove(first, SessionEnd.AGED);
    }
  }

  /**
   * How long until {@link #expire} has something to do; {@code Long.MAX_VALUE} if nobody is apart.
   */
  long nextNanos(long nowNanos) {
    return apart.isEmpty()
        ? Long.MAX_VALUE
        : apart.iterator().next().apartSinceNanos + maxApartNanos - nowNanos;
  }

  List<LinkSession> all() {
    return List.copyOf(sessions.values());
  }

  int size() {
    return sessions.size();
  }
}
