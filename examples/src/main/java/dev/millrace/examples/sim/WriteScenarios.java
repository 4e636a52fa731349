package dev.millrace.examples.sim;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.Connector;
import dev.millrace.LoopOptions;
import dev.millrace.Sender;
import dev.millrace.Timeouts;
import dev.millrace.WriteResult;
import dev.millrace.fault.Dice;
import dev.millrace.sim.SimHost;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trial;
import dev.millrace.sim.TrialMode;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Output: who is told, who may send, who has to wait. */
final class WriteScenarios {
  private WriteScenarios() {}

  private static Duration soon(Dice dice) {
    return Duration.ofNanos(dice.skewed(0, 2_000_000_000L));
  }

  // ---- completions

  /** Writes the next when it is told of the last, and more than one at times. */
  private static final class Chain implements ConnectionHandler {
    private final Trial trial;
    private final Ledger ledger;
    private final long largest;
    private int left;

    Chain(Trial trial, long most) {
      this.trial = trial;
      this.ledger = new Ledger(trial);
      this.left = trial.dice().below(40);
      this.largest = most / 20;
    }

    @Override
    public void onOpen(Connection c) {
      ledger.opened(c);
      next(c);
    }

    private void next(Connection c) {
      if (left == 0) {
        c.close();
        return;
      }
      int size = (int) trial.dice().skewed(0, largest);
      WriteResult result = ledger.write(c, size, () -> next(c));
      if (result == WriteResult.ACCEPTED) {
        left--;
      }
      if (trial.dice().below(8) == 0) {
        ledger.write(c, (int) trial.dice().skewed(0, 100), () -> {});
      }
      if (trial.dice().below(40) == 0) {
        c.shutdownOutput();
      }
      if (trial.dice().below(80) == 0) {
        c.abort();
      }
    }

    @Override
    public void onWritable(Connection c) {
      next(c);
    }

    @Override
    public void onData(Connection c, ByteBuffer data) {
      ledger.received(data, data.remaining());
    }

    @Override
    public void onClosed(Connection c, CloseRecord record) {
      ledger.closed(record);
    }
  }

  static void completions(Trial trial) {
    Dice dice = trial.dice();
    long most = Scenario.buffers(trial);
    trial.faults(Scenario.harsh(dice));
    trial.server(() -> new Chain(trial, most));
    int clients = 1 + dice.below(8);
    for (int i = 0; i < clients; i++) {
      trial.peer(
          soon(dice),
          p -> {
            Ledger.checked(trial, p);
            Ledger.upload(p, dice.skewed(0, most / 8));
            if (dice.below(3) == 0) {
              p.stopReading().pause(soon(dice)).resumeReading();
            }
            switch (dice.below(4)) {
              case 0 -> p.pause(soon(dice)).reset();
              case 1 -> p.pause(soon(dice)).close();
              case 2 -> p.shutdownOutput().awaitEnd();
              default -> p.awaitEnd();
            }
          });
    }
  }

  // ---- senders

  /** Opens its door to another thread, and may close it at any time. */
  private static final class Door implements ConnectionHandler {
    private final Trial trial;
    private final Ledger ledger;
    private final long largest;

    Door(Trial trial, long most) {
      this.trial = trial;
      this.largest = most / 8;
      this.ledger = new Ledger(trial);
    }

    @Override
    public void onOpen(Connection c) {
      ledger.opened(c);
      Sender sender = c.sender();
      int sends = trial.dice().below(20);
      for (int i = 0; i < sends; i++) {
        trial.world().schedule(soon(trial.dice()), () -> send(sender));
      }
      trial.world().schedule(Duration.ofSeconds(3), () -> finish(c, sender));
    }

    private void send(Sender sender) {
      int size = (int) trial.dice().skewed(0, largest);
      boolean wasOpen = sender.isOpen();
      WriteResult result = ledger.send(sender, size, trial.dice().below(2) == 0);
      if (!wasOpen && result != WriteResult.CLOSED) {
        trial.violated("a closed sender answered " + result);
      }
    }

    private void finish(Connection c, Sender sender) {
      send(sender);
      trial.later(Duration.ZERO, c::close);
      send(sender);
    }

    @Override
    public void onData(Connection c, ByteBuffer data) {
      ledger.received(data, data.remaining());
      if (trial.dice().below(30) == 0) {
        c.close();
      }
    }

    @Override
    public void onInputEnd(Connection c, int unconsumed) {
      if (trial.dice().below(2) == 0) {
        c.close();
      }
    }

    @Override
    public void onClosed(Connection c, CloseRecord record) {
      ledger.closed(record);
      if (c.sender().isOpen()) {
        trial.violated("the sender is open after the end: " + record);
      }
    }
  }

  static void senders(Trial trial) {
    Dice dice = trial.dice();
    long most = Scenario.buffers(trial);
    trial.faults(dice.below(2) == 0 ? Scenario.harsh(dice) : Scenario.usual(dice));
    int senderBytes = (int) dice.skewed(1_000, 100_000);
    trial.server(
        () -> new Door(trial, most),
        builder -> builder.limits(Scenario.limits(dice, most).withSenderBytes(senderBytes)));
    int clients = 1 + dice.below(6);
    for (int i = 0; i < clients; i++) {
      trial.peer(
          soon(dice),
          p -> {
            Ledger.checked(trial, p);
            Ledger.upload(p, dice.skewed(0, most / 8));
            if (dice.below(3) == 0) {
              p.readAtMost(dice.skewed(1_000, 100_000));
            }
            switch (dice.below(3)) {
              case 0 -> p.pause(soon(dice)).close();
              case 1 -> p.shutdownOutput().awaitEnd();
              default -> p.awaitEnd();
            }
          });
    }
  }

  // ---- forwarding

  /** One leg of a pair: what comes here goes out there, and who is full pauses the other. */
  private static final class Leg implements ConnectionHandler {
    private final Trial trial;
    private Connection here;
    private Leg other;
    private boolean over;

    Leg(Trial trial) {
      this.trial = trial;
    }

    @Override
    public void onOpen(Connection c) {
      here = c;
      if (other == null) {
        // Accepted: the way on has to be made.
        Leg upstream = new Leg(trial);
        upstream.other = this;
        other = upstream;
        c.pauseReading();
        SimHost host = trial.clientHost();
        upstream.here =
            Connector.connect(
                c.loop(), host.address(9_000), Duration.ofSeconds(5), trial.watched(upstream));
      } else {
        other.here.resumeReading();
      }
    }

    @Override
    public void onData(Connection c, ByteBuffer data) {
      if (other.over) {
        data.position(data.limit());
        return;
      }
      WriteResult result = other.here.write(data);
      if (result == WriteResult.FULL) {
        c.pauseReading();
      } else if (result != WriteResult.ACCEPTED) {
        data.position(data.limit());
        c.close();
      } else if (other.here.queuedBytes() > 20_000) {
        c.pauseReading();
        trial.later(Duration.ofMillis(trial.dice().below(20)), () -> resume(c));
      }
    }

    private void resume(Connection c) {
      if (!over) {
        c.resumeReading();
      }
    }

    @Override
    public void onWritable(Connection c) {
      if (!other.over && other.here != null) {
        other.here.resumeReading();
      }
    }

    @Override
    public void onInputEnd(Connection c, int unconsumed) {
      if (unconsumed > 0) {
        // The other side has no room for it, or is gone: an honest forwarder has to give up.
        c.close();
      }
      if (other.over || other.here == null) {
        c.close();
      } else if (other.here.state() == dev.millrace.ConnectionState.CONNECTING) {
        other.here.close();
      } else {
        other.here.shutdownOutput();
      }
    }

    @Override
    public void onClosed(Connection c, CloseRecord record) {
      over = true;
      if (other != null && !other.over && other.here != null) {
        other.here.close();
      }
    }
  }

  static void forwarder(Trial trial) {
    Dice dice = trial.dice();
    long most = Scenario.buffers(trial);
    trial.faults(dice.below(2) == 0 ? Scenario.harsh(dice) : Scenario.usual(dice));
    SimHost host = trial.clientHost();
    host.listen(
        9_000,
        p -> {
          p.readAtMost(dice.skewed(1_000, 1_000_000));
          p.sendPattern(p.localAddress().getPort(), dice.skewed(0, most / 2));
          p.pause(soon(dice)).shutdownOutput().awaitEnd();
        });
    trial.server(() -> new Leg(trial), builder -> builder.limits(Scenario.limits(dice, most)));
    int clients = 1 + dice.below(6);
    for (int i = 0; i < clients; i++) {
      trial.peer(
          soon(dice),
          p -> {
            p.sendPattern(1, dice.skewed(0, most / 2));
            if (dice.below(3) == 0) {
              p.stopReading().pause(soon(dice)).resumeReading();
            }
            p.shutdownOutput().awaitEnd();
          });
    }
  }

  // ---- the loop's budget

  static LoopOptions littleMemory(LoopOptions options) {
    return options.withBudgetBytes(1 << 18).withBudgetStallTimeout(Duration.ofSeconds(2));
  }

  static void loopBudget(Trial trial) {
    Dice dice = trial.dice();
    trial.serverHost().buffers((int) dice.skewed(500, 4_000), 4_096);
    trial.clientHost().buffers(4_096, (int) dice.skewed(500, 4_000));
    trial.faults(Scenario.usual(dice));
    trial.timeouts(Timeouts.defaults().withDrain(Duration.ofMinutes(5)));
    long total = dice.skewed(0, 100_000);
    trial.server(
        () -> new TalkScenarios.Pours(trial, total),
        builder -> builder.limits(Scenario.limits(dice, total)));
    int clients = 2 + dice.below(8);
    boolean someStop = trial.mode() == TrialMode.SAFETY && dice.below(2) == 0;
    for (int i = 0; i < clients; i++) {
      boolean stops = someStop && dice.below(3) == 0;
      SimPeer peer =
          trial.peer(
              soon(dice),
              p -> {
                Ledger.checked(trial, p);
                if (stops) {
                  p.stopReading().pause(Duration.ofMinutes(2)).resumeReading();
                }
                p.awaitEnd();
              });
      if (!someStop) {
        trial.check(
            () -> {
              if (peer.receivedBytes() != total) {
                trial.violated("not all of " + total + " bytes came: " + peer);
              }
            });
      }
    }
  }
}
