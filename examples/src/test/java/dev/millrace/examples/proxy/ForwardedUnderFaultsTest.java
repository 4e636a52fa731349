package dev.millrace.examples.proxy;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.ConnectionState;
import dev.millrace.Connector;
import dev.millrace.LoopOptions;
import dev.millrace.SocketSettings;
import dev.millrace.Timeouts;
import dev.millrace.failure.FailureTexts;
import dev.millrace.fault.Dice;
import dev.millrace.fault.FaultKind;
import dev.millrace.fault.FaultPlan;
import dev.millrace.guard.LogGuard;
import dev.millrace.sim.BytePattern;
import dev.millrace.sim.SimHost;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.Trial;
import dev.millrace.sim.TrialMode;
import dev.millrace.sim.Trials;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.event.Level;

/**
 * Clients and targets of all moods with the proxy between them, in the simulated network. Whatever
 * goes wrong: what comes out is a beginning of what went in; who sees a clean end has all of it,
 * and the other one did end its output; no queue outgrows its bound; nothing is left behind.
 */
@Timeout(120)
class ForwardedUnderFaultsTest {
  private static final int PORT = 9_000;
  private static final Duration LAST_BYTES = Duration.ofMinutes(2);
  private static final int[] BUFFERS = {1 << 10, 4 << 10, 64 << 10};

  @BeforeEach
  void targetsMayBeDown() {
    LogGuard.allow(Level.WARN, "target down");
    LogGuard.allow(Level.WARN, "no target for clients");
    LogGuard.allow(Level.WARN, "accept failed");
  }

  @Test
  void aNetworkThatWorksLosesNothing() {
    run(TrialMode.SAFETY, 700, Kind.QUIET);
  }

  @Test
  void whateverBreaksNothingIsInventedAndNothingIsLostInSilence() {
    run(TrialMode.SAFETY, 1_500, Kind.HARSH);
  }

  @Test
  void whenTheFaultsEndEverybodyGetsDone() {
    run(TrialMode.LIVENESS, 500, Kind.HARSH);
  }

  @Test
  void serverShutsDownInTheMiddle() {
    run(TrialMode.SAFETY, 500, Kind.SHUTDOWN);
  }

  private enum Kind {
    QUIET,
    HARSH,
    SHUTDOWN
  }

  /** What happened in all runs: else a campaign in which nobody comes passes, too. */
  private static final class Tally {
    private long joined;
    private long bytes;
    private long cleanEnds;
    private long resets;
    private long paused;
    private long unanswered;

    private static void atLeast(String what, long least, long was) {
      if (was < least) {
        throw new AssertionError(what + ": " + was + ", expected " + least + " or more");
      }
    }
  }

  private static void run(TrialMode mode, int runs, Kind kind) {
    Tally tally = new Tally();
    Trials trials =
        Trials.of(trial -> new Run(trial, kind, tally).setUp())
            .mode(mode)
            .loopOptions(ForwardedUnderFaultsTest::options)
            .replayHint("-Dmillrace.seed=%d");
    Long seed = Long.getLong("millrace.seed");
    if (seed != null) {
      trials.seeds(seed, seed);
    } else {
      long n = trials.seeds(1, Integer.getInteger("millrace.proxy.runs", runs));
      Tally.atLeast("pairs", n, tally.joined);
      Tally.atLeast("bytes", 3_000 * n, tally.bytes);
      Tally.atLeast("clean ends", n / 2, tally.cleanEnds);
      Tally.atLeast("queues above the mark", n / 10, tally.paused);
      if (kind != Kind.QUIET) {
        Tally.atLeast("resets", n / 2, tally.resets);
      }
      if (kind == Kind.HARSH) {
        Tally.atLeast("connects that failed", n / 2, tally.unanswered);
      }
    }
  }

  private static LoopOptions options(Dice dice) {
    return LoopOptions.defaults()
        .withName("sim")
        .withFailureTexts(FailureTexts.none())
        .withSpinLimit(1 << 30) // a plan may call a key ready a thousand times
        .withReadBufferBytes(BUFFERS[dice.below(BUFFERS.length)])
        .withStagingBytes(BUFFERS[dice.below(BUFFERS.length)])
        .withChunkBytes(4 << 10);
  }

  private static FaultPlan draw(Dice dice, FaultKind... kinds) {
    FaultPlan plan = FaultPlan.none();
    for (FaultKind kind : kinds) {
      if (dice.below(2) == 0) {
        plan = plan.with(kind, dice.skewed(1, 500_000) / 1e6);
      }
    }
    return plan;
  }

  /** One run: its clients, its targets, and who was joined with whom. */
  private static final class Run {
    private final Trial trial;
    private final Dice dice;
    private final Kind kind;
    private final Tally tally;
    private final List<End> clients = new ArrayList<>();
    private final List<End> targets = new ArrayList<>();
    private final List<Connection> open = new ArrayList<>();
    private long most;
    private ProxySettings settings;
    private FaultPlan plan = FaultPlan.none();

    Run(Trial trial, Kind kind, Tally tally) {
      this.trial = trial;
      this.dice = trial.dice();
      this.kind = kind;
      this.tally = tally;
    }

    void setUp() {
      most = buffers();
      plan =
          draw(
              dice,
              FaultKind.SHORT_READ,
              FaultKind.SHORT_WRITE,
              FaultKind.SPURIOUS_READY,
              FaultKind.NULL_ACCEPT,
              FaultKind.LATENCY,
              FaultKind.BANDWIDTH);
      if (kind == Kind.HARSH) {
        plan = harsh();
      }
      trial.faults(plan);
      settings =
          ProxySettings.to(addresses())
              .withHighWaterBytes((int) dice.skewed(1, 60_000))
              .withConnectTimeout(Duration.ofMillis(dice.between(500, 5_000)));
      if (kind == Kind.HARSH && dice.below(4) == 0) {
        settings = settings.withIdle(Duration.ofMillis(dice.between(100, 10_000)));
      }
      trial.limits(settings.limits());
      trial.timeouts(settings.timeouts());
      ProxyService service = new ProxyService(settings, this::ended, this::dial);
      trial.server(() -> bounded(service.get()));
      int number = 1 + dice.below(8);
      for (int i = 0; i < number; i++) {
        client(i);
      }
      if (kind == Kind.SHUTDOWN) {
        trial
            .world()
            .schedule(
                soon(),
                () -> {
                  // A cut by the server's deadline can't be told from a clean end, so the proxy
                  // has to be done before.
                  Duration deadline = Timeouts.defaults().drain().plusSeconds(1 + dice.below(6));
                  var unused = trial.server().shutdown(deadline);
                });
      }
      trial.check(this::check);
      trial.check(
          () -> {
            if (service.pairs() != 0) {
              trial.violated(service.pairs() + " pairs are left");
            }
          });
    }

    private FaultPlan harsh() {
      FaultPlan drawn =
          draw(
              dice,
              FaultKind.SHORT_READ,
              FaultKind.SHORT_WRITE,
              FaultKind.SPURIOUS_READY,
              FaultKind.NULL_ACCEPT,
              FaultKind.READ_ERROR,
              FaultKind.WRITE_ERROR,
              FaultKind.RESET_AT,
              FaultKind.STALL_AT,
              FaultKind.HALF_CLOSE_AT,
              FaultKind.CONNECT_REFUSED,
              FaultKind.CONNECT_PENDING,
              FaultKind.CONNECT_FAILS_LATE,
              FaultKind.OPEN_EMFILE,
              FaultKind.SLOW_DRAIN,
              FaultKind.LATENCY,
              FaultKind.BANDWIDTH,
              FaultKind.PARTITION,
              FaultKind.TASK_STALL);
      return drawn;
    }

    private Duration soon() {
      return Duration.ofNanos(dice.skewed(0, 3_000_000_000L));
    }

    /** Kernel queues, small more often than not; returns how much it makes sense to send. */
    private long buffers() {
      int least = 1 << dice.between(5, 12);
      int send = (int) dice.skewed(least, 65_536);
      int receive = (int) dice.skewed(least, 65_536);
      trial.serverHost().buffers(send, receive);
      trial.clientHost().buffers((int) dice.skewed(least, 65_536), receive);
      return Math.min(150_000, 40L * Math.min(send, receive));
    }

    /** One to three targets; some of them refuse, are nowhere, or swallow what they are sent. */
    private List<InetSocketAddress> addresses() {
      List<InetSocketAddress> addresses = new ArrayList<>();
      int number = 1 + dice.below(3);
      for (int i = 0; i < number; i++) {
        SimHost host = trial.world().host("target" + i);
        host.buffers((int) dice.skewed(500, 65_536), (int) dice.skewed(500, 65_536));
        int mood = kind == Kind.QUIET ? 3 : dice.below(8);
        switch (mood) {
          case 0 -> addresses.add(host.address(1)); // nobody listens there
          case 1 -> addresses.add(new InetSocketAddress("10.99.0." + (1 + i), 1)); // no such host
          default -> {
            host.listen(PORT, this::target);
            addresses.add(host.address(PORT));
            if (mood == 2) {
              host.disconnect();
              trial.world().schedule(soon().multipliedBy(3), host::reconnect);
            }
          }
        }
      }
      return addresses;
    }

    private Connection dial(
        dev.millrace.EventLoop loop, InetSocketAddress to, ConnectionHandler handler) {
      return Connector.connect(
          loop,
          to,
          settings.connectTimeout(),
          trial.watched(bounded(handler)),
          settings.limits(),
          settings.timeouts(),
          SocketSettings.defaults());
    }

    private void ended(String side, CloseRecord record) {
      if (record.state() == ConnectionState.CONNECTING) {
        tally.unanswered++;
      }
      if (record.bytesUnsent() > 0 && record.isOrderly()) {
        trial.violated(side + " lost bytes in good order: " + record);
      }
    }

    /** Looks at every queue after each callback. */
    private ConnectionHandler bounded(ConnectionHandler handler) {
      return new Bounded(handler, open, settings, trial, tally);
    }

    // ---- the peers

    private void client(int number) {
      End[] made = new End[1];
      End end = new End(trial, number, 1);
      clients.add(end);
      made[0] = end;
      end.peer =
          trial.peer(
              soon(),
              p -> {
                talk(end, p);
                if (kind == Kind.QUIET) {
                  p.pause(LAST_BYTES); // the run is over when the clients are
                }
                if (kind == Kind.HARSH && dice.below(10) == 0) {
                  // Gone before anybody has answered.
                  p.then(() -> {}).reset();
                }
              });
    }

    private void target(SimPeer p) {
      End end = new End(trial, targets.size(), 1_001);
      end.peer = p;
      targets.add(end);
      talk(end, p);
    }

    private void talk(End end, SimPeer p) {
      p.onReceived(end::received);
      if (kind == Kind.HARSH && dice.below(12) == 0) {
        p.reset();
        return;
      }
      long total = dice.skewed(0, most);
      if (total > 0) {
        p.send(new byte[] {(byte) end.number});
      }
      for (long left = total - 1; left > 0; ) {
        long n = dice.between(1, left);
        p.sendPattern(end.key(), n);
        left -= n;
        switch (dice.below(6)) {
          case 0 -> p.pause(soon());
          case 1 -> p.stopReading().pause(soon()).resumeReading();
          case 2 -> p.readAtMost(dice.skewed(2_000, 1_000_000));
          case 3 -> p.readAtMost(0);
          default -> {
            // Goes on at once.
          }
        }
      }
      p.readAtMost(0);
      end.total = total;
      switch (kind == Kind.HARSH ? dice.below(6) : dice.below(2)) {
        case 0 -> p.then(end::finishes).shutdownOutput().awaitEnd();
        case 1 -> p.pause(soon()).then(end::finishes).shutdownOutput().pause(soon()).awaitEnd();
        case 2 -> p.awaitEnd().then(end::finishes);
        case 3 -> p.then(end::finishes).close();
        case 4 -> p.then(end::finishes).shutdownOutput().pause(soon()).reset();
        default -> p.reset();
      }
    }

    // ---- the checks

    private void check() {
      for (End target : targets) {
        End client = target.from < 0 ? null : clients.get(target.from);
        for (End other : clients) {
          if (other.from == target.number && target.sentAny()) {
            if (client != null && client != other) {
              trial.violated("joined with two: " + target.peer);
            }
            client = other;
          }
        }
        if (client != null) {
          check(client, target);
          check(target, client);
          client.joined = true;
          tally.joined++;
        }
      }
      if (kind == Kind.QUIET) {
        for (End client : clients) {
          if (!client.joined && client.total > 0) {
            trial.violated("was joined with nobody: " + client.peer);
          }
        }
      }
    }

    /** What came from there to here. */
    private void check(End here, End there) {
      if (here.received > there.peer.sentBytes()) {
        trial.violated("more came than was sent: " + here.peer + " from " + there.peer);
      }
      tally.bytes += here.received;
      if (here.peer.end() == SimPeer.End.RESET) {
        tally.resets++;
      }
      if (here.peer.end() == SimPeer.End.END_OF_INPUT) {
        tally.cleanEnds++;
        if (here.received != there.peer.sentBytes()) {
          trial.violated("a clean end, and bytes are missing: " + here.peer + " " + there.peer);
        }
        if (!there.finished && !plan.has(FaultKind.HALF_CLOSE_AT)) {
          trial.violated("an end that was made up: " + here.peer + " from " + there.peer);
        }
      }
      if (kind == Kind.QUIET
          && (here.peer.end() != SimPeer.End.END_OF_INPUT || here.received != there.total)) {
        trial.violated("not all came of " + there.total + ": " + here.peer);
      }
    }
  }

  /** A client or a target: what it says of itself with its first byte, and what it was told. */
  private static final class End {
    private final Trial trial;
    private final int number;
    private final long firstKey;
    private SimPeer peer;
    private long total;
    private boolean finished;
    private boolean joined;
    private long received;
    private int from = -1;

    End(Trial trial, int number, long firstKey) {
      this.trial = trial;
      this.number = number;
      this.firstKey = firstKey;
    }

    long key() {
      return firstKey + number;
    }

    boolean sentAny() {
      return peer.sentBytes() > 0;
    }

    void finishes() {
      finished = true;
    }

    void received(ByteBuffer bytes) {
      ByteBuffer rest = bytes.duplicate();
      if (received == 0) {
        from = rest.get();
      }
      long otherKey = (firstKey == 1 ? 1_001L : 1L) + from;
      long at = received == 0 ? 1 : received;
      if (BytePattern.mismatch(rest, otherKey, at) >= 0) {
        trial.violated("other bytes came than were sent: " + peer);
      }
      received += bytes.remaining();
    }
  }

  private record Bounded(
      ConnectionHandler handler,
      List<Connection> open,
      ProxySettings settings,
      Trial trial,
      Tally tally)
      implements ConnectionHandler {

    private void check() {
      for (Connection c : open) {
        if (c.queuedBytes() > settings.highWaterBytes()) {
          tally.paused++;
        }
        if (c.queuedBytes() > settings.mostQueuedBytes()) {
          trial.violated("over the bound: " + c.queuedBytes() + " bytes wait on " + c);
        }
      }
    }

    @Override
    public void onOpen(Connection c) {
      open.add(c);
      handler.onOpen(c);
    }

    @Override
    public void onData(Connection c, ByteBuffer data) {
      handler.onData(c, data);
      check();
    }

    @Override
    public void onWritable(Connection c) {
      handler.onWritable(c);
    }

    @Override
    public void onInputEnd(Connection c, int unconsumed) {
      if (unconsumed > 0) {
        trial.violated("an end came before " + unconsumed + " bytes that were kept: " + c);
      }
      handler.onInputEnd(c, unconsumed);
    }

    @Override
    public void onShutdown(Connection c) {
      handler.onShutdown(c);
    }

    @Override
    public void onClosed(Connection c, CloseRecord record) {
      open.remove(c);
      handler.onClosed(c, record);
    }
  }
}
