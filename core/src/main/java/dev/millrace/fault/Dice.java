package dev.millrace.fault;

/**
 * Random numbers from a seed: the same seed gives the same numbers on every JDK, for ever, which
 * the generators of the JDK promise only in part. Allocates nothing; for one thread.
 *
 * <p>The generator is SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
 * Generators, 2014): one addition and three mixing steps a number, and every seed is as good as any
 * other, 0 and 1 too.
 */
public final class Dice {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  /**
   * Dice that begin at a seed.
   *
   * @param seed any number
   */
  public Dice(long seed) {
    this.state = seed;
  }

  /**
   * Begins anew.
   *
   * @param seed any number
   */
  public void reset(long seed) {
    state = seed;
  }

  /**
   * The next 64 random bits.
   *
   * @return any number
   */
  public long next() {
    return mix(state += GOLDEN_GAMMA);
  }

  /**
   * Dice of their own for a part of the whole, so that how often one part throws changes nothing
   * for another: a connection's for each connection, say. Throws none itself, so the same number
   * gives the same dice until {@link #next} is called.
   *
   * @param number which part; two numbers give different seeds
   * @return dice that begin at a seed made of this state and the number
   */
  public Dice branch(long number) {
    return new Dice(mix(mix(state) + number));
  }

  private static long mix(long number) {
    long z = number;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /**
   * A number below a bound, all equally likely (but for a bias of less than bound / 2^63).
   *
   * @param bound above 0
   * @return 0 to bound - 1
   * @throws IllegalArgumentException if there is no number to draw
   */
  public int below(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("bound is " + bound + ", allowed is 1 or more");
    }
    return (int) ((next() >>> 1) % bound);
  }

  /**
   * A number of a range, all equally likely.
   *
   * @param min the smallest
   * @param max the largest, not below {@code min}, and less than 2^63 above it
   * @return {@code min} to {@code max}
   * @throws IllegalArgumentException if that is no range, or too wide a one
   */
  public long between(long min, long max) {
    long span = span(min, max);
    // Of the widest range span + 1 is Long.MIN_VALUE, and a remainder of that is the number itself.
    return span == 0 ? min : min + (next() >>> 1) % (span + 1);
  }

  /**
   * A number of a range, small ones more likely: each power of two above {@code min} gets the same
   * share. For sizes, where the edges are at the small end.
   *
   * @param min the smallest
   * @param max the largest, not below {@code min}, and less than 2^63 above it
   * @return {@code min} to {@code max}
   * @throws IllegalArgumentException if that is no range, or too wide a one
   */
  public long skewed(long min, long max) {
    long span = span(min, max);
    int bits = 64 - Long.numberOfLeadingZeros(span);
    long cap = bits == 0 ? 0 : (1L << below(bits + 1)) - 1;
    return min + between(0, Math.min(cap, span));
  }

  private static long span(long min, long max) {
    long span = max - min;
    if (max < min || span < 0) {
      throw new IllegalArgumentException(
          "range is " + min + ".." + max + ", allowed is going up, by less than 2^63");
    }
    return span;
  }

  /**
   * True with a chance of so many in a million.
   *
   * @param perMillion 0 never, 1,000,000 always
   * @return whether it happens; 0 draws no number
   */
  public boolean happens(int perMillion) {
    return perMillion > 0 && below(1_000_000) < perMillion;
  }
}
