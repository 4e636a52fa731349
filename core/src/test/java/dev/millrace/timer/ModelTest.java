package dev.millrace.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random schedules, cancels, re-arms, jumps of the clock and partial polls, compared at each step
 * with a sorted set of (tick, order of scheduling). Replay a failure with {@code
 * -Dmillrace.seed=<the seed it printed>}.
 */
class ModelTest {
  private static final int SEEDS = 10;
  private static final int STEPS_PER_SEED = 800_000;

  static LongStream seeds() {
    String one = System.getProperty("millrace.seed");
    return one != null ? LongStream.of(Long.parseLong(one)) : LongStream.rangeClosed(1, SEEDS);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void wheelAgreesWithSortedSet(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int left = STEPS_PER_SEED;
    while (left > 0) {
      int steps = 1 + random.nextInt(20_000);
      try {
        Episode episode = new Episode(random);
        while (steps > 0 && left > 0) {
          episode.step();
          left--;
          // A wheel at the end of its time has little left to show.
          steps -= episode.isAtEndOfTime() ? 100 : 1;
        }
      } catch (Throwable failure) {
        throw new AssertionError("replay with -Dmillrace.seed=" + seed, failure);
      }
    }
  }

  /** One wheel, a clock that goes up to the end of its time, and the model. */
  private static final class Episode {
    private final SplittableRandom random;
    private final int tickShift;
    private final long tickNanos;
    private final long start;
    private final TimerWheel wheel;
    private final ModelTimer[] timers;
    private final int longestJump;

    /** All that is scheduled or due; due are those whose tick is not later than currentTick. */
    private final TreeSet<ModelTimer> model =
        new TreeSet<>(
            Comparator.<ModelTimer>comparingLong(t -> t.tick).thenComparingLong(t -> t.sequence));

    private long sequence;
    private long elapsed;
    private long highest;
    private long currentTick;
    private boolean firing;

    Episode(SplittableRandom random) {
      this.random = random;
      this.tickShift = 20 + (random.nextInt(3) == 0 ? random.nextInt(12) : 0);
      this.tickNanos = 1L << tickShift;
      this.start =
          switch (random.nextInt(6)) {
            case 0 -> 0;
            case 1 -> Long.MAX_VALUE - random.nextLong(1L << 40);
            case 2 -> Long.MIN_VALUE + random.nextLong(1L << 40);
            case 3 -> -random.nextLong(1L << 40);
            default -> random.nextLong();
          };
      this.wheel =
          tickNanos == TimerWheel.DEFAULT_TICK_NANOS
              ? new TimerWheel(start)
              : new TimerWheel(start, tickNanos);
      this.timers = new ModelTimer[new int[] {1, 3, 30, 300, 3_000}[random.nextInt(5)]];
      for (int i = 0; i < timers.length; i++) {
        timers[i] = new ModelTimer(this);
      }
      this.longestJump = 22 + random.nextInt(40);
    }

    void step() {
      switch (random.nextInt(16)) {
        case 0, 1, 2, 3, 4, 5, 6 -> schedule(any());
        case 7, 8, 9 -> cancel(any());
        case 10, 11, 12 -> {
          moveClock();
          expire(random.nextInt(4) == 0 ? Integer.MAX_VALUE : random.nextInt(8));
        }
        case 13 -> {
          moveClock();
          advance();
          pollSome(random.nextInt(20));
        }
        case 14 -> pollSome(random.nextInt(3));
        default -> followDelays();
      }
      assertEquals(model.size(), wheel.size());
      checkDelay();
    }

    boolean isAtEndOfTime() {
      return elapsed == Long.MAX_VALUE;
    }

    private ModelTimer any() {
      return timers[random.nextInt(timers.length)];
    }

    private long now() {
      return start + elapsed;
    }

    void schedule(ModelTimer timer) {
      boolean was = model.remove(timer);
      assertEquals(was, timer.isScheduled());
      long deadline =
          random.nextInt(8) == 0
              ? now() - random.nextLong(1L << (1 + random.nextInt(62)))
              : wheel.deadlineAfter(now(), randomDelay());
      long untilDeadline = Math.max(0, deadline - start);
      long dueTick = untilDeadline / tickNanos + (untilDeadline % tickNanos == 0 ? 0 : 1);
      timer.untilDeadline = untilDeadline;
      timer.tick = Math.max(dueTick, currentTick + 1);
      timer.sequence = sequence++;
      model.add(timer);
      wheel.schedule(timer, deadline);
      assertTrue(timer.isScheduled());
      assertEquals(deadline, timer.deadlineNanos());
    }

    private long randomDelay() {
      return switch (random.nextInt(11)) {
        case 0 -> 0;
        case 1 -> -random.nextLong(Long.MAX_VALUE);
        case 2 -> Long.MAX_VALUE - random.nextInt(3);
        case 3, 4 -> random.nextLong(4 * tickNanos);
        // Few different ticks, so that many timers share one.
        case 5 -> (1 + random.nextInt(100)) * tickNanos - elapsed % tickNanos;
        case 6, 7 -> random.nextLong(200 * tickNanos);
        default -> random.nextLong(1L << (20 + random.nextInt(43)));
      };
    }

    void cancel(ModelTimer timer) {
      assertEquals(model.remove(timer), wheel.cancel(timer));
      assertFalse(timer.isScheduled());
    }

    private void moveClock() {
      long jump =
          switch (random.nextInt(12)) {
            case 0 -> 0;
            case 1 -> -Math.min(elapsed, random.nextLong(1L << (1 + random.nextInt(62))));
            case 2, 3 -> random.nextLong(1L << longestJump);
            case 4, 5 -> random.nextLong(300 * tickNanos);
            default -> random.nextLong(3 * tickNanos);
          };
      elapsed += Math.min(jump, Long.MAX_VALUE - elapsed);
    }

    /** The model's part of an advance: it does nothing when the clock has gone backwards. */
    private void modelAdvance() {
      highest = Math.max(highest, elapsed);
      currentTick = highest >> tickShift;
    }

    private void advance() {
      modelAdvance();
      wheel.advance(now());
    }

    private void expire(int max) {
      int due = dueInModel(max);
      modelAdvance();
      int expected = Math.max(due, dueInModel(max));
      firing = true;
      int fired = wheel.expire(now(), max);
      firing = false;
      // A callback may cancel or re-arm what was due behind it, never add to it.
      assertTrue(fired <= expected, "more fired than were due");
      if (fired < max) {
        checkNothingDue();
      }
    }

    private int dueInModel(int max) {
      int due = 0;
      for (ModelTimer timer : model) {
        if (timer.tick > currentTick || due == max) {
          break;
        }
        due++;
      }
      return due;
    }

    private void pollSome(int max) {
      for (int i = 0; i < max; i++) {
        Timer polled = wheel.poll();
        if (polled == null) {
          checkNothingDue();
          return;
        }
        polled.fire();
      }
    }

    private void checkNothingDue() {
      if (!model.isEmpty()) {
        ModelTimer first = model.first();
        assertTrue(first.tick > currentTick, "forgotten in its tick");
        // The same without the model's rounding: a deadline one tick past has been collected,
        // except where it was past already when it was armed, in this very tick.
        assertTrue(
            highest - first.untilDeadline < tickNanos || first.tick == currentTick + 1,
            "more than one tick late");
      }
    }

    /** Called by a timer that fires: it must be the first of the model. */
    void fired(ModelTimer timer) {
      assertFalse(timer.isScheduled());
      assertFalse(model.isEmpty(), "fired without being scheduled");
      assertSame(model.first(), timer, "out of order");
      assertTrue(timer.tick <= currentTick, "fired before its tick");
      assertTrue(timer.untilDeadline <= highest, "fired before its deadline");
      model.pollFirst();
      assertEquals(model.size(), wheel.size());
      if (firing) {
        switch (random.nextInt(8)) {
          case 0, 1 -> schedule(timer);
          case 2 -> schedule(any());
          case 3 -> cancel(any());
          default -> {}
        }
      }
    }

    private void checkDelay() {
      long delay = wheel.nextDelayNanos(now());
      if (model.isEmpty()) {
        assertEquals(Long.MAX_VALUE, delay);
        return;
      }
      long firstTick = model.first().tick;
      if (firstTick <= currentTick) {
        assertEquals(0, delay);
      } else if (firstTick > Long.MAX_VALUE >> tickShift) {
        assertTrue(delay > 0);
      } else {
        long trueDelay = Math.max(0, (firstTick << tickShift) - elapsed);
        assertTrue(delay >= 0 && delay <= trueDelay, "would sleep past a timer");
      }
    }

    /** Sleeps as a loop would: once for each level at most, and then something is due in time. */
    private void followDelays() {
      advance();
      pollSome(Integer.MAX_VALUE);
      if (model.isEmpty() || model.first().tick > Long.MAX_VALUE >> tickShift) {
        return;
      }
      long goal = model.first().tick << tickShift;
      if (goal - elapsed > 1L << longestJump) {
        return; // Else an episode would be over as soon as one timer of centuries is left.
      }
      int waits = 0;
      while (currentTick < model.first().tick) {
        long delay = wheel.nextDelayNanos(now());
        assertTrue(delay > 0, "a wake-up for nothing");
        elapsed += delay;
        advance();
        waits++;
        assertTrue(waits <= TimerWheel.LEVELS, "too many wake-ups");
      }
      assertEquals(goal, elapsed);
      pollSome(1);
    }
  }

  private static final class ModelTimer extends Timer {
    private final Episode episode;
    private long untilDeadline;
    private long tick;
    private long sequence;

    ModelTimer(Episode episode) {
      this.episode = episode;
    }

    @Override
    protected void onTimer() {
      episode.fired(this);
    }
  }
}
