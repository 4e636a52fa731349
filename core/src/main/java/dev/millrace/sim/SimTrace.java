package dev.millrace.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * What happened in a world, in order. Everything goes into a fingerprint; the lines themselves are
 * kept only where they were asked for, since a campaign has millions of them and shows those of one
 * run.
 *
 * <p>Two runs with the same seed have the same lines and the same {@link #fingerprint}, on every
 * JDK.
 */
public final class SimTrace {
  /**
   * The last so many lines are kept: a run of a campaign has some thousands, seldom a hundred times
   * that.
   */
  private static final int MAX_LINES = 500_000;

  private final ArrayDeque<String> lines = new ArrayDeque<>();
  private boolean keeping;
  private long dropped;
  private long fingerprint;
  private long count;

  SimTrace() {}

  /** Keeps lines from now on. */
  void keep() {
    keeping = true;
  }

  boolean isKept() {
    return keeping;
  }

  void add(long now, String who, long number, String what, long amount) {
    count++;
    long h = fingerprint * 31 + now;
    h = (h ^ (h >>> 29)) * 0xBF58476D1CE4E5B9L + what.hashCode();
    h = (h ^ (h >>> 32)) * 0x94D049BB133111EBL + number * 1_000_003 + amount;
    fingerprint = h ^ (h >>> 31);
    if (keeping) {
      if (lines.size() == MAX_LINES) {
        lines.removeFirst();
        dropped++;
      }
      lines.add(line(now, who, number, what, amount));
    }
  }

  private static String line(long now, String who, long number, String what, long amount) {
    String micros = Long.toString(now / 1_000);
    StringBuilder line = new StringBuilder(64);
    line.append(" ".repeat(Math.max(0, 12 - micros.length()))).append(micros).append(" us  ");
    String subject = number < 0 ? who : who + "#" + number;
    line.append(subject).append(" ".repeat(Math.max(1, 16 - subject.length()))).append(what);
    return (amount < 0 ? line : line.append(' ').append(amount)).toString();
  }

  /**
   * The lines, oldest first, if they were kept: time in microseconds, who, what, and an amount.
   *
   * @return a copy; empty if {@link SimWorld#keepTrace()} was not called
   */
  public List<String> lines() {
    List<String> copy = new ArrayList<>(lines);
    if (dropped > 0) {
      copy.add(0, "… " + dropped + " earlier lines were dropped");
    }
    return copy;
  }

  /**
   * A number that stands for all that happened, kept as lines or not.
   *
   * @return equal for equal runs
   */
  public long fingerprint() {
    return fingerprint;
  }

  /**
   * How many things happened.
   *
   * @return a count
   */
  public long size() {
    return count;
  }

  void clear() {
    lines.clear();
    keeping = false;
    dropped = 0;
    fingerprint = 0;
    count = 0;
  }
}
