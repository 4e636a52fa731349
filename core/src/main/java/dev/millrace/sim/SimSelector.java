package dev.millrace.sim;

import dev.millrace.fault.FaultKind;
import dev.millrace.fault.FaultPlan;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelectionKey;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A selector whose waiting is what makes time pass: while nothing is ready, the world goes on to
 * its next event. Level-triggered, like epoll under the JDK's.
 *
 * <p>Ready keys are handed over in an order that is drawn, because the kernel's is arbitrary. Keys
 * are deregistered in the order of their registration: the JDK collects cancelled ones in an
 * identity-hashed set, whose order differs from run to run.
 */
final class SimSelector extends AbstractSelector {
  /** A channel as the selector sees it. */
  interface Pollable {
    /** Among the events: an error, or the end of everything. It is reported unasked. */
    int BROKEN = 1 << 30;

    /**
     * What the kernel reports to one that asked for these operations; 0 if nothing. A selector
     * returns for it, whatever becomes of it.
     */
    int events(int interest);

    /**
     * What the JDK makes of what the kernel reported: which of these operations are ready, as the
     * channel is by now. A closed one is never readable any more, unless it is broken.
     */
    int translate(int events, int interest);

    /** The last key is gone, and the channel is closed: the descriptor is given back. */
    void kill();
  }

  /** The kernel needs a while to wake a thread; what arrives in it is found ready as well. */
  private static final long WAKE_NANOS = 200_000;

  private final SimHost host;
  private final SimWorld world;
  private final int descriptors;
  private final Set<SelectionKey> keys = new LinkedHashSet<>();
  private final Set<SelectionKey> selected = new LinkedHashSet<>();
  private final Set<SelectionKey> publicKeys = Collections.unmodifiableSet(keys);
  private final List<Key> ready = new ArrayList<>();
  private final List<Key> cancelled = new ArrayList<>();
  private long nextKey;
  private boolean woken;
  private boolean selecting;

  SimSelector(SelectorProvider provider, SimHost host, int descriptors) {
    super(provider);
    this.host = host;
    this.world = host.world();
    this.descriptors = descriptors;
    world.selectors.add(this);
  }

  // ---- keys

  @Override
  protected SelectionKey register(AbstractSelectableChannel channel, int ops, Object attachment) {
    if (!(channel instanceof Pollable)) {
      throw new IllegalSelectorException();
    }
    ensureOpen();
    Key key = new Key(channel, nextKey++);
    key.attach(attachment);
    key.interestOps(ops);
    keys.add(key);
    world.changed();
    return key;
  }

  @Override
  public Set<SelectionKey> keys() {
    ensureOpen();
    return publicKeys;
  }

  @Override
  public Set<SelectionKey> selectedKeys() {
    ensureOpen();
    return selected;
  }

  private void ensureOpen() {
    if (!isOpen()) {
      throw new ClosedSelectorException();
    }
  }

  private void deregisterCancelled() {
    Set<SelectionKey> set = cancelledKeys();
    synchronized (set) {
      if (set.isEmpty()) {
        return;
      }
      for (SelectionKey key : set) {
        cancelled.add((Key) key);
      }
      set.clear();
    }
    cancelled.sort(Comparator.comparingLong(key -> key.number));
    for (Key key : cancelled) {
      keys.remove(key);
      selected.remove(key);
      deregister(key);
      SelectableChannel channel = key.channel;
      if (!channel.isOpen() && !channel.isRegistered()) {
        ((Pollable) channel).kill();
      }
    }
    cancelled.clear();
  }

  // ---- selecting

  @Override
  public int selectNow() throws IOException {
    return doSelect(null, 0);
  }

  @Override
  public int select() throws IOException {
    return doSelect(null, Long.MAX_VALUE);
  }

  @Override
  public int select(long timeoutMillis) throws IOException {
    return doSelect(null, nanos(timeoutMillis));
  }

  @Override
  public int selectNow(Consumer<SelectionKey> action) throws IOException {
    return doSelect(action, 0);
  }

  @Override
  public int select(Consumer<SelectionKey> action) throws IOException {
    return doSelect(action, Long.MAX_VALUE);
  }

  @Override
  public int select(Consumer<SelectionKey> action, long timeoutMillis) throws IOException {
    return doSelect(action, nanos(timeoutMillis));
  }

  private static long nanos(long timeoutMillis) {
    if (timeoutMillis < 0) {
      throw new IllegalArgumentException("Negative timeout");
    }
    return timeoutMillis == 0 || timeoutMillis > Long.MAX_VALUE / 1_000_000
        ? Long.MAX_VALUE
        : timeoutMillis * 1_000_000;
  }

  private int doSelect(Consumer<SelectionKey> action, long waitNanos) throws IOException {
    ensureOpen();
    if (host.takeFailingSelect()) {
      world.note(host, "fault select fails", -1);
      world.spurious();
      throw new IOException("select failed");
    }
    if (selecting) {
      throw new IllegalStateException("select in progress");
    }
    selecting = true;
    try {
      deregisterCancelled();
      collect(waitNanos);
      deregisterCancelled();
      return action == null ? addToSelected() : handOver(action);
    } finally {
      ready.clear();
      selecting = false;
    }
  }

  private void collect(long waitNanos) {
    FaultPlan plan = host.plan();
    if (plan.happens(FaultKind.CLOCK_JUMP, world.dice())) {
      long nanos = plan.amount(FaultKind.CLOCK_JUMP, world.dice());
      world.note(host, "fault clock jump", nanos);
      world.jump(nanos);
    }
    world.catchUp();
    if (host.takeEarlySelect()) {
      world.note(host, "fault select returns early", -1);
      world.spurious();
      return;
    }
    pollAll();
    if (ready.isEmpty() && !woken && waitNanos > 0) {
      long deadline = waitNanos == Long.MAX_VALUE ? waitNanos : world.nowNanos() + waitNanos;
      while (ready.isEmpty() && !woken && world.advance(deadline)) {
        if (world.takeChanged()) {
          pollAll();
        }
      }
      if (!ready.isEmpty() && world.dice().below(2) == 0) {
        long late = world.nowNanos() + world.dice().skewed(0, WAKE_NANOS);
        world.advanceAll(Math.min(late, deadline));
        pollAll();
      }
    }
    woken = false;
    addSpurious(plan);
    world.selected(this, ready.size());
  }

  private void pollAll() {
    ready.clear();
    for (SelectionKey selectionKey : keys) {
      Key key = (Key) selectionKey;
      if (key.isValid() && key.interest != 0) {
        key.events = ((Pollable) key.channel).events(key.interest);
        if (key.events != 0) {
          ready.add(key);
        }
      }
    }
  }

  private void addSpurious(FaultPlan plan) {
    if (plan.has(FaultKind.SPURIOUS_READY)) {
      for (SelectionKey selectionKey : keys) {
        Key key = (Key) selectionKey;
        if (key.isValid()
            && key.interest != 0
            && plan.happens(FaultKind.SPURIOUS_READY, world.dice())
            && !ready.contains(key)) {
          key.events = key.interest;
          ready.add(key);
          world.spurious();
        }
      }
    }
    for (int i = ready.size(); i > 1; i--) {
      Collections.swap(ready, i - 1, world.dice().below(i));
    }
  }

  private int addToSelected() {
    int updated = 0;
    for (Key key : ready) {
      int ops = key.ready();
      if (!selected.contains(key)) {
        key.readyOps = ops;
        if (ops != 0) {
          selected.add(key);
          updated++;
        }
      } else {
        // Nobody has taken the key out: what was ready before stays, but for a broken channel's.
        int before = key.readyOps;
        key.readyOps = (key.events & Pollable.BROKEN) != 0 ? ops : before | ops;
        if ((key.readyOps & ~before) != 0) {
          updated++;
        }
      }
    }
    return updated;
  }

  private int handOver(Consumer<SelectionKey> action) {
    int count = 0;
    // By index: the consumer may do whatever it likes to keys, but it can't select.
    for (int i = 0; i < ready.size(); i++) {
      Key key = ready.get(i);
      // As things are now, after what was done for earlier keys. One that was cancelled in the
      // meantime is handed over all the same, as the JDK does: its consumer has to look.
      key.readyOps = key.ready();
      if (key.readyOps != 0) {
        count++;
        action.accept(key);
        ensureOpen();
      }
    }
    return count;
  }

  /** Whether a select would return at once. */
  boolean wouldReturn() {
    if (woken) {
      return true;
    }
    pollAll();
    boolean any = !ready.isEmpty();
    ready.clear();
    return any;
  }

  @Override
  public Selector wakeup() {
    woken = true;
    world.changed();
    return this;
  }

  @Override
  protected void implCloseSelector() {
    deregisterCancelled();
    for (SelectionKey selectionKey : List.copyOf(keys)) {
      Key key = (Key) selectionKey;
      key.cancel();
    }
    deregisterCancelled();
    selected.clear();
    world.selectors.remove(this);
    host.give(descriptors);
  }

  /** A registration. */
  private final class Key extends AbstractSelectionKey {
    private final SelectableChannel channel;
    private final long number;
    private int interest;
    private int readyOps;
    private int events;

    Key(SelectableChannel channel, long number) {
      this.channel = channel;
      this.number = number;
    }

    int ready() {
      return ((Pollable) channel).translate(events, interest);
    }

    private void ensureValid() {
      if (!isValid()) {
        throw new CancelledKeyException();
      }
    }

    @Override
    public SelectableChannel channel() {
      return channel;
    }

    @Override
    public Selector selector() {
      return SimSelector.this;
    }

    @Override
    public int interestOps() {
      ensureValid();
      return interest;
    }

    @Override
    public SelectionKey interestOps(int ops) {
      ensureValid();
      if ((ops & ~channel.validOps()) != 0) {
        throw new IllegalArgumentException();
      }
      interest = ops;
      world.changed();
      return this;
    }

    @Override
    public int readyOps() {
      ensureValid();
      return readyOps;
    }
  }
}
