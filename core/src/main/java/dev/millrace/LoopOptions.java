package dev.millrace;

import dev.millrace.failure.FailureTexts;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.function.IntFunction;

/**
 * Settings of an {@link EventLoop}; immutable. Start from {@link #defaults()} and change what you
 * need.
 *
 * <pre>{@code
 * LoopOptions options = LoopOptions.defaults().withName("edge-1").withBudgetBytes(64 << 20);
 * }</pre>
 *
 * @param name the loop thread's name. Default {@code millrace}
 * @param daemon whether a thread that the loop makes is a daemon. Default false: a server keeps its
 *     JVM alive
 * @param readBufferBytes size of the loop's one read buffer, 1 KiB to 16 MiB. Default 64 KiB: what
 *     loopback and 10 GbE deliver per readiness fits, and larger ones leave the second-level cache
 * @param stagingBytes size of the loop's one staging buffer for small writes, 1 KiB to 16 MiB.
 *     Default 64 KiB: what does not fit is copied to chunks, so it should hold the answers to one
 *     read buffer
 * @param chunkBytes size of a chunk for output that the kernel did not take, 4 KiB to 1 MiB.
 *     Default 16 KiB: a slow reader with a few bytes pending pins one chunk, and 64 chunks carry 1
 *     MiB in one gathering write
 * @param pooledBytes how much free buffer memory the loop keeps. Default 16 MiB: 1,024 chunks
 * @param budgetBytes how much output the connections of this loop may hold together; over it new
 *     writes return {@link WriteResult#FULL} and reading pauses wherever bytes are queued. Default
 *     128 MiB: eight connections at their default hard limit, or 2,000 at their high water mark
 * @param keptBudgetBytes how much unconsumed input, in capacity of buffers, the connections of this
 *     loop may have kept for them together; over it the one that has most is closed. Default 128
 *     MiB, as for output: 2,000 messages of the largest default size that are not complete
 * @param budgetStallTimeout how long the loop may be over its budget before the largest connection
 *     that made no progress in that time is cut. Default 10 s; 0 never cuts
 * @param tasksPerTurn most tasks run in a turn. Default 1,024: at a microsecond each they delay I/O
 *     by a millisecond
 * @param timersPerTurn most timers fired in a turn. Default 4,096: a mass time-out is spread over
 *     turns, so that I/O goes on
 * @param maxQueuedTasks most tasks waiting. Default 1,048,576 (24 MiB of nodes): beyond it the loop
 *     is not slow but stuck
 * @param spinLimit in how many polls in a row a channel may be ready and do nothing before it is
 *     named and muted or cut. Default 512: a spurious wake-up is rare and single, and 512 rounds
 *     last less than a millisecond
 * @param checked whether borrowed buffers are poisoned after the callback; works only where
 *     assertions are enabled, and costs nothing where they are not. Default true
 * @param buffers makes the buffers. Default {@code ByteBuffer::allocateDirect}
 * @param failureTexts the error texts of this JVM, or null to learn them when the loop is made (at
 *     most 20 ms)
 */
public record LoopOptions(
    String name,
    boolean daemon,
    int readBufferBytes,
    int stagingBytes,
    int chunkBytes,
    long pooledBytes,
    long budgetBytes,
    long keptBudgetBytes,
    Duration budgetStallTimeout,
    int tasksPerTurn,
    int timersPerTurn,
    int maxQueuedTasks,
    int spinLimit,
    boolean checked,
    IntFunction<ByteBuffer> buffers,
    FailureTexts failureTexts) {

  private static final LoopOptions DEFAULTS =
      new LoopOptions(
          "millrace",
          false,
          64 << 10,
          64 << 10,
          16 << 10,
          16 << 20,
          128 << 20,
          128 << 20,
          Duration.ofSeconds(10),
          1024,
          4096,
          1 << 20,
          512,
          true,
          ByteBuffer::allocateDirect,
          null);

  /**
   * Checks every value.
   *
   * @param name as above
   * @param daemon as above
   * @param readBufferBytes as above
   * @param stagingBytes as above
   * @param chunkBytes as above
   * @param pooledBytes as above
   * @param budgetBytes as above
   * @param keptBudgetBytes as above
   * @param budgetStallTimeout as above
   * @param tasksPerTurn as above
   * @param timersPerTurn as above
   * @param maxQueuedTasks as above
   * @param spinLimit as above
   * @param checked as above
   * @param buffers as above
   * @param failureTexts as above
   * @throws IllegalArgumentException if a value is out of range; the message names the option, the
   *     value and what is allowed
   */
  public LoopOptions {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(buffers, "buffers");
    Check.range("readBufferBytes", readBufferBytes, 1 << 10, 16 << 20);
    Check.range("stagingBytes", stagingBytes, 1 << 10, 16 << 20);
    Check.range("chunkBytes", chunkBytes, 4 << 10, 1 << 20);
    Check.range("pooledBytes", pooledBytes, 0, Long.MAX_VALUE);
    Check.range("budgetBytes", budgetBytes, 1 << 16, Long.MAX_VALUE >> 1);
    Check.range("keptBudgetBytes", keptBudgetBytes, 1 << 16, Long.MAX_VALUE >> 1);
    Check.timeout("budgetStallTimeout", budgetStallTimeout);
    Check.range("tasksPerTurn", tasksPerTurn, 1, Integer.MAX_VALUE);
    Check.range("timersPerTurn", timersPerTurn, 1, Integer.MAX_VALUE);
    Check.range("maxQueuedTasks", maxQueuedTasks, 1, Integer.MAX_VALUE >> 1);
    Check.range("spinLimit", spinLimit, 16, Integer.MAX_VALUE);
  }

  /**
   * The defaults, each with its reason above.
   *
   * @return the defaults
   */
  public static LoopOptions defaults() {
    return DEFAULTS;
  }

  /**
   * The same with another {@code name}.
   *
   * @param name the thread's name; see the record's own description
   * @return a changed copy
   */
  public LoopOptions withName(String name) {
    return new LoopOptions(
        name,
        daemon,
        readBufferBytes,
        stagingBytes,
        chunkBytes,
        pooledBytes,
        budgetBytes,
        keptBudgetBytes,
        budgetStallTimeout,
        tasksPerTurn,
        timersPerTurn,
        maxQueuedTasks,
        spinLimit,
        checked,
        buffers,
        failureTexts);
  }

  /**
   * The same with another {@code daemon}.
   *
   * @param daemon whether the loop's thread is a daemon; see the record's own description
   * @return a changed copy
   */
  public LoopOptions withDaemon(boolean daemon) {
    return new LoopOptions(
        name,
        daemon,
        readBufferBytes,
        stagingBytes,
        chunkBytes,
        pooledBytes,
        budgetBytes,
        keptBudgetBytes,
        budgetStallTimeout,
        tasksPerTurn,
        timersPerTurn,
        maxQueuedTasks,
        spinLimit,
        checked,
        buffers,
        failureTexts);
  }

  /**
   * The same with another {@code readBufferBytes}.
   *
   * @param readBufferBytes bytes; see the record's own description
   * @return a changed copy
   */
  public LoopOptions withReadBufferBytes(int readBufferBytes) {
    return new LoopOptions(
        name,
        daemon,
        readBufferBytes,
        stagingBytes,
        chunkBytes,
        pooledBytes,
        budgetBytes,
        keptBudgetBytes,
        budgetStallTimeout,
        tasksPerTurn,
        timersPerTurn,
        maxQueuedTasks,
        spinLimit,
        checked,
        buffers,
        failureTexts);
  }

  /**
   * The same with another {@code stagingBytes}.
   *
   * @param stagingBytes bytes; see the record's own description
   * @return a changed copy
   */
  public LoopOptions withStagingBytes(int stagingBytes) {
    return new LoopOptions(
        name,
        daemon,
        readBufferBytes,
        stagingBytes,
        chunkBytes,
        pooledBytes,
        budgetBytes,
        keptBudgetBytes,
        budgetStallTimeout,
        tasksPerTurn,
        timersPerTurn,
        maxQueuedTasks,
        spinLimit,
        checked,
        buffers,
        failureTexts);
  }

  /**
   * The same with another {@code chunkBytes}.
   *
   * @param chunkBytes bytes; see the record's own description
   * @return a changed copy
   */
  public LoopOptions withChunkBytes(int chunkBytes) {
    return new LoopOptions(
        name,
        daemon,
        readBufferBytes,
        stagingBytes,
        chunkBytes,
        pooledBytes,
        budgetBytes,
        keptBudgetBytes,
        budgetStallTimeout,
        tasksPerTurn,
        timersPerTurn,
        maxQueuedTasks,
        spinLimit,
        checked,
        buffers,
        failureTexts);
  }

  /**
   * The same with another {@code pooledBytes}.
   *
   * @param pooledBytes bytes; see the record's own description
   * @return a changed copy
   */
  public LoopOptions withPooledBytes(long pooledBytes) {
    return new LoopOptions(
        name,
        daemon,
        readBufferBytes,
        stagingBytes,
        chunkBytes,
        pooledBytes,
        budgetBytes,
        keptBudgetBytes,
        budgetStallTimeout,
        tasksPerTurn,
        timersPerTurn,
        maxQueuedTasks,
        spinLimit,
        checked,
        buffers,
        failureTexts);
  }

  /**
   * The same with another {@code budgetBytes}.
   *
   * @param budgetBytes bytes; see the record's own description
   * @return a changed copy
   */
  public LoopOptions withBudgetBytes(long budgetBytes) {
    return new LoopOptions(
        name,
        daemon,
        readBufferBytes,
        stagingBytes,
        chunkBytes,
        pooledBytes,
        budgetBytes,
        keptBudgetBytes,
        budgetStallTimeout,
        tasksPerTurn,
        timersPerTurn,
        maxQueuedTasks,
        spinLimit,
        checked,
        buffers,
        failureTexts);
  }

  /**
   * The same with another {@code keptBudgetBytes}.
   *
   * @param keptBudgetBytes bytes; see the record's own description
   * @return a changed copy
   */
  public LoopOptions withKeptBudgetBytes(long keptBudgetBytes) {
    return new LoopOptions(
        name,
        daemon,
        readBufferBytes,
        stagingBytes,
        chunkBytes,
        pooledBytes,
        budgetBytes,
        keptBudgetBytes,
        budgetStallTimeout,
        tasksPerTurn,
        timersPerTurn,
        maxQueuedTasks,
        spinLimit,
        checked,
        buffers,
        failureTexts);
  }

  /**
   * The same with another {@code budgetStallTimeout}.
   *
   * @param budgetStallTimeout a duration, 0 for never; see the record's own description
   * @return a changed copy
   */
  public LoopOptions withBudgetStallTimeout(Duration budgetStallTimeout) {
    return new LoopOptions(
        name,
        daemon,
        readBufferBytes,
        stagingBytes,
        chunkBytes,
        pooledBytes,
        budgetBytes,
        keptBudgetBytes,
        budgetStallTimeout,
        tasksPerTurn,
        timersPerTurn,
        maxQueuedTasks,
        spinLimit,
        checked,
        buffers,
        failureTexts);
  }

  /**
   * The same with another {@code tasksPerTurn}.
   *
   * @param tasksPerTurn a count; see the record's own description
   * @return a changed copy
   */
  public LoopOptions withTasksPerTurn(int tasksPerTurn) {
    return new LoopOptions(
        name,
        daemon,
        readBufferBytes,
        stagingBytes,
        chunkBytes,
        pooledBytes,
        budgetBytes,
        keptBudgetBytes,
        budgetStallTimeout,
        tasksPerTurn,
        timersPerTurn,
        maxQueuedTasks,
        spinLimit,
        checked,
        buffers,
        failureTexts);
  }

  /**
   * The same with another {@code timersPerTurn}.
   *
   * @param timersPerTurn a count; see the record's own description
   * @return a changed copy
   */
  public LoopOptions withTimersPerTurn(int timersPerTurn) {
    return new LoopOptions(
        name,
        daemon,
        readBufferBytes,
        stagingBytes,
        chunkBytes,
        pooledBytes,
        budgetBytes,
        keptBudgetBytes,
        budgetStallTimeout,
        tasksPerTurn,
        timersPerTurn,
        maxQueuedTasks,
        spinLimit,
        checked,
        buffers,
        failureTexts);
  }

  /**
   * The same with another {@code maxQueuedTasks}.
   *
   * @param maxQueuedTasks a count; see the record's own description
   * @return a changed copy
   */
  public LoopOptions withMaxQueuedTasks(int maxQueuedTasks) {
    return new LoopOptions(
        name,
        daemon,
        readBufferBytes,
        stagingBytes,
        chunkBytes,
        pooledBytes,
        budgetBytes,
        keptBudgetBytes,
        budgetStallTimeout,
        tasksPerTurn,
        timersPerTurn,
        maxQueuedTasks,
        spinLimit,
        checked,
        buffers,
        failureTexts);
  }

  /**
   * The same with another {@code spinLimit}.
   *
   * @param spinLimit a count; see the record's own description
   * @return a changed copy
   */
  public LoopOptions withSpinLimit(int spinLimit) {
    return new LoopOptions(
        name,
        daemon,
        readBufferBytes,
        stagingBytes,
        chunkBytes,
        pooledBytes,
        budgetBytes,
        keptBudgetBytes,
        budgetStallTimeout,
        tasksPerTurn,
        timersPerTurn,
        maxQueuedTasks,
        spinLimit,
        checked,
        buffers,
        failureTexts);
  }

  /**
   * The same with another {@code checked}.
   *
   * @param checked whether to poison; see the record's own description
   * @return a changed copy
   */
  public LoopOptions withChecked(boolean checked) {
    return new LoopOptions(
        name,
        daemon,
        readBufferBytes,
        stagingBytes,
        chunkBytes,
        pooledBytes,
        budgetBytes,
        keptBudgetBytes,
        budgetStallTimeout,
        tasksPerTurn,
        timersPerTurn,
        maxQueuedTasks,
        spinLimit,
        checked,
        buffers,
        failureTexts);
  }

  /**
   * The same with another {@code buffers}.
   *
   * @param buffers the source; see the record's own description
   * @return a changed copy
   */
  public LoopOptions withBuffers(IntFunction<ByteBuffer> buffers) {
    return new LoopOptions(
        name,
        daemon,
        readBufferBytes,
        stagingBytes,
        chunkBytes,
        pooledBytes,
        budgetBytes,
        keptBudgetBytes,
        budgetStallTimeout,
        tasksPerTurn,
        timersPerTurn,
        maxQueuedTasks,
        spinLimit,
        checked,
        buffers,
        failureTexts);
  }

  /**
   * The same with another {@code failureTexts}.
   *
   * @param failureTexts the texts, or null to learn them; see the record's own description
   * @return a changed copy
   */
  public LoopOptions withFailureTexts(FailureTexts failureTexts) {
    return new LoopOptions(
        name,
        daemon,
        readBufferBytes,
        stagingBytes,
        chunkBytes,
        pooledBytes,
        budgetBytes,
        keptBudgetBytes,
        budgetStallTimeout,
        tasksPerTurn,
        timersPerTurn,
        maxQueuedTasks,
        spinLimit,
        checked,
        buffers,
        failureTexts);
  }
}
