package dev.millrace.examples.sim;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.Limits;
import dev.millrace.Timeouts;
import dev.millrace.WriteResult;
import dev.millrace.failure.FailureKind;
import dev.millrace.fault.Dice;
import dev.millrace.fault.FaultKind;
import dev.millrace.fault.FaultPlan;
import dev.millrace.sim.BytePattern;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trial;
import dev.millrace.sim.TrialMode;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Conversations: requests, answers, and those who do not listen. */
final class TalkScenarios {
  private TalkScenarios() {}

  private static Duration soon(Dice dice) {
    return Duration.ofNanos(dice.skewed(0, 3_000_000_000L));
  }

  // ---- echo

  static void echo(Trial trial) {
    long most = Scenario.buffers(trial);
    trial.faults(Scenario.usual(trial.dice()));
    trial.server(() -> Connection::write);
    echoClients(trial, most, true);
  }

  static void resetAnywhere(Trial trial) {
    long most = Scenario.buffers(trial);
    trial.faults(Scenario.harsh(trial.dice()));
    trial.server(() -> Connection::write);
    echoClients(trial, most, false);
  }

  /** What they send comes back; {@code whole} if nothing but the peer's own script ends it. */
  private static void echoClients(Trial trial, long most, boolean whole) {
    Dice dice = trial.dice();
    int clients = 1 + dice.below(12);
    for (int i = 0; i < clients; i++) {
      long total = dice.skewed(0, most);
      int ending = dice.below(whole ? 2 : 4);
      SimPeer[] made = new SimPeer[1];
      SimPeer peer =
          trial.peer(
              soon(dice),
              p -> {
                long key = p.localAddress().getPort();
                long[] position = {0};
                p.onReceived(
                    bytes -> {
                      if (BytePattern.mismatch(bytes, key, position[0]) >= 0) {
                        trial.violated("the echo is not what was sent: " + p);
                      }
                      position[0] += bytes.remaining();
                    });
                talk(p, dice, key, total);
                switch (ending) {
                  case 0 -> p.shutdownOutput().awaitEnd();
                  case 1 -> p.awaitReceived(total).close();
                  case 2 -> p.reset();
                  default -> p.close();
                }
                made[0] = p;
              });
      if (whole) {
        trial.check(
            () -> {
              boolean all = peer.receivedBytes() == total;
              if (!all && !(ending == 1 && peer.end() == SimPeer.End.END_OF_INPUT)) {
                trial.violated("not all came back of " + total + ": " + peer);
              }
              if (!all) {
                trial.violated("ended early, of " + total + ": " + peer);
              }
            });
      }
    }
  }

  /** Sends in pieces, with pauses and moods. */
  private static void talk(SimPeer p, Dice dice, long key, long total) {
    for (long left = total; left > 0; ) {
      long n = dice.between(1, left);
      p.sendPattern(key, n);
      left -= n;
      switch (dice.below(6)) {
        case 0 -> p.pause(soon(dice));
        case 1 -> p.stopReading().pause(soon(dice)).resumeReading();
        case 2 -> p.readAtMost(dice.skewed(1_000, 1_000_000));
        case 3 -> p.readAtMost(0);
        default -> {
          // Goes on at once.
        }
      }
    }
    p.readAtMost(0);
  }

  // ---- large answers

  /** Sends so many bytes when it opens, in writes of drawn sizes, as there is room. */
  static final class Pours implements ConnectionHandler {
    private final Trial trial;
    private final Ledger ledger;
    private final long total;

    Pours(Trial trial, long total) {
      this.trial = trial;
      this.ledger = new Ledger(trial);
      this.total = total;
    }

    @Override
    public void onOpen(Connection c) {
      ledger.opened(c);
      pour(c);
    }

    private void pour(Connection c) {
      while (ledger.accepted() < total) {
        long left = total - ledger.accepted();
        int n = (int) trial.dice().skewed(1, Math.min(left, 40_000));
        WriteResult result = ledger.write(c, n);
        if (result == WriteResult.TOO_LARGE) {
          trial.violated("a write of " + n + " bytes is too large for " + c);
        }
        if (result != WriteResult.ACCEPTED) {
          return; // onWritable, or the end, goes on
        }
      }
      c.close();
    }

    @Override
    public void onWritable(Connection c) {
      pour(c);
    }

    @Override
    public void onData(Connection c, ByteBuffer data) {
      data.position(data.limit());
    }

    @Override
    public void onClosed(Connection c, CloseRecord record) {
      ledger.closed(record);
    }
  }

  static void slowReader(Trial trial) {
    Dice dice = trial.dice();
    long total = dice.skewed(0, Scenario.buffers(trial));
    trial.faults(Scenario.usual(dice));
    Limits limits = Scenario.limits(dice, total);
    // What is under test is patience: a close must not cut off who reads slowly.
    trial.timeouts(
        Timeouts.defaults().withDrain(Duration.ofMinutes(5)).withLinger(Duration.ofMinutes(5)));
    trial.server(() -> new Pours(trial, total), builder -> builder.limits(limits));
    int clients = 1 + dice.below(6);
    for (int i = 0; i < clients; i++) {
      // Slow, but never so slow that nothing moves for as long as the stall allows.
      long rate = Math.max(100, total / 60 + dice.skewed(1, 1_000_000));
      SimPeer peer =
          trial.peer(
              soon(dice),
              p -> {
                Ledger.checked(trial, p).readAtMost(rate);
                if (dice.below(3) == 0) {
                  p.stopReading().pause(soon(dice)).resumeReading();
                }
                p.awaitEnd();
              });
      trial.check(
          () -> {
            if (peer.receivedBytes() != total || peer.end() != SimPeer.End.END_OF_INPUT) {
              trial.violated("a slow reader did not get all " + total + " bytes: " + peer);
            }
          });
    }
  }

  static void peerNeverReads(Trial trial) {
    Dice dice = trial.dice();
    // Queues that are full soon, and an answer that fills them and all that is behind.
    trial.serverHost().buffers((int) dice.skewed(1_000, 16_384), 1_000);
    trial.clientHost().buffers(1_000, (int) dice.skewed(1, 16_384));
    // A write of a few bytes into the last third of a full queue would be progress.
    trial.faults(Scenario.usual(dice).without(FaultKind.SPURIOUS_READY));
    long total = 150_000;
    Limits limits =
        Scenario.limits(dice, total)
            .withLowWaterBytes(0)
            .withHighWaterBytes(10_000)
            .withHardLimitBytes(80_000);
    trial.server(() -> new Pours(trial, total), builder -> builder.limits(limits));
    int clients = 1 + dice.below(4);
    for (int i = 0; i < clients; i++) {
      SimPeer peer =
          trial.peer(
              p -> {
                Ledger.checked(trial, p).stopReading();
                // Longer than the stall and the drain time-outs together.
                p.pause(Duration.ofSeconds(90)).resumeReading().awaitEnd();
              });
      trial.check(
          () -> {
            if (peer.end() != SimPeer.End.RESET) {
              trial.violated("who never reads was not cut: " + peer);
            }
          });
    }
    trial.check(
        () -> {
          for (CloseRecord record : trial.records()) {
            if (record.kind() != FailureKind.WRITE_STALL
                && record.kind() != FailureKind.DRAIN_TIMEOUT) {
              trial.violated("ended otherwise than by a stall: " + record);
            }
          }
        });
  }

  // ---- messages

  /** Takes one message at a time, of a length that its first two bytes tell, and confirms each. */
  private static final class Messages implements ConnectionHandler {
    private final Trial trial;
    private long confirmed;

    Messages(Trial trial) {
      this.trial = trial;
    }

    @Override
    public void onData(Connection c, ByteBuffer data) {
      int n = data.remaining();
      if (n < 2) {
        return;
      }
      int length = data.getShort(data.position()) & 0xffff;
      if (n < 2 + length) {
        return;
      }
      for (int i = 0; i < length; i++) {
        if (data.get(data.position() + 2 + i) != (byte) (length + i)) {
          trial.violated("a message is not what was sent: byte " + i + " of " + length);
          break;
        }
      }
      if (c.write(ByteBuffer.wrap(new byte[] {(byte) confirmed})) == WriteResult.ACCEPTED) {
        data.position(data.position() + 2 + length);
        confirmed++;
      }
      if (trial.dice().below(20) == 0) {
        c.pauseReading();
        trial.later(Duration.ofMillis(trial.dice().below(50)), () -> resume(c));
      }
    }

    private static void resume(Connection c) {
      if (!c.state().isClosing()) {
        c.resumeReading();
      }
    }
  }

  static void messagesInPieces(Trial trial) {
    Dice dice = trial.dice();
    long most = Scenario.buffers(trial);
    FaultPlan plan = trial.mode() == TrialMode.SAFETY ? Scenario.harsh(dice) : Scenario.usual(dice);
    trial.faults(plan);
    int largest = (int) dice.skewed(2, Math.min(20_000, most));
    int maxKept = largest + (dice.below(4) == 0 ? 0 : 2);
    trial.server(
        () -> new Messages(trial),
        builder -> builder.limits(Scenario.limits(dice, most).withMaxKeptBytes(maxKept)));
    int clients = 1 + dice.below(6);
    for (int i = 0; i < clients; i++) {
      trial.peer(
          soon(dice),
          p -> {
            int messages = dice.below(10);
            for (int m = 0; m < messages; m++) {
              int length = (int) dice.skewed(0, largest);
              byte[] message = new byte[2 + length];
              message[0] = (byte) (length >> 8);
              message[1] = (byte) length;
              for (int b = 0; b < length; b++) {
                message[2 + b] = (byte) (length + b);
              }
              p.send(message);
              if (dice.below(4) == 0) {
                p.pause(Duration.ofNanos(dice.skewed(0, 200_000_000L)));
              }
              if (dice.below(4) == 0) {
                p.awaitReceived(m + 1);
              }
            }
            p.shutdownOutput().awaitEnd();
          });
    }
  }
}
