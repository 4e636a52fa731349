package dev.millrace;

import dev.millrace.failure.Classifier;
import dev.millrace.failure.FailureTexts;
import dev.millrace.timer.Timer;
import dev.millrace.timer.TimerWheel;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.event.Level;

/**
 * One thread and one selector, which carry servers, connections, connectors and timers. One {@link
 * #turn turn} is
 *
 * <pre>
 *   poll (until the next timer, at once if there is work; each ready key is handled as it comes)
 *     → timers due → tasks → flush → closes
 * </pre>
 *
 * <p>A loop can be <em>owned</em> ({@link #start()} makes its thread), <em>driven</em> ({@link
 * #run()} or {@link #turn(long)} adopt the calling thread) and <em>shared</em>: several servers and
 * connectors may live on it. Several loops in one JVM know nothing of each other.
 *
 * <p>Thread rule: {@link #execute}, {@link #stop}, {@link #close}, {@link #inLoop} and {@link
 * #isStopped} are for any thread; all else is for the loop's own and says so with an {@link
 * IllegalStateException} that names both threads.
 *
 * <p>Errors: whatever user code throws ends the connection it was called for, or is logged where it
 * was a task or a timer. The loop goes on.
 *
 * <pre>{@code
 * EventLoop loop = new EventLoop();
 * loop.start();
 * loop.execute(() -> loop.schedule(Duration.ofSeconds(1), () -> log.info("a second later")));
 * loop.close();
 * }</pre>
 *
 * <p>Waiting costs nothing: with no timer armed the poll has no time-out, and with timers it lasts
 * until the next slot of the {@link TimerWheel} that is occupied. There is no tick.
 */
public final class EventLoop implements Executor, AutoCloseable {
  /**
   * Selector rebuilds are the last resort against a poll that returns at once for no reason; one in
   * so many nanoseconds.
   */
  private static final long REBUILD_INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();

  /** Between two polls that fail: a hundred a second, instead of a processor's worth. */
  private static final long FAILED_POLL_REST_NANOS = 10_000_000;

  /** How often callbacks of the loop's end may begin something that is ended in turn. */
  private static final int LAST_ROUNDS = 16;

  private final SelectorProvider provider;
  private final LongSupplier clock;
  private final LoopOptions options;
  private final TimerWheel timers;
  private final TaskQueue tasks = new TaskQueue();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final ArrayDeque<Ready> toFlush = new ArrayDeque<>();
  private final ArrayDeque<Ready> toClose = new ArrayDeque<>();
  private final Consumer<SelectionKey> onReadyKey = this::readyKey;

  /** What the connections on this loop share. */
  final LoopMemory memory;

  /** Names failures; immutable. */
  final Classifier classifier;

  /** The machine's log lines. */
  final Log log = new Log();

  /** How many connections ended with each kind. */
  final Counters counters = new Counters();

  private volatile Selector selector;
  private volatile Thread thread;
  private volatile boolean stopping;
  private volatile boolean stopped;
  private volatile boolean interruptedByOthers;

  private int polls;

  /** This turn's time, unless {@link #clockIsDue}. */
  private long now;

  /** The poll is over or has handed over its first key: the time is read, once a turn. */
  private boolean clockIsDue;

  private long work;
  private int emptyPolls;
  private long rebuiltNanos;
  private boolean rebuiltEver;
  private boolean pressureTimerArmed;

  /** Whether a connect was begun on this loop, so that what its end needs is there. */
  boolean hasConnected;

  private boolean inTurn;
  private boolean ending;
  private boolean refusing;
  private long nextId = 1;

  /**
   * A loop on the system's selector provider and clock, with default options.
   *
   * @throws IOException if no selector can be opened (no descriptors left)
   */
  public EventLoop() throws IOException {
    this(SelectorProvider.provider(), System::nanoTime, LoopOptions.defaults());
  }

  /**
   * A loop on a given world.
   *
   * @param provider opens the selector and every channel of this loop
   * @param clock nanoseconds that never go back; any origin
   * @param options the settings
   * @throws IOException if no selector can be opened (no descriptors left)
   */
  public EventLoop(SelectorProvider provider, LongSupplier clock, LoopOptions options)
      throws IOException {
    this.provider = Objects.requireNonNull(provider, "provider");
    this.clock = Objects.requireNonNull(clock, "clock");
    this.options = Objects.requireNonNull(options, "options");
    this.now = clock.getAsLong();
    this.timers = new TimerWheel(now);
    this.memory = new LoopMemory(options);
    FailureTexts texts = options.failureTexts();
    this.classifier = new Classifier(texts != null ? texts : FailureTexts.learn(provider));
    this.selector = provider.openSelector(); // last: nothing after it can fail and leave it open
  }

  // ---- one turn

  /**
   * One turn. The first call adopts the calling thread for good.
   *
   * @param maxWaitNanos how long the poll may wait at the most, in nanoseconds; 0 does not wait,
   *     {@code Long.MAX_VALUE} waits for the next event or timer
   * @return true if anything was done: a key, a timer, a task, a flush or a close; false also when
   *     the loop has stopped
   * @throws IllegalStateException if another thread drives this loop, or from inside a turn
   */
  public boolean turn(long maxWaitNanos) {
    adopt();
    return !stopped && oneTurn(maxWaitNanos);
  }

  private boolean oneTurn(long maxWaitNanos) {
    inTurn = true;
    long before = work;
    try {
      poll(maxWaitNanos);
      timersDue();
      tasks();
      flush();
      closes();
      if (stopping) {
        end();
      }
    } finally {
      inTurn = false;
    }
    return work != before;
  }

  private void poll(long maxWaitNanos) {
    if (Thread.interrupted() || interruptedByOthers) {
      // An interrupt that stays makes every later select return at once. Nobody here waits for one:
      // stop() is how to end a loop.
      interruptedByOthers = false;
      log.line(Level.DEBUG, "interrupt ignored loop={}", options.name());
    }
    long wait = hasWork() ? 0 : Math.min(maxWaitNanos, timerDelay());
    boolean slept = false;
    long polled = now;
    clockIsDue = true;
    polls++;
    try {
      if (wait > 0 && tasks.aboutToSleep()) {
        slept = true;
        // Beware: a timeout of 0 means for ever here, so the wait is rounded up, which also keeps a
        // timer from being polled early.
        selector.select(onReadyKey, wait == Long.MAX_VALUE ? 0 : roundUpToMillis(wait));
      } else {
        selector.selectNow(onReadyKey);
      }
    } catch (IOException | ClosedSelectorException e) {
      pollFailed(e, wait);
    }
    boolean woken = slept && !tasks.awake();
    if (!clockIsDue) { // a key was ready
      work++;
      emptyPolls = 0;
      return;
    }
    readClock();
    boolean interrupted = interruptedByOthers || Thread.currentThread().isInterrupted();
    if (slept && !woken && !interrupted) {
      watchEmptyPoll(now - polled < wait - 1_000_000 || wait == Long.MAX_VALUE);
    } else {
      emptyPolls = 0;
    }
  }

  private void readClock() {
    now = clock.getAsLong();
    clockIsDue = false;
  }

  /** One ready key, as the poll hands it over. */
  private void readyKey(SelectionKey selected) {
    if (clockIsDue) {
      readClock();
    }
    Ready r = (Ready) selected.attachment();
    try {
      if (r.ready(selected.readyOps())) {
        r.fruitless = 0;
      } else {
        fruitless(r, selected);
      }
    } catch (Throwable t) {
      fault(r, t);
    }
  }

  /**
   * A spin is ready in every poll. One that was ready for nothing now and then is none, however
   * long it is idle: counted over its life, the odd spurious readiness would end it one day.
   */
  private void fruitless(Ready r, SelectionKey selected) {
    if (r.fruitlessPoll != polls - 1) {
      r.fruitless = 0;
    }
    r.fruitlessPoll = polls;
    if (++r.fruitless >= options.spinLimit()) {
      r.fruitless = 0;
      String reaction = r.spinning();
      log.line(
          Level.WARN,
          "ready without progress times={} ops={} culprit={} reaction={}",
          options.spinLimit(),
          selected.isValid() ? selected.readyOps() : 0,
          r,
          reaction);
    }
  }

  private void timersDue() {
    timers.advance(now);
    Timer due;
    for (int n = options.timersPerTurn(); n > 0 && (due = timers.poll()) != null; n--) {
      work++;
      try {
        due.fire();
      } catch (Throwable t) {
        log.line(Level.ERROR, "a timer threw loop={}", options.name(), t);
      }
    }
  }

  private void tasks() {
    for (int n = Math.min(tasks.collect(), options.tasksPerTurn()); n > 0; n--) {
      work++;
      try {
        tasks.next().run();
      } catch (Throwable t) {
        log.line(Level.ERROR, "a task threw loop={}", options.name(), t);
      }
    }
  }

  private void flush() {
    if (memory.takeReleased()) {
      forEach(Ready::memoryReleased);
    }
    for (int n = toFlush.size(); n > 0; n--) {
      work++;
      Ready r = toFlush.poll();
      r.attended = false;
      try {
        r.settle();
      } catch (Throwable t) {
        fault(r, t);
      }
    }
    if (memory.isPressed() && !pressureTimerArmed) {
      watchPressure();
    }
  }

  private void closes() {
    // Only those that are here now: a handler that reconnects at once and fails at once must not
    // keep the turn from ending.
    for (int n = toClose.size(); n > 0; n--) {
      work++;
      Ready r = toClose.poll();
      try {
        r.retired();
      } catch (Throwable t) {
        log.line(Level.ERROR, "closing threw culprit={}", r, t);
      }
    }
  }

  // ---- its parts

  private boolean hasWork() {
    return !toFlush.isEmpty()
        || !toClose.isEmpty()
        || !tasks.isEmpty()
        || memory.isReleased()
        || stopping;
  }

  private long timerDelay() {
    // Read anew: the turn may have been long, and a wait counted from its start would make the next
    // timer late by as much.
    return timers.size() == 0 ? Long.MAX_VALUE : timers.nextDelayNanos(clock.getAsLong());
  }

  /**
   * How long the next turn's poll would wait if nothing came: for who drives this loop by hand
   * beside something else. The loop's thread, and outside of a turn.
   *
   * @return nanoseconds: 0 if there is work, {@code Long.MAX_VALUE} if no timer is armed and only
   *     an event, a task or {@link #stop} would end the wait
   * @throws IllegalStateException if called from another thread than the one that drives this loop
   */
  public long waitNanos() {
    if (thread != null) {
      checkThread();
    }
    return hasWork() ? 0 : timerDelay();
  }

  private static long roundUpToMillis(long nanos) {
    return nanos / 1_000_000 + (nanos % 1_000_000 == 0 ? 0 : 1);
  }

  /**
   * A poll that neither waited nor found anything nor was woken: a defect of the kernel or the JDK.
   * The culprit can't be named, since no key is ready; a new selector is the last resort.
   */
  private void watchEmptyPoll(boolean early) {
    if (!early) {
      emptyPolls = 0;
    } else if (++emptyPolls >= options.spinLimit()) {
      emptyPolls = 0;
      if (mayRebuild()) {
        rebuildSelector("polls returned early times=" + options.spinLimit());
      }
    }
  }

  /**
   * The selector itself failed. A new one is tried first; while that is too soon again, timers and
   * tasks go on, and a short rest stands in for the wait that the poll would have been.
   */
  private void pollFailed(Exception e, long wait) {
    now = clock.getAsLong();
    if (mayRebuild()) {
      log.line(Level.WARN, "select failed loop={}", options.name(), e);
      rebuildSelector("select failed");
    } else if (wait > 0 && tasks.isEmpty()) {
      LockSupport.parkNanos(Math.min(wait, FAILED_POLL_REST_NANOS));
    }
  }

  private boolean mayRebuild() {
    return !rebuiltEver || now - rebuiltNanos >= REBUILD_INTERVAL_NANOS;
  }

  private void rebuildSelector(String why) {
    rebuiltNanos = now;
    rebuiltEver = true;
    Selector old = selector;
    Selector fresh;
    try {
      fresh = provider.openSelector();
    } catch (IOException e) {
      log.line(Level.ERROR, "selector not rebuilt loop={} why={}", options.name(), why, e);
      return;
    }
    int moved = 0;
    if (old.isOpen()) {
      for (SelectionKey key : old.keys()) {
        if (!key.isValid()) {
          continue;
        }
        Ready r = (Ready) key.attachment();
        try {
          int ops = key.interestOps();
          key.cancel();
          r.key = key.channel().register(fresh, ops, r);
          moved++;
        } catch (IOException | CancelledKeyException e) {
          fault(r, e);
        }
      }
    }
    selector = fresh;
    closeQuietly(old);
    log.line(Level.WARN, "selector rebuilt loop={} keys={} why={}", options.name(), moved, why);
  }

  private void closeQuietly(Selector old) {
    try {
      old.close();
    } catch (IOException e) {
      log.line(Level.WARN, "selector close failed loop={}", options.name(), e);
    }
  }

  private void fault(Ready r, Throwable t) {
    try {
      r.broken(t);
    } catch (Throwable again) {
      again.addSuppressed(t);
      log.line(Level.ERROR, "fault in the machine culprit={}", r, again);
    }
  }

  /** Over the memory budget: look again after a while, and cut the largest that did not move. */
  private void watchPressure() {
    long limit = options.budgetStallTimeout().toNanos();
    if (limit == 0) {
      return;
    }
    pressureTimerArmed = true;
    long since = now;
    schedule(
        options.budgetStallTimeout(),
        () -> {
          pressureTimerArmed = false;
          if (memory.isPressed()) {
            Ready largest = largestWithoutProgressSince(since);
            if (largest != null) {
              largest.cutForMemory();
            }
            watchPressure();
          }
        });
  }

  /**
   * Too much input is kept for those whose messages are not complete: who has most of it is closed,
   * for that is who sends large ones and does not come to an end. A walk over all each time, which
   * is as rare as a budget that is used up.
   */
  void relieveKept() {
    Ready most = null;
    for (SelectionKey key : selector.keys()) {
      Ready r = (Ready) key.attachment();
      if (r.keptBytes() > (most == null ? 0 : most.keptBytes())) {
        most = r;
      }
    }
    if (most != null) {
      most.closeForKept();
    }
  }

  private Ready largestWithoutProgressSince(long nanos) {
    Ready largest = null;
    for (SelectionKey key : selector.keys()) {
      Ready r = (Ready) key.attachment();
      if (r.lastOutputNanos() - nanos <= 0
          && r.heldBytes() > (largest == null ? 0 : largest.heldBytes())) {
        largest = r;
      }
    }
    return largest;
  }

  // ---- tasks and timers

  /**
   * Runs a task on the loop's thread, in this or the next turn. Tasks of one caller run in the
   * order of its calls.
   *
   * <p>Any thread. Cost: 24 bytes, one exchange, and one wake-up per batch while the loop sleeps.
   * What the task throws is logged.
   *
   * @param task what to run
   * @throws RejectedExecutionException if the loop has stopped, or {@code maxQueuedTasks} tasks
   *     wait already; the task will not run
   */
  @Override
  public void execute(Runnable task) {
    push(new TaskQueue.Node(Objects.requireNonNull(task, "task")));
  }

  /**
   * The same for a node that stands in the queue once at the most, one a connection ({@link
   * Sender}): so it needs no bound. After the loop's end nothing happens; what the node stands for
   * was ended with its connection.
   */
  void pushOnce(TaskQueue.Node node) {
    if (tasks.push(node, Integer.MAX_VALUE) == TaskQueue.Offer.ACCEPTED && tasks.mustWake()) {
      selector.wakeup();
    }
  }

  /**
   * Runs a task of the machine's own, of which there are few: not refused by the bound. Returns
   * false after the loop's end.
   */
  boolean control(Runnable task) {
    TaskQueue.Offer offer = tasks.push(new TaskQueue.Node(task), Integer.MAX_VALUE);
    if (offer == TaskQueue.Offer.ACCEPTED && tasks.mustWake()) {
      selector.wakeup();
    }
    return offer == TaskQueue.Offer.ACCEPTED;
  }

  private void push(TaskQueue.Node node) {
    switch (tasks.push(node, options.maxQueuedTasks())) {
      case FULL ->
          throw new RejectedExecutionException(
              "task refused: "
                  + options.maxQueuedTasks()
                  + " tasks wait already on loop "
                  + options.name()
                  + ", which runs fewer than it is given");
      case CLOSED ->
          throw new RejectedExecutionException(
              "task refused: loop " + options.name() + " has stopped");
      case ACCEPTED -> {
        if (tasks.mustWake()) {
          selector.wakeup();
        }
      }
    }
  }

  /**
   * Runs an action once, not earlier than {@code delay} from now (the clock is read anew, so that a
   * long turn makes no timer early), and at most a tick of the wheel and the rounding of a poll to
   * milliseconds later while the loop is not loaded.
   *
   * @param delay from now; zero or negative is the next turn after the coming tick
   * @param action runs on the loop's thread; what it throws is logged
   * @return the timer, for {@link #cancel}; it may be armed again with {@link #schedule(Timer,
   *     Duration)}
   * @throws IllegalStateException if called from another thread
   */
  public Timer schedule(Duration delay, Runnable action) {
    Objects.requireNonNull(action, "action");
    Timer timer =
        new Timer() {
          @Override
          protected void onTimer() {
            action.run();
          }
        };
    schedule(timer, delay);
    return timer;
  }

  /**
   * Arms a timer, or arms it anew. Allocates nothing.
   *
   * @param timer the node
   * @param delay from now, as in {@link #schedule(Duration, Runnable)}
   * @throws IllegalStateException if called from another thread, or if the timer is armed on
   *     another loop
   */
  public void schedule(Timer timer, Duration delay) {
    checkThread();
    timers.schedule(timer, deadlineFromNow(delay));
  }

  /**
   * The same, for those who count in nanoseconds already.
   *
   * @param timer the node
   * @param delayNanos from now; zero or negative is the next turn after the coming tick
   * @throws IllegalStateException if called from another thread, or if the timer is armed on
   *     another loop
   */
  public void schedule(Timer timer, long delayNanos) {
    checkThread();
    timers.schedule(timer, timers.deadlineAfter(clock.getAsLong(), Math.max(delayNanos, 0)));
  }

  /**
   * Disarms a timer. Allocates nothing.
   *
   * @param timer the node
   * @return true if it was armed and now will not fire; false if it was not armed
   * @throws IllegalStateException if called from another thread
   */
  public boolean cancel(Timer timer) {
    checkThread();
    return timers.cancel(timer);
  }

  /** Arms a node of the machine at a time on the clock. */
  void scheduleAt(Timer timer, long deadlineNanos) {
    timers.schedule(timer, deadlineNanos);
  }

  /** A time so many nanoseconds from this turn's; never wraps. */
  long after(long delayNanos) {
    return timers.deadlineAfter(now, delayNanos);
  }

  /** A time so long after this very moment; for what a user counts from a call. */
  long deadlineFromNow(Duration delay) {
    return timers.deadlineAfter(clock.getAsLong(), nanosOf(delay));
  }

  private static long nanosOf(Duration delay) {
    if (delay.isNegative()) {
      return 0;
    }
    return delay.toSeconds() >= Long.MAX_VALUE / 1_000_000_000 - 1
        ? Long.MAX_VALUE
        : delay.toNanos();
  }

  /**
   * The time of this turn, read after its poll.
   *
   * @return nanoseconds on this loop's clock, which has no origin: only differences mean something
   */
  public long nowNanos() {
    return now;
  }

  // ---- what lives on the loop

  SelectorProvider provider() {
    return provider;
  }

  LoopOptions options() {
    return options;
  }

  long nextId() {
    return nextId++;
  }

  void register(SelectableChannel channel, int ops, Ready r) throws IOException {
    r.key = channel.register(selector, ops, r);
  }

  /**
   * Has {@link Ready#settle} called in the flush phase of this turn, or of the next if that is
   * over.
   */
  void attend(Ready r) {
    if (!r.attended) {
      r.attended = true;
      toFlush.add(r);
    }
  }

  /** Has {@link Ready#retired} called in the closes phase. */
  void retire(Ready r) {
    toClose.add(r);
  }

  /** Calls for each that is registered. Cost: all of them; for rare occasions. */
  void forEach(Consumer<Ready> action) {
    for (SelectionKey key : selector.keys()) {
      Ready r = (Ready) key.attachment();
      if (r != null) {
        action.accept(r);
      }
    }
  }

  /**
   * What is on this loop now: the gauges of a health check, and all 0 once everything has ended.
   *
   * @return a snapshot; all 0 after the loop has stopped
   * @throws IllegalStateException if called from another thread than the one that drives this loop
   */
  public LoopStats stats() {
    if (thread != null) {
      checkThread();
    }
    return new LoopStats(
        stopped ? 0 : selector.keys().size(),
        stopped ? 0 : timers.size(), // those that are armed still will never fire
        memory.heldBytes(),
        memory.pool.lentBytes());
  }

  /**
   * How often a connection of this loop went from one state to another. A connection that was
   * accepted begins {@link ConnectionState#OPEN}, which is no transition.
   *
   * @param from the state that was left
   * @param to the state that was entered
   * @return a count since the loop was made; any thread may ask
   */
  public long transitions(ConnectionState from, ConnectionState to) {
    return counters.transitions(from, to);
  }

  /**
   * Which slots of a level of the timer wheel hold timers: see {@link TimerWheel#occupied}.
   *
   * @param level 0 for the finest, up to {@link TimerWheel#LEVELS} - 1
   * @return a bit for each slot, the lowest for slot 0
   * @throws IllegalStateException if called from another thread than the one that drives this loop
   */
  public long timersOccupied(int level) {
    checkThread();
    return timers.occupied(level);
  }

  /**
   * At which slot of a level the timer wheel stands: see {@link TimerWheel#hand}.
   *
   * @param level 0 for the finest, up to {@link TimerWheel#LEVELS} - 1
   * @return 0 to 63
   * @throws IllegalStateException if called from another thread than the one that drives this loop
   */
  public int timersHand(int level) {
    checkThread();
    return timers.hand(level);
  }

  // ---- threads and life

  /**
   * Tells whether the caller is the loop's thread.
   *
   * @return true on the thread that drives this loop; false elsewhere, and everywhere before the
   *     first turn
   */
  public boolean inLoop() {
    return Thread.currentThread() == thread;
  }

  void checkThread() {
    if (Thread.currentThread() != thread) {
      throw wrongThread();
    }
  }

  /** Refuses what nobody would ever be told the end of. */
  void checkNotStopped(String what) {
    if (stopped || refusing) {
      throw new RejectedExecutionException(
          what + " refused: loop " + options.name() + " has stopped");
    }
  }

  /** Whether the last tasks and callbacks are running: nothing may be begun any more. */
  boolean isEnding() {
    return ending;
  }

  private IllegalStateException wrongThread() {
    Thread owner = thread;
    return new IllegalStateException(
        owner == null
            ? "called from thread "
                + Thread.currentThread().getName()
                + " before any thread drives loop "
                + options.name()
                + "; use execute"
            : "called from thread "
                + Thread.currentThread().getName()
                + ", but this belongs to loop thread "
                + owner.getName()
                + "; use execute, or a connection's sender()");
  }

  private void adopt() {
    Thread current = Thread.currentThread();
    if (thread == null) {
      synchronized (this) {
        if (thread == null) {
          thread = current;
        }
      }
    }
    if (thread != current) {
      throw new IllegalStateException(
          "loop "
              + options.name()
              + " is driven by thread "
              + thread.getName()
              + ", not by "
              + current.getName());
    }
    if (inTurn) {
      throw new IllegalStateException(
          "loop " + options.name() + " is driven from inside its own turn; return instead");
    }
  }

  /** Drives the loop on the calling thread until it is stopped. */
  public void run() {
    adopt();
    try {
      while (!stopped) {
        oneTurn(Long.MAX_VALUE);
      }
    } finally {
      if (!stopped) {
        // Something threw outside of every guard, the clock perhaps: all on the loop are told.
        log.line(Level.ERROR, "loop broke loop={}", options.name());
        end();
      }
    }
  }

  /**
   * Makes a thread, named and daemon as the options say, that drives this loop.
   *
   * @return the started thread
   * @throws IllegalStateException if the loop has a thread already
   */
  public Thread start() {
    LoopThread made = new LoopThread();
    synchronized (this) {
      if (thread != null) {
        throw new IllegalStateException(
            "loop " + options.name() + " is driven by thread " + thread.getName() + " already");
      }
      thread = made;
    }
    try {
      made.start();
    } catch (Throwable t) {
      thread = null; // no thread to be had: close() must not wait for this one to end the loop
      throw t;
    }
    return made;
  }

  /**
   * Asks the loop to end after the current turn. Connections still on it are cut, each with its
   * record; listeners are closed; tasks accepted before are run; later ones are refused; timers
   * still armed are told last, by {@link Timer#onAbandoned}. Any thread; returns at once. For a
   * gentle end shut the servers down first.
   */
  public void stop() {
    stopping = true;
    selector.wakeup();
  }

  /**
   * Tells whether the loop has ended.
   *
   * @return true once every connection was told, every task accepted was run, and the selector is
   *     closed
   */
  public boolean isStopped() {
    return stopped;
  }

  /**
   * Stops the loop and waits for its end, at most 10 seconds (a callback that does not return is
   * the only reason to wait longer; it is named in the log). Inside a turn the loop ends with that
   * turn, and this returns at once; on the loop's own thread between two turns it ends here.
   */
  @Override
  public void close() {
    stop();
    Thread t = thread;
    if (t == null || (t == Thread.currentThread() && !inTurn)) {
      turn(0); // nobody else is going to drive it: end it here
    } else if (!inLoop()) {
      boolean interrupted = false;
      long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
      // Not until "stopped": timers are told behind that.
      for (long left; ended.getCount() > 0 && (left = deadline - System.nanoTime()) > 0; ) {
        try {
          ended.await(left, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (ended.getCount() > 0) {
        log.line(Level.WARN, "loop did not stop in 10 s loop={} thread={}", options.name(), t);
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void end() {
    // Tasks first: they may still make connections, and register the listeners of a server.
    ending = true;
    tasks.close();
    for (int n = tasks.collect(); n > 0; n = tasks.collect()) {
      tasks();
    }
    forEach(
        r -> {
          try {
            r.loopStopping();
          } catch (Throwable t) {
            fault(r, t);
          }
        });
    // Callbacks of the end may connect again, and are told LOOP_STOPPED; those that do it for ever
    // are refused from some round on, so this ends.
    for (int rounds = 0; !(toClose.isEmpty() && toFlush.isEmpty()); rounds++) {
      refusing = rounds >= LAST_ROUNDS;
      flush();
      closes();
    }
    try {
      // Deregisters what was closed: only now are descriptors free and resets sent.
      selector.selectNow();
    } catch (IOException e) {
      log.line(Level.WARN, "last poll failed loop={}", options.name(), e);
    }
    closeQuietly(selector); // also where it can't poll any more: its descriptors are to be freed
    stopped = true;
    try {
      abandonTimers(); // behind connections: who waits for both has heard of the connection by now
    } finally {
      ended.countDown();
    }
  }

  /**
   * All those that are armed now, and no others: nothing can be begun any more, so nobody needs a
   * second try. They are found first, and told then: else one that is armed in there would take the
   * turn of one that waits.
   */
  private void abandonTimers() {
    List<Timer> armed = new ArrayList<>(timers.size());
    for (Timer timer; (timer = timers.takeAny()) != null; ) {
      armed.add(timer);
    }
    for (Timer timer : armed) { // again, so that one of them can be cancelled by another
      timers.schedule(timer, timer.deadlineNanos());
    }
    for (Timer timer : armed) {
      if (!timers.cancel(timer)) {
        continue;
      }
      try {
        timer.abandon();
      } catch (Throwable t) {
        log.line(Level.ERROR, "an abandoned timer threw loop={}", options.name(), t);
      }
    }
  }

  /** The loop's name, thread and size. */
  @Override
  public String toString() {
    Thread t = thread;
    return "EventLoop[" + options.name() + ", thread=" + (t == null ? "none" : t.getName()) + "]";
  }

  /**
   * The loop's own thread. An interrupt would make each select return at once until it is cleared,
   * would close a file in the middle of a transfer, and on newer JDKs the socket with it: so it is
   * noted instead, and only ends the poll.
   */
  private final class LoopThread extends Thread {
    LoopThread() {
      super(null, null, options.name(), 0, false);
      setDaemon(options.daemon());
    }

    @Override
    public void run() {
      EventLoop.this.run();
    }

    @Override
    public void interrupt() {
      interruptedByOthers = true;
      selector.wakeup();
    }
  }
}
