package dev.millrace;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
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
 * Sends from other threads, against the loop that takes them over and against every way in which a
 * connection ends. Each test sends with a completion; what completions say is read as a digit for
 * true, and a digit with an exclamation mark for false.
 */
public final class SenderStress {
  private SenderStress() {}

  /** One caller sends two messages while the loop takes over, writes and sleeps. */
  @JCStressTest
  @Outcome(id = "12, 12", expect = ACCEPTABLE, desc = "Written and told once, in order.")
  @Outcome(expect = FORBIDDEN, desc = "A message or a completion is lost, doubled or out of order.")
  @State
  public static class SendAgainstSleep {
    private final LoopWithoutKernel world = new LoopWithoutKernel(1);
    private final Sender sender = world.connection().sender();

    @Actor
    public void caller() {
      sender.send(LoopWithoutKernel.message(1), world.completion(1));
      sender.send(LoopWithoutKernel.message(2), world.completion(2));
      world.callerIsDone();
    }

    @Actor
    public void loop() {
      world.drive();
    }

    @Arbiter
    public void end(LL_Result r) {
      r.r1 = LoopWithoutKernel.orNothing(world.done);
      r.r2 = LoopWithoutKernel.orNothing(world.told);
    }
  }

  /** A caller and the loop itself send while the loop takes over. */
  @JCStressTest
  @Outcome(
      id = {"1234, 1234", "1324, 1324", "1342, 1342", "3124, 3124", "3142, 3142", "3412, 3412"},
      expect = ACCEPTABLE,
      desc = "Written and told once, in both callers' orders.")
  @Outcome(expect = FORBIDDEN, desc = "A message or a completion is lost, doubled or out of order.")
  @State
  public static class TwoCallersSend {
    private final LoopWithoutKernel world = new LoopWithoutKernel(1);
    private final Sender sender = world.connection().sender();

    @Actor
    public void caller() {
      sender.send(LoopWithoutKernel.message(1), world.completion(1));
      sender.send(LoopWithoutKernel.message(2), world.completion(2));
      world.callerIsDone();
    }

    @Actor
    public void loop() {
      sender.send(LoopWithoutKernel.message(3), world.completion(3));
      world.loop.turn(0);
      sender.send(LoopWithoutKernel.message(4), world.completion(4));
      world.drive();
    }

    @Arbiter
    public void end(LL_Result r) {
      r.r1 = LoopWithoutKernel.orNothing(world.done);
      r.r2 = LoopWithoutKernel.orNothing(world.told);
    }
  }

  /** Two callers send before the loop looks at all: one of them announces both. */
  @JCStressTest
  @Outcome(
      id = {"1234", "1324", "1342", "3124", "3142", "3412"},
      expect = ACCEPTABLE,
      desc = "All are there, in both callers' orders.")
  @Outcome(expect = FORBIDDEN, desc = "A message is lost, doubled or out of order.")
  @State
  public static class TwoCallersPush {
    private final LoopWithoutKernel world = new LoopWithoutKernel(0);
    private final Sender sender = world.connection().sender();

    @Actor
    public void caller() {
      sender.send(LoopWithoutKernel.message(1));
      sender.send(LoopWithoutKernel.message(2));
    }

    @Actor
    public void anotherCaller() {
      sender.send(LoopWithoutKernel.message(3));
      sender.send(LoopWithoutKernel.message(4));
    }

    @Arbiter
    public void end(L_Result r) {
      world.drive();
      r.r1 = LoopWithoutKernel.orNothing(world.done);
    }
  }

  /** Room for one message, and two callers. */
  @JCStressTest
  @Outcome(id = "ACCEPTED, FULL, 1", expect = ACCEPTABLE, desc = "The first one has the room.")
  @Outcome(id = "FULL, ACCEPTED, 2", expect = ACCEPTABLE, desc = "The second one has the room.")
  @Outcome(expect = FORBIDDEN, desc = "The bound does not hold, or an answer is wrong.")
  @State
  public static class BoundAgainstTwoCallers {
    private static final ConnectionSettings ROOM_FOR_ONE =
        new ConnectionSettings(
            Limits.defaults().withSenderBytes(2 * Sender.OVERHEAD_BYTES),
            Timeouts.defaults(),
            SocketSettings.defaults());

    private final LoopWithoutKernel world = new LoopWithoutKernel(0);
    private final Sender sender = world.connection(ROOM_FOR_ONE).sender();

    @Actor
    public void caller(LLL_Result r) {
      r.r1 = sender.send(LoopWithoutKernel.message(1));
    }

    @Actor
    public void anotherCaller(LLL_Result r) {
      r.r2 = sender.send(LoopWithoutKernel.message(2));
    }

    @Arbiter
    public void end(LLL_Result r) {
      world.drive();
      r.r3 = LoopWithoutKernel.orNothing(world.done);
    }
  }

  /**
   * The connection is cut while a caller sends twice. Read as: the two answers, and what the
   * completions say.
   */
  @JCStressTest
  @Outcome(
      id = {"ACCEPTED, ACCEPTED, 12", "ACCEPTED, ACCEPTED, 12!", "ACCEPTED, ACCEPTED, 1!2!"},
      expect = ACCEPTABLE,
      desc = "Both accepted; those that the kernel did not get before the cut are told false.")
  @Outcome(
      id = {"ACCEPTED, CLOSED, 1", "ACCEPTED, CLOSED, 1!"},
      expect = ACCEPTABLE,
      desc = "The cut came in between: the second is refused and not told.")
  @Outcome(id = "CLOSED, CLOSED, nothing", expect = ACCEPTABLE, desc = "Both after the cut.")
  @Outcome(expect = FORBIDDEN, desc = "Accepted and not told, told twice, or refused and told.")
  @State
  public static class SendAgainstAbort {
    private final LoopWithoutKernel world = new LoopWithoutKernel(1);
    private final Connection connection = world.connection();
    private final Sender sender = connection.sender();

    @Actor
    public void caller(LLL_Result r) {
      r.r1 = sender.send(LoopWithoutKernel.message(1), world.completion(1));
      r.r2 = sender.send(LoopWithoutKernel.message(2), world.completion(2));
      world.callerIsDone();
    }

    @Actor
    public void loop() {
      world.loop.turn(0);
      connection.abort();
      world.drive();
    }

    @Arbiter
    public void end(LLL_Result r) {
      r.r3 = LoopWithoutKernel.orNothing(world.told) + bytesMissing(world);
    }
  }

  /** The connection is closed with delivery while a caller sends twice. */
  @JCStressTest
  @Outcome(id = "ACCEPTED, ACCEPTED, 12", expect = ACCEPTABLE, desc = "Both are delivered.")
  @Outcome(id = "ACCEPTED, CLOSED, 1", expect = ACCEPTABLE, desc = "The close came in between.")
  @Outcome(id = "CLOSED, CLOSED, nothing", expect = ACCEPTABLE, desc = "Both after the close.")
  @Outcome(expect = FORBIDDEN, desc = "Accepted and not delivered, or refused and told.")
  @State
  public static class SendAgainstClose {
    private final LoopWithoutKernel world = new LoopWithoutKernel(1);
    private final Connection connection = world.connection();
    private final Sender sender = connection.sender();

    @Actor
    public void caller(LLL_Result r) {
      r.r1 = sender.send(LoopWithoutKernel.message(1), world.completion(1));
      r.r2 = sender.send(LoopWithoutKernel.message(2), world.completion(2));
      world.callerIsDone();
    }

    @Actor
    public void loop() {
      world.loop.turn(0);
      connection.close();
      world.drive();
    }

    @Arbiter
    public void end(LLL_Result r) {
      r.r3 = LoopWithoutKernel.orNothing(world.told) + bytesMissing(world);
    }
  }

  /** The loop ends while a caller sends: the connection is cut, and its sender with it. */
  @JCStressTest
  @Outcome(
      id = {"ACCEPTED, ACCEPTED, 12", "ACCEPTED, ACCEPTED, 12!", "ACCEPTED, ACCEPTED, 1!2!"},
      expect = ACCEPTABLE,
      desc = "Both accepted; those that the kernel did not get before the end are told false.")
  @Outcome(
      id = {"ACCEPTED, CLOSED, 1", "ACCEPTED, CLOSED, 1!"},
      expect = ACCEPTABLE,
      desc = "The end came in between: the second is refused and not told.")
  @Outcome(id = "CLOSED, CLOSED, nothing", expect = ACCEPTABLE, desc = "Both after the end.")
  @Outcome(expect = FORBIDDEN, desc = "Accepted and not told, told twice, or refused and told.")
  @State
  public static class SendAgainstTheLoopsEnd {
    private final LoopWithoutKernel world = new LoopWithoutKernel(1);
    private final Sender sender = world.connection().sender();

    @Actor
    public void caller(LLL_Result r) {
      r.r1 = sender.send(LoopWithoutKernel.message(1), world.completion(1));
      r.r2 = sender.send(LoopWithoutKernel.message(2), world.completion(2));
      world.callerIsDone();
    }

    @Actor
    public void loop() {
      world.loop.turn(0);
      world.loop.stop();
      world.loop.turn(0);
    }

    @Arbiter
    public void end(LLL_Result r) {
      r.r3 = LoopWithoutKernel.orNothing(world.told) + bytesMissing(world);
    }
  }

  /** The sender is asked for the first time while the connection is cut. */
  @JCStressTest
  @Outcome(
      id = {"ACCEPTED, 1", "ACCEPTED, 1!"},
      expect = ACCEPTABLE,
      desc = "Sent before the end, and told.")
  @Outcome(id = "CLOSED, nothing", expect = ACCEPTABLE, desc = "Closed when it was asked for.")
  @Outcome(expect = FORBIDDEN, desc = "An open sender of a connection that is gone.")
  @State
  public static class FirstSenderAgainstAbort {
    private final LoopWithoutKernel world = new LoopWithoutKernel(1);
    private final Connection connection = world.connection();

    /** The loop takes longer to get there; without this the caller is always first. */
    private volatile boolean cutting;

    @Actor
    public void caller(LL_Result r) {
      while (!cutting) {
        Thread.onSpinWait();
      }
      r.r1 = connection.sender().send(LoopWithoutKernel.message(1), world.completion(1));
      world.callerIsDone();
    }

    @Actor
    public void loop() {
      world.loop.turn(0);
      cutting = true;
      connection.abort();
      world.drive();
    }

    @Arbiter
    public void end(LL_Result r) {
      r.r2 = LoopWithoutKernel.orNothing(world.told) + bytesMissing(world);
    }
  }

  /** Each message is a byte: the record must account for as many as there were completions. */
  private static String bytesMissing(LoopWithoutKernel world) {
    long digits = world.told.chars().filter(Character::isDigit).count();
    if (world.record == null) {
      return " and no record";
    }
    long accounted = world.record.bytesHandedToKernel() + world.record.bytesUnsent();
    return accounted == digits && world.record.bytesHandedToKernel() == world.done.length()
        ? ""
        : " and a wrong record";
  }
}
