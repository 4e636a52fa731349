package dev.millrace.examples.sim;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.Limits;
import dev.millrace.Timeouts;
import dev.millrace.WriteResult;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
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

  /** A close that takes its time. */
  private static Timeouts patient() {
    return Timeouts.defaults().withDrain(Duration.ofMinutes(5)).withLinger(Duration.ofMinutes(5));
  }

  // ---- echo

  static void echo(Trial trial) {
    long most = Scenario.buffers(trial);
    trial.faults(Scenario.usual(trial.dice()));
    if (trial.dice().below(2) == 0) {
      int kept = (int) trial.dice().skewed(1, 8_192);
      trial.limits(Scenario.limits(trial.dice(), most).withMaxKeptBytes(kept));
    }
    boolean inPieces = trial.dice().below(2) == 0;
    // All has to come back, also to a client far away that ends its output before it has read.
    trial.timeouts(patient());
    trial.server(() -> inPieces ? new EchoesInPieces(trial) : Connection::write);
    echoClients(trial, most, true, false);
  }

  /**
   * An echo that takes a piece, writes it from where it was lent or a copy of it, and leaves the
   * rest for the next call, or for later. What goes out is the same.
   */
  private static final class EchoesInPieces implements ConnectionHandler {
    private final Trial trial;
    private final Ledger pauses;
    private long told;
    private long owed;

    EchoesInPieces(Trial trial) {
      this.trial = trial;
      this.pauses = new Ledger(trial);
    }

    @Override
    public void onData(Connection c, ByteBuffer data) {
      pauses.offered(c);
      Dice dice = trial.dice();
      for (int n = dice.below(4); n >= 0 && data.hasRemaining(); n--) {
        if (piece(c, data, (int) dice.skewed(1, data.remaining())) != WriteResult.ACCEPTED) {
          return; // what is left is offered again when there is room
        }
      }
      if (data.hasRemaining() && dice.below(4) == 0) {
        pauses.pause(c);
        if (dice.below(8) == 0) {
          resume(c);
        } else {
          trial.later(Duration.ofNanos(dice.skewed(0, 50_000_000L)), () -> resume(c));
        }
      }
    }

    private WriteResult piece(Connection c, ByteBuffer data, int n) {
      int from = data.position();
      int limit = data.limit();
      WriteResult result;
      switch (trial.dice().below(4)) {
        case 0 -> {
          data.limit(from + n);
          result = c.write(data);
          data.limit(limit);
        }
        case 1 -> {
          long number = owed;
          data.limit(from + n);
          result = c.write(data, (of, done) -> completed(number));
          data.limit(limit);
          owed += result == WriteResult.ACCEPTED ? 1 : 0;
        }
        case 2 -> result = c.write(data);
        default -> {
          byte[] copy = new byte[n];
          data.get(from, copy);
          result = c.write(ByteBuffer.wrap(copy));
          data.position(result == WriteResult.ACCEPTED ? from + n : from);
        }
      }
      if (result != WriteResult.ACCEPTED && data.position() != from) {
        trial.violated("a refused write moved the position: " + c);
      }
      return result;
    }

    private void completed(long number) {
      if (number != told++) {
        trial.violated("completion " + number + " came when " + (told - 1) + " was next");
      }
    }

    private void resume(Connection c) {
      if (!c.state().isClosing()) {
        pauses.resume(c);
      }
    }

    @Override
    public void onInputEnd(Connection c, int unconsumed) {
      if (unconsumed > 0) {
        trial.violated("the FIN came before " + unconsumed + " kept bytes: " + c);
      }
      c.close();
    }
  }

  static void resetAnywhere(Trial trial) {
    long most = Scenario.buffers(trial);
    FaultPlan plan = Scenario.harsh(trial.dice());
    trial.faults(plan);
    trial.server(() -> Connection::write);
    // A read that comes back short means to the core, as to the kernel, that nothing more is there.
    echoClients(trial, most, false, !plan.has(FaultKind.SHORT_READ));
  }

  /**
   * What they send comes back; {@code whole} if nothing but the peer's own script ends it, {@code
   * read} if what had come before a failed write has to be read.
   */
  private static void echoClients(Trial trial, long most, boolean whole, boolean read) {
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
      trial.check(
          () -> {
            CloseRecord record = trial.recordOf(peer);
            // A write has failed, and reading was not paused for what it left in the queue.
            if (record != null
                && record.operation() == Operation.WRITE
                && record.bytesUnsent() <= Limits.defaults().lowWaterBytes()
                && read
                && peer.unreadBytes() > 0) {
              trial.violated(peer.unreadBytes() + " bytes had come and were not read: " + record);
            }
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
    private final long largest;

    /** The size that was refused: asked for again as it is, as a message would be. */
    private int refused;

    Pours(Trial trial, long total) {
      this(trial, total, 40_000);
    }

    Pours(Trial trial, long total, long largest) {
      this.trial = trial;
      this.ledger = new Ledger(trial);
      this.total = total;
      this.largest = largest;
    }

    @Override
    public void onOpen(Connection c) {
      ledger.opened(c);
      pour(c);
    }

    private void pour(Connection c) {
      while (ledger.accepted() < total) {
        long left = total - ledger.accepted();
        long most = Math.min(left, largest);
        int n = refused;
        if (n == 0) {
          boolean all = trial.dice().below(largest > 40_000 ? 2 : 8) == 0;
          n = (int) (all ? most : trial.dice().skewed(1, most));
        }
        WriteResult result = ledger.write(c, n);
        refused = result == WriteResult.FULL ? n : 0;
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
    long most = Scenario.buffers(trial);
    trial.faults(Scenario.usual(dice));
    long total = dice.skewed(0, most);
    Limits limits = Scenario.limits(dice, total);
    boolean large = most == 100_000 && dice.below(2) == 0;
    if (large) {
      // Writes as large as one may be: they wait until hardly anything is queued.
      total = dice.between(100_000, 300_000);
      limits = limits.withHardLimitBytes(limits.highWaterBytes() + 65_536);
    }
    pourSlowly(trial, total, limits, large ? limits.hardLimitBytes() : 40_000);
  }

  private static void pourSlowly(Trial trial, long total, Limits limits, long largest) {
    Dice dice = trial.dice();
    // What is under test is patience: a close must not cut off who reads slowly.
    trial.timeouts(patient());
    trial.limits(limits);
    trial.server(() -> new Pours(trial, total, largest));
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
    trial.limits(limits);
    trial.timeLimit(Duration.ofHours(2));
    trial.server(() -> new Pours(trial, total));
    int clients = 1 + dice.below(4);
    for (int i = 0; i < clients; i++) {
      SimPeer peer =
          trial.peer(
              p -> {
                Ledger.checked(trial, p).stopReading();
                // Longer than the stall and the drain time-outs together, many times: when one of
                // them
                // is over the kernel is asked, and may have room for a little of the last third.
                p.pause(Duration.ofHours(1)).resumeReading().awaitEnd();
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

  /**
   * Takes one message at a time, of a length that its first two bytes tell, and answers each with
   * so many bytes.
   */
  private static final class Messages implements ConnectionHandler {
    private final Trial trial;
    private final Ledger pauses;
    private final int answer;
    private final Duration sleeps;
    private long answered;
    private boolean finTold;

    Messages(Trial trial, int answer) {
      this(trial, answer, Duration.ZERO);
    }

    /** Begins to read only after a while, when much has come. */
    Messages(Trial trial, int answer, Duration sleeps) {
      this.trial = trial;
      this.sleeps = sleeps;
      this.answer = answer;
      this.pauses = new Ledger(trial);
    }

    @Override
    public void onOpen(Connection c) {
      if (!sleeps.isZero()) {
        pauses.pause(c);
        trial.later(sleeps, () -> resume(c));
      }
    }

    @Override
    public void onData(Connection c, ByteBuffer data) {
      pauses.offered(c);
      if (finTold) {
        trial.violated("a message came after the end of the input: " + c);
      }
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
      ByteBuffer out = ByteBuffer.allocate(answer);
      BytePattern.fill(out, ANSWERS, answered, answer);
      if (c.write(out.flip()) == WriteResult.ACCEPTED) {
        data.position(data.position() + 2 + length);
        answered += answer;
      }
      if (sleeps.isZero() && trial.dice().below(20) == 0) {
        pauses.pause(c);
        if (trial.dice().below(4) == 0) {
          resume(c); // asks for no second look at what it has just seen
        } else {
          trial.later(Duration.ofMillis(trial.dice().below(50)), () -> resume(c));
        }
      }
    }

    private void resume(Connection c) {
      if (!c.state().isClosing()) {
        pauses.resume(c);
      }
    }

    @Override
    public void onInputEnd(Connection c, int unconsumed) {
      finTold = true;
      c.close();
    }
  }

  private static final long ANSWERS = 77;

  /** More than are offered to a handler in its events of one turn and the next. */
  private static final int MANY = 12_300;

  /** Leaves everything until the end of the input, and then answers with how much it was. */
  private static final class KeepsAll implements ConnectionHandler {
    private final Trial trial;
    private final Ledger pauses;
    private int seen;
    private int offers;
    private boolean again;
    private boolean over;

    KeepsAll(Trial trial) {
      this.trial = trial;
      this.pauses = new Ledger(trial);
    }

    @Override
    public void onOpen(Connection c) {
      if (trial.dice().below(2) == 0) {
        trial.later(soon(trial.dice()), () -> pauseFor(c, soon(trial.dice())));
      }
    }

    private void pauseFor(Connection c, Duration time) {
      if (!over) {
        pauses.pause(c);
        trial.later(time, () -> resume(c));
      }
    }

    private void resume(Connection c) {
      if (over) {
        return;
      }
      int before = offers;
      again = true;
      pauses.resume(c);
      trial.later(
          Duration.ofMillis(1),
          () -> {
            if (!over && !c.state().isClosing() && seen > 0 && offers == before) {
              trial.violated("a resume did not offer what is kept: " + c);
            }
          });
    }

    @Override
    public void onData(Connection c, ByteBuffer data) {
      pauses.offered(c);
      if (data.remaining() < seen || (data.remaining() == seen && !again)) {
        trial.violated("offered again with nothing new: " + c);
      }
      again = false;
      offers++;
      seen = data.remaining();
    }

    @Override
    public void onInputEnd(Connection c, int unconsumed) {
      over = true;
      if (unconsumed != seen) {
        trial.violated("of " + seen + " bytes " + unconsumed + " are left: " + c);
      }
      c.write(ByteBuffer.allocate(4).putInt(0, unconsumed));
      c.close();
    }

    @Override
    public void onClosed(Connection c, CloseRecord record) {
      over = true;
    }
  }

  static void keptToTheEnd(Trial trial) {
    Dice dice = trial.dice();
    long most = Scenario.buffers(trial);
    trial.faults(trial.mode() == TrialMode.SAFETY ? Scenario.harsh(dice) : Scenario.usual(dice));
    int maxKept = (int) dice.skewed(1, Math.min(50_000, most));
    trial.limits(Scenario.limits(dice, most).withMaxKeptBytes(maxKept));
    trial.server(() -> new KeepsAll(trial));
    int clients = 1 + dice.below(6);
    for (int i = 0; i < clients; i++) {
      // Around the bound, and anything below.
      int bytes = (int) (dice.below(2) == 0 ? dice.skewed(0, most) : maxKept + dice.below(4) - 1);
      int[] told = {0};
      SimPeer peer =
          trial.peer(
              soon(dice),
              p -> {
                p.onReceived(
                    b -> {
                      for (int at = b.position(); at < b.limit(); at++) {
                        told[0] = told[0] << 8 | (b.get(at) & 0xff);
                      }
                    });
                for (int left = bytes; left > 0; ) {
                  int n = (int) dice.between(1, left);
                  p.sendPattern(3, n).pause(Duration.ofNanos(dice.skewed(0, 100_000_000L)));
                  left -= n;
                }
                p.shutdownOutput().awaitEnd();
              });
      trial.check(
          () -> {
            if (trial.mode() == TrialMode.LIVENESS
                && bytes <= maxKept
                && (peer.receivedBytes() != 4 || told[0] != bytes)) {
              trial.violated("of " + bytes + " kept bytes it was told " + told[0] + ": " + peer);
            }
          });
    }
  }

  /** Messages of one client where the answers are large. */
  private static final int FEW = 3;

  /** Sends so many messages, some of them the largest; returns the length of the longest. */
  private static int sendMessages(Trial trial, SimPeer p, int messages, int largest, int answer) {
    Dice dice = trial.dice();
    int longest = 0;
    if (messages >= MANY) {
      p.send(new byte[2 * messages]).shutdownOutput().awaitEnd(); // all of them without contents
      return 0;
    }
    for (int m = 0; m < messages; m++) {
      int length = dice.below(4) == 0 ? largest - 2 : (int) dice.skewed(0, largest);
      length = Math.max(length, 0);
      longest = Math.max(longest, length);
      byte[] message = new byte[2 + length];
      message[0] = (byte) (length >> 8);
      message[1] = (byte) length;
      for (int b = 0; b < length; b++) {
        message[2 + b] = (byte) (length + b);
      }
      p.send(message);
      switch (dice.below(8)) {
        case 0, 1 -> p.pause(Duration.ofNanos(dice.skewed(0, 200_000_000L)));
        case 2 -> p.awaitReceived((m + 1L) * answer);
        case 3 ->
            p.stopReading().pause(Duration.ofNanos(dice.skewed(0, 2_000_000_000L))).resumeReading();
        default -> {
          // The next comes right behind.
        }
      }
    }
    p.shutdownOutput().awaitEnd();
    return longest;
  }

  /** Where nothing but the peer's own script ends it, every message has to be answered. */
  private static void messageClients(
      Trial trial, int most, int largest, int maxKept, int answer, boolean whole) {
    Dice dice = trial.dice();
    int clients = most == FEW ? 3 + dice.below(6) : most == MANY ? 1 : 1 + dice.below(6);
    for (int i = 0; i < clients; i++) {
      int messages = most == MANY ? MANY + dice.below(1_000) : dice.below(most + 1);
      int[] longest = {0};
      SimPeer peer =
          trial.peer(
              soon(dice),
              p -> {
                long[] position = {0};
                p.onReceived(
                    bytes -> {
                      if (BytePattern.mismatch(bytes, ANSWERS, position[0]) >= 0) {
                        trial.violated("an answer is not what was sent: " + p);
                      }
                      position[0] += bytes.remaining();
                    });
                longest[0] = sendMessages(trial, p, messages, largest, answer);
              });
      trial.check(
          () -> {
            boolean all = peer.receivedBytes() == (long) messages * answer;
            if (whole && !all && longest[0] + 2 <= maxKept) {
              trial.violated("not all of " + messages + " messages were answered: " + peer);
            }
          });
    }
  }

  static void loopBudgetMessages(Trial trial) {
    Dice dice = trial.dice();
    trial.serverHost().buffers((int) dice.skewed(1_000, 16_384), 16_384);
    trial.clientHost().buffers(16_384, (int) dice.skewed(1_000, 16_384));
    trial.faults(Scenario.usual(dice).without(FaultKind.BANDWIDTH).without(FaultKind.SHORT_WRITE));
    // Who is slow is not to be cut here: all of them have to be served in the end.
    trial.timeouts(
        Timeouts.defaults().withWriteStall(Duration.ofMinutes(5)).withDrain(Duration.ofMinutes(5)));
    int answer = (int) dice.between(1_000, 50_000);
    trial.limits(Scenario.limits(dice, 500_000).withMaxKeptBytes(8_000));
    trial.server(() -> new Messages(trial, answer));
    messageClients(trial, FEW, 500, 8_000, answer, true);
  }

  static void messagesInPieces(Trial trial) {
    Dice dice = trial.dice();
    long most = Scenario.buffers(trial);
    FaultPlan plan = trial.mode() == TrialMode.SAFETY ? Scenario.harsh(dice) : Scenario.usual(dice);
    if (dice.below(6) == 0) {
      // All of them arrive at once, the FIN right behind, and take more than one event.
      trial.serverHost().buffers(65_536, 65_536);
      trial.clientHost().buffers(65_536, 65_536);
      trial.faults(plan.without(FaultKind.SHORT_READ));
      trial.server(() -> new Messages(trial, 1, Duration.ofMillis(100)));
      messageClients(trial, MANY, 2, 2, 1, trial.mode() == TrialMode.LIVENESS);
      return;
    }
    trial.faults(plan);
    int largest = (int) dice.skewed(2, Math.min(40_000, most));
    int maxKept = largest + (dice.below(4) == 0 ? 0 : 2);
    int answer = (int) dice.skewed(1, Math.min(40_000, most / 8));
    trial.limits(Scenario.limits(dice, most).withMaxKeptBytes(maxKept));
    trial.server(() -> new Messages(trial, answer));
    messageClients(trial, 9, largest, maxKept, answer, trial.mode() == TrialMode.LIVENESS);
  }
}
