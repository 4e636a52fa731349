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
 */
public record KvSettings(long maxMemoryBytes, int maxBulkBytes) {
  private static final KvSettings DEFAULTS = new KvSettings(0, 16 << 20);

  /** Less would not do for an inline request; more is more than a connection can keep. */
  static final int MIN_BULK_BYTES = 64 << 10;

  static final int MAX_BULK_BYTES = 128 << 20;

  /**
   * Checks every value.
   *
   * @param maxMemoryBytes as above
   * @param maxBulkBytes as above
   * @throws IllegalArgumentException if a value is out of range
   */
  public KvSettings {
    if (maxMemoryBytes < 0) {
      throw new IllegalArgumentException(
          "maxMemoryBytes is " + maxMemoryBytes + ", allowed is 0 or more");
    }
    if (maxBulkBytes < MIN_BULK_BYTES || maxBulkBytes > MAX_BULK_BYTES) {
      throw new IllegalArgumentException(
          "maxBulkBytes is "
              + maxBulkBytes
              + ", allowed is "
              + MIN_BULK_BYTES
              + " to "
              + MAX_BULK_BYTES);
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
    return new KvSettings(maxMemoryBytes, maxBulkBytes);
  }

  /**
   * The same with another {@code maxBulkBytes}.
   *
   * @param maxBulkBytes as described at the record
   * @return a changed copy
   */
  public KvSettings withMaxBulkBytes(int maxBulkBytes) {
    return new KvSettings(maxMemoryBytes, maxBulkBytes);
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
