package dev.millrace.examples.sim;

import dev.millrace.fault.Dice;
import dev.millrace.sim.TrialFailed;
import dev.millrace.sim.TrialMode;
import dev.millrace.sim.Trials;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Many runs. Seeds are handed out one by one, each thread has worlds of its own, and what comes of
 * a seed depends on nothing but the seed; so the number of threads changes only how long it takes.
 */
final class Campaign {
  /** Told apart from the draws of the run itself. */
  private static final long DRAWS_SCENARIO = 0x5CE4A210L;

  private final List<Scenario> scenarios;
  private final TrialMode mode;
  private final LogWatch log;
  private final AtomicLong next;
  private final long last;
  private final AtomicLong done = new AtomicLong();
  private final Tally tally = new Tally();
  private final AtomicLong lifetimes = new AtomicLong();
  private final AtomicReference<TrialFailed> failed = new AtomicReference<>();
  private final AtomicReference<Throwable> broken = new AtomicReference<>();

  Campaign(List<Scenario> scenarios, TrialMode mode, LogWatch log, long first, long last) {
    this.scenarios = scenarios;
    this.mode = mode;
    this.log = log;
    this.next = new AtomicLong(first);
    this.last = last;
  }

  /** Which scenario a seed is a run of. */
  Scenario scenarioOf(long seed) {
    return scenarios.get(new Dice(seed ^ DRAWS_SCENARIO).below(scenarios.size()));
  }

  long done() {
    return done.get();
  }

  long lifetimes() {
    return lifetimes.get();
  }

  Tally tally() {
    return tally;
  }

  /** The failure with the lowest seed; null if there was none. */
  TrialFailed failed() {
    return failed.get();
  }

  /** Runs on so many threads until all seeds are done or one has failed. */
  void run(int threads) throws InterruptedException {
    Thread[] workers = new Thread[threads];
    for (int i = 0; i < threads; i++) {
      workers[i] = new Thread(this::work, "campaign-" + i);
      workers[i].setDaemon(true);
      workers[i].start();
    }
    for (Thread worker : workers) {
      worker.join();
    }
    Throwable t = broken.get();
    if (t != null) {
      throw new IllegalStateException("the campaign itself broke: " + t, t);
    }
  }

  private void work() {
    try {
      Map<String, Trials> trials = new HashMap<>();
      for (long seed; failed.get() == null && (seed = next.getAndIncrement()) <= last; ) {
        Scenario scenario = scenarioOf(seed);
        Trials of = trials.computeIfAbsent(scenario.name(), name -> trialsOf(scenario));
        try {
          of.run(seed);
        } catch (TrialFailed e) {
          failed.accumulateAndGet(
              e, (one, other) -> one == null || other.seed() < one.seed() ? other : one);
        }
        done.incrementAndGet();
      }
      trials.values().forEach(of -> lifetimes.addAndGet(of.lifetimes()));
    } catch (Throwable t) {
      broken.compareAndSet(null, t);
    }
  }

  Trials trialsOf(Scenario scenario) {
    return Trials.of(
            trial -> {
              scenario.setUp().accept(trial, tally);
              trial.check(
                  () -> {
                    String line = log.takeUnexpected();
                    if (line != null) {
                      trial.violated(line);
                    }
                  });
            })
        .mode(mode)
        .loopOptions(dice -> Scenario.options(scenario, dice))
        .replayHint(
            "java -jar examples/target/millrace-examples.jar sim --scenario "
                + scenario.name()
                + " --mode "
                + mode.name().toLowerCase(java.util.Locale.ROOT)
                + " --replay %d");
  }
}
