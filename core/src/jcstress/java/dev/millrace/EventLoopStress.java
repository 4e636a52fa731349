package dev.millrace;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.RejectedExecutionException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The queue and the wake-up as a whole loop uses them. The loop's thread turns until it would sleep
 * with nobody left to wake it: what was accepted and is not done by then is lost.
 */
public final class EventLoopStress {
  private EventLoopStress() {}

  /** One caller executes two tasks, the loop sleeps whenever it has nothing to do. */
  @JCStressTest
  @Outcome(id = "12", expect = ACCEPTABLE, desc = "Each once, in the caller's order.")
  @Outcome(expect = FORBIDDEN, desc = "The loop sleeps although a task waits.")
  @State
  public static class ExecuteAgainstSleep {
    private final LoopWithoutKernel world = new LoopWithoutKernel(1);

    @Actor
    public void caller() {
      world.loop.execute(world.task(1));
      world.loop.execute(world.task(2));
      world.callerIsDone();
    }

    @Actor
    public void loop() {
      world.drive();
    }

    @Arbiter
    public void end(L_Result r) {
      r.r1 = LoopWithoutKernel.orNothing(world.done);
    }
  }

  /** The same, with a first sleep that ends by itself, so a wake-up may come to a loop awake. */
  @JCStressTest
  @Outcome(id = "12", expect = ACCEPTABLE, desc = "Each once, in the caller's order.")
  @Outcome(expect = FORBIDDEN, desc = "The loop sleeps although a task waits.")
  @State
  public static class ExecuteAgainstAnEarlyReturn {
    private final LoopWithoutKernel world = new LoopWithoutKernel(1, 1, 0);

    @Actor
    public void caller() {
      world.loop.execute(world.task(1));
      world.loop.execute(world.task(2));
      world.callerIsDone();
    }

    @Actor
    public void loop() {
      world.drive();
    }

    @Arbiter
    public void end(L_Result r) {
      r.r1 = LoopWithoutKernel.orNothing(world.done);
    }
  }

  /**
   * The first sleep fails and the loop opens a new selector, while a caller may still hold the old
   * one to wake it.
   */
  @JCStressTest
  @Outcome(id = "12", expect = ACCEPTABLE, desc = "Each once, in the caller's order.")
  @Outcome(expect = FORBIDDEN, desc = "The wake-up went to the old selector, and the loop sleeps.")
  @State
  public static class ExecuteAgainstANewSelector {
    private final LoopWithoutKernel world = new LoopWithoutKernel(1, 0, 1);

    @Actor
    public void caller() {
      world.loop.execute(world.task(1));
      world.loop.execute(world.task(2));
      world.callerIsDone();
    }

    @Actor
    public void loop() {
      world.drive();
    }

    @Arbiter
    public void end(L_Result r) {
      r.r1 = LoopWithoutKernel.orNothing(world.done);
    }
  }

  /** The loop is stopped on its own thread while a caller executes. */
  @JCStressTest
  @Outcome(id = "accepted, 1", expect = ACCEPTABLE, desc = "Before the end: it is run.")
  @Outcome(id = "refused, nothing", expect = ACCEPTABLE, desc = "After the end: it never runs.")
  @Outcome(expect = FORBIDDEN, desc = "Accepted and not run, or refused and run.")
  @State
  public static class ExecuteAgainstTheEnd {
    private final LoopWithoutKernel world = new LoopWithoutKernel(1);

    @Actor
    public void caller(LL_Result r) {
      try {
        world.loop.execute(world.task(1));
        r.r1 = "accepted";
      } catch (RejectedExecutionException e) {
        r.r1 = "refused";
      }
      world.callerIsDone();
    }

    @Actor
    public void loop() {
      world.loop.turn(0);
      world.loop.stop();
      world.loop.turn(0);
    }

    @Arbiter
    public void end(LL_Result r) {
      r.r2 = LoopWithoutKernel.orNothing(world.done);
    }
  }

  /** Another thread stops the loop, which sleeps whenever it has nothing to do. */
  @JCStressTest
  @Outcome(id = "stopped", expect = ACCEPTABLE, desc = "It was awake, or is woken for it.")
  @Outcome(expect = FORBIDDEN, desc = "The loop sleeps on.")
  @State
  public static class StopAgainstSleep {
    private final LoopWithoutKernel world = new LoopWithoutKernel(1);

    @Actor
    public void caller() {
      world.loop.stop();
      world.callerIsDone();
    }

    @Actor
    public void loop() {
      world.drive();
    }

    @Arbiter
    public void end(L_Result r) {
      r.r1 = world.loop.isStopped() ? "stopped" : "asleep";
    }
  }

  /** Another thread executes and then stops. */
  @JCStressTest
  @Outcome(id = "stopped, 1", expect = ACCEPTABLE, desc = "What came before the stop is run.")
  @Outcome(expect = FORBIDDEN, desc = "The loop sleeps on, or has lost a task.")
  @State
  public static class ExecuteThenStop {
    private final LoopWithoutKernel world = new LoopWithoutKernel(1);

    @Actor
    public void caller() {
      world.loop.execute(world.task(1));
      world.loop.stop();
      world.callerIsDone();
    }

    @Actor
    public void loop() {
      world.drive();
    }

    @Arbiter
    public void end(LL_Result r) {
      r.r1 = world.loop.isStopped() ? "stopped" : "asleep";
      r.r2 = LoopWithoutKernel.orNothing(world.done);
    }
  }
}
