package dev.millrace.fault;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A selector around the platform's, which waits; this one says what is ready.
 *
 * <p>One select: keys that were cancelled go; each key is looked at, and its real key gets the
 * interest without what is hidden; the real selector waits, or only looks if something is ready
 * that the kernel knows nothing of; what both found is told. If nothing is left to be told (a
 * stalled channel's readiness), the wait goes on.
 *
 * <p>A select looks at every key, so it costs by the number of connections and not by the number of
 * those that are ready: this is for tests, not for measuring.
 *
 * <p>Thread rule: that of {@link Selector}; a select locks this selector, then its selected keys.
 */
final class FaultSelector extends AbstractSelector {
  /** As a wait: for ever. */
  private static final long FOR_EVER = Long.MAX_VALUE;

  private final FaultPlan plan;
  private final AbstractSelector real;
  private final Set<SelectionKey> keys = ConcurrentHashMap.newKeySet();
  private final Set<SelectionKey> keysView = Collections.unmodifiableSet(keys);
  private final Set<SelectionKey> selected = new HashSet<>();
  private final Set<SelectionKey> selectedView = new RemoveOnlySet<>(selected);
  private final List<FaultKey> found = new ArrayList<>();
  private final List<FaultKey> raised = new ArrayList<>();
  private final Consumer<SelectionKey> onFound = this::found;

  /**
   * A wake-up that no select has returned for. The real selector's own mark is not enough: it is
   * used up where the wait goes on.
   */
  private final AtomicBoolean woken = new AtomicBoolean();

  /** Whether a select may be waiting, and has to be told of a change. */
  private volatile boolean waiting;

  private boolean selecting;

  FaultSelector(FaultSelectorProvider provider, FaultPlan plan, AbstractSelector real) {
    super(provider);
    this.plan = plan;
    this.real = real;
  }

  Selector real() {
    return real;
  }

  @Override
  protected SelectionKey register(AbstractSelectableChannel channel, int ops, Object attachment) {
    if (!(channel instanceof FaultChannel faults) || channel.provider() != provider()) {
      throw new IllegalSelectorException();
    }
    FaultKey key;
    try {
      key = new FaultKey(this, channel, faults, ops);
    } catch (ClosedChannelException e) {
      // Closed by another thread, or by way of its socket(), after the JDK had looked.
      throw FaultSelector.<RuntimeException>undeclared(e);
    }
    key.attach(attachment);
    faults.registrations().add(key);
    keys.add(key);
    return key;
  }

  /** The channel's register, which alone calls the selector's, declares what this one can't. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> E undeclared(Exception e) throws E {
    throw (E) e;
  }

  @Override
  public Set<SelectionKey> keys() {
    ensureOpen();
    return keysView;
  }

  @Override
  public Set<SelectionKey> selectedKeys() {
    ensureOpen();
    return selectedView;
  }

  @Override
  public int selectNow() throws IOException {
    return lockAndSelect(null, 0);
  }

  @Override
  public int select(long timeout) throws IOException {
    return lockAndSelect(null, nanos(timeout));
  }

  @Override
  public int select() throws IOException {
    return lockAndSelect(null, FOR_EVER);
  }

  @Override
  public int selectNow(Consumer<SelectionKey> action) throws IOException {
    return lockAndSelect(Objects.requireNonNull(action, "action"), 0);
  }

  @Override
  public int select(Consumer<SelectionKey> action, long timeout) throws IOException {
    return lockAndSelect(Objects.requireNonNull(action, "action"), nanos(timeout));
  }

  @Override
  public int select(Consumer<SelectionKey> action) throws IOException {
    return select(action, 0);
  }

  private static long nanos(long timeoutMillis) {
    if (timeoutMillis < 0) {
      throw new IllegalArgumentException("timeout " + timeoutMillis + " is negative");
    }
    return timeoutMillis == 0 ? FOR_EVER : TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
  }

  @Override
  public Selector wakeup() {
    woken.set(true); // first: who returns from the real select looks for it
    real.wakeup();
    return this;
  }

  /** A channel's readiness has changed and the kernel does not know. No wake-up to the program. */
  void nudge() {
    if (waiting) {
      real.wakeup();
    }
  }

  private int lockAndSelect(Consumer<SelectionKey> action, long timeoutNanos) throws IOException {
    synchronized (this) {
      ensureOpen();
      if (selecting) {
        throw new IllegalStateException("select in progress");
      }
      selecting = true;
      try {
        synchronized (selectedView) {
          return select(action, timeoutNanos, System.nanoTime());
        }
      } finally {
        selecting = false;
      }
    }
  }

  private int select(Consumer<SelectionKey> action, long timeoutNanos, long start)
      throws IOException {
    long left = timeoutNanos;
    boolean mayBeSpurious = plan.has(FaultKind.SPURIOUS_READY);
    while (true) {
      deregisterCancelled();
      // Before the keys are looked at: whoever changes one later sees that somebody may wait.
      waiting = true;
      long wait = Math.min(left, look(mayBeSpurious));
      mayBeSpurious = false;
      try {
        if (wait == 0 || woken.get()) {
          real.selectNow(onFound);
        } else {
          real.select(onFound, wait == FOR_EVER ? 0 : roundUpToMillis(wait));
        }
      } finally {
        waiting = false;
      }
      if (deregisterCancelled()) {
        // Their real keys have to go too, or registering them anew would meet a cancelled key. The
        // readiness that this finds again is there in the next select as well.
        real.selectNow(key -> {});
      }
      int told = tell(action);
      if (timeoutNanos != FOR_EVER) {
        left = Math.max(0, timeoutNanos - (System.nanoTime() - start));
      }
      boolean nothing = told < 0 && left > 0 && !Thread.currentThread().isInterrupted();
      if (woken.getAndSet(false) || !nothing) {
        return Math.max(told, 0);
      }
    }
  }

  private static long roundUpToMillis(long nanos) {
    return nanos / 1_000_000 + (nanos % 1_000_000 == 0 ? 0 : 1);
  }

  /** Looks at each key before the wait; returns how long that may be. */
  private long look(boolean mayBeSpurious) {
    found.clear();
    raised.clear();
    long wait = FOR_EVER;
    for (SelectionKey one : keys) {
      FaultKey key = (FaultKey) one;
      FaultChannel faults = key.faults();
      key.foundOps = 0;
      key.raisedOps = 0;
      if (!key.realKey().isValid()) {
        closeToo(key);
      } else if (key.isValid()) {
        int wanted = key.wantedOps();
        int seen = wanted & ~faults.hiddenOps();
        key.apply(seen);
        // The time first: what is due in between is then found raised.
        long nanosToRaise = faults.nanosToRaise();
        key.raisedOps = wanted & faults.raisedOps();
        if (mayBeSpurious && seen != 0 && plan.happens(FaultKind.SPURIOUS_READY, key.dice())) {
          key.raisedOps |= seen;
        }
        if (key.raisedOps != 0) {
          raised.add(key);
          wait = 0;
        } else if (wanted != 0) {
          wait = Math.min(wait, nanosToRaise);
        }
      }
    }
    return wait;
  }

  /** The real channel was closed by way of its {@code socket()}, which tells nobody. */
  private static void closeToo(FaultKey key) {
    try {
      key.channel().close();
    } catch (IOException e) {
      // The real one is closed already, and there is nobody who could be told.
    }
    key.cancel();
  }

  private void found(SelectionKey realKey) {
    FaultKey key = (FaultKey) realKey.attachment();
    key.foundOps = realKey.readyOps();
    found.add(key);
  }

  /** Returns how many keys are news to the program; -1 if there was nothing to be told at all. */
  private int tell(Consumer<SelectionKey> action) {
    int told = -1;
    for (FaultKey key : found) {
      told = tell(key, action, told);
    }
    for (FaultKey key : raised) {
      told = tell(key, action, told);
    }
    return told;
  }

  private int tell(FaultKey key, Consumer<SelectionKey> action, int told) {
    int wanted = key.wantedOps();
    int ops = wanted & ((key.foundOps & ~key.faults().hiddenOps()) | key.raisedOps);
    // A key may be in both lists.
    key.foundOps = 0;
    key.raisedOps = 0;
    if (ops == 0 || !key.isValid()) {
      return told;
    }
    int before = Math.max(told, 0);
    if (action != null) {
      key.ready(ops);
      action.accept(key);
      ensureOpen();
      return before + 1;
    }
    if (selected.contains(key)) {
      return key.alsoReady(ops) ? before + 1 : before;
    }
    key.ready(ops);
    selected.add(key);
    return before + 1;
  }

  /** True if there was one. */
  private boolean deregisterCancelled() {
    Set<SelectionKey> cancelled = cancelledKeys();
    List<SelectionKey> gone;
    synchronized (cancelled) {
      if (cancelled.isEmpty()) {
        return false;
      }
      gone = List.copyOf(cancelled);
      cancelled.clear();
    }
    for (SelectionKey key : gone) {
      forget((FaultKey) key);
    }
    return true;
  }

  private void forget(FaultKey key) {
    key.realKey().cancel();
    keys.remove(key);
    selected.remove(key);
    key.faults().registrations().remove(key);
    deregister(key);
  }

  @Override
  protected void implCloseSelector() throws IOException {
    wakeup();
    synchronized (this) {
      real.close();
      synchronized (selectedView) {
        for (SelectionKey key : keys) {
          forget((FaultKey) key);
        }
      }
    }
  }

  private void ensureOpen() {
    if (!isOpen()) {
      throw new ClosedSelectorException();
    }
  }

  @Override
  public String toString() {
    return "FaultSelector[" + real + "]";
  }
}
