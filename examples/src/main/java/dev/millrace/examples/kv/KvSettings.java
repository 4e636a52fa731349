package dev.millrace.examples.kv;

import dev.millrace.Limits;

/**
 * Settings of a {@link KvService}; immutable.
 *
 * @param maxMemoryBytes what keys, values and what is kept with them may take; 0 for no bound.
 *     Default 0, as Redis' {@code maxmemory}
 * @param maxBulkBytes the longest argument, which is the longest value. Default 16 MiB: Redis'
 *     {@code proto-max-bulk-len} is 512 MiB, but a request is kept in one piece until it is
 *     complete, for each connection that sends one
 * @param maxWaitingBytes how much of replies may wait, copied, for clients that read slowly; what
 *     would be more is answered with an error. Values don't count, they are not copied. Default 128
 *     MiB, as much as the core's loop may have queued: KEYS of some million keys
 */
public record KvSettings(long maxMemoryBytes, int maxBulkBytes, int maxWaitingBytes) {
  private static final KvSettings DEFAULTS = new KvSettings(0, 16 << 20, 128 << 20);

  /** Less would not do for an inline request; more is more than a connection can keep. */
  static final int MIN_BULK_BYTES = 64 << 10;

  static final int MAX_BULK_BYTES = 128 << 20;

  /** Less might not do for the replies to one offer. */
  static final int MIN_WAITING_BYTES = 1 << 20;

  /**
   * Checks every value.
   *
   * @param maxMemoryBytes as above
   * @param maxBulkBytes as above
   * @param maxWaitingBytes as above
   * @throws IllegalArgumentException if a value is out of range
   */
  public KvSettings {
    check("maxMemoryBytes", maxMemoryBytes, 0, Long.MAX_VALUE);
    check("maxBulkBytes", maxBulkBytes, MIN_BULK_BYTES, MAX_BULK_BYTES);
    check("maxWaitingBytes", maxWaitingBytes, MIN_WAITING_BYTES, Integer.MAX_VALUE);
  }

  private static void check(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + " is " + value + ", allowed is " + min + " to " + max);
    }
  }

  /**
   * The defaults, each with its reason above.
   *
   * @return the defaults
   */
  public static KvSettings defaults() {
    return DEFAULTS;
  }

  /**
   * The same with another {@code maxMemoryBytes}.
   *
   * @param maxMemoryBytes as described at the record
   * @return a changed copy
   */
  public KvSettings withMaxMemoryBytes(long maxMemoryBytes) {
    return new KvSettings(maxMemoryBytes, maxBulkBytes, maxWaitingBytes);
  }

  /**
   * The same with another {@code maxBulkBytes}.
   *
   * @param maxBulkBytes as described at the record
   * @return a changed copy
   */
  public KvSettings withMaxBulkBytes(int maxBulkBytes) {
    return new KvSettings(maxMemoryBytes, maxBulkBytes, maxWaitingBytes);
  }

  /**
   * The same with another {@code maxWaitingBytes}.
   *
   * @param maxWaitingBytes as described at the record
   * @return a changed copy
   */
  public KvSettings withMaxWaitingBytes(int maxWaitingBytes) {
    return new KvSettings(maxMemoryBytes, maxBulkBytes, maxWaitingBytes);
  }

  /** How much the next replies may be, where so much waits already. */
  int maxReplyBytes(long waitingBytes) {
    return (int) Math.max(maxWaitingBytes - waitingBytes, MIN_WAITING_BYTES);
  }

  /** The longest request: a few large values, or many small ones. */
  int maxRequestBytes() {
    return 2 * maxBulkBytes + (64 << 10);
  }

  /**
   * The limits of the connections that a service with these settings serves.
   *
   * @return limits for {@code Server.Builder.limits}
   */
  public Limits limits() {
    return Limits.defaults().withMaxKeptBytes(maxRequestBytes());
  }
}
