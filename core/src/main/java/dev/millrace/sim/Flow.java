package dev.millrace.sim;

import java.nio.ByteBuffer;

/**
 * One direction of a connection: the sender's queue, what is under way, and the receiver's queue,
 * in one ring, divided by positions that only grow.
 *
 * <pre>
 *        read          delivered        sent           written
 *   ──────┼───────────────┼───────────────┼───────────────┼──────
 *         │ receive queue │  under way    │  send queue   │ room
 *                  acked is anywhere up to delivered: the sender's queue counts from there
 * </pre>
 */
final class Flow {
  /** What a segment carries at the most: as much as one of loopback's. */
  private static final int MAX_SEGMENT = 65_536;

  private static final int FIRST_RING = 2_048;

  private final SimWorld world;
  private final Path path;
  private final Endpoint from;
  private final Endpoint to;
  private byte[] ring;

  /** Bytes in the sender's queue, not acknowledged ones included, at the most. */
  int sendCapacity;

  /** Bytes in the receiver's queue, those under way included, at the most: the window. */
  int receiveCapacity;

  private long written;
  private long sent;
  private long delivered;
  private long acked;
  private long read;
  private boolean finQueued;
  private boolean finSent;
  private boolean windowFull;

  Flow(SimWorld world, Path path, Endpoint from, Endpoint to) {
    this.world = world;
    this.path = path;
    this.from = from;
    this.to = to;
    this.sendCapacity = from.sendBuffer;
    this.receiveCapacity = to.receiveBuffer;
    this.ring = world.ring(FIRST_RING);
  }

  // ---- the sender's side

  int room() {
    return (int) Math.max(0, sendCapacity - (written - acked));
  }

  /** As the kernel sees it: not at the first free byte, but when a third of the queue is free. */
  boolean isWritable() {
    return room() >= Math.max(1, sendCapacity / 3);
  }

  int write(ByteBuffer source, int atMost) {
    int n = Math.min(Math.min(source.remaining(), atMost), room());
    if (n > 0) {
      reserve(n);
      int at = (int) (written & (ring.length - 1));
      int first = Math.min(n, ring.length - at);
      source.get(ring, at, first);
      source.get(ring, 0, n - first);
      written += n;
      pump();
    }
    return n;
  }

  private void reserve(int more) {
    long needed = written - read + more;
    if (needed > ring.length) {
      byte[] bigger = world.ring(Integer.highestOneBit((int) needed - 1) << 1);
      for (long at = read; at < written; ) {
        int f = (int) (at & (ring.length - 1));
        int t = (int) (at & (bigger.length - 1));
        int n = (int) Math.min(written - at, Math.min(ring.length - f, bigger.length - t));
        System.arraycopy(ring, f, bigger, t, n);
        at += n;
      }
      world.giveRing(ring);
      ring = bigger;
    }
  }

  /** The FIN goes out behind all that is queued. */
  void finish() {
    finQueued = true;
    pump();
  }

  /** Sends what the window allows. */
  private void pump() {
    while (sent < written) {
      long window = receiveCapacity - (sent - read);
      if (window <= 0) {
        windowFull = true;
        return;
      }
      int n = (int) Math.min(Math.min(written - sent, window), MAX_SEGMENT);
      sent += n;
      path.send(from, n, () -> arrived(n));
    }
    if (finQueued && !finSent) {
      finSent = true;
      path.send(from, 0, to::finArrived);
    }
  }

  private void arrived(int n) {
    if (to.refusesInput()) {
      to.answerWithReset();
      return;
    }
    delivered += n;
    world.note(to, "arrived", n);
    to.changed();
    path.send(to, 0, () -> acknowledged(n));
    path.moved(to, n);
  }

  private void acknowledged(int n) {
    acked += n;
    from.changed();
  }

  /** Drops what was not sent yet, as a reset does. */
  void dropUnsent() {
    written = sent;
    finQueued = false;
  }

  boolean isDrained() {
    return written == acked;
  }

  // ---- the receiver's side

  int available() {
    return (int) (delivered - read);
  }

  long deliveredBytes() {
    return delivered;
  }

  long readBytes() {
    return read;
  }

  int read(ByteBuffer target, int atMost) {
    int n = Math.min(Math.min(target.remaining(), atMost), available());
    if (n > 0) {
      int at = (int) (read & (ring.length - 1));
      int first = Math.min(n, ring.length - at);
      target.put(ring, at, first);
      target.put(ring, 0, n - first);
      read += n;
      if (windowFull) {
        windowFull = false;
        path.send(to, 0, this::pump);
      }
    }
    return n;
  }

  void release() {
    if (ring != null) {
      world.giveRing(ring);
      ring = null;
    }
  }
}
