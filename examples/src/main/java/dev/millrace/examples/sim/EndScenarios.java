package dev.millrace.examples.sim;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.ConnectionState;
import dev.millrace.Timeouts;
import dev.millrace.WriteResult;
import dev.millrace.fault.Dice;
import dev.millrace.fault.FaultKind;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trial;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Ends: closes, half-closes, time-outs, and handlers that do or throw anything. */
final class EndScenarios {
  private EndScenarios() {}

  private static Duration soon(Dice dice) {
    return Duration.ofNanos(dice.skewed(0, 3_000_000_000L));
  }

  // ---- close after the answer

  /** Answers the first bytes of a request with a whole answer, and closes. */
  private static final class AnswersAndCloses implements ConnectionHandler {
    private final Ledger ledger;
    private final int bytes;

    AnswersAndCloses(Trial trial, int bytes) {
      this.ledger = new Ledger(trial);
      this.bytes = bytes;
    }

    @Override
    public void onOpen(Connection c) {
      ledger.opened(c);
    }

    @Override
    public void onData(Connection c, ByteBuffer data) {
      ledger.received(data, data.remaining());
      ledger.write(c, bytes);
      c.close();
    }

    @Override
    public void onClosed(Connection c, CloseRecord record) {
      ledger.closed(record);
    }
  }

  static void closeAfterAnswer(Trial trial) {
    Dice dice = trial.dice();
    trial.clientHost().buffers((int) dice.skewed(1_000, 65_536), (int) dice.skewed(1_000, 65_536));
    // Not the smallest ones: an upload that takes longer than the linger time-out is cut off.
    trial.serverHost().buffers((int) dice.skewed(1_000, 65_536), (int) dice.skewed(1_000, 65_536));
    trial.faults(
        Scenario.draw(
            dice,
            FaultKind.SHORT_READ,
            FaultKind.SHORT_WRITE,
            FaultKind.SPURIOUS_READY,
            FaultKind.NULL_ACCEPT));
    int answer = (int) dice.skewed(0, 100_000);
    trial.server(() -> new AnswersAndCloses(trial, answer));
    int clients = 1 + dice.below(8);
    for (int i = 0; i < clients; i++) {
      long upload = dice.skewed(1, 80_000);
      boolean bothWays = dice.below(2) == 0;
      SimPeer peer =
          trial.peer(
              soon(dice),
              p -> {
                Ledger.checked(trial, p);
                if (!bothWays) {
                  p.stopReading(); // writes first, and only then looks for an answer
                }
                Ledger.upload(p, upload);
                p.resumeReading().awaitReceived(answer).shutdownOutput().awaitEnd();
              });
      trial.check(
          () -> {
            if (peer.receivedBytes() != answer || peer.end() != SimPeer.End.END_OF_INPUT) {
              trial.violated("the answer of " + answer + " bytes did not arrive: " + peer);
            }
          });
    }
  }

  // ---- half-close

  /** Ends its own output whenever the dice say so, and goes on reading. */
  private static final class HalfCloser implements ConnectionHandler {
    private final Trial trial;
    private final Ledger ledger;
    private final long largest;
    private boolean ended;

    HalfCloser(Trial trial, long most) {
      this.trial = trial;
      this.largest = most / 4;
      this.ledger = new Ledger(trial);
    }

    @Override
    public void onOpen(Connection c) {
      ledger.opened(c);
      writeSome(c);
    }

    private void writeSome(Connection c) {
      WriteResult result = ledger.write(c, (int) trial.dice().skewed(0, largest));
      if (ended && result != WriteResult.CLOSED) {
        trial.violated("a write after shutdownOutput was " + result + ": " + c);
      }
      if (trial.dice().below(4) == 0) {
        c.shutdownOutput();
        ended = true;
      }
    }

    @Override
    public void onData(Connection c, ByteBuffer data) {
      ledger.received(data, trial.dice().below(data.remaining()) + 1);
      writeSome(c);
    }

    @Override
    public void onWritable(Connection c) {
      writeSome(c);
    }

    @Override
    public void onInputEnd(Connection c, int unconsumed) {
      writeSome(c);
      switch (trial.dice().below(3)) {
        case 0 -> c.close();
        case 1 -> {
          c.shutdownOutput();
          ended = true;
        }
        default -> trial.later(soon(trial.dice()), c::shutdownOutput);
      }
    }

    @Override
    public void onClosed(Connection c, CloseRecord record) {
      ledger.closed(record);
    }
  }

  static void halfClose(Trial trial) {
    Dice dice = trial.dice();
    long most = Scenario.buffers(trial);
    trial.faults(dice.below(2) == 0 ? Scenario.harsh(dice) : Scenario.usual(dice));
    trial.server(() -> new HalfCloser(trial, most));
    int clients = 1 + dice.below(8);
    for (int i = 0; i < clients; i++) {
      trial.peer(
          soon(dice),
          p -> {
            Ledger.checked(trial, p);
            Ledger.upload(p, dice.skewed(0, most / 4));
            if (dice.below(2) == 0) {
              p.awaitEnd();
            }
            p.shutdownOutput().awaitEnd();
          });
    }
  }

  // ---- time-outs

  /** Echoes, pauses at times, sets deadlines at times, and leaves half-closed ones open. */
  private static final class Careless implements ConnectionHandler {
    private final Trial trial;
    private final Ledger pauses;

    Careless(Trial trial) {
      this.trial = trial;
      this.pauses = new Ledger(trial);
    }

    @Override
    public void onData(Connection c, ByteBuffer data) {
      pauses.offered(c);
      c.write(data);
      switch (trial.dice().below(8)) {
        case 0 -> pauses.pause(c);
        case 1 -> {
          pauses.pause(c);
          trial.later(soon(trial.dice()), () -> pauses.resume(c));
        }
        case 2 -> c.deadline(soon(trial.dice()));
        case 3 -> c.deadline(Duration.ZERO);
        default -> {
          // Just an echo.
        }
      }
    }

    @Override
    public void onInputEnd(Connection c, int unconsumed) {
      if (trial.dice().below(2) == 0) {
        c.close();
      }
    }
  }

  private static Duration limit(Dice dice) {
    return dice.below(4) == 0 ? Duration.ZERO : Duration.ofNanos(dice.skewed(1, 10_000_000_000L));
  }

  static void timeOuts(Trial trial) {
    Dice dice = trial.dice();
    long most = Scenario.buffers(trial);
    trial.faults(Scenario.harsh(dice));
    // At least one of them ends whoever does nothing at all.
    trial.timeouts(
        new Timeouts(
            limit(dice),
            limit(dice),
            limit(dice),
            limit(dice),
            limit(dice),
            limit(dice),
            Duration.ofSeconds(30)));
    trial.server(() -> new Careless(trial));
    int clients = 1 + dice.below(8);
    for (int i = 0; i < clients; i++) {
      trial.peer(
          soon(dice),
          p -> {
            int sends = dice.below(6);
            for (int n = 0; n < sends; n++) {
              p.sendPattern(0, dice.skewed(1, most / 4)).pause(soon(dice));
              if (dice.below(4) == 0) {
                p.stopReading().pause(soon(dice)).resumeReading();
              }
            }
            if (dice.below(2) == 0) {
              p.shutdownOutput();
            }
            p.awaitEnd();
          });
    }
  }

  // ---- anything

  /** In every callback one to three of all the things that a handler may do. */
  private static final class DoesAnything implements ConnectionHandler {
    private final Trial trial;
    private final DoesAnything[] others;
    private final Ledger ledger;
    private final long largest;
    private Connection mine;
    private boolean over;

    DoesAnything(Trial trial, DoesAnything[] others, long most) {
      this.trial = trial;
      this.largest = most / 4;
      this.others = others;
      this.ledger = new Ledger(trial);
      others[trial.dice().below(others.length)] = this;
    }

    private void anything() {
      for (int n = 1 + trial.dice().below(3); n > 0; n--) {
        DoesAnything target = this;
        if (trial.dice().below(4) == 0) {
          target = others[trial.dice().below(others.length)];
        }
        if (target != null && target.mine != null && !target.over) {
          one(target.mine, target.ledger);
        }
      }
    }

    /** From outside of the callbacks, where a throw would be the loop's to log. */
    private void task(Connection c) {
      try {
        anything();
      } catch (OnPurpose e) {
        c.abort();
      }
    }

    private void one(Connection c, Ledger of) {
      Dice dice = trial.dice();
      switch (dice.below(24)) {
        case 0, 1, 2, 3 -> of.write(c, (int) dice.skewed(0, largest));
        case 4, 5, 6 -> of.write(c, (int) dice.skewed(0, largest), () -> anything());
        case 7 -> of.write(c, (int) dice.skewed(largest, 200_000));
        case 8, 9 -> of.pause(c);
        case 10, 11, 12 -> of.resume(c);
        case 13 -> c.deadline(Duration.ofNanos(dice.skewed(0, 2_000_000_000L)));
        case 14 -> c.deadline(Duration.ZERO);
        case 15 -> {
          if (c.state() != ConnectionState.CONNECTING && dice.below(3) == 0) {
            c.shutdownOutput();
          }
        }
        case 16 -> {
          if (dice.below(3) == 0) {
            c.close();
          }
        }
        case 17 -> {
          if (dice.below(6) == 0) {
            c.abort();
          }
        }
        case 18 -> trial.later(soon(dice), () -> task(c));
        case 19 -> trial.later(Duration.ZERO, () -> task(c));
        case 20 -> {
          if (dice.below(10) == 0) {
            throw new OnPurpose();
          }
        }
        default -> {
          // Nothing, which is also something.
        }
      }
    }

    @Override
    public void onOpen(Connection c) {
      mine = c;
      ledger.opened(c);
      anything();
    }

    @Override
    public void onData(Connection c, ByteBuffer data) {
      ledger.offered(c);
      int before = data.remaining();
      anything();
      ledger.received(data, trial.dice().below(before + 1));
      anything();
    }

    @Override
    public void onWritable(Connection c) {
      anything();
    }

    @Override
    public void onInputEnd(Connection c, int unconsumed) {
      anything();
      if (trial.dice().below(4) > 0) {
        c.close();
      }
    }

    @Override
    public void onShutdown(Connection c) {
      anything();
      if (trial.dice().below(2) == 0) {
        c.close();
      }
    }

    @Override
    public void onClosed(Connection c, CloseRecord record) {
      ledger.closed(record);
      over = true;
      if (c.sender().isOpen()) {
        trial.violated("the sender is open after the end: " + record);
      }
      anything();
      if (ledger.write(c, 1) != WriteResult.CLOSED) {
        trial.violated("a write was not refused after the end: " + c);
      }
    }
  }

  /** What a handler throws that may do anything. */
  private static final class OnPurpose extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OnPurpose() {
      super("thrown on purpose", null, false, false);
    }
  }

  static void anythingInCallbacks(Trial trial) {
    Dice dice = trial.dice();
    long most = Scenario.buffers(trial);
    trial.faults(dice.below(2) == 0 ? Scenario.harsh(dice) : Scenario.usual(dice));
    DoesAnything[] others = new DoesAnything[4];
    trial.timeouts(
        Timeouts.defaults()
            .withReadIdle(Duration.ofSeconds(5))
            .withPaused(Duration.ofSeconds(5))
            .withHalfClosed(Duration.ofSeconds(5))
            .withWriteStall(Duration.ofSeconds(5))
            .withLifetime(Duration.ofSeconds(60)));
    trial.limits(
        Scenario.limits(dice, most)
            .withMaxKeptBytes((int) dice.skewed(1, 20_000))
            .withLingerBytes(dice.skewed(0, 50_000)));
    trial.server(() -> new DoesAnything(trial, others, most));
    int clients = 1 + dice.below(6);
    for (int i = 0; i < clients; i++) {
      trial.peer(
          soon(dice),
          p -> {
            Ledger.checked(trial, p);
            int sends = dice.below(5);
            for (int n = 0; n < sends; n++) {
              Ledger.upload(p, dice.skewed(0, most / 4));
              switch (dice.below(4)) {
                case 0 -> p.pause(soon(dice));
                case 1 -> p.stopReading().pause(soon(dice)).resumeReading();
                case 2 -> p.readAtMost(dice.skewed(100, 100_000));
                default -> p.readAtMost(0);
              }
            }
            p.readAtMost(0);
            switch (dice.below(8)) {
              case 0 -> p.reset();
              case 1 -> p.close();
              case 2, 3, 4 -> p.shutdownOutput().awaitEnd();
              default -> p.awaitEnd();
            }
          });
    }
  }

  // ---- throwing

  static void handlerThrows(Trial trial) {
    Dice dice = trial.dice();
    long most = Scenario.buffers(trial);
    trial.faults(
        Scenario.harsh(dice)
            .with(FaultKind.HANDLER_THROWS, dice.skewed(1, 200_000) / 1e6)
            .with(FaultKind.TASK_STALL, dice.skewed(1, 500_000) / 1e6)
            .with(FaultKind.CLOCK_JUMP, dice.skewed(1, 20_000) / 1e6, 1_000_000, 90_000_000_000L));
    trial.limits(Scenario.limits(dice, most));
    trial.server(
        () ->
            switch (dice.below(3)) {
              case 0 -> new HalfCloser(trial, most);
              case 1 -> new TalkScenarios.Pours(trial, most);
              default -> new WriteScenarios.Door(trial, most);
            });
    int clients = 1 + dice.below(8);
    for (int i = 0; i < clients; i++) {
      trial.peer(
          soon(dice),
          p -> {
            Ledger.checked(trial, p);
            Ledger.upload(p, dice.skewed(0, most / 4));
            p.pause(soon(dice)).shutdownOutput().awaitEnd();
          });
    }
  }
}
