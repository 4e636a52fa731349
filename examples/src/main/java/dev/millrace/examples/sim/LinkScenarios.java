package dev.millrace.examples.sim;

import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.Limits;
import dev.millrace.SocketSettings;
import dev.millrace.Timeouts;
import dev.millrace.WriteResult;
import dev.millrace.failure.FailureKind;
import dev.millrace.fault.Dice;
import dev.millrace.fault.FaultKind;
import dev.millrace.fault.FaultPlan;
import dev.millrace.link.Link;
import dev.millrace.link.LinkListener;
import dev.millrace.link.LinkReceiver;
import dev.millrace.link.LinkReport;
import dev.millrace.link.LinkServer;
import dev.millrace.link.LinkSession;
import dev.millrace.link.LinkState;
import dev.millrace.link.LinkTransition;
import dev.millrace.link.RetryBudget;
import dev.millrace.link.RetryPolicy;
import dev.millrace.link.Route;
import dev.millrace.link.SessionEnd;
import dev.millrace.link.SessionLoss;
import dev.millrace.link.SessionStart;
import dev.millrace.sim.BytePattern;
import dev.millrace.sim.Trial;
import dev.millrace.sim.TrialMode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Links. Both sides live on the loop under test, so every fault of the plan may happen to each of
 * their connections. What was accepted, acknowledged and delivered is booked here, by itself.
 */
final class LinkScenarios {
  private static final int MAX_MESSAGE_BYTES = 2_000;
  private static final int FRAME_BYTES = 24;

  /** Faults that wait for a number of bytes come within the first few frames, or never. */
  private static final long WITHIN_BYTES = 3_000;

  /** Also where the loop has little memory. */
  private static final Limits ROOM = Limits.defaults().withHardLimitBytes(200_000);

  /** In safety mode, where some never get through, all is closed after so long. */
  private static final Duration ENOUGH = Duration.ofSeconds(40);

  /** Longer than a liveness run may take: such a close never is cut. */
  private static final Duration PATIENT = Duration.ofHours(12);

  private static final long JUMP_NANOS = 3_000_000_000L;

  private LinkScenarios() {}

  static void link(Trial trial, Tally tally) {
    new Run(trial, tally).set();
  }

  /** One run. */
  private static final class Run {
    final Trial trial;
    final Tally tally;
    final Dice dice;
    final List<Sends> senders = new ArrayList<>();
    final Map<UUID, Sends> bySession = new HashMap<>();
    private Takes takes;
    private long epoch;
    private int throwsLeft;
    private boolean forgets;
    private boolean isOver;

    Run(Trial trial, Tally tally) {
      this.trial = trial;
      this.tally = tally;
      this.dice = trial.dice();
    }

    void set() {
      int[] queues = new int[4];
      int least = dice.below(2) == 0 ? 16 : 1 << dice.between(8, 12);
      for (int i = 0; i < queues.length; i++) {
        queues[i] = (int) dice.skewed(least, 65_536);
      }
      trial.serverHost().buffers(queues[0], queues[1]);
      trial.clientHost().buffers(queues[2], queues[3]);
      trial.faults(plan());
      int kept = MAX_MESSAGE_BYTES + FRAME_BYTES;
      trial.limits(
          dice.below(2) == 0 ? ROOM : Scenario.limits(dice, 100_000).withMaxKeptBytes(kept));
      throwsLeft = dice.below(6);
      forgets = dice.below(3) == 0;
      start();
      trial.server(() -> takes.links.handler());
      for (int n = dice.below(3); n >= 0; n--) {
        senders.add(new Sends(this, senders.size()));
      }
      RetryBudget budget = budget();
      for (Sends sender : senders) {
        trial.later(soon(2_000), () -> sender.begin(budget));
      }
      if (dice.below(4) == 0) {
        for (int n = dice.below(3); n >= 0; n--) {
          trial.later(soon(10_000), this::restart);
        }
      }
      keepTime(Duration.ofSeconds(1));
      if (trial.mode() == TrialMode.SAFETY) {
        trial.later(ENOUGH, () -> senders.forEach(Sends::enough));
      }
      trial.check(this::check);
    }

    private FaultPlan plan() {
      FaultPlan plan = Scenario.harsh(dice);
      for (FaultKind kind :
          List.of(FaultKind.RESET_AT, FaultKind.STALL_AT, FaultKind.HALF_CLOSE_AT)) {
        if (dice.below(2) == 0) {
          plan = plan.with(kind, dice.skewed(1, 900_000) / 1e6, 0, WITHIN_BYTES);
        }
      }
      for (FaultKind kind :
          List.of(
              FaultKind.CONNECT_REFUSED, FaultKind.CONNECT_PENDING, FaultKind.CONNECT_FAILS_LATE)) {
        if (dice.below(4) == 0) {
          plan = plan.with(kind, dice.skewed(1, 400_000) / 1e6);
        }
      }
      if (dice.below(4) == 0) {
        plan = plan.with(FaultKind.HANDLER_THROWS, dice.skewed(1, 100_000) / 1e6);
      }
      if (dice.below(16) == 0) {
        // Short ones: the run itself has an end on this clock.
        plan = plan.with(FaultKind.CLOCK_JUMP, dice.skewed(1, 5_000) / 1e6, 1_000_000, JUMP_NANOS);
      }
      return plan;
    }

    private RetryBudget budget() {
      return dice.below(2) == 0
          ? null
          : new RetryBudget(
              1 + dice.below(3), Duration.ofMillis(dice.between(1, 300)), trial.world().clock());
    }

    Duration soon(long millis) {
      return Duration.ofNanos(dice.skewed(0, millis * 1_000_000));
    }

    /** A receiver begins; the one before it, if there was one, is a process that has died. */
    private void start() {
      takes = new Takes(this);
      LinkServer.Builder builder =
          LinkServer.builder(takes).epoch(++epoch).maxMessageBytes(MAX_MESSAGE_BYTES);
      if (forgets) {
        builder.maxSessions(1 + dice.below(2)).maxAge(Duration.ofMillis(dice.between(10, 5_000)));
      }
      takes.links = builder.build();
    }

    private void restart() {
      if (!isOver) {
        Takes old = takes;
        start();
        trial.server().forEachConnection(Connection::abort);
        old.links.close();
      }
    }

    boolean throwsNow() {
      if (throwsLeft > 0 && dice.below(20) == 0) {
        throwsLeft--;
        return true;
      }
      return false;
    }

    /**
     * The run lasts as long as peers are to come. They say nothing and go, which is one thing more
     * that a receiver meets.
     */
    private void keepTime(Duration next) {
      trial.peer(
          next,
          p -> {
            p.close();
            if (!isOver) {
              keepTime(next.multipliedBy(3).dividedBy(2));
            }
          });
    }

    void closed() {
      for (Sends sender : senders) {
        if (sender.report == null) {
          return;
        }
      }
      isOver = true;
      trial.later(Duration.ZERO, takes.links::close);
    }

    private void check() {
      for (Sends sender : senders) {
        sender.check();
      }
    }
  }

  /** What a receiver does: counts, and throws and pauses now and then. */
  private static final class Takes implements LinkReceiver {
    private final Run run;
    private LinkServer links;

    Takes(Run run) {
      this.run = run;
    }

    @Override
    public void onSession(LinkSession session, SessionStart start) {
      if (run.takes != this) {
        run.trial.violated("a receiver that has died was greeted: " + session);
      }
      Sends of = run.bySession.get(session.id());
      if (of.saidGoodbye && start != SessionStart.RESUMED) {
        return; // a greeting that was held up on its way: no message may follow
      }
      switch (start) {
        case NEW -> {
          if (of.delivered != 0) {
            run.trial.violated("a new session, and " + of.delivered + " were delivered before");
          }
        }
        case RESUMED -> {
          if (session.delivered() + 1 != of.expected) {
            run.trial.violated("resumed where " + of.expected + " is next: " + session);
          }
        }
        case LOST -> {
          if (session.delivered() > of.delivered) {
            run.tally.lost.add(session.delivered() - of.delivered);
            run.trial.violated("lost: " + of.delivered + " were delivered, begins at " + session);
          }
          if (session.uncertainId() < of.delivered) {
            run.trial.violated("delivered up to " + of.delivered + " without doubt: " + session);
          }
          of.expected = session.delivered() + 1;
          of.mayRepeatTo = session.uncertainId();
        }
      }
      if (run.throwsNow()) {
        throw new IllegalStateException("the receiver throws, as planned");
      }
    }

    @Override
    public void onMessage(LinkSession session, long id, ByteBuffer payload) {
      if (run.takes != this) {
        run.trial.violated("a receiver that has died was given " + id + " of " + session);
      }
      if (run.throwsNow()) {
        throw new IllegalStateException("the receiver throws, as planned");
      }
      run.bySession.get(session.id()).arrived(id, payload);
      if (run.dice.below(30) == 0) {
        session.pause();
        run.trial.later(run.soon(3_000), session::resume);
      }
    }

    @Override
    public void onSessionEnd(LinkSession session, SessionEnd end) {
      Sends of = run.bySession.get(session.id());
      if (end == SessionEnd.BYE && session.delivered() != of.link.lastId()) {
        run.trial.violated("a bye before all was delivered: " + session + ", " + of.link);
      }
      of.saidGoodbye |= end == SessionEnd.BYE;
    }
  }

  /** A link and its user. */
  private static final class Sends implements LinkListener {
    private final Run run;
    private final int number;
    private final long key;
    private final int total;
    private final boolean isCutEarly;
    private Link link;
    private int sent;
    private boolean waitsForRoom;
    private boolean isClosing;
    private LinkState state = LinkState.IDLE;
    private long acknowledged;
    private LinkReport report;

    // What the link was told may come twice.
    private long uncertainFrom;
    private long uncertainTo;

    // The receiver's side of it.
    private long expected = 1;
    private long delivered;
    private long mayRepeatTo;
    private boolean saidGoodbye;

    Sends(Run run, int number) {
      this.run = run;
      this.number = number;
      this.key = run.dice.next();
      this.total = (int) run.dice.skewed(0, 60);
      this.isCutEarly = run.dice.below(6) == 0;
    }

    void begin(RetryBudget budget) {
      Dice dice = run.dice;
      Trial trial = run.trial;
      Route route =
          Route.to(
              trial.serverHost().address(7007),
              Duration.ofMillis(dice.between(100, 3_000)),
              ROOM,
              Timeouts.defaults(),
              SocketSettings.defaults());
      Duration first = Duration.ofMillis(dice.between(1, 300));
      RetryPolicy policy =
          RetryPolicy.defaults()
              .withWaits(first, first.multipliedBy(dice.between(1, 10)))
              .withStableAfter(run.soon(2_000));
      if (trial.mode() == TrialMode.SAFETY && dice.below(8) == 0) {
        policy = policy.withAttempts(1 + dice.below(5));
      }
      Link.Builder builder =
          Link.builder((loop, arrival) -> route.connect(loop, watched(arrival)))
              .listener(this)
              .retry(policy)
              .random(dice::next)
              .heartbeat(Duration.ofMillis(dice.between(10, 3_000)), 1 + dice.below(4))
              .welcomeTimeout(Duration.ofMillis(dice.between(500, 10_000)))
              .maxMessageBytes(MAX_MESSAGE_BYTES);
      if (dice.below(2) == 0) {
        builder.queue(1 + dice.below(20), dice.between(MAX_MESSAGE_BYTES + FRAME_BYTES, 10_000));
      }
      if (budget != null) {
        builder.budget(budget);
      }
      link = builder.build(trial.loop());
      run.bySession.put(link.session(), this);
      run.tally.links.increment();
      if (dice.below(4) == 0) {
        send(); // before it is opened
      }
      link.open();
      if (isCutEarly) {
        boolean atOnce = dice.below(2) == 0;
        trial.later(run.soon(5_000), () -> close(atOnce ? Duration.ZERO : run.soon(3_000)));
      }
      send();
    }

    private Route.Arrival watched(Route.Arrival arrival) {
      return new Route.Arrival() {
        @Override
        public ConnectionHandler onConnected(Connection connection) {
          return run.trial.watched(arrival.onConnected(connection));
        }

        @Override
        public void onFailed(FailureKind kind, String reason) {
          arrival.onFailed(kind, reason);
        }
      };
    }

    private void send() {
      while (sent < total && !waitsForRoom && !isClosing && report == null) {
        if (run.dice.below(8) == 0) {
          run.trial.later(run.soon(500), this::send);
          return;
        }
        WriteResult result = link.send(payload(sent + 1L));
        if (result == WriteResult.FULL) {
          waitsForRoom = true;
          if (link.queuedMessages() == 0) {
            violated("an empty queue is full");
          }
        } else if (result != WriteResult.ACCEPTED) {
          if (link.state() != LinkState.CLOSED) {
            violated("a send was answered " + result);
          }
          return;
        } else {
          sent++;
          run.tally.accepted.increment();
          if (link.lastId() != sent) {
            violated("message " + sent + " was given the id " + link.lastId());
          }
        }
      }
      if (sent == total && !isClosing && !isCutEarly && link.state() != LinkState.IDLE) {
        close(run.trial.mode() == TrialMode.LIVENESS ? PATIENT : run.soon(60_000).plusMillis(1));
      }
    }

    private void close(Duration deadline) {
      isClosing = true;
      if (report == null) {
        link.close(deadline);
      }
    }

    void enough() {
      if (link == null) {
        run.trial.later(Duration.ofSeconds(1), this::enough);
      } else {
        close(run.soon(2_000));
      }
    }

    private ByteBuffer payload(long id) {
      ByteBuffer payload = ByteBuffer.allocate(length(id));
      BytePattern.fill(payload, key + id, 0, payload.capacity());
      return payload.flip();
    }

    /** Mostly short; decided by the key, so that the receiver knows it. */
    private int length(long id) {
      return (int) new Dice(key + id).skewed(0, MAX_MESSAGE_BYTES);
    }

    void arrived(long id, ByteBuffer payload) {
      run.tally.delivered.increment();
      if (id > expected) {
        run.tally.lost.add(id - expected);
        violated("lost: " + id + " came where " + expected + " is next");
      } else if (id < expected) {
        run.tally.doubled.increment();
        violated("doubled: " + id + " came where " + expected + " is next");
      } else if (id <= delivered) {
        if (id <= mayRepeatTo && id >= uncertainFrom && id <= uncertainTo) {
          run.tally.repeatedAsTold.increment();
        } else {
          run.tally.doubled.increment();
          violated("doubled: " + id + " came again, and both sides were told of another range");
        }
      }
      if (id > sent) {
        violated("message " + id + " came, and " + sent + " were sent");
      }
      if (payload.remaining() != length(id)
          || BytePattern.mismatch(payload.duplicate(), key + id, 0) >= 0) {
        violated("message " + id + " is not what was sent");
      }
      expected = id + 1;
      delivered = Math.max(delivered, id);
    }

    private void violated(String what) {
      run.trial.violated("link " + number + ": " + what + ": " + link);
    }

    // ---- what it is told

    private void told() {
      if (report != null) {
        violated("told of something after its end");
      }
      if (run.dice.below(10) == 0) {
        send();
      }
    }

    @Override
    public void onTransition(Link of, LinkTransition transition) {
      if (transition.from() != state) {
        violated("was " + state + ", and left " + transition.from());
      }
      state = transition.to();
      run.trial.world().note("link " + number, state.name(), -1);
      told();
    }

    @Override
    public void onAcknowledged(Link of, long id) {
      if (id <= acknowledged || id > of.lastId()) {
        violated("acknowledged " + acknowledged + " and then " + id);
      }
      if (id > delivered) {
        run.tally.lost.add(id - delivered);
        violated("lost: acknowledged " + id + ", delivered " + delivered);
      }
      run.tally.acknowledged.add(id - acknowledged);
      acknowledged = id;
      told();
      if (run.throwsNow()) {
        throw new IllegalStateException("the listener throws, as planned");
      }
    }

    @Override
    public void onRoom(Link of) {
      if (!waitsForRoom) {
        violated("told of room that it had not asked for");
      }
      waitsForRoom = false;
      told();
      send();
    }

    @Override
    public void onSessionLost(Link of, SessionLoss loss) {
      if (loss.firstUncertainId() != acknowledged + 1 || loss.lastUncertainId() < delivered) {
        violated("told of " + loss + ", and " + delivered + " were delivered");
      }
      uncertainFrom = loss.firstUncertainId();
      uncertainTo = loss.lastUncertainId();
      told();
    }

    @Override
    public void onClosed(Link of, LinkReport how) {
      told();
      report = how;
      run.tally.reconnects.add(link.reconnects());
      run.closed();
    }

    // ---- at the end

    void check() {
      if (report == null) {
        violated("has no end");
        return;
      }
      if (report.accepted() != sent || report.acknowledged() != acknowledged) {
        violated(sent + " accepted, " + acknowledged + " acknowledged, but reported " + report);
      }
      if (report.unacknowledged().size() != sent - acknowledged) {
        violated(sent - acknowledged + " are left, but reported " + report);
      }
      long id = acknowledged;
      for (LinkReport.Message message : report.unacknowledged()) {
        id++;
        if (message.id() != id || !message.payload().equals(payload(id))) {
          violated("message " + id + " is left, reported is another one as " + message.id());
        }
        if (!message.wasSent() && id <= delivered) {
          violated("message " + id + " was delivered, and reported as never sent");
        }
      }
      if (run.trial.mode() == TrialMode.LIVENESS && !isCutEarly) {
        if (sent != total || delivered != total || !report.isComplete()) {
          run.tally.lost.add(total - delivered);
          violated("of " + total + " only " + delivered + " were delivered: " + report);
        }
      }
    }
  }
}
