package dev.millrace.examples.sim;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.Connector;
import dev.millrace.Limits;
import dev.millrace.SocketSettings;
import dev.millrace.Timeouts;
import dev.millrace.failure.FailureKind;
import dev.millrace.fault.Dice;
import dev.millrace.fault.FaultKind;
import dev.millrace.fault.FaultPlan;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trial;
import dev.millrace.sim.TrialMode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/** Time-outs, where nothing disturbs them: then it can be said which it is, and when. */
final class TimeScenarios {
  /** A tick of the wheel, a poll's rounding, and the way of a FIN to the peer and back. */
  private static final long GRACE_NANOS = 20_000_000L;

  /** What a write of the stalling kinds puts behind the kernel's queues. */
  private static final int MUCH = 60_000;

  private static final int QUEUE = 4_096;

  /** More than the peer's queue holds: the rest is still with our kernel when the linger ends. */
  private static final int LAST_WORDS = 2 * QUEUE - 100;

  private TimeScenarios() {}

  private enum Situation {
    IDLE(FailureKind.READ_IDLE),
    IDLE_AFTER_ANSWER(FailureKind.READ_IDLE),
    PAUSED(FailureKind.PAUSED_TIMEOUT),
    HALF_CLOSED(FailureKind.HALF_CLOSED_TIMEOUT),
    WRITE_STALL(FailureKind.WRITE_STALL),
    DRAIN(FailureKind.DRAIN_TIMEOUT),
    LINGER(FailureKind.LINGER_TIMEOUT),
    DEADLINE(FailureKind.DEADLINE),
    LIFETIME(FailureKind.LIFETIME);

    private final FailureKind kind;

    Situation(FailureKind kind) {
      this.kind = kind;
    }
  }

  /** A byte tells which. */
  private static final List<Situation> SITUATIONS = List.of(Situation.values());

  private static Duration between(Dice dice, long minMillis, long maxMillis) {
    return Duration.ofNanos(dice.between(minMillis * 1_000_000, maxMillis * 1_000_000));
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  /** Is told by its peer's first byte which situation it is in, and knows when it has to end. */
  private static final class Timed implements ConnectionHandler {
    private final Trial trial;
    private final Timeouts timeouts;
    private final long openedAt;
    private Situation situation;
    private long due;
    private boolean closed;

    Timed(Trial trial, Timeouts timeouts) {
      this.trial = trial;
      this.timeouts = timeouts;
      this.openedAt = now();
    }

    private long now() {
      return trial.world().nowNanos();
    }

    private void dueIn(Duration time) {
      due = now() + time.toNanos();
    }

    /** As another thread would ask for it, while the connection lives. */
    private void later(Duration delay, Runnable action) {
      trial.later(
          delay,
          () -> {
            if (!closed) {
              action.run();
            }
          });
    }

    @Override
    public void onData(Connection c, ByteBuffer data) {
      boolean first = situation == null;
      if (first) {
        situation = SITUATIONS.get(data.get(data.position()));
      }
      data.position(data.limit());
      Dice dice = trial.dice();
      if (!first) {
        if (situation == Situation.IDLE) {
          dueIn(timeouts.readIdle());
        }
        return;
      }
      switch (situation) {
        case IDLE -> dueIn(timeouts.readIdle());
        case IDLE_AFTER_ANSWER ->
            c.write(ByteBuffer.allocate(MUCH), (of, done) -> dueIn(timeouts.readIdle()));
        case PAUSED -> {
          if (dice.below(2) == 0) {
            c.pauseReading();
            dueIn(timeouts.paused());
          } else {
            later(
                timeouts.readIdle().dividedBy(2),
                () -> {
                  c.pauseReading();
                  dueIn(timeouts.paused());
                });
          }
        }
        case HALF_CLOSED -> {
          // Said when the FIN has come.
        }
        case WRITE_STALL -> {
          if (dice.below(3) == 0) {
            // All of it fits the kernel's queues; what comes later waits from then on.
            c.write(ByteBuffer.allocate(2 * QUEUE));
            later(
                shorter(timeouts.writeStall(), timeouts.readIdle()).multipliedBy(7).dividedBy(10),
                () -> {
                  c.write(ByteBuffer.allocate(100));
                  dueIn(timeouts.writeStall());
                });
            return;
          }
          c.write(ByteBuffer.allocate(MUCH));
          dueIn(timeouts.writeStall());
          if (dice.below(2) == 0) {
            // More to write is no progress.
            later(timeouts.writeStall().dividedBy(2), () -> c.write(ByteBuffer.allocate(10)));
          }
        }
        case DRAIN -> {
          c.write(ByteBuffer.allocate(MUCH));
          c.close();
          dueIn(timeouts.drain());
        }
        case LINGER -> {
          c.write(ByteBuffer.allocate(LAST_WORDS), (of, done) -> dueIn(timeouts.linger()));
          c.close();
        }
        case DEADLINE -> {
          c.deadline(between(dice, 0, 100));
          if (dice.below(2) == 0) {
            c.deadline(Duration.ZERO);
          }
          trial.world().jump(dice.between(0, 5_000_000)); // this callback takes its time
          Duration own = between(dice, 1, timeouts.readIdle().toMillis() * 9 / 10);
          c.deadline(own);
          dueIn(own);
        }
        case LIFETIME -> due = openedAt + timeouts.lifetime().toNanos();
      }
    }

    @Override
    public void onInputEnd(Connection c, int unconsumed) {
      if (situation != Situation.HALF_CLOSED) {
        c.close();
        return;
      }
      dueIn(timeouts.halfClosed());
      if (trial.dice().below(2) == 0) {
        later(
            timeouts.halfClosed().dividedBy(2),
            () -> {
              c.write(ByteBuffer.allocate(10));
              dueIn(timeouts.halfClosed());
            });
      }
    }

    @Override
    public void onClosed(Connection c, CloseRecord record) {
      closed = true;
      if (record.kind() != situation.kind) {
        trial.violated("in the situation " + situation + " it ended with " + record);
        return;
      }
      if (now() < due) {
        trial.violated("the time-out came " + (due - now()) + " ns early: " + record);
      }
      // Who is busy sends its own FIN later: as late as a linger allows.
      long late = situation == Situation.LIFETIME ? timeouts.linger().toNanos() : 0;
      if (now() > due + late + GRACE_NANOS) {
        trial.violated("the time-out came " + (now() - due) + " ns late: " + record);
      }
    }
  }

  static void inTime(Trial trial) {
    Dice dice = trial.dice();
    trial.serverHost().buffers(QUEUE, QUEUE);
    trial.clientHost().buffers(QUEUE, QUEUE);
    trial.faults(FaultPlan.none().with(FaultKind.CONNECT_PENDING, 0.5));
    trial.clientHost().listen(9_000, SimPeer::awaitEnd);
    Timeouts timeouts =
        new Timeouts(
            between(dice, 200, 3_000),
            between(dice, 200, 3_000),
            between(dice, 200, 3_000),
            between(dice, 200, 3_000),
            between(dice, 200, 3_000),
            between(dice, 200, 3_000),
            between(dice, 20_000, 30_000));
    trial.timeouts(timeouts);
    trial.server(() -> new Timed(trial, timeouts));
    int clients = 1 + dice.below(8);
    for (int i = 0; i < clients; i++) {
      Situation situation = SITUATIONS.get(dice.below(SITUATIONS.size()));
      SimPeer peer = trial.peer(between(dice, 0, 2_000), p -> play(p, situation, timeouts, dice));
      if (situation == Situation.LINGER) {
        trial.check(
            () -> {
              // Who took its time to read still gets all of it: a linger never ends with a reset.
              if (peer.receivedBytes() != LAST_WORDS || peer.end() != SimPeer.End.END_OF_INPUT) {
                trial.violated("the end of a linger destroyed what was sent: " + peer);
              }
            });
      }
    }
    // Not where the network heals: then a SYN is answered that was not before.
    for (int n = trial.mode() == TrialMode.SAFETY ? dice.below(3) : 0; n > 0; n--) {
      trial.later(between(dice, 0, 2_000), () -> connectToTheSilent(trial, timeouts));
    }
  }

  private static void play(SimPeer p, Situation situation, Timeouts timeouts, Dice dice) {
    p.send(new byte[] {(byte) SITUATIONS.indexOf(situation)});
    switch (situation) {
      case IDLE -> {
        for (int n = dice.below(3); n > 0; n--) {
          p.pause(timeouts.readIdle().multipliedBy(dice.between(1, 9)).dividedBy(10)).send("x");
        }
      }
      case IDLE_AFTER_ANSWER ->
          p.stopReading()
              .pause(timeouts.writeStall().multipliedBy(dice.between(1, 9)).dividedBy(10))
              .resumeReading();
      case HALF_CLOSED -> p.shutdownOutput();
      case WRITE_STALL -> p.stopReading().pause(Duration.ofSeconds(20)).resumeReading();
      case DRAIN -> p.stopReading().pause(Duration.ofSeconds(20)).resumeReading();
      case LINGER -> p.stopReading().pause(Duration.ofSeconds(20)).resumeReading();
      case LIFETIME -> {
        Duration pause = timeouts.readIdle().dividedBy(2);
        for (long n = 40_000_000_000L / pause.toNanos(); n > 0; n--) {
          p.pause(pause).send("x");
        }
      }
      case PAUSED, DEADLINE -> {
        // What it does changes nothing.
      }
    }
    p.awaitEnd();
  }

  /** A SYN without an answer, or a peer that says nothing. */
  private static void connectToTheSilent(Trial trial, Timeouts timeouts) {
    Duration deadline = between(trial.dice(), 1, 3_000);
    long[] due = {trial.world().nowNanos() + deadline.toNanos()};
    FailureKind[] kind = {FailureKind.CONNECT_TIMEOUT};
    ConnectionHandler handler =
        new ConnectionHandler() {
          @Override
          public void onOpen(Connection c) {
            // The connect's deadline is over with it.
            kind[0] = FailureKind.READ_IDLE;
            due[0] = trial.world().nowNanos() + timeouts.readIdle().toNanos();
          }

          @Override
          public void onData(Connection c, ByteBuffer data) {
            data.position(data.limit());
          }

          @Override
          public void onClosed(Connection c, CloseRecord record) {
            long off = trial.world().nowNanos() - due[0];
            if (record.kind() != kind[0] || off < 0 || off > GRACE_NANOS) {
              trial.violated(off + " ns off, and due was " + kind[0] + ": " + record);
            }
          }
        };
    Connector.connect(
        trial.loop(),
        trial.clientHost().address(9_000),
        deadline,
        trial.watched(handler),
        Limits.defaults(),
        timeouts,
        SocketSettings.defaults());
  }
}
