package dev.millrace.examples.kv;

import dev.millrace.Connection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What is known of a client beside its connection: its name, what it ran last, what it listens to.
 * Most clients never subscribe, so they have no sets until they do.
 */
final class Client {
  private final Connection connection;
  private final long openedNanos;
  private long lastNanos;
  private Command last;
  private String name = "";
  private Set<String> channels = Set.of();
  private Set<String> patterns = Set.of();

  /** The size of both: it is asked before every command. */
  private int subscriptions;

  Client(Connection connection) {
    this.connection = connection;
    openedNanos = connection.loop().nowNanos();
    lastNanos = openedNanos;
  }

  /** The connection's number, by which its close record and the log call it, too. */
  long id() {
    return connection.id();
  }

  /** Empty until it gives itself one. */
  String name() {
    return name;
  }

  void name(String name) {
    this.name = name;
  }

  @SuppressWarnings("ReferenceEquality") // each command is there once
  void ran(Command command) {
    if (last != command) {
      last = command; // a store into an old object costs G1 a fence, so only if it is another one
    }
    lastNanos = connection.loop().nowNanos();
  }

  /** The name of what it ran last, in the words of CLIENT LIST. */
  String lastName() {
    return last == null ? "NULL" : last.name();
  }

  /** Whole seconds since it connected. */
  long ageSeconds() {
    return (connection.loop().nowNanos() - openedNanos) / 1_000_000_000;
  }

  /** Whole seconds since its last command. */
  long idleSeconds() {
    return (connection.loop().nowNanos() - lastNanos) / 1_000_000_000;
  }

  /** The channels it listens to; not to be changed. */
  Set<String> channels() {
    return Collections.unmodifiableSet(channels);
  }

  /** The patterns of channels it listens to; not to be changed. */
  Set<String> patterns() {
    return Collections.unmodifiableSet(patterns);
  }

  int subscriptions() {
    return subscriptions;
  }

  /** False if it had it already. */
  boolean addChannel(String channel) {
    if (channels.isEmpty()) {
      channels = new LinkedHashSet<>();
    }
    return counted(channels.add(channel), 1);
  }

  /** False if it had it already. */
  boolean addPattern(String pattern) {
    if (patterns.isEmpty()) {
      patterns = new LinkedHashSet<>();
    }
    return counted(patterns.add(pattern), 1);
  }

  /** False if it had it not. */
  boolean removeChannel(String channel) {
    return counted(!channels.isEmpty() && channels.remove(channel), -1);
  }

  /** False if it had it not. */
  boolean removePattern(String pattern) {
    return counted(!patterns.isEmpty() && patterns.remove(pattern), -1);
  }

  private boolean counted(boolean changed, int by) {
    subscriptions += changed ? by : 0;
    return changed;
  }
}
