package dev.millrace;

import java.util.SplittableRandom;

/**
 * Runs the body of a random test with the seeds 1, 2, 3 and so on, or with the one of {@code
 * -Dmillrace.seed}, and says which one failed.
 */
public final class Seeds {
  private Seeds() {}

  /** What is done with one seed. */
  public interface Body {
    void run(SplittableRandom random) throws Exception;
  }

  public static void each(int seeds, Body body) {
    String one = System.getProperty("millrace.seed");
    long first = one != null ? Long.parseLong(one) : 1;
    long last = one != null ? first : seeds;
    for (long seed = first; seed <= last; seed++) {
      try {
        body.run(new SplittableRandom(seed));
      } catch (Exception | Error failure) {
        throw new AssertionError("replay with -Dmillrace.seed=" + seed, failure);
      }
    }
  }
}
