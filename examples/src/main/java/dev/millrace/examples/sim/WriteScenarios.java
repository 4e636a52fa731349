package dev.millrace.examples.sim;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.Connector;
import dev.millrace.FileRegion;
import dev.millrace.Limits;
import dev.millrace.LoopOptions;
import dev.millrace.Sender;
import dev.millrace.Timeouts;
import dev.millrace.WriteResult;
import dev.millrace.fault.Dice;
import dev.millrace.sim.BytePattern;
import dev.millrace.sim.SimHost;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trial;
import dev.millrace.sim.TrialMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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
  static final class Door implements ConnectionHandler {
    private final Trial trial;
    private final Ledger ledger;
    private final long largest;
    private final List<Door> others;
    private final boolean stops;
    private final int burst;
    private final boolean tell;
    private Sender sender;

    Door(Trial trial, long most) {
      this(trial, most, new ArrayList<>(), false);
    }

    /**
     * Beside others, to which it sends in its own callbacks.
     *
     * @param stops whether it stops the loop at its end, at times
     */
    Door(Trial trial, long most, List<Door> others, boolean stops) {
      this.trial = trial;
      this.others = others;
      this.stops = stops;
      this.burst = trial.dice().below(4);
      this.tell = trial.dice().below(2) == 0;
      this.largest = most / 8;
      this.ledger = new Ledger(trial);
    }

    @Override
    public void onOpen(Connection c) {
      ledger.opened(c);
      sender = c.sender();
      others.add(this);
      if (burst == 0) {
        // Right away, as a thread does that was only waiting for the door.
        for (int n = trial.dice().below(30); n > 0; n--) {
          send(sender);
        }
      }
      int sends = trial.dice().below(20);
      for (int i = 0; i < sends; i++) {
        trial.world().schedule(soon(trial.dice()), () -> send(sender));
      }
      trial.world().schedule(Duration.ofSeconds(3), () -> finish(c, sender));
    }

    private void send(Sender sender) {
      int size = (int) (burst == 0 ? 4 * largest : trial.dice().skewed(0, largest));
      boolean wasOpen = sender.isOpen();
      boolean direct = trial.dice().below(2) == 0;
      WriteResult result =
          tell
              ? ledger.send(sender, size, direct, this::sendMore)
              : ledger.send(sender, size, direct);
      if (!wasOpen && result != WriteResult.CLOSED) {
        trial.violated("a closed sender answered " + result);
      }
    }

    /** What is told that one has gone may send the next, in the same event. */
    private void sendMore() {
      if (trial.dice().below(4) == 0) {
        send(sender);
      }
    }

    private void sendToOne() {
      if (!others.isEmpty()) {
        Door one = others.get(trial.dice().below(others.size()));
        one.send(one.sender);
      }
    }

    private void finish(Connection c, Sender sender) {
      send(sender);
      if (trial.dice().below(2) == 0) {
        trial.later(Duration.ZERO, c::close);
      } else {
        trial.later(Duration.ZERO, () -> halfClose(c));
      }
      send(sender);
    }

    private void halfClose(Connection c) {
      c.shutdownOutput();
      if (sender.isOpen()) {
        trial.violated("the sender is open after shutdownOutput: " + c);
      }
    }

    @Override
    public void onData(Connection c, ByteBuffer data) {
      ledger.received(data, data.remaining());
      switch (trial.dice().below(30)) {
        case 0 -> c.close();
        case 1, 2, 3 -> sendToOne(); // beside what other threads do at this moment
        default -> {
          // Goes on.
        }
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
      others.remove(this);
      sendToOne();
      if (stops && trial.dice().below(8) == 0) {
        trial.loop().stop();
      }
    }
  }

  static void senders(Trial trial) {
    Dice dice = trial.dice();
    long most = Scenario.buffers(trial);
    trial.faults(dice.below(2) == 0 ? Scenario.harsh(dice) : Scenario.usual(dice));
    int senderBytes = (int) (dice.below(2) == 0 ? dice.skewed(1_000, 400_000) : 400_000);
    trial.limits(Scenario.limits(dice, most).withSenderBytes(senderBytes));
    List<Door> doors = new ArrayList<>();
    trial.server(() -> new Door(trial, most, doors, false));
    int clients = 1 + dice.below(6);
    for (int i = 0; i < clients; i++) {
      trial.peer(
          soon(dice),
          p -> {
            Ledger.checked(trial, p);
            Ledger.upload(p, dice.skewed(0, most / 8));
            switch (dice.below(4)) {
              case 0 -> p.readAtMost(dice.skewed(1_000, 100_000));
              case 1 -> p.stopReading().pause(soon(dice)).resumeReading();
              default -> {
                // As fast as it can.
              }
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
    trial.limits(Scenario.limits(dice, most));
    trial.server(() -> new Leg(trial));
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
    // No time-out helps who is forgotten: it has to be remembered.
    trial.timeouts(
        Timeouts.defaults()
            .withDrain(Duration.ofMinutes(5))
            .withReadIdle(Duration.ZERO)
            .withPaused(Duration.ZERO));
    boolean large = dice.below(3) == 0;
    long total = dice.below(2) == 0 ? dice.skewed(0, 100_000) : dice.between(50_000, 150_000);
    Limits drawn =
        Scenario.limits(dice, total).withWriteBudgetBytes((int) dice.skewed(2_000, 100_000));
    if (large) {
      // More than fits the queue, so that the largest writes have to wait for all the others.
      total = dice.between(100_000, 150_000);
      drawn = drawn.withLowWaterBytes(0).withHighWaterBytes(5_000).withHardLimitBytes(70_536);
    }
    loopBudget(trial, total, drawn);
  }

  private static void loopBudget(Trial trial, long total, Limits limits) {
    Dice dice = trial.dice();
    trial.limits(limits);
    trial.server(
        () ->
            dice.below(3) == 0
                ? new Pushes(trial, total, limits)
                : new TalkScenarios.Pours(trial, total));
    int clients = 2 + dice.below(8);
    boolean someStop = dice.below(2) == 0;
    boolean[] stopped = {false};
    if (trial.mode() == TrialMode.SAFETY && dice.below(4) == 0) {
      // At such a moment some have nothing in their queues, and all of it with the sender.
      trial
          .world()
          .schedule(
              Duration.ofNanos(dice.between(0, 3_000_000_000L)),
              () -> {
                stopped[0] = true;
                if (dice.below(2) == 0) {
                  trial.loop().stop();
                } else {
                  var unused = trial.server().shutdown(Duration.ofNanos(dice.below(2)));
                }
              });
    }
    for (int i = 0; i < clients; i++) {
      boolean stops = someStop && dice.below(3) == 0;
      boolean[] all = {false};
      SimPeer peer =
          trial.peer(
              soon(dice),
              p -> {
                Ledger.checked(trial, p);
                if (stops) {
                  p.stopReading().pause(Duration.ofMinutes(2)).resumeReading();
                }
                p.awaitReceived(total).then(() -> all[0] = true).shutdownOutput().awaitEnd();
              });
      // Who stops is cut for the memory that it holds, or by its stall; the others go on, and don't
      // wait longer for it than that takes.
      trial
          .world()
          .schedule(
              Duration.ofMinutes(5),
              () -> {
                if (!stops && !stopped[0] && !all[0]) {
                  trial.violated("after five minutes not all had come: " + peer);
                }
              });
      trial.check(
          () -> {
            if (!stops && !stopped[0] && peer.receivedBytes() != total) {
              trial.violated("not all of " + total + " bytes came: " + peer);
            }
          });
    }
  }

  /** The same from another thread: all of it at once, so that it waits with the sender. */
  private static final class Pushes implements ConnectionHandler {
    private final Trial trial;
    private final Ledger ledger;
    private final long total;
    private final long largest;
    private final boolean tell;

    Pushes(Trial trial, long total, Limits limits) {
      // As large as one may be: it waits until nothing else is queued.
      this.largest = trial.dice().below(2) == 0 ? 20_000 : limits.hardLimitBytes();
      this.tell = trial.dice().below(2) == 0;
      this.trial = trial;
      this.ledger = new Ledger(trial);
      this.total = total;
    }

    @Override
    public void onOpen(Connection c) {
      ledger.opened(c);
      while (ledger.accepted() < total) {
        long most = Math.min(total - ledger.accepted(), largest);
        int n = (int) (trial.dice().below(2) == 0 ? most : trial.dice().skewed(1, most));
        WriteResult result =
            tell ? ledger.send(c.sender(), n, true, () -> {}) : ledger.send(c.sender(), n, false);
        if (result != WriteResult.ACCEPTED) {
          trial.violated("a send within its bound was " + result + ": " + c);
          return;
        }
      }
      // The end is left to the peer, who has it all then.
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

  // ---- files

  private static final long FILE_KEY = 4_711;
  private static final int FILE_BYTES = 1 << 18;

  /**
   * Made at the first use: a file that holds the pattern which all connections of this kind send.
   */
  private static final class PatternFile {
    static final Path PATH = make();

    private static Path make() {
      try {
        Path path = Files.createTempFile("millrace-sim", ".bytes");
        path.toFile().deleteOnExit();
        ByteBuffer bytes = ByteBuffer.allocate(FILE_BYTES);
        BytePattern.fill(bytes, FILE_KEY, 0, FILE_BYTES);
        return Files.write(path, bytes.array());
      } catch (IOException e) {
        throw new UncheckedIOException("no file to send from", e);
      }
    }
  }

  /** A region of a file that is shortened after it was opened: its rest can never be sent. */
  private static FileRegion brokenFile(long from, int bytes) {
    try {
      Path path = Files.createTempFile("millrace-sim", ".short");
      try {
        ByteBuffer contents = ByteBuffer.allocate(bytes);
        BytePattern.fill(contents, FILE_KEY, from, bytes);
        Files.write(path, contents.array());
        FileRegion region = FileRegion.open(path, 0, bytes);
        Files.write(path, Arrays.copyOf(contents.array(), bytes / 2));
        return region;
      } finally {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no file to shorten", e);
    }
  }

  /** Writes from memory and from a file in turn, and ends in some way. */
  private static final class Serves implements ConnectionHandler {
    private final Trial trial;
    private final Ledger ledger;
    private final long most;
    private int left;

    Serves(Trial trial, long most) {
      this.trial = trial;
      this.ledger = new Ledger(trial);
      this.most = most;
      this.left = 1 + trial.dice().below(8);
    }

    @Override
    public void onOpen(Connection c) {
      ledger.opened(FILE_KEY);
      serve(c);
    }

    private void serve(Connection c) {
      Dice dice = trial.dice();
      while (left > 0) {
        WriteResult result;
        if (dice.below(2) == 0) {
          result = ledger.write(c, (int) dice.skewed(0, most / 8), () -> {});
        } else {
          int n = (int) dice.skewed(0, most / 4);
          if (dice.below(40) == 0) {
            result = ledger.write(c, brokenFile(ledger.accepted(), n + 1), dice.below(2) == 0);
            left--;
            continue;
          }
          try {
            result =
                ledger.write(
                    c, FileRegion.open(PatternFile.PATH, ledger.accepted(), n), dice.below(2) == 0);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
        if (result != WriteResult.ACCEPTED) {
          return;
        }
        left--;
        if (dice.below(6) == 0) {
          trial.later(soon(dice), () -> serve(c));
          return;
        }
      }
      switch (dice.below(8)) {
        case 0 -> c.shutdownOutput();
        case 1 -> c.abort();
        default -> c.close();
      }
    }

    @Override
    public void onWritable(Connection c) {
      serve(c);
    }

    @Override
    public void onData(Connection c, ByteBuffer data) {
      data.position(data.limit());
    }

    @Override
    public void onClosed(Connection c, CloseRecord record) {
      left = 0;
      ledger.closed(record);
    }
  }

  static void files(Trial trial) {
    Dice dice = trial.dice();
    long most = Scenario.buffers(trial);
    trial.faults(dice.below(2) == 0 ? Scenario.harsh(dice) : Scenario.usual(dice));
    trial.limits(Scenario.limits(dice, most));
    trial.server(() -> new Serves(trial, most));
    int clients = 1 + dice.below(5);
    for (int i = 0; i < clients; i++) {
      trial.peer(
          soon(dice),
          p -> {
            Ledger.checked(trial, p, FILE_KEY);
            if (dice.below(3) == 0) {
              p.stopReading().pause(soon(dice)).resumeReading();
            }
            p.sendPattern(3, dice.skewed(0, 1_000));
            switch (dice.below(4)) {
              case 0 -> p.pause(soon(dice)).reset();
              case 1 -> p.pause(soon(dice)).close();
              case 2 -> p.shutdownOutput().awaitEnd();
              default -> p.awaitEnd();
            }
          });
    }
  }
}
