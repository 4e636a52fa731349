package dev.millrace.sim;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.Connector;
import dev.millrace.EventLoop;
import dev.millrace.Limits;
import dev.millrace.LoopOptions;
import dev.millrace.LoopStats;
import dev.millrace.Server;
import dev.millrace.ShutdownReport;
import dev.millrace.Timeouts;
import dev.millrace.fault.Dice;
import dev.millrace.fault.FaultKind;
import dev.millrace.fault.FaultPlan;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One run: a server with your handler, peers with scripts, faults, and invariants that hold
 * whatever the handler does. A scenario sets it up, {@link Trials} runs it.
 *
 * <p>The run has four parts: the peers do their scripts, until all are done or the time is up; in
 * {@link TrialMode#LIVENESS} all faults end at some moment drawn, and the peers must get done; the
 * server is shut down; everything is counted. Broken is a run in which
 *
 * <ul>
 *   <li>a callback came inside of another, before {@code onOpen}, or after {@code onClosed}; data
 *       after the end of the input or after {@code close()}; not exactly one record a connection;
 *   <li>a peer saw an end of the stream and not every byte that the record calls handed over, or
 *       any accepted byte was unsent; a peer got bytes that were not handed over; the record's
 *       counts differ from the kernel's;
 *   <li>more output was queued than the hard limit, or than the loop's budget, or the view was
 *       larger than what may be kept;
 *   <li>what came is not what the handler consumed and the record calls unconsumed; an end of the
 *       input was told, and the peer had sent no FIN;
 *   <li>one connection took more of a turn than its budgets, or was given data while more than its
 *       high water mark waited;
 *   <li>a timer came early;
 *   <li>the loop went round without a reason; the machine itself failed;
 *   <li>the shutdown did not keep its deadline, or left a key, a timer, a buffer, or a descriptor.
 * </ul>
 *
 * <p>Thread rule: the thread that runs it. A trial is over after its run.
 */
public final class Trial {
  /** Virtual; longer than every default time-out. */
  private static final Duration DEFAULT_TIME_LIMIT = Duration.ofMinutes(10);

  private static final Duration SHUTDOWN_DEADLINE = Duration.ofSeconds(10);

  /** What a shutdown may take beyond its deadline: a tick, a poll's rounding, and a latency. */
  private static final long SHUTDOWN_GRACE_NANOS = 100_000_000L;

  /** After all is closed, what is still under way arrives within this: retransmissions included. */
  private static final long LAST_SEGMENTS_NANOS = 60_000_000_000L;

  /** Of one connection: its key, the flush phase, and a task or the shutdown between them. */
  private static final long EVENTS_IN_TURN = 3;

  /** In liveness mode faults end within the first so many nanoseconds. */
  private static final long HEAL_WITHIN_NANOS = 5_000_000_000L;

  private final SimWorld world;
  private final TrialMode mode;
  private final SimHost serverHost;
  private final SimHost clientHost;
  private final EventLoop loop;
  private final List<SimPeer> peers = new ArrayList<>();
  private final List<Runnable> checks = new ArrayList<>();
  private final List<Witness> witnesses = new ArrayList<>();
  private final Map<InetSocketAddress, SimPeer> peersByAddress = new LinkedHashMap<>();
  private Server server;
  private FaultPlan plan = FaultPlan.none();
  private Duration timeLimit = DEFAULT_TIME_LIMIT;
  private Timeouts timeouts = Timeouts.defaults();
  private Limits limits = Limits.defaults();
  private ShutdownReport report;
  private String violation;
  private boolean timeUp;
  private boolean ending;
  private int peersToCome;
  private int inCallback;
  private final long mostQueued;
  private final int loopTimers;
  private final int readBufferBytes;
  private final int stagingBytes;
  private int probesArmed;
  private boolean codeFaults = true;

  Trial(SimWorld world, TrialMode mode, LoopOptions options) throws IOException {
    this.world = world;
    this.mode = mode;
    this.serverHost = world.host("server");
    this.clientHost = world.host("client");
    this.loop = new EventLoop(serverHost.provider(), world.clock(), options);
    // The loop's own, which watches over memory that is short.
    this.loopTimers = options.budgetBytes() < LoopOptions.defaults().budgetBytes() ? 1 : 0;
    this.readBufferBytes = options.readBufferBytes();
    this.stagingBytes = options.stagingBytes();
    // What is staged has been accepted before it asks for room, and room is taken in whole chunks.
    this.mostQueued =
        options.budgetBytes()
            + options.readBufferBytes()
            + options.stagingBytes()
            + 3L * options.chunkBytes();
  }

  // ---- for the scenario

  /**
   * Draws for the scenario.
   *
   * @return the world's dice
   */
  public Dice dice() {
    return world.dice();
  }

  /**
   * The world of this run.
   *
   * @return with two hosts, the server's and the clients'
   */
  public SimWorld world() {
    return world;
  }

  /**
   * What is asked for.
   *
   * @return the mode
   */
  public TrialMode mode() {
    return mode;
  }

  /**
   * The machine that the server runs on.
   *
   * @return always the same
   */
  public SimHost serverHost() {
    return serverHost;
  }

  /**
   * The machine that the peers are on.
   *
   * @return always the same
   */
  public SimHost clientHost() {
    return clientHost;
  }

  /**
   * The loop under test, for tasks, timers and {@link Connector}.
   *
   * @return always the same
   */
  public EventLoop loop() {
    return loop;
  }

  /**
   * The server under test.
   *
   * @return null before {@link #server(Supplier, Consumer)}
   */
  public Server server() {
    return server;
  }

  /**
   * Starts a server with default settings.
   *
   * @param handlers makes your handlers
   */
  public void server(Supplier<? extends ConnectionHandler> handlers) {
    server(handlers, builder -> {});
  }

  /**
   * Starts a server, on port 7007 of the server's host.
   *
   * @param handlers makes your handlers
   * @param settings sets caps and so on; not time-outs and limits, see {@link #timeouts} and {@link
   *     #limits}, nor loop, address and handlers
   */
  public void server(
      Supplier<? extends ConnectionHandler> handlers, Consumer<Server.Builder> settings) {
    Server.Builder builder = Server.builder();
    settings.accept(builder);
    try {
      server =
          builder
              .loop(loop)
              .timeouts(timeouts)
              .limits(limits)
              .listen(serverHost.address(7007))
              .handler(() -> watched(handlers.get(), limits))
              .start();
    } catch (IOException e) {
      throw new IllegalStateException("the server did not start", e);
    }
  }

  /**
   * Sets the time-outs of the server, which are also checked: no earlier. Before it is started.
   *
   * @param timeouts default {@link Timeouts#defaults()}
   * @throws IllegalStateException if the server was started: they would be without effect
   */
  public void timeouts(Timeouts timeouts) {
    mustComeBeforeServer("timeouts");
    this.timeouts = timeouts;
  }

  /**
   * Sets the bounds of the server, which are also checked at every callback. Before it is started.
   *
   * @param limits default {@link Limits#defaults()}
   * @throws IllegalStateException if the server was started: they would be without effect
   */
  public void limits(Limits limits) {
    mustComeBeforeServer("limits");
    this.limits = limits;
  }

  private void mustComeBeforeServer(String what) {
    if (server != null) {
      throw new IllegalStateException(what + " comes too late: the server was started without it");
    }
  }

  /**
   * Puts a handler under the watch that the server's have: for connections that are made with
   * {@link Connector} and default limits.
   *
   * @param handler yours
   * @return what to give to the connector
   */
  public ConnectionHandler watched(ConnectionHandler handler) {
    return watched(handler, Limits.defaults());
  }

  private ConnectionHandler watched(ConnectionHandler handler, Limits bounds) {
    if (handler == null) {
      return null; // the server has an answer to that, and it is under test
    }
    Witness witness = new Witness(this, handler, bounds);
    witnesses.add(witness);
    return witness;
  }

  /**
   * A peer that connects to the server as the run begins.
   *
   * @param script writes its steps
   * @return the peer, to be looked at in a check
   */
  public SimPeer peer(Consumer<SimPeer> script) {
    return peer(Duration.ZERO, script);
  }

  /**
   * A peer that connects to the server some time after the run has begun.
   *
   * @param after how long after
   * @param script writes its steps
   * @return the peer, to be looked at in a check
   */
  public SimPeer peer(Duration after, Consumer<SimPeer> script) {
    return peer(clientHost, after, script);
  }

  /**
   * A peer on a machine of its own.
   *
   * @param host of this world
   * @param after how long after the run's begin it connects
   * @param script writes its steps
   * @return the peer, to be looked at in a check
   */
  public SimPeer peer(SimHost host, Duration after, Consumer<SimPeer> script) {
    SimPeer peer = host.peer();
    peers.add(peer);
    peersToCome++;
    world.schedule(
        after,
        () -> {
          peersToCome--;
          peer.connect(serverHost.address(7007));
          peersByAddress.put(peer.localAddress(), peer);
          script.accept(peer);
        });
    return peer;
  }

  /**
   * Has something done on the loop some time later, as another thread would ask for it; not at all
   * if the loop has stopped by then.
   *
   * @param delay from now
   * @param action runs as a task of the loop
   */
  public void later(Duration delay, Runnable action) {
    world.schedule(
        delay,
        () -> {
          if (!loop.isStopped()) {
            try {
              loop.execute(action);
            } catch (RejectedExecutionException e) {
              later(Duration.ofMillis(1), action); // more tasks than the loop may hold: asked again
            }
          }
        });
  }

  /**
   * Faults for the server's channels, its paths and its code.
   *
   * @param plan which, how often, how hard
   */
  public void faults(FaultPlan plan) {
    this.plan = plan;
  }

  /**
   * How long the peers may take, in the world's time.
   *
   * @param limit default 10 minutes
   */
  public void timeLimit(Duration limit) {
    this.timeLimit = limit;
  }

  /**
   * Something to be asked when all is over.
   *
   * @param check throws if it is not so; any exception or {@link AssertionError}
   */
  public void check(Runnable check) {
    checks.add(check);
  }

  /**
   * Reports what is wrong. The first report counts; the run goes on to its end.
   *
   * @param what is wrong, in one line
   */
  public void violated(String what) {
    if (violation == null) {
      violation = what;
      world.note("VIOLATION", what, -1);
    }
  }

  /**
   * Records of the connections that have ended so far.
   *
   * @return in the order of their handlers' making
   */
  public List<CloseRecord> records() {
    List<CloseRecord> records = new ArrayList<>();
    for (Witness witness : witnesses) {
      if (witness.record() != null) {
        records.add(witness.record());
      }
    }
    return records;
  }

  /**
   * The record of the connection that a peer has made.
   *
   * @param peer one of this trial's
   * @return null if the connection has not ended, or was never there
   */
  public CloseRecord recordOf(SimPeer peer) {
    for (CloseRecord record : records()) {
      if (record.remoteAddress() != null && record.remoteAddress().equals(peer.localAddress())) {
        return record;
      }
    }
    return null;
  }

  /**
   * What the shutdown at the end said.
   *
   * @return null before the end, and without a server
   */
  public ShutdownReport report() {
    return report;
  }

  /**
   * Whether the peers' part of the run is over, and its own shutdown has begun.
   *
   * @return true from then on
   */
  public boolean isEnding() {
    return ending;
  }

  // ---- for the witnesses

  Timeouts timeouts() {
    return timeouts;
  }

  int readBufferBytes() {
    return readBufferBytes;
  }

  /** What may be staged at the most, before anything of it is queued. */
  int mostStaged() {
    return stagingBytes + readBufferBytes;
  }

  void checkMemory() {
    long queued = loop.stats().queuedBytes();
    if (queued > mostQueued) {
      violated("over the loop's budget: " + queued + " bytes are held for output");
    }
  }

  void entered(String callback) {
    if (inCallback++ > 0) {
      violated(callback + " was called inside of another callback");
    }
  }

  void left() {
    inCallback--;
  }

  /** The peer has to have ended its output before a handler is told so. */
  void checkFin(Connection of) {
    SimPeer peer = peersByAddress.get(of.remoteAddress());
    Endpoint end = peer == null ? null : peer.serverEnd();
    if (end != null && !end.hasFin()) {
      violated("the end of the input was told, and no FIN has come: " + of);
    }
  }

  /** Whether a callback has to throw now. */
  boolean throwsNow() {
    return codeFaults && plan.happens(FaultKind.HANDLER_THROWS, world.dice());
  }

  // ---- the run

  /** Runs it; returns what was broken, or null. */
  String run() {
    serverHost.faults(plan);
    if (mode == TrialMode.LIVENESS) {
      world.schedule(Duration.ofNanos(world.dice().between(0, HEAL_WITHIN_NANOS)), this::heal);
    } else {
      world.schedule(timeLimit, () -> timeUp = true);
    }
    probeTimers();
    stallNow();
    BooleanSupplier peersEnded = () -> timeUp || violation != null || allPeersDone();
    if (!world.run(loop, peersEnded) && loop.isStopped()) {
      world.run(peersEnded);
    }
    if (mode == TrialMode.LIVENESS && !allPeersDone()) {
      violated("not done in time after the faults had ended: " + firstNotDone());
    }
    shutDown();
    try {
      checkEmpty();
    } finally {
      loop.close();
    }
    world.advanceAll(world.nowNanos() + LAST_SEGMENTS_NANOS);
    checkEnds();
    if (violation == null) { // else they would fail for having been cut short, and hide it
      for (Runnable check : checks) {
        check.run();
      }
    }
    return violation;
  }

  private void heal() {
    codeFaults = false;
    world.heal();
    world.schedule(timeLimit, () -> timeUp = true); // from now on: the clock may have jumped
  }

  private boolean allPeersDone() {
    if (peersToCome > 0) {
      return false;
    }
    for (SimPeer peer : peers) {
      if (!peer.isDone()) {
        return false;
      }
    }
    return true;
  }

  private SimPeer firstNotDone() {
    for (SimPeer peer : peers) {
      if (!peer.isDone()) {
        return peer;
      }
    }
    return null;
  }

  /** Timers of our own, at times that a wheel finds awkward. */
  private void probeTimers() {
    for (int n = 0; n < 3; n++) {
      long delay = world.dice().skewed(0, 100_000_000_000L);
      long due = world.nowNanos() + delay;
      probesArmed++;
      loop.execute(
          () ->
              loop.schedule(
                  Duration.ofNanos(delay),
                  () -> {
                    probesArmed--;
                    if (world.nowNanos() < due) {
                      violated("a timer came " + (due - world.nowNanos()) + " ns early");
                    }
                  }));
    }
  }

  /** Tasks that hold the loop up, now and then, for as long as there are faults. */
  private void stallNow() {
    if (codeFaults && plan.has(FaultKind.TASK_STALL) && !timeUp) {
      if (plan.happens(FaultKind.TASK_STALL, world.dice())) {
        long nanos = plan.amount(FaultKind.TASK_STALL, world.dice());
        world.note("fault", "a task stalls the loop", nanos);
        world.jump(nanos);
      }
      Duration next = Duration.ofNanos(world.dice().skewed(1_000, 1_000_000_000L));
      later(next, this::stallNow);
    }
  }

  private void shutDown() {
    codeFaults = false;
    ending = true;
    if (server == null) {
      return;
    }
    long began = world.nowNanos();
    boolean idle = server.stats().open() == 0 && !loop.isStopped();
    long most = SHUTDOWN_DEADLINE.toNanos() + SHUTDOWN_GRACE_NANOS;
    // Faults go on; but what lets the clock jump would make every deadline a lie.
    serverHost.faults(serverHost.plan().without(FaultKind.CLOCK_JUMP));
    CompletableFuture<ShutdownReport> done = server.shutdown(SHUTDOWN_DEADLINE);
    world.after(2 * most, () -> {}); // so that a loop that waits for nothing comes back
    world.run(loop, () -> done.isDone() || world.nowNanos() - began > most);
    if (done.isDone()) {
      report = done.getNow(null);
      if (idle && world.nowNanos() - began > SHUTDOWN_GRACE_NANOS) {
        violated("the shutdown waited though nothing was open: " + report);
      }
    } else {
      violated("the shutdown is not done after its deadline: " + loop.stats());
    }
    if (loop.stats().registered() == 0 && loop.stats().timers() > probesArmed + loopTimers) {
      violated("timers of what is gone: " + loop.stats());
    }
    // Connections that were made from here are not the server's, and the loop has a timer of its
    // own where memory was short; time-outs end them all.
    timeUp = false;
    world.schedule(timeLimit, () -> timeUp = true);
    world.run(loop, () -> timeUp || loop.isStopped() || isEmpty(loop.stats()));
  }

  private boolean isEmpty(LoopStats stats) {
    return stats.registered() == 0 && stats.timers() == probesArmed;
  }

  private void checkEmpty() {
    if (server == null || violation != null) {
      return;
    }
    LoopStats stats = loop.stats();
    if (stats.queuedBytes() != 0 || stats.lentBytes() != 0) {
      violated("buffers are left after the shutdown: " + stats);
    }
    if (stats.timers() != (loop.isStopped() ? 0 : probesArmed)) {
      violated(
          "timers are left after the shutdown, " + probesArmed + " of them the trial's: " + stats);
    }
    if (stats.registered() != 0) {
      violated("keys are left after the shutdown: " + stats);
    }
  }

  private void checkEnds() {
    if (serverHost.openDescriptors() != 0) {
      violated("descriptors are left at the end: " + serverHost.openDescriptors());
    }
    for (Witness witness : witnesses) {
      witness.checkEnd();
      CloseRecord record = witness.record();
      if (record != null && record.remoteAddress() instanceof InetSocketAddress remote) {
        checkBytes(record, peersByAddress.get(remote));
      }
    }
  }

  /**
   * The turn belongs to all. One connection may have a few events in it (its key, the flush, the
   * shutdown), each with a budget of its own that the last call may overdraw. What is answered to a
   * read leaves before the next one, so it is the read budget that bounds those writes.
   */
  private void checkBudgets(CloseRecord record, Endpoint end) {
    long oneRead = Math.max(readBufferBytes, limits.maxKeptBytes());
    // Its key, and what had come before a failed write.
    if (end.mostReadInTurn() > 2 * (limits.readBudgetBytes() + oneRead)) {
      violated("read " + end.mostReadInTurn() + " bytes in one turn: " + record);
    }
    long reads = 2L + limits.readBudgetBytes() / readBufferBytes;
    long mostWritten = EVENTS_IN_TURN * (limits.writeBudgetBytes() + reads * mostStaged());
    if (end.mostWrittenInTurn() > mostWritten) {
      violated(
          "wrote "
              + end.mostWrittenInTurn()
              + " bytes in one turn, over "
              + mostWritten
              + ": "
              + record);
    }
  }

  private void checkBytes(CloseRecord record, SimPeer peer) {
    if (peer == null) {
      return;
    }
    Endpoint end = peer.serverEnd();
    if (end == null) {
      return;
    }
    if (record.bytesHandedToKernel() != end.writtenBytes()) {
      violated(
          "the record says "
              + record.bytesHandedToKernel()
              + " bytes were handed over, the kernel"
              + " was given "
              + end.writtenBytes()
              + ": "
              + record);
    }
    if (record.bytesReceived() != end.readBytes()) {
      violated(
          "the record says "
              + record.bytesReceived()
              + " bytes came, the kernel gave "
              + end.readBytes()
              + ": "
              + record);
    }
    checkBudgets(record, end);
    if (peer.receivedBytes() > record.bytesHandedToKernel()) {
      violated("the peer got more than was handed over: " + peer + ", " + record);
    }
    if (peer.end() == SimPeer.End.END_OF_INPUT
        && (peer.receivedBytes() != record.bytesHandedToKernel() || record.bytesUnsent() != 0)) {
      violated("the peer saw a clean end, and bytes are missing: " + peer + ", " + record);
    }
  }
}
