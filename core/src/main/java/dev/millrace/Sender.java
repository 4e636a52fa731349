package dev.millrace;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The door to a connection for other threads.
 *
 * <p>Any thread may send. Buffers of one caller are written in the order of its calls; between
 * callers, and between a sender and the loop's own {@link Connection#write(ByteBuffer)}, there is
 * no promised order. Get it once with {@link Connection#sender()} and keep it.
 *
 * <p>Ownership: {@link #send} <em>takes</em> the buffer, without a copy. After {@link
 * WriteResult#ACCEPTED} the caller must not touch it; after any other result it is still the
 * caller's. Direct buffers are best: a heap buffer is copied by the JDK on its way out.
 *
 * <p>Bound: {@code Limits.senderBytes}, for a moment twice that while the loop is taking over what
 * was sent. When the connection ends, what was accepted and not handed to the kernel is counted in
 * the record's {@code bytesUnsent}, and completions are told false, before {@link
 * ConnectionHandler#onClosed}.
 *
 * <pre>{@code
 * Sender sender = connection.sender();       // on the loop, say in onOpen
 * workers.execute(() -> {
 *   if (sender.send(answer()) == WriteResult.CLOSED) { cancelWork(); }
 * });
 * }</pre>
 *
 * <p>Cost: 24 bytes and one exchange a send; one wake-up of the loop per batch.
 */
public final class Sender {
  /**
   * What a buffer of one byte costs beside its byte: entry, buffer object, and its share of a
   * queue.
   */
  static final int OVERHEAD_BYTES = 64;

  /**
   * A buffer on the stack; {@code total} is what it and all below it hold, so the bound needs no
   * counter of its own.
   */
  private static class Entry {
    final ByteBuffer buffer;
    Entry next;
    int total;

    Entry(ByteBuffer buffer) {
      this.buffer = buffer;
    }

    WriteCompletion completion() {
      return null;
    }
  }

  private static final class CompletedEntry extends Entry {
    private final WriteCompletion completion;

    CompletedEntry(ByteBuffer buffer, WriteCompletion completion) {
      super(buffer);
      this.completion = completion;
    }

    @Override
    WriteCompletion completion() {
      return completion;
    }
  }

  private static final Entry GONE = new Entry(null);

  private final Connection connection;
  private final int maxBytes;
  private final AtomicReference<Entry> top = new AtomicReference<>();
  private final TaskQueue.Node task = new TaskQueue.Node(this::deliver);

  /** Taken over by the loop and not yet by the connection's queue. */
  private Entry first;

  private Entry last;
  private volatile int takenBytes;

  Sender(Connection connection, int maxBytes) {
    this.connection = connection;
    this.maxBytes = maxBytes;
  }

  /**
   * Sends what remains in a buffer.
   *
   * @param buffer taken on {@code ACCEPTED}; untouched otherwise
   * @return {@code ACCEPTED}; {@code FULL} if the sender's bound is reached, try later; {@code
   *     TOO_LARGE} if the buffer alone exceeds a bound; {@code CLOSED} if the connection is gone
   */
  public WriteResult send(ByteBuffer buffer) {
    return push(new Entry(Objects.requireNonNull(buffer, "buffer")));
  }

  /**
   * Sends what remains in a buffer and asks to be told, on the loop's thread, when the kernel took
   * it.
   *
   * @param buffer taken on {@code ACCEPTED}; untouched otherwise
   * @param completion called exactly once if the result is {@code ACCEPTED}, never otherwise
   * @return as {@link #send(ByteBuffer)}
   */
  public WriteResult send(ByteBuffer buffer, WriteCompletion completion) {
    Objects.requireNonNull(completion, "completion");
    return push(new CompletedEntry(Objects.requireNonNull(buffer, "buffer"), completion));
  }

  /**
   * Tells whether the connection still takes what is sent.
   *
   * @return false once it is gone, or its output was closed on the loop: every later send returns
   *     {@code CLOSED}
   */
  public boolean isOpen() {
    return top.get() != GONE;
  }

  private WriteResult push(Entry entry) {
    int size = entry.buffer.remaining() + OVERHEAD_BYTES;
    if (entry.buffer.remaining() > connection.largestWrite() || size > maxBytes) {
      return isOpen() ? WriteResult.TOO_LARGE : WriteResult.CLOSED;
    }
    Entry below = top.get();
    for (; ; ) {
      if (below == GONE) {
        return WriteResult.CLOSED;
      }
      long total = (below == null ? 0L : below.total) + size;
      if (total + takenBytes > maxBytes) {
        return WriteResult.FULL;
      }
      entry.next = below;
      entry.total = (int) total;
      Entry seen = top.compareAndExchange(below, entry);
      if (seen == below) {
        break;
      }
      below = seen;
    }
    if (below == null) {
      connection.loop().pushOnce(task);
    }
    return WriteResult.ACCEPTED;
  }

  // ---- the loop's side

  private void deliver() {
    collect();
    connection.sendPending();
  }

  /**
   * Takes over what was pushed, in order. Only the task does this: a push to an empty stack
   * announces it, so if it were taken over earlier, the task would stand in the loop's queue twice.
   */
  private void collect() {
    if (top.get() != null && top.get() != GONE) {
      append(top.getAndSet(null));
    }
  }

  /** The next buffer, or null. */
  ByteBuffer peek() {
    return first == null ? null : first.buffer;
  }

  WriteCompletion peekCompletion() {
    return first == null ? null : first.completion();
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  void remove() {
    Entry entry = first;
    takenBytes = takenBytes - sizeOf(entry);
    first = entry.next;
    if (first == null) {
      last = null;
    }
  }

  /**
   * The connection is gone: refuses from now on. What was pushed before can be taken out with
   * {@link #peek}.
   */
  void close() {
    Entry rest = top.getAndSet(GONE);
    if (rest != null && rest != GONE) {
      append(rest);
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  private void append(Entry newest) {
    Entry reversed = null;
    int bytes = 0;
    for (Entry entry = newest; entry != null; ) {
      Entry below = entry.next;
      bytes += sizeOf(entry);
      entry.next = reversed;
      reversed = entry;
      entry = below;
    }
    if (last == null) {
      first = reversed;
    } else {
      last.next = reversed;
    }
    last = newest;
    takenBytes = takenBytes + bytes;
  }

  private static int sizeOf(Entry entry) {
    return entry.buffer.remaining() + OVERHEAD_BYTES;
  }

  /** The connection, and whether it is open. */
  @Override
  public String toString() {
    return "Sender[" + connection + (isOpen() ? "]" : ", closed]");
  }
}
