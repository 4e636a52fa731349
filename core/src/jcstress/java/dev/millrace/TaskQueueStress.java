package dev.millrace;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The queue by itself: callers that push, and the loop that takes. Each test has two threads, since
 * jcstress wants a processor for each; where three parties matter, the loop is a caller too, as it
 * is when a task executes another.
 */
public final class TaskQueueStress {
  private TaskQueueStress() {}

  /** A queue, and what was run of it, as digits. */
  static class Rig {
    final TaskQueue queue = new TaskQueue();
    final StringBuilder ran = new StringBuilder();

    /** Any thread. */
    TaskQueue.Offer push(int number, int maxTasks) {
      return queue.push(new TaskQueue.Node(() -> ran.append(number)), maxTasks);
    }

    /** The loop, or the arbiter after it. */
    void collectAndRun() {
      for (int n = queue.collect(); n > 0; n--) {
        queue.next().run();
      }
    }

    String ran() {
      return LoopWithoutKernel.orNothing(ran);
    }
  }

  /** One caller pushes 1 and 2 while the loop takes twice; the arbiter runs the rest. */
  @JCStressTest
  @Outcome(id = "12", expect = ACCEPTABLE, desc = "Each once, in the caller's order.")
  @Outcome(expect = FORBIDDEN, desc = "A task is lost, is run twice, or overtakes another.")
  @State
  public static class PushWhileTheLoopTakes extends Rig {
    @Actor
    public void caller() {
      push(1, 100);
      push(2, 100);
    }

    @Actor
    public void loop() {
      collectAndRun();
      collectAndRun();
    }

    @Arbiter
    public void rest(L_Result r) {
      collectAndRun();
      r.r1 = ran();
    }
  }

  /** Two callers, and nobody takes before both are done. */
  @JCStressTest
  @Outcome(
      id = {"1234", "1324", "1342", "3124", "3142", "3412"},
      expect = ACCEPTABLE,
      desc = "Each once, in both callers' orders.")
  @Outcome(expect = FORBIDDEN, desc = "A task is lost, is run twice, or overtakes another.")
  @State
  public static class TwoCallersPush extends Rig {
    @Actor
    public void caller() {
      push(1, 100);
      push(2, 100);
    }

    @Actor
    public void anotherCaller() {
      push(3, 100);
      push(4, 100);
    }

    @Arbiter
    public void rest(L_Result r) {
      collectAndRun();
      r.r1 = ran();
    }
  }

  /** A caller, the loop as the second caller, and the loop that takes in between. */
  @JCStressTest
  @Outcome(
      id = {"1234", "1324", "1342", "3124", "3142", "3412"},
      expect = ACCEPTABLE,
      desc = "Each once, in both callers' orders.")
  @Outcome(expect = FORBIDDEN, desc = "A task is lost, is run twice, or overtakes another.")
  @State
  public static class TheLoopPushesToo extends Rig {
    @Actor
    public void caller() {
      push(1, 100);
      push(2, 100);
    }

    @Actor
    public void loop() {
      push(3, 100);
      collectAndRun();
      push(4, 100);
      collectAndRun();
    }

    @Arbiter
    public void rest(L_Result r) {
      collectAndRun();
      r.r1 = ran();
    }
  }

  /** Room for one task, and two callers. */
  @JCStressTest
  @Outcome(id = "ACCEPTED, FULL, 1", expect = ACCEPTABLE, desc = "The first one has the room.")
  @Outcome(id = "FULL, ACCEPTED, 2", expect = ACCEPTABLE, desc = "The second one has the room.")
  @Outcome(expect = FORBIDDEN, desc = "The bound does not hold, or an answer is wrong.")
  @State
  public static class BoundAgainstTwoCallers extends Rig {
    @Actor
    public void caller(LLL_Result r) {
      r.r1 = push(1, 1);
    }

    @Actor
    public void anotherCaller(LLL_Result r) {
      r.r2 = push(2, 1);
    }

    @Arbiter
    public void rest(LLL_Result r) {
      collectAndRun();
      r.r3 = ran();
    }
  }

  /**
   * A bound of two, one task there before, six pushed while the loop takes twice and runs none.
   * Read as: how many are held in the end.
   */
  @JCStressTest
  @Outcome(id = "2", expect = ACCEPTABLE, desc = "The bound.")
  @Outcome(
      id = {"3", "4"},
      expect = ACCEPTABLE_INTERESTING,
      desc =
          "Pushed in the moment of the taking, when neither the stack nor the count of what was"
              + " taken shows the tasks: at most twice the bound, as documented.")
  @Outcome(expect = FORBIDDEN, desc = "More than twice the bound, or less than there was room for.")
  @State
  public static class BoundWhileTheLoopTakes extends Rig {
    public BoundWhileTheLoopTakes() {
      push(0, 2);
    }

    @Actor
    public void caller() {
      push(1, 2);
      push(2, 2);
      push(3, 2);
      push(4, 2);
      push(5, 2);
      push(6, 2);
    }

    @Actor
    public void loop() {
      queue.collect();
      queue.collect();
    }

    @Arbiter
    public void rest(L_Result r) {
      r.r1 = queue.collect();
    }
  }

  /**
   * A bound of two; the loop takes and runs while a caller pushes: what is run makes room again, so
   * no refusal may be for ever.
   */
  @JCStressTest
  @Outcome(id = "ACCEPTED", expect = ACCEPTABLE, desc = "There is room when all was run.")
  @Outcome(expect = FORBIDDEN, desc = "What was taken and run still counts.")
  @State
  public static class RoomAgainAfterTheLoopRan extends Rig {
    @Actor
    public void caller() {
      push(1, 2);
      push(2, 2);
      push(3, 2);
    }

    @Actor
    public void loop() {
      collectAndRun();
      collectAndRun();
    }

    @Arbiter
    public void rest(L_Result r) {
      collectAndRun();
      push(4, 2);
      r.r1 = push(5, 2);
    }
  }

  /** The loop ends while a caller pushes. */
  @JCStressTest
  @Outcome(id = "ACCEPTED, ACCEPTED, 12", expect = ACCEPTABLE, desc = "Both before the end.")
  @Outcome(id = "ACCEPTED, CLOSED, 1", expect = ACCEPTABLE, desc = "The end came in between.")
  @Outcome(id = "CLOSED, CLOSED, nothing", expect = ACCEPTABLE, desc = "Both after the end.")
  @Outcome(expect = FORBIDDEN, desc = "Accepted and not run, or refused and run.")
  @State
  public static class CloseAgainstPush extends Rig {
    @Actor
    public void caller(LLL_Result r) {
      r.r1 = push(1, 100);
      r.r2 = push(2, 100);
    }

    @Actor
    public void loop(LLL_Result r) {
      collectAndRun();
      queue.close();
      collectAndRun();
      r.r3 = ran();
    }
  }

  /**
   * The loop is about to sleep while a caller pushes. Read as: what the loop does, who wakes it.
   */
  @JCStressTest
  @Outcome(id = "sleeps, wakes", expect = ACCEPTABLE, desc = "It sleeps, and is woken.")
  @Outcome(id = "stays, leaves", expect = ACCEPTABLE, desc = "It saw the task.")
  @Outcome(
      id = "stays, wakes",
      expect = ACCEPTABLE_INTERESTING,
      desc =
          "It saw the task after the caller had taken the mark: one wake-up in vain, which the next"
              + " select uses up.")
  @Outcome(id = "sleeps, leaves", expect = FORBIDDEN, desc = "Asleep, with a task in the queue.")
  @Outcome(expect = FORBIDDEN, desc = "No such answer.")
  @State
  public static class SleepAgainstPush extends Rig {
    @Actor
    public void caller(LL_Result r) {
      push(1, 100);
      r.r2 = queue.mustWake() ? "wakes" : "leaves";
    }

    @Actor
    public void loop(LL_Result r) {
      r.r1 = queue.aboutToSleep() ? "sleeps" : "stays";
    }
  }

  /** Two callers find the loop asleep: one of them wakes it, as one wake-up is enough. */
  @JCStressTest
  @Outcome(
      id = {"wakes, leaves", "leaves, wakes"},
      expect = ACCEPTABLE,
      desc = "One of them.")
  @Outcome(id = "leaves, leaves", expect = FORBIDDEN, desc = "The loop sleeps on.")
  @Outcome(id = "wakes, wakes", expect = FORBIDDEN, desc = "Two system calls for one batch.")
  @State
  public static class TwoCallersFindTheLoopAsleep extends Rig {
    public TwoCallersFindTheLoopAsleep() {
      queue.aboutToSleep();
    }

    @Actor
    public void caller(LL_Result r) {
      push(1, 100);
      r.r1 = queue.mustWake() ? "wakes" : "leaves";
    }

    @Actor
    public void anotherCaller(LL_Result r) {
      push(2, 100);
      r.r2 = queue.mustWake() ? "wakes" : "leaves";
    }
  }

  /**
   * The poll returns by itself, say for a key, while a caller pushes. Read as: whether the loop was
   * undisturbed, whether the caller wakes.
   */
  @JCStressTest
  @Outcome(id = "true, leaves", expect = ACCEPTABLE, desc = "The push came after the poll.")
  @Outcome(id = "false, wakes", expect = ACCEPTABLE, desc = "The push came before the poll's end.")
  @Outcome(
      id = "true, wakes",
      expect = ACCEPTABLE_INTERESTING,
      desc =
          "The mark was taken between the loop's two looks at it: a wake-up that the spin watch"
              + " does not know of; it costs one early return.")
  @Outcome(expect = FORBIDDEN, desc = "The mark is gone and nobody had it.")
  @State
  public static class AwakeAgainstPush extends Rig {
    public AwakeAgainstPush() {
      queue.aboutToSleep();
    }

    @Actor
    public void caller(LL_Result r) {
      push(1, 100);
      r.r2 = queue.mustWake() ? "wakes" : "leaves";
    }

    @Actor
    public void loop(LL_Result r) {
      r.r1 = queue.awake();
    }
  }
}
