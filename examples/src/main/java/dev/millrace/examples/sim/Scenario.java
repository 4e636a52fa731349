package dev.millrace.examples.sim;

import dev.millrace.Limits;
import dev.millrace.LoopOptions;
import dev.millrace.failure.FailureTexts;
import dev.millrace.fault.Dice;
import dev.millrace.fault.FaultKind;
import dev.millrace.fault.FaultPlan;
import dev.millrace.sim.Trial;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A situation.
 *
 * @param name as on the command line
 * @param what one line on it
 * @param setUp sets up one run of it, and counts what the campaign wants to know
 */
record Scenario(String name, String what, BiConsumer<Trial, Tally> setUp) {

  Scenario(String name, String what, Consumer<Trial> setUp) {
    this(name, what, (trial, tally) -> setUp.accept(trial));
  }

  /** So many queues full are a run of some hundred turns. */
  private static final int QUEUES_FULL = 40;

  /** A budget of a turn is not so small that a connection takes more turns than this. */
  private static final int TURNS = 200;

  /** Sizes at which buffers change hands often; the usual ones among them. */
  private static final int[] BUFFERS = {1 << 10, 1 << 10, 4 << 10, 16 << 10, 64 << 10};

  private static final LoopOptions OPTIONS =
      LoopOptions.defaults()
          .withName("sim")
          .withFailureTexts(FailureTexts.none())
          // A plan may call a key ready a thousand times; the world itself sees a loop that spins.
          .withSpinLimit(1 << 30);

  /** Options of the loop for one run: small buffers more often than not. */
  static LoopOptions options(Scenario scenario, Dice dice) {
    LoopOptions options =
        switch (scenario.name()) {
          case "loop-budget", "loop-budget-messages" -> WriteScenarios.littleMemory(OPTIONS);
          case "link" -> dice.below(8) == 0 ? WriteScenarios.littleMemory(OPTIONS) : OPTIONS;
          case "shutdown-in-the-middle" -> OPTIONS.withMaxQueuedTasks(ServerScenarios.MAX_TASKS);
          case "selector-breaks" -> OPTIONS.withSpinLimit(ServerScenarios.SPIN_LIMIT);
          default -> OPTIONS;
        };
    if (scenario.name().startsWith("loop-budget") && dice.below(3) == 0) {
      options = options.withBudgetStallTimeout(Duration.ZERO); // nor is there its timer then
    }
    if (dice.below(4) == 0) {
      options = options.withPooledBytes(0).withTimersPerTurn(1);
    }
    if (dice.below(4) == 0 && !scenario.name().equals("shutdown-in-the-middle")) {
      options = options.withTasksPerTurn(2 + dice.below(4));
    }
    return options
        .withReadBufferBytes(BUFFERS[dice.below(BUFFERS.length)])
        .withStagingBytes(BUFFERS[dice.below(BUFFERS.length)])
        .withChunkBytes(Math.max(4 << 10, BUFFERS[dice.below(BUFFERS.length)]));
  }

  /** Each of these faults is there or not, often or seldom. */
  static FaultPlan draw(Dice dice, FaultKind... kinds) {
    FaultPlan plan = FaultPlan.none();
    for (FaultKind kind : kinds) {
      if (dice.below(2) == 0) {
        plan = plan.with(kind, dice.skewed(1, 500_000) / 1e6);
      }
    }
    return plan;
  }

  /** What a network that works well does to everybody. */
  static FaultPlan usual(Dice dice) {
    return draw(
        dice,
        FaultKind.SHORT_READ,
        FaultKind.SHORT_WRITE,
        FaultKind.SPURIOUS_READY,
        FaultKind.NULL_ACCEPT,
        FaultKind.LATENCY,
        FaultKind.BANDWIDTH);
  }

  /** What ends connections, beside that. */
  static FaultPlan harsh(Dice dice) {
    return draw(
        dice,
        FaultKind.SHORT_READ,
        FaultKind.SHORT_WRITE,
        FaultKind.SPURIOUS_READY,
        FaultKind.NULL_ACCEPT,
        FaultKind.READ_ERROR,
        FaultKind.WRITE_ERROR,
        FaultKind.RESET_AT,
        FaultKind.STALL_AT,
        FaultKind.HALF_CLOSE_AT,
        FaultKind.SLOW_DRAIN,
        FaultKind.LATENCY,
        FaultKind.BANDWIDTH,
        FaultKind.PARTITION,
        FaultKind.TASK_STALL);
  }

  /**
   * Marks and budgets of one connection, the smallest and the largest that make sense where so many
   * bytes are to be moved.
   */
  static Limits limits(Dice dice, long bytes) {
    long budget = Math.max(1, bytes / TURNS);
    int high = (int) dice.skewed(1, 60_000);
    return Limits.defaults()
        .withLowWaterBytes(0)
        .withHighWaterBytes(high)
        .withLowWaterBytes((int) dice.between(0, high))
        .withHardLimitBytes((int) dice.between(high + 65_536, 200_000))
        .withReadBudgetBytes((int) dice.skewed(budget, 100_000))
        .withWriteBudgetBytes((int) dice.skewed(budget, 100_000));
  }

  /**
   * The kernel's queues, small more often than not.
   *
   * @return how much it makes sense to send through them: some tens of queues full
   */
  static long buffers(Trial trial) {
    Dice dice = trial.dice();
    int[] sizes = new int[4];
    int smallest = Integer.MAX_VALUE;
    // Where one of them is tiny, all that is sent has to be little: so half of the runs have none.
    int least = dice.below(2) == 0 ? 1 : 1 << dice.between(8, 12);
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = (int) dice.skewed(least, 65_536);
      smallest = Math.min(smallest, sizes[i]);
    }
    trial.serverHost().buffers(sizes[0], sizes[1]);
    trial.clientHost().buffers(sizes[2], sizes[3]);
    return Math.min(100_000, QUEUES_FULL * (long) smallest);
  }
}
