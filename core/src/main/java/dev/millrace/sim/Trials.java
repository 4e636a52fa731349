package dev.millrace.sim;

import dev.millrace.LoopOptions;
import dev.millrace.failure.FailureTexts;
import dev.millrace.fault.Dice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Runs a scenario once a seed.
 *
 * <pre>{@code
 * Trials.of(trial -> {
 *       trial.server(() -> (connection, data) -> connection.write(data));
 *       trial.faults(FaultPlan.parse("short-read=0.5 short-write=0.5 latency=1:1ms..50ms"));
 *       SimPeer peer = trial.peer(p -> p.send("hello").awaitReceived(5).shutdownOutput());
 *       trial.check(() -> assertEquals("hello", peer.receivedText()));
 *     })
 *     .seeds(1, 1000);
 * }</pre>
 *
 * <p>Thread rule: one thread; worlds and buffers are used again from run to run. For several
 * threads take several of these.
 */
public final class Trials {
  /** So much of a trace goes into a failure's message; all of it is there by {@link #replay}. */
  private static final int TRACE_LINES = 60;

  private static final LoopOptions DEFAULT_OPTIONS =
      LoopOptions.defaults().withName("sim").withFailureTexts(FailureTexts.none());

  private final Consumer<Trial> scenario;
  private final SimWorld world = new SimWorld(0);
  private final List<ByteBuffer> buffers = new ArrayList<>();
  private int buffersUsed;
  private long lifetimes;
  private TrialMode mode = TrialMode.SAFETY;
  private String replayHint = "Trials.replay(%d)";
  private Function<Dice, LoopOptions> options = dice -> DEFAULT_OPTIONS;

  private Trials(Consumer<Trial> scenario) {
    this.scenario = scenario;
  }

  /**
   * Trials of a scenario.
   *
   * @param scenario sets up one run: server, peers, faults, checks; called once a seed, and may
   *     draw from {@link Trial#dice()}, and from nothing else that is random
   * @return in safety mode
   */
  public static Trials of(Consumer<Trial> scenario) {
    return new Trials(Objects.requireNonNull(scenario, "scenario"));
  }

  /**
   * Sets what is asked for.
   *
   * @param mode default {@link TrialMode#SAFETY}
   * @return this
   */
  public Trials mode(TrialMode mode) {
    this.mode = Objects.requireNonNull(mode, "mode");
    return this;
  }

  /**
   * Sets the options of the loop under test.
   *
   * @param options asked once a run, and may draw; default: {@link LoopOptions#defaults()} with
   *     failure texts that were not learned. Buffers come from a stock of these trials, whatever
   *     the options say
   * @return this
   */
  public Trials loopOptions(Function<Dice, LoopOptions> options) {
    this.options = Objects.requireNonNull(options, "options");
    return this;
  }

  /**
   * Sets the command that a failure's message tells to see it again.
   *
   * @param format with a {@code %d} for the seed
   * @return this
   */
  public Trials replayHint(String format) {
    this.replayHint = Objects.requireNonNull(format, "format");
    return this;
  }

  /**
   * Runs once for each seed of a range, in order.
   *
   * @param first the first seed
   * @param last the last seed
   * @return the number of runs
   * @throws TrialFailed at the first seed whose run broke something
   */
  public long seeds(long first, long last) {
    for (long seed = first; seed <= last; seed++) {
      run(seed);
    }
    return last - first + 1;
  }

  /**
   * Runs once.
   *
   * @param seed decides everything
   * @return the fingerprint of the trace; equal for equal seeds
   * @throws TrialFailed if the run broke something
   */
  public long run(long seed) {
    Outcome outcome = run(seed, false);
    if (outcome.reason != null) {
      Outcome again = run(seed, true);
      throw new TrialFailed(seed, outcome.reason, message(seed, outcome, again), outcome.cause);
    }
    return outcome.fingerprint;
  }

  /**
   * Runs once and shows what happened, broken or not.
   *
   * @param seed decides everything
   * @return the lines of the trace, the last of which says what was broken, if anything was
   */
  public List<String> replay(long seed) {
    Outcome outcome = run(seed, true);
    List<String> lines = world.trace().lines();
    lines.add(
        outcome.reason == null
            ? "seed " + seed + ": nothing was broken"
            : "seed " + seed + ": " + outcome.reason);
    return lines;
  }

  private String message(long seed, Outcome outcome, Outcome again) {
    List<String> lines = world.trace().lines();
    StringBuilder message = new StringBuilder(4096);
    message.append("seed ").append(seed).append(": ").append(outcome.reason);
    message.append("\nto see it again: ").append(String.format(replayHint, seed));
    if (outcome.fingerprint != again.fingerprint) {
      message.append(
          "\nthe second run differed from the first: something is not decided by the seed");
    }
    int from = Math.max(0, lines.size() - TRACE_LINES);
    message.append("\nthe last ").append(lines.size() - from);
    message.append(" of ").append(lines.size()).append(" lines of the trace:");
    for (String line : lines.subList(from, lines.size())) {
      message.append('\n').append(line);
    }
    return message.toString();
  }

  /**
   * How many connections of the server, and made with a connector, have lived and ended in all runs
   * so far.
   *
   * @return a count
   */
  public long lifetimes() {
    return lifetimes;
  }

  private Outcome run(long seed, boolean keepTrace) {
    world.reset(seed);
    if (keepTrace) {
      world.keepTrace();
    }
    buffersUsed = 0;
    String reason;
    Throwable cause = null;
    try {
      Trial trial = new Trial(world, mode, options.apply(world.dice()).withBuffers(this::buffer));
      scenario.accept(trial);
      reason = trial.run();
      lifetimes += trial.records().size();
    } catch (IOException | RuntimeException | AssertionError e) {
      reason = e.getMessage() == null ? e.toString() : e.getMessage();
      cause = e;
    }
    return new Outcome(reason, cause, world.trace().fingerprint());
  }

  private record Outcome(String reason, Throwable cause, long fingerprint) {}

  /** The stock: what one run after the other asks for in the same order, it gets again. */
  private ByteBuffer buffer(int bytes) {
    for (int i = buffersUsed; i < buffers.size(); i++) {
      if (buffers.get(i).capacity() == bytes) {
        ByteBuffer found = buffers.get(i);
        buffers.set(i, buffers.get(buffersUsed));
        buffers.set(buffersUsed++, found);
        return found.clear();
      }
    }
    ByteBuffer made = ByteBuffer.allocateDirect(bytes);
    buffers.add(made);
    buffers.set(buffers.size() - 1, buffers.get(buffersUsed));
    buffers.set(buffersUsed++, made);
    return made;
  }
}
