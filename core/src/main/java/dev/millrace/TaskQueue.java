package dev.millrace;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Tasks from other threads: a bounded stack that many push to and the loop empties with one
 * exchange.
 *
 * <p>The loop takes the whole stack and turns it over, so tasks run in the order of the pushes, and
 * those of one caller in that caller's order. A node is the only allocation (24 bytes), none where
 * the node is its own task and is pushed again and again ({@link Sender}). Closing exchanges the
 * stack for a mark that no push gets past: after it a task is refused, before it a task is run;
 * there is no third case.
 *
 * <p>The bound is checked against what is on the stack and what was taken from it; a push that
 * comes while the loop is taking may see neither, so for that moment twice the bound may be held.
 * And a push that was held up may find a {@link Sender}'s node on top a second time, and have
 * counted from its old depth: the stack is in order then, its count off by what was below the node
 * before.
 *
 * <p>Wake-ups: before it sleeps the loop sets a mark and looks once more; a pusher that takes the
 * mark away wakes the selector. So a batch costs one wake-up, and a loop that is awake costs none.
 *
 * <p>Rejected: (1) {@code ConcurrentLinkedQueue}: the same node, but refusing after the end needs a
 * second look at every push, and a bound needs a second counter; (2) waking on every push: each is
 * a system call.
 */
final class TaskQueue {
  /**
   * A task on the stack. Its depth counts those below it, itself included, so the bound needs no
   * counter of its own.
   */
  static class Node {
    final Runnable task;
    Node next;
    int depth;

    Node(Runnable task) {
      this.task = task;
    }
  }

  enum Offer {
    ACCEPTED,
    FULL,
    CLOSED
  }

  private static final Node CLOSED =
      new Node(
          () -> {
            throw new AssertionError("the mark of a closed queue is no task");
          });

  private final AtomicReference<Node> top = new AtomicReference<>();
  private final AtomicBoolean asleep = new AtomicBoolean();

  /** Taken and not yet run, in order; the loop's thread only. */
  private Node first;

  private Node last;

  /**
   * How many those are; written by the loop's thread alone, so an update needs no atomic operation.
   */
  private volatile int taken;

  /** Any thread. Pushes the node; the caller must then call {@link #mustWake}. */
  Offer push(Node node, int maxTasks) {
    Node below = top.get();
    for (; ; ) {
      if (below == CLOSED) {
        return Offer.CLOSED;
      }
      int depth = below == null ? 1 : below.depth + 1;
      if ((long) depth + taken > maxTasks) {
        return Offer.FULL;
      }
      node.next = below;
      node.depth = depth;
      Node seen = top.compareAndExchange(below, node);
      if (seen == below) {
        return Offer.ACCEPTED;
      }
      below = seen;
    }
  }

  /** Any thread, after a push: true for the one caller that has to wake the selector. */
  boolean mustWake() {
    return asleep.get() && asleep.compareAndSet(true, false);
  }

  /** The loop, before a poll that blocks: true if it may sleep, false if a task came in between. */
  boolean aboutToSleep() {
    asleep.set(true);
    if (top.get() != null) {
      asleep.set(false);
      return false;
    }
    return true;
  }

  /**
   * The loop, after the poll: true if nobody took the mark away, so nobody woke the selector for a
   * task.
   */
  boolean awake() {
    boolean undisturbed = asleep.get();
    asleep.set(false);
    return undisturbed;
  }

  boolean isEmpty() {
    Node newest = top.get();
    return first == null && (newest == null || newest == CLOSED);
  }

  /** The loop: takes over what was pushed and returns how many tasks are there to run now. */
  int collect() {
    Node newest = top.get();
    if (newest != null && newest != CLOSED) {
      append(
          top.getAndSet(null)); // only the loop closes, so it can't have become the mark in between
    }
    return taken;
  }

  /**
   * The loop: the next task that was collected, or null. Unlinked before it runs, so that it can be
   * pushed again.
   */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  Runnable next() {
    Node node = first;
    if (node == null) {
      return null;
    }
    first = node.next;
    if (first == null) {
      last = null;
    }
    node.next = null;
    taken = taken - 1;
    return node.task;
  }

  /**
   * The loop, at its end: refuses from now on; what was pushed before stays to be run with {@link
   * #next}.
   */
  void close() {
    Node rest = top.getAndSet(CLOSED);
    if (rest != CLOSED && rest != null) {
      append(rest);
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  private void append(Node newest) {
    Node reversed = null;
    int n = 0;
    for (Node node = newest; node != null; n++) {
      Node below = node.next;
      node.next = reversed;
      reversed = node;
      node = below;
    }
    if (last == null) {
      first = reversed;
    } else {
      last.next = reversed;
    }
    last = newest; // the newest is now the last of the list
    taken = taken + n;
  }
}
