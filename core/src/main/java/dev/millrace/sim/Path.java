package dev.millrace.sim;

import dev.millrace.fault.Dice;
import dev.millrace.fault.FaultKind;
import dev.millrace.fault.FaultPlan;
import java.util.ArrayDeque;

/**
 * The way between the two ends of a connection: order, time and the faults of the network. What is
 * sent from one end arrives in order; while the path is silent it waits, and nobody is told.
 */
final class Path {
  /** Without a plan a segment takes so long: two processes on one machine. */
  private static final long MIN_LATENCY_NANOS = 5_000;

  private static final long MAX_LATENCY_NANOS = 100_000;

  /** A partition drawn for a connection begins within its first second. */
  private static final long PARTITION_WITHIN_NANOS = 1_000_000_000;

  private final SimWorld world;

  /** Who connected. */
  final Endpoint client;

  /** Who accepted; null until the first segment has arrived. */
  Endpoint server;

  private FaultPlan plan;
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private long lastToServer;
  private long lastToClient;
  private long busyToServer;
  private long busyToClient;
  private long bytesPerSecond;
  private int silences;
  private boolean stalled;
  private boolean healed;
  private long moved;
  private long resetAt = -1;
  private long stallAt = -1;
  private long halfCloseAt = -1;

  /** Bytes a second that the simulated peer at the other end takes; 0 as fast as it can. */
  long drainPerSecond;

  Path(SimWorld world, Endpoint client, FaultPlan plan) {
    this.world = world;
    this.client = client;
    this.plan = plan;
    this.silences = client.host.cuts();
    world.paths.add(this);
  }

  /** Draws the faults of this connection; {@code plan} is that of the end under test. */
  void draw(FaultPlan plan) {
    this.plan = plan;
    Dice dice = world.dice();
    resetAt = drawAmount(FaultKind.RESET_AT, dice);
    stallAt = drawAmount(FaultKind.STALL_AT, dice);
    halfCloseAt = drawAmount(FaultKind.HALF_CLOSE_AT, dice);
    drainPerSecond = Math.max(0, drawAmount(FaultKind.SLOW_DRAIN, dice));
    bytesPerSecond = Math.max(0, drawAmount(FaultKind.BANDWIDTH, dice));
    long silence = drawAmount(FaultKind.PARTITION, dice);
    if (silence >= 0) {
      long begin = dice.between(0, PARTITION_WITHIN_NANOS);
      world.after(begin, () -> unlessHealed(this::silence));
      world.after(begin + silence, () -> unlessHealed(this::speak));
    }
  }

  private long drawAmount(FaultKind kind, Dice dice) {
    return plan.happens(kind, dice) ? plan.amount(kind, dice) : -1;
  }

  private Endpoint under() {
    return client.host.isUnderTest() ? client : server;
  }

  private Endpoint other() {
    return client.host.isUnderTest() ? server : client;
  }

  /** What was drawn before the network became well again must neither begin nor end after it. */
  private void unlessHealed(Runnable action) {
    if (!healed) {
      action.run();
    }
  }

  void silence() {
    if (silences++ == 0) {
      world.note(client, "path silent", -1);
    }
  }

  void speak() {
    if (silences > 0 && --silences == 0 && !stalled) {
      world.note(client, "path speaks", -1);
      while (!waiting.isEmpty() && silences == 0 && !stalled) {
        waiting.poll().run();
      }
    }
  }

  /** No fault happens here any more, and those that last are over. */
  void heal() {
    plan = FaultPlan.none();
    healed = true;
    resetAt = -1;
    stallAt = -1;
    halfCloseAt = -1;
    drainPerSecond = 0;
    bytesPerSecond = 0;
    stalled = false;
    silences = Math.min(silences, 1);
    if (silences == 0) {
      silences = 1;
    }
    speak();
    client.answerProbe();
    if (server != null) {
      server.answerProbe();
    }
    if (other() != null) {
      other().changed(); // reads at full speed from now on
    }
  }

  /** Has something arrive at the other end, in its time and behind what was sent before. */
  void send(Endpoint from, int bytes, Runnable arrival) {
    Dice dice = world.dice();
    long takes =
        plan.happens(FaultKind.LATENCY, dice)
            ? plan.amount(FaultKind.LATENCY, dice)
            : dice.between(MIN_LATENCY_NANOS, MAX_LATENCY_NANOS);
    boolean toServer = from == client;
    long leaves = world.nowNanos();
    if (bytesPerSecond > 0) {
      // One after the other: a segment begins when the line has carried the one before it.
      leaves = Math.max(leaves, toServer ? busyToServer : busyToClient);
      leaves += bytes * 1_000_000_000L / bytesPerSecond;
      if (toServer) {
        busyToServer = leaves;
      } else {
        busyToClient = leaves;
      }
    }
    long at = leaves + takes;
    if (toServer) {
      at = lastToServer = Math.max(lastToServer, at);
    } else {
      at = lastToClient = Math.max(lastToClient, at);
    }
    world.at(at, () -> arrive(arrival));
  }

  private void arrive(Runnable arrival) {
    if (silences > 0 || stalled) {
      waiting.add(arrival);
    } else {
      arrival.run();
    }
  }

  /** So many bytes have arrived somewhere: the faults that wait for a number of them. */
  void moved(Endpoint to, int bytes) {
    moved += bytes;
    if (server == null) {
      return;
    }
    if (halfCloseAt >= 0 && to == under() && to.receivedBytes() >= halfCloseAt) {
      halfCloseAt = -1;
      world.note(to, "fault half-close", -1);
      other().shutdownOutput();
    }
    atConnected();
  }

  /** Faults that are due after no byte at all are due now. */
  void atConnected() {
    if (resetAt >= 0 && moved >= resetAt) {
      resetAt = -1;
      world.note(other(), "fault reset", -1);
      other().reset();
    }
    if (stallAt >= 0 && moved >= stallAt) {
      stallAt = -1;
      stalled = true;
      world.note(other(), "fault stall", -1);
    }
  }
}
