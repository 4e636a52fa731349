package dev.millrace.sim;

import java.util.Arrays;

/**
 * What is going to happen, by time; what is due at the same time happens in the order in which it
 * was put down. A binary heap on parallel arrays, so that an entry costs nothing of its own.
 */
final class Agenda {
  private long[] times = new long[64];
  private long[] numbers = new long[64];
  private Runnable[] actions = new Runnable[64];
  private int size;
  private long nextNumber;

  boolean isEmpty() {
    return size == 0;
  }

  /** The time of the first entry; {@code Long.MAX_VALUE} if there is none. */
  long nextTime() {
    return size == 0 ? Long.MAX_VALUE : times[0];
  }

  void add(long time, Runnable action) {
    if (size == times.length) {
      times = Arrays.copyOf(times, size * 2);
      numbers = Arrays.copyOf(numbers, size * 2);
      actions = Arrays.copyOf(actions, size * 2);
    }
    int at = size++;
    long number = nextNumber++;
    while (at > 0) {
      int parent = (at - 1) / 2;
      if (!isBefore(time, number, parent)) {
        break;
      }
      move(parent, at);
      at = parent;
    }
    put(at, time, number, action);
  }

  /** Takes the first entry out; the agenda must not be empty. */
  Runnable poll() {
    Runnable first = actions[0];
    size--;
    long time = times[size];
    long number = numbers[size];
    Runnable action = actions[size];
    actions[size] = null;
    if (size > 0) {
      int at = 0;
      for (int child; (child = 2 * at + 1) < size; at = child) {
        if (child + 1 < size && isBefore(times[child + 1], numbers[child + 1], child)) {
          child++;
        }
        if (isBefore(time, number, child)) {
          break;
        }
        move(child, at);
      }
      put(at, time, number, action);
    }
    return first;
  }

  void clear() {
    Arrays.fill(actions, 0, size, null);
    size = 0;
    nextNumber = 0;
  }

  private boolean isBefore(long time, long number, int other) {
    return time != times[other] ? time < times[other] : number < numbers[other];
  }

  private void move(int from, int to) {
    put(to, times[from], numbers[from], actions[from]);
  }

  private void put(int at, long time, long number, Runnable action) {
    times[at] = time;
    numbers[at] = number;
    actions[at] = action;
  }
}
