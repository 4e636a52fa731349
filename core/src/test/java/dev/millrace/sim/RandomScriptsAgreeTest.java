package dev.millrace.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random scripts give the same trace on the kernel and in the simulation. {@code
 * -Dmillrace.scripts=100000} runs more of them; {@code -Dmillrace.seed=<the seed it printed>} runs
 * that one alone.
 */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class RandomScriptsAgreeTest {
  private static final int SCRIPTS = 3_000;

  /**
   * The simulation gives the same trace each time, the kernel nearly so: on a loaded machine it may
   * deliver over loopback a moment after the write has returned. Such a trace does not come again.
   */
  private static final int TIMES = 3;

  /** Of how many scripts one may meet that moment; more often it would be no moment any more. */
  private static final int SCRIPTS_A_MOMENT = 1_000;

  @Test
  void tracesAreEqual() throws IOException {
    Long given = Long.getLong("millrace.seed");
    long first = given != null ? given : System.nanoTime();
    int count = given != null ? 1 : Integer.getInteger("millrace.scripts", SCRIPTS);
    int equal = 0;
    int moments = 0;
    Set<String> outcomes = new HashSet<>();
    for (long seed = first; seed < first + count; seed++) {
      List<String> steps = RandomScript.of(seed);
      BothGrounds.Traces traces = BothGrounds.run(steps, seed);
      for (int times = 1; !traces.areEqual(); times++) {
        if (times == TIMES || ++moments > 1 + count / SCRIPTS_A_MOMENT) {
          fail(told(seed, steps, traces));
        }
        System.out.println("-Dmillrace.seed=" + seed + ": again, as they differ:\n" + traces);
        traces = BothGrounds.run(steps, seed);
      }
      equal++;
      for (String line : traces.kernel()) {
        outcomes.add(line.substring(line.indexOf('.') + 1).replaceAll("[0-9]+", "n"));
      }
    }
    System.out.println(
        equal + " random scripts gave equal traces, with " + outcomes.size() + " kinds of steps");
    assertEquals(count, equal);
  }

  private static String told(long seed, List<String> steps, BothGrounds.Traces traces)
      throws IOException {
    BothGrounds.Traces smallest = BothGrounds.run(smallest(steps, seed), seed);
    return "-Dmillrace.seed="
        + seed
        + ": kernel and simulation differ; the smallest script:\n"
        + (smallest.areEqual() ? "  (none: only the whole one did)\n" : smallest)
        + "the whole one:\n"
        + traces;
  }

  /** Leaves out step after step, as long as what is left still differs. */
  private static List<String> smallest(List<String> steps, long seed) throws IOException {
    List<String> small = steps;
    for (boolean shorter = true; shorter; ) {
      shorter = false;
      for (int i = small.size() - 1; i >= 0; i--) {
        List<String> without = new ArrayList<>(small);
        without.remove(i);
        if (!BothGrounds.run(without, seed).areEqual()) {
          small = without;
          shorter = true;
        }
      }
    }
    return small;
  }
}
