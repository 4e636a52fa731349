package dev.millrace.examples.sim;

import dev.millrace.CapPolicy;
import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.ConnectionState;
import dev.millrace.Connector;
import dev.millrace.ServerStats;
import dev.millrace.ShutdownReport;
import dev.millrace.WriteResult;
import dev.millrace.failure.FailureKind;
import dev.millrace.fault.Dice;
import dev.millrace.fault.FaultKind;
import dev.millrace.fault.FaultPlan;
import dev.millrace.sim.SimHost;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trial;
import dev.millrace.sim.TrialMode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Servers and networks: limits, shutdowns, connects, and cables pulled. */
final class ServerScenarios {
  private ServerScenarios() {}

  private static Duration soon(Dice dice) {
    return Duration.ofNanos(dice.skewed(0, 3_000_000_000L));
  }

  /** Tasks that may wait in a loop that is given too many on purpose. */
  static final int MAX_TASKS = 2_000;

  /** Early returns after which a selector is replaced, where that is the subject. */
  static final int SPIN_LIMIT = 16;

  private static SimPeer echoClient(Trial trial, Duration after, long bytes) {
    return trial.peer(
        after, p -> p.sendPattern(3, bytes).awaitReceived(bytes).pause(soon(trial.dice())).close());
  }

  // ---- limits

  static void descriptorsRunOut(Trial trial) {
    Dice dice = trial.dice();
    FaultPlan plan = Scenario.usual(dice);
    if (dice.below(2) == 0) {
      plan = plan.with(FaultKind.ACCEPT_EMFILE, dice.skewed(1, 500_000) / 1e6);
    }
    if (dice.below(2) == 0) {
      plan = plan.with(FaultKind.OPEN_EMFILE, dice.skewed(1, 500_000) / 1e6);
    }
    // Where an accept fails only when there is really no descriptor left.
    boolean real =
        !plan.has(FaultKind.ACCEPT_EMFILE)
            && !plan.has(FaultKind.OPEN_EMFILE)
            && !plan.has(FaultKind.NULL_ACCEPT);
    trial.faults(plan);
    trial.server(() -> Connection::write);
    // Two of the selector, the listener, its reserve; and so many for clients.
    int limit = 4 + dice.below(6);
    trial.serverHost().descriptorLimit(limit);
    int count = 1 + dice.below(18);
    for (int i = 0; i < count; i++) {
      SimPeer client = echoClient(trial, soon(dice), dice.skewed(0, 5_000));
      trial.check(
          () -> {
            // Shed, or served: nobody is left hanging once there is room again.
            if (!client.isDone()) {
              trial.violated("neither served nor told: " + client);
            }
          });
    }
    // When the crowd has gone there is room again, and the server has to notice.
    trial.world().schedule(Duration.ofSeconds(60), () -> trial.serverHost().descriptorLimit(100));
    if (trial.mode() == TrialMode.LIVENESS) {
      SimPeer late = echoClient(trial, Duration.ofSeconds(80), 100);
      trial.check(
          () -> {
            if (late.receivedBytes() != 100) {
              trial.violated("not served though descriptors were there again: " + late);
            }
          });
    }
    trial.check(
        () -> {
          ServerStats stats = trial.server().stats();
          long told = trial.records().size();
          if (real && stats.shed() != stats.acceptFailures()) {
            trial.violated("not each failed accept has shed a client: " + stats);
          }
          if (stats.accepted() != told || stats.open() != 0) {
            trial.violated("accepted and not told of: " + stats + ", records " + told);
          }
        });
  }

  static void capReached(Trial trial) {
    Dice dice = trial.dice();
    trial.faults(Scenario.usual(dice));
    int cap = 1 + dice.below(4);
    int perAddress = dice.below(2) == 0 ? 0 : 1 + dice.below(4);
    CapPolicy policy = dice.below(2) == 0 ? CapPolicy.WAIT : CapPolicy.REJECT;
    int[] most = {0, 0};
    trial.server(
        () ->
            new ConnectionHandler() {
              @Override
              public void onOpen(Connection c) {
                most[0] = Math.max(most[0], ++most[1]);
              }

              @Override
              public void onData(Connection c, ByteBuffer data) {
                c.write(data);
              }

              @Override
              public void onClosed(Connection c, CloseRecord record) {
                most[1]--;
              }
            },
        builder ->
            builder.maxConnections(cap).maxConnectionsPerAddress(perAddress).capPolicy(policy));
    int count = 1 + dice.below(16);
    List<SimPeer> clients = new ArrayList<>();
    boolean[] empty = {false};
    Duration after = Duration.ofSeconds(15);
    trial.world().schedule(after, () -> empty[0] = trial.server().stats().open() == 0);
    SimPeer late = echoClient(trial, after.plusMillis(1), 100);
    for (int i = 0; i < count; i++) {
      clients.add(echoClient(trial, soon(dice), dice.skewed(1, 5_000)));
    }
    trial.check(
        () -> {
          if (most[0] > cap || (perAddress > 0 && most[0] > perAddress)) {
            trial.violated(most[0] + " were open at a time, the cap is " + cap);
          }
          ServerStats stats = trial.server().stats();
          if (stats.open() != 0 || stats.accepted() != trial.records().size()) {
            trial.violated("accepted and not told of: " + stats);
          }
          if (empty[0] && late.receivedBytes() != 100) {
            trial.violated("not served though nobody else was there: " + late);
          }
          if (policy == CapPolicy.WAIT && stats.rejectedByCap() != 0) {
            trial.violated("rejected though it should wait: " + stats);
          }
          boolean served = policy == CapPolicy.WAIT && perAddress == 0;
          for (SimPeer client : clients) {
            if (served && client.end() != SimPeer.End.CLOSED_HERE) {
              trial.violated("not served though it only had to wait: " + client);
            }
          }
        });
  }

  // ---- shutdown

  static void shutdownInTheMiddle(Trial trial) {
    Dice dice = trial.dice();
    long total = dice.skewed(0, Scenario.buffers(trial));
    FaultPlan plan = dice.below(2) == 0 ? Scenario.harsh(dice) : Scenario.usual(dice);
    if (dice.below(4) == 0) {
      plan = plan.with(FaultKind.HANDLER_THROWS, dice.skewed(1, 200_000) / 1e6);
    }
    trial.faults(plan);
    trial.limits(Scenario.limits(dice, total));
    trial.server(
        () ->
            dice.below(2) == 0
                ? new TalkScenarios.Pours(trial, total)
                : (ConnectionHandler) Connection::write);
    int count = 1 + dice.below(10);
    for (int i = 0; i < count; i++) {
      long bytes = dice.skewed(0, total + 1);
      trial.peer(
          soon(dice),
          p -> {
            p.sendPattern(3, bytes);
            if (dice.below(2) == 0) {
              p.stopReading().pause(soon(dice)).resumeReading();
            }
            p.awaitEnd();
          });
    }
    ShutdownReport[] report = new ShutdownReport[1];
    Duration[] granted = new Duration[1];
    boolean inTime = !plan.has(FaultKind.TASK_STALL);
    int[] recordsBefore = new int[1];
    trial
        .world()
        .schedule(
            soon(dice),
            () -> {
              if (trial.isEnding()) {
                return; // all were done before
              }
              Runnable counts = () -> recordsBefore[0] = trial.records().size();
              trial.loop().execute(counts);
              if (dice.below(4) == 0) {
                fillTasks(trial, counts); // a loop that is full can be shut down all the same
              }
              Duration deadline = dice.below(4) == 0 ? Duration.ZERO : soon(dice);
              granted[0] = deadline.plusMillis(100);
              var unused = trial.server().shutdown(deadline).thenAccept(done -> report[0] = done);
            });
    trial.check(
        () -> {
          if (report[0] == null) {
            return; // all were done before it was asked for
          }
          ShutdownReport r = report[0];
          if (inTime && r.took().compareTo(granted[0]) > 0) {
            trial.violated("longer than was granted, " + granted[0] + ": " + r);
          }
          int told = r.idleClosed() + r.drained() + r.lingerCut() + r.cut();
          if (told != trial.records().size() - recordsBefore[0]) {
            trial.violated(
                "the report counts "
                    + told
                    + " ends, there were "
                    + (trial.records().size() - recordsBefore[0])
                    + ": "
                    + r);
          }
          long unsent = 0;
          for (CloseRecord record : trial.records()) {
            unsent += record.bytesUnsent();
          }
          if (r.unsentBytes() > unsent) {
            trial.violated("more unsent than the records know, " + unsent + ": " + r);
          }
        });
  }

  private static void fillTasks(Trial trial, Runnable task) {
    try {
      for (int n = 0; n < MAX_TASKS; n++) {
        trial.loop().execute(task);
      }
      trial.violated("more tasks were taken than may wait");
    } catch (RejectedExecutionException e) {
      // As many wait as may.
    }
  }

  static void loopStops(Trial trial) {
    Dice dice = trial.dice();
    long most = Scenario.buffers(trial);
    trial.faults(Scenario.harsh(dice));
    List<WriteScenarios.Door> doors = new ArrayList<>();
    trial.server(
        () ->
            dice.below(2) == 0
                ? new TalkScenarios.Pours(trial, most)
                : new WriteScenarios.Door(trial, most, doors, true));
    int count = 1 + dice.below(8);
    for (int i = 0; i < count; i++) {
      trial.peer(
          soon(dice),
          p -> {
            Ledger.checked(trial, p).readAtMost(dice.skewed(100, 1_000_000));
            p.pause(Duration.ofSeconds(2)).close();
          });
    }
    // Connections that are made anew as soon as one has ended, also by the loop's end.
    trial.clientHost().listen(9_000, SimPeer::awaitEnd);
    int stubborn = dice.below(3);
    int[] posted = {0, 0};
    for (int i = 0; i < stubborn; i++) {
      trial.later(soon(dice), () -> new Stubborn(trial, trial.clientHost(), posted).connect());
    }
    int tasks = dice.below(10);
    int[] ran = {0};
    trial
        .world()
        .schedule(
            soon(dice),
            () -> {
              if (trial.loop().isStopped()) {
                ran[0] = tasks; // one of the callbacks was earlier
                return;
              }
              for (int n = 0; n < tasks; n++) {
                int number = n;
                trial.loop().execute(() -> ranInTurn(trial, ran, number));
                if (n == tasks / 2) {
                  trial.loop().stop(); // those after it are given in time, too
                }
              }
              trial.loop().stop();
            });
    trial.check(
        () -> {
          if (ran[0] != tasks) {
            trial.violated("of " + tasks + " tasks given before the stop ran " + ran[0]);
          }
          if (posted[0] != posted[1]) {
            trial.violated("of " + posted[0] + " tasks that callbacks gave ran " + posted[1]);
          }
        });
    trial
        .world()
        .schedule(
            Duration.ofSeconds(9),
            () -> {
              if (trial.loop().isStopped() && !stopIsTold(trial)) {
                trial.violated("the loop has stopped, and its server waits for its own end");
              }
            });
    trial.peer(p -> p.pause(Duration.ofSeconds(10)).close());
  }

  /** On a thread of its own, because what should return at once may never return. */
  private static boolean stopIsTold(Trial trial) {
    CompletableFuture<Void> told = CompletableFuture.runAsync(trial.server()::awaitStopped);
    try {
      told.get(10, TimeUnit.SECONDS);
      return true;
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      return false;
    }
  }

  private static void ranInTurn(Trial trial, int[] ran, int number) {
    if (ran[0]++ != number) {
      trial.violated("task " + number + " ran as number " + (ran[0] - 1));
    }
  }

  /** Connects again from the record of its end, whatever it was. */
  private static final class Stubborn implements ConnectionHandler {
    private final Trial trial;
    private final SimHost host;
    private final int[] posted;

    Stubborn(Trial trial, SimHost host, int[] posted) {
      this.trial = trial;
      this.host = host;
      this.posted = posted;
    }

    void connect() {
      ConnectionHandler next = trial.watched(new Stubborn(trial, host, posted));
      try {
        Connector.connect(trial.loop(), host.address(9_000), Duration.ofSeconds(1), next);
      } catch (RejectedExecutionException e) {
        // The loop has had enough of it.
      }
    }

    @Override
    public void onData(Connection c, ByteBuffer data) {
      data.position(data.limit());
    }

    /** What is taken has to run, also in the last moment. */
    private void post() {
      try {
        trial.loop().execute(() -> posted[1]++);
        posted[0]++;
      } catch (RejectedExecutionException e) {
        // Too late.
      }
    }

    @Override
    public void onOpen(Connection c) {
      post();
      if (trial.dice().below(4) == 0) {
        trial.loop().stop(); // also inside of a callback
      } else if (trial.dice().below(2) == 0) {
        c.close();
      }
    }

    @Override
    public void onClosed(Connection c, CloseRecord record) {
      post();
      if (trial.dice().below(16) == 0) {
        trial.loop().stop();
      }
      // In a loop that goes on a moment later: a network that is down would be asked for ever.
      if (trial.loop().isStopped() || record.kind() == FailureKind.LOOP_STOPPED) {
        connect();
      } else {
        trial.later(Duration.ofMillis(500), this::connect);
      }
    }
  }

  // ---- no handler

  static void noHandler(Trial trial) {
    Dice dice = trial.dice();
    trial.faults(Scenario.usual(dice));
    int[] failed = {0};
    int cap = 2 + dice.below(4);
    int perAddress = dice.below(2) == 0 ? 0 : 1 + dice.below(4);
    trial.server(
        () ->
            switch (dice.below(4)) {
              case 0 -> {
                failed[0]++;
                throw new IllegalStateException("no handler today");
              }
              case 1 -> {
                failed[0]++;
                yield null;
              }
              default -> Connection::write;
            },
        builder ->
            builder
                .maxConnections(cap)
                .maxConnectionsPerAddress(perAddress)
                .capPolicy(dice.below(2) == 0 ? CapPolicy.WAIT : CapPolicy.REJECT));
    int count = 1 + dice.below(16);
    for (int i = 0; i < count; i++) {
      SimPeer client = echoClient(trial, soon(dice), dice.skewed(1, 5_000));
      trial.check(
          () -> {
            if (!client.isDone()) {
              trial.violated("neither served nor told: " + client);
            }
          });
    }
    trial.check(
        () -> {
          ServerStats stats = trial.server().stats();
          if (stats.open() != 0 || stats.accepted() != trial.records().size() + failed[0]) {
            trial.violated("accepted and not told of, " + failed[0] + " had no handler: " + stats);
          }
          if (perAddress == 0
              && stats.accepted() + stats.rejectedByCap() + stats.rejectedByAddressCap() < count) {
            trial.violated("of " + count + " clients some were left in the queue: " + stats);
          }
        });
  }

  // ---- selectors

  static void selectorBreaks(Trial trial) {
    Dice dice = trial.dice();
    long most = Scenario.buffers(trial);
    trial.faults(
        Scenario.draw(
            dice,
            FaultKind.SHORT_READ,
            FaultKind.SHORT_WRITE,
            FaultKind.LATENCY,
            FaultKind.BANDWIDTH));
    trial.server(() -> Connection::write);
    trial.clientHost().listen(9_000, SimPeer::awaitEnd);
    int clients = 1 + dice.below(6);
    for (int i = 0; i < clients; i++) {
      long bytes = dice.skewed(0, most);
      SimPeer peer =
          trial.peer(
              soon(dice),
              p -> p.sendPattern(3, bytes).awaitReceived(bytes).pause(soon(dice)).close());
      trial.check(
          () -> {
            if (peer.receivedBytes() != bytes || peer.end() != SimPeer.End.CLOSED_HERE) {
              trial.violated("not served across a change of the selector: " + peer);
            }
          });
    }
    Asks asks = new Asks(trial, trial.clientHost(), most / 4, 0, new int[1]);
    trial.later(soon(dice), asks::connect);
    // Not a second time within ten seconds: then the loop rests instead, in real time.
    int times = 1 + dice.below(2);
    for (int n = 0; n < times; n++) {
      Duration when = soon(dice).plus(Duration.ofSeconds(14L * n));
      boolean fails = dice.below(2) == 0;
      trial
          .world()
          .schedule(
              when,
              () ->
                  trial
                      .serverHost()
                      .breakSelects(fails ? 1 : 0, fails ? 0 : SPIN_LIMIT + dice.below(4)));
    }
    trial.peer(Duration.ofSeconds(12), p -> p.pause(Duration.ofSeconds(10)).close());
  }

  // ---- connecting

  /** Asks, and closes when the answer is there; tries again a few times if nothing came of it. */
  private static final class Asks implements ConnectionHandler {
    private final Trial trial;
    private final SimHost host;
    private final Ledger ledger;
    private final long largest;
    private final int[] untold;
    private int triesLeft;

    Asks(Trial trial, SimHost host, long largest, int triesLeft, int[] untold) {
      this.untold = untold;
      this.largest = largest;
      this.trial = trial;
      this.host = host;
      this.triesLeft = triesLeft;
      this.ledger = new Ledger(trial);
    }

    void connect() {
      Duration deadline = Duration.ofNanos(trial.dice().skewed(1, 10_000_000_000L)); // 0: for ever
      Connection c =
          Connector.connect(
              trial.loop(),
              host.address(9_000 + trial.dice().below(3)),
              deadline,
              trial.watched(this));
      untold[0]++;
      if (trial.dice().below(4) == 0) {
        // What other threads send is taken, and handed over when onOpen has been.
        ledger.send(c.sender(), (int) trial.dice().skewed(0, 1_000), false, () -> {});
      }
      if (trial.dice().below(4) == 0) {
        // Nothing is taken before onOpen, and onWritable is not told before it either.
        WriteResult result = ledger.write(c, (int) trial.dice().skewed(0, 1 << 25));
        if (result != WriteResult.FULL
            && result != WriteResult.TOO_LARGE
            && !(result == WriteResult.CLOSED && c.state() == ConnectionState.CLOSED)) {
          trial.violated("a write before onOpen was " + result + ": " + c);
        }
      }
      switch (trial.dice().below(10)) {
        case 0 -> c.close();
        case 1 -> c.abort();
        case 2 -> trial.later(soon(trial.dice()), c::close);
        case 3 -> trial.later(soon(trial.dice()), c::abort);
        default -> {
          // It may take its time.
        }
      }
    }

    @Override
    public void onOpen(Connection c) {
      ledger.opened(c);
      ledger.write(c, (int) trial.dice().skewed(0, largest));
      c.shutdownOutput();
    }

    @Override
    public void onData(Connection c, ByteBuffer data) {
      data.position(data.limit());
    }

    @Override
    public void onClosed(Connection c, CloseRecord record) {
      ledger.closed(record);
      untold[0]--;
      if (!record.isOrderly() && triesLeft > 0) {
        Asks again = new Asks(trial, host, largest, triesLeft - 1, untold);
        if (trial.dice().below(2) == 0) {
          if (!trial.loop().isStopped()) {
            again.connect();
          }
        } else {
          trial.later(soon(trial.dice()), again::connect);
        }
      }
    }
  }

  static void connects(Trial trial) {
    Dice dice = trial.dice();
    long most = Scenario.buffers(trial);
    FaultPlan plan = dice.below(2) == 0 ? Scenario.harsh(dice) : Scenario.usual(dice);
    for (FaultKind kind :
        List.of(
            FaultKind.CONNECT_REFUSED,
            FaultKind.CONNECT_PENDING,
            FaultKind.CONNECT_FAILS_LATE,
            FaultKind.OPEN_EMFILE)) {
      if (dice.below(2) == 0) {
        plan = plan.with(kind, dice.skewed(1, 400_000) / 1e6);
      }
    }
    trial.faults(plan);
    SimHost host = trial.clientHost();
    host.listen(
        9_000,
        p -> {
          p.sendPattern(5, dice.skewed(0, most / 4));
          switch (dice.below(4)) {
            case 0 -> p.reset();
            case 1 -> p.close();
            default -> p.awaitEnd();
          }
        });
    host.listen(9_001, SimPeer::reset);
    // Nobody listens on 9002.
    int count = 1 + dice.below(5);
    int[] untold = {0};
    trial.check(
        () -> {
          if (untold[0] != 0) {
            trial.violated("of the connects " + untold[0] + " have no record");
          }
        });
    for (int i = 0; i < count; i++) {
      Asks asks = new Asks(trial, host, most / 4, dice.below(3), untold);
      trial.later(soon(dice), asks::connect);
    }
    // The connects have no end of their own in the script: the run lasts as long as this one.
    trial.server(() -> Connection::write);
    trial.timeLimit(Duration.ofMinutes(5));
    trial.peer(p -> p.pause(Duration.ofSeconds(50)).close());
  }

  // ---- cables

  static void swizzle(Trial trial) {
    Dice dice = trial.dice();
    long most = Scenario.buffers(trial);
    trial.faults(Scenario.usual(dice));
    trial.server(() -> Connection::write);
    List<SimHost> hosts = new ArrayList<>();
    int count = 2 + dice.below(6);
    for (int i = 0; i < count; i++) {
      SimHost host = trial.world().host("client-" + i);
      hosts.add(host);
      long bytes = dice.skewed(1, most);
      trial.peer(
          host,
          soon(dice),
          p -> p.sendPattern(3, bytes).awaitReceived(bytes).shutdownOutput().awaitEnd());
    }
    for (SimHost host : hosts) {
      Duration off = soon(dice);
      trial.world().schedule(off, host::disconnect);
      trial.world().schedule(off.plus(soon(dice)).plus(soon(dice)), host::reconnect);
    }
  }
}
