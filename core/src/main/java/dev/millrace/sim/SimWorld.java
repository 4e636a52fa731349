package dev.millrace.sim;

import dev.millrace.EventLoop;
import dev.millrace.fault.Dice;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A network of machines in one thread, with a clock of its own: no real time passes, and the same
 * seed gives the same run to the last byte.
 *
 * <pre>{@code
 * SimWorld world = new SimWorld(42);
 * SimHost host = world.host("server");
 * EventLoop loop = new EventLoop(host.provider(), world.clock(),
 *     LoopOptions.defaults().withFailureTexts(FailureTexts.none()));
 * Server server = Server.builder().loop(loop).listen(host.address(7007)).handler(handlers).start();
 * SimPeer peer = world.host("client").peer().connect(host.address(7007)).send("hello");
 * world.run(loop, () -> peer.receivedBytes() == 5);
 * }</pre>
 *
 * <p>Time passes while a selector of this world waits, and where {@link #jump} says so; a program
 * that computes takes no time. Thread rule: one thread for the world and everything in it.
 */
public final class SimWorld {
  /**
   * Turns in a row, at one moment, in which nothing moved: what a loop may need to bring itself in
   * order. Beyond it, it spins.
   */
  private static final int SPIN_LIMIT = 64;

  private final Agenda agenda = new Agenda();
  private final Dice dice = new Dice(0);
  private final SimTrace trace = new SimTrace();
  private final List<SimHost> hosts = new ArrayList<>();
  private final RingPool rings = new RingPool();

  final List<SimSelector> selectors = new ArrayList<>();
  final List<Path> paths = new ArrayList<>();

  private long seed;
  private long origin;
  private long now;
  private long nextNumber;
  private boolean changed;
  private EventLoop driven;
  private BooleanSupplier until;
  private boolean toldToReturn;
  private ByteBuffer scratch = ByteBuffer.allocate(0);

  // What tells a spin: moves since the poll before, at the same moment.
  private boolean movedSincePoll;
  private long polledAt = -1;
  private int fruitlessPolls;
  private int mostFruitlessPolls;
  private long polls;

  /**
   * A world without hosts, at time 0.
   *
   * @param seed decides everything that is left to chance
   */
  public SimWorld(long seed) {
    reset(seed);
  }

  /**
   * Begins anew with another seed; memory is used again. Whatever lived in this world must not be
   * touched any more.
   *
   * @param seed decides everything that is left to chance
   */
  public void reset(long seed) {
    this.seed = seed;
    for (Path path : paths) {
      path.client.release();
      if (path.server != null) {
        path.server.release();
      }
    }
    paths.clear();
    hosts.clear();
    selectors.clear();
    agenda.clear();
    trace.clear();
    dice.reset(seed);
    now = 0;
    nextNumber = 0;
    changed = false;
    polledAt = -1;
    fruitlessPolls = 0;
    mostFruitlessPolls = 0;
    // A clock has no origin: one world in four is about to pass the largest number there is.
    origin = dice.below(4) == 0 ? Long.MAX_VALUE - dice.between(0, 5_000_000_000L) : dice.next();
  }

  /**
   * The seed.
   *
   * @return as given
   */
  public long seed() {
    return seed;
  }

  /**
   * Adds a machine.
   *
   * @param name for the trace
   * @return the machine, with an IPv4 address of its own
   */
  public SimHost host(String name) {
    return host(name, false);
  }

  /**
   * Adds a machine whose address is an IPv6 one, the only one it has. Which family an address is of
   * makes no difference to this network, only to programs that look at it.
   *
   * @param name for the trace
   * @return the machine, with an address of its own
   */
  public SimHost host6(String name) {
    return host(name, true);
  }

  private SimHost host(String name, boolean isSix) {
    SimHost host = new SimHost(this, Objects.requireNonNull(name, "name"), hosts.size() + 1, isSix);
    hosts.add(host);
    return host;
  }

  /**
   * The time since this world began.
   *
   * @return nanoseconds
   */
  public long nowNanos() {
    return now;
  }

  /**
   * The clock for programs in this world: it has another origin than {@link #nowNanos}, and wraps.
   *
   * @return nanoseconds of any origin
   */
  public LongSupplier clock() {
    return () -> origin + now;
  }

  /**
   * The dice of this world. Whoever draws from them takes part in the run: a run with the same
   * draws in the same order is the same run.
   *
   * @return always the same
   */
  public Dice dice() {
    return dice;
  }

  /**
   * What has happened so far.
   *
   * @return always the same; it grows
   */
  public SimTrace trace() {
    return trace;
  }

  /** Keeps the lines of the trace from now on; without, only its fingerprint is there. */
  public void keepTrace() {
    trace.keep();
  }

  /**
   * Puts a line into the trace.
   *
   * @param who whose doing it is
   * @param what happened; a constant, so that it costs nothing where lines are not kept
   * @param amount a number with it; below 0 for none
   */
  public void note(String who, String what, long amount) {
    trace.add(now, who, -1, what, amount);
  }

  /**
   * Has something done later, between two polls of the programs.
   *
   * @param delay from now; not negative
   * @param action what
   */
  public void schedule(Duration delay, Runnable action) {
    after(delay.toNanos(), action);
  }

  /**
   * Lets the clock jump while nobody looks, as after a suspend, or during a task that takes long:
   * what should have happened in the meantime happens at the next poll.
   *
   * @param nanos by how much
   */
  public void jump(long nanos) {
    now += nanos;
  }

  /** All faults end: plans, partitions, stalls. What they destroyed stays destroyed. */
  public void heal() {
    note("world", "heal", -1);
    for (SimHost host : hosts) {
      host.heal();
    }
    for (Path path : List.copyOf(paths)) {
      path.heal();
    }
  }

  /**
   * Drives a loop until something is so, or nothing can happen any more.
   *
   * @param loop the loop; it must be of this world and no one else's
   * @param until asked after each turn
   * @return true if it is so; false if this world has come to rest before
   * @throws IllegalStateException if the loop spins: many turns at one moment in which nothing
   *     moves
   */
  public boolean run(EventLoop loop, BooleanSupplier until) {
    driven = loop;
    this.until = until;
    try {
      return drive(loop, until);
    } finally {
      driven = null;
    }
  }

  private boolean drive(EventLoop loop, BooleanSupplier until) {
    while (!until.getAsBoolean()) {
      if (loop.isStopped() || (loop.waitNanos() == Long.MAX_VALUE && isAtRest())) {
        return false;
      }
      toldToReturn = false;
      loop.turn(Long.MAX_VALUE);
      if (fruitlessPolls > SPIN_LIMIT) {
        throw new IllegalStateException(
            "the loop spins: " + fruitlessPolls + " turns at one moment, and nothing moved");
      }
    }
    return true;
  }

  /**
   * Lets time pass without any loop, until something is so, or nothing can happen any more.
   *
   * @param until asked after each event
   * @return true if it is so; false if this world has come to rest before
   */
  public boolean run(BooleanSupplier until) {
    while (!until.getAsBoolean()) {
      if (agenda.isEmpty()) {
        return false;
      }
      step();
    }
    return true;
  }

  /** Nothing is planned and nothing is ready: without a program's own timer, nothing will be. */
  private boolean isAtRest() {
    if (!agenda.isEmpty()) {
      return false;
    }
    for (SimSelector selector : selectors) {
      if (selector.wouldReturn()) {
        return false;
      }
    }
    return true;
  }

  /**
   * The most turns in a row, at one moment, in which nothing moved.
   *
   * @return a count; small where no loop spins
   */
  public int mostFruitlessTurns() {
    return mostFruitlessPolls;
  }

  // ---- for the machines

  long nextNumber() {
    return nextNumber++;
  }

  void at(long time, Runnable action) {
    agenda.add(time, action);
  }

  void after(long nanos, Runnable action) {
    agenda.add(now + nanos, action);
  }

  void changed() {
    changed = true;
  }

  boolean takeChanged() {
    boolean was = changed;
    changed = false;
    return was;
  }

  /** A program did something that had an effect. */
  void moved() {
    movedSincePoll = true;
  }

  void spurious() {
    movedSincePoll = true; // a turn for a fault is a turn with a reason
  }

  /** The number of the turn that a program is in, counted by polls. */
  long polls() {
    return polls;
  }

  void selected(SimSelector by, int ready) {
    polls++;
    if (polledAt == now && !movedSincePoll) {
      mostFruitlessPolls = Math.max(mostFruitlessPolls, ++fruitlessPolls);
    } else {
      fruitlessPolls = 0;
    }
    polledAt = now;
    movedSincePoll = false;
    if (ready > 0) {
      trace.add(now, "selector", -1, "ready keys", ready);
    }
  }

  void note(Endpoint endpoint, String what, long amount) {
    trace.add(now, endpoint.host.toString(), endpoint.number, what, amount);
  }

  void note(SimHost host, String what, long amount) {
    trace.add(now, host.toString(), -1, what, amount);
  }

  void synArrived(Endpoint client, InetSocketAddress to) {
    if (client.phase() != Endpoint.Phase.CONNECTING || client.path().server != null) {
      return;
    }
    SimHost host = to.getAddress().isLoopbackAddress() ? client.host : hostOf(to);
    if (host == null) {
      client.refused(Errno.EHOSTUNREACH);
      return;
    }
    if (host != client.host && host.cuts() > 0) {
      return; // lost, like a SYN that finds no room
    }
    Listening listening = host.listenerAt(to);
    if (listening == null) {
      client.refused(Errno.ECONNREFUSED);
    } else if (listening.hasRoom()) {
      listening.synArrived(client);
    }
  }

  private SimHost hostOf(InetSocketAddress to) {
    for (SimHost host : hosts) {
      if (host.hasAddress(to.getAddress())) {
        return host;
      }
    }
    return null;
  }

  void pathsOf(SimHost host, Consumer<Path> action) {
    for (Path path : List.copyOf(paths)) {
      if (path.client.host == host || (path.server != null && path.server.host == host)) {
        action.accept(path);
      }
    }
  }

  // ---- time

  /** What should have happened by now happens. */
  void catchUp() {
    advanceAll(now);
  }

  void advanceAll(long until) {
    while (agenda.nextTime() <= until && !agenda.isEmpty()) {
      step();
    }
    now = Math.max(now, until);
  }

  /** Goes on to the next event, or to the deadline if that is earlier; false at the deadline. */
  boolean advance(long deadline) {
    if (agenda.isEmpty() || agenda.nextTime() > deadline) {
      if (deadline == Long.MAX_VALUE) {
        if (driven != null) {
          tellToReturn();
          return false;
        }
        throw new IllegalStateException(
            "the world has come to rest, and a program waits without a time-out: for ever");
      }
      now = Math.max(now, deadline);
      return false;
    }
    step();
    if (driven != null && !toldToReturn && until.getAsBoolean()) {
      tellToReturn();
    }
    return true;
  }

  /** A loop that sleeps would never come back to ask; so it is woken as everybody wakes it. */
  private void tellToReturn() {
    toldToReturn = true;
    try {
      driven.execute(() -> {});
    } catch (RejectedExecutionException e) {
      note("loop", "is ending, and comes back by itself", -1);
    }
  }

  private void step() {
    now = Math.max(now, agenda.nextTime());
    agenda.poll().run();
  }

  /** Lets the world go on until a blocking call need not wait any more. */
  void await(BooleanSupplier until, String what) {
    while (!until.getAsBoolean()) {
      if (agenda.isEmpty()) {
        throw new IllegalStateException(
            "the world has come to rest, and a blocking " + what + " would wait for ever");
      }
      step();
    }
  }

  /** A buffer for whoever reads or writes at this moment; nobody keeps anything in it. */
  ByteBuffer scratch(int size) {
    if (scratch.capacity() < size) {
      scratch = ByteBuffer.allocate(size);
    }
    return scratch;
  }

  byte[] ring(int size) {
    return rings.take(size);
  }

  void giveRing(byte[] ring) {
    rings.give(ring);
  }
}
