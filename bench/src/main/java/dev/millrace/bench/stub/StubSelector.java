package dev.millrace.bench.stub;

import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelectionKey;
import java.nio.channels.spi.AbstractSelector;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Polls its channels one by one, level-triggered, in the order of their registration.
 *
 * <p>As the JDK's does it: what is ready is collected first and handed over then, with the interest
 * that a key has by then; a key cancelled in between is handed over all the same; a closed or
 * cancelled one is deregistered in the next select, before that waits; a wake-up ends the running
 * select, or the next, which uses it up.
 *
 * <p>A wait is by the system's clock, and nothing but a wake-up, an interrupt or its time ends it:
 * peers are on the same thread and can't send meanwhile.
 */
final class StubSelector extends AbstractSelector {
  private final Counts counts;
  private final Set<SelectionKey> keys = new LinkedHashSet<>();
  private final Set<SelectionKey> publicKeys = Collections.unmodifiableSet(keys);
  private final Set<SelectionKey> selected = new LinkedHashSet<>();
  private final AtomicBoolean woken = new AtomicBoolean();
  private volatile Thread waiting;

  // The same keys again, since a pass over an array makes no iterator; and the ready ones of a
  // select.
  private Key[] registered = new Key[16];
  private int registeredCount;
  private Key[] ready = new Key[16];
  private int readyCount;
  private boolean selecting;

  StubSelector(StubProvider stub) {
    super(stub);
    this.counts = stub.counts;
  }

  // ---- keys

  @Override
  protected SelectionKey register(AbstractSelectableChannel channel, int ops, Object attachment) {
    if (!(channel instanceof Pollable pollable)) {
      throw new IllegalSelectorException();
    }
    ensureOpen();
    counts.registers++;
    Key key = new Key(channel, pollable, ops);
    key.attach(attachment);
    keys.add(key);
    if (registeredCount == registered.length) {
      registered = Arrays.copyOf(registered, 2 * registeredCount);
      ready = Arrays.copyOf(ready, 2 * registeredCount);
    }
    registered[registeredCount++] = key;
    return key;
  }

  private void deregisterCancelled() {
    Set<SelectionKey> cancelled = cancelledKeys();
    synchronized (cancelled) {
      if (cancelled.isEmpty()) {
        return;
      }
      for (SelectionKey key : cancelled) {
        keys.remove(key);
        selected.remove(key);
        deregister((Key) key);
      }
      cancelled.clear();
    }
    int kept = 0;
    for (int i = 0; i < registeredCount; i++) {
      if (registered[i].isValid()) {
        registered[kept++] = registered[i];
      }
    }
    Arrays.fill(registered, kept, registeredCount, null);
    registeredCount = kept;
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

  // ---- selecting

  @Override
  public int selectNow() {
    return doSelect(null, 0);
  }

  @Override
  public int select() {
    return doSelect(null, Long.MAX_VALUE);
  }

  @Override
  public int select(long timeoutMillis) {
    return doSelect(null, nanos(timeoutMillis));
  }

  @Override
  public int selectNow(Consumer<SelectionKey> action) {
    return doSelect(action, 0);
  }

  @Override
  public int select(Consumer<SelectionKey> action) {
    return doSelect(action, Long.MAX_VALUE);
  }

  @Override
  public int select(Consumer<SelectionKey> action, long timeoutMillis) {
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

  private int doSelect(Consumer<SelectionKey> action, long waitNanos) {
    ensureOpen();
    if (selecting) {
      throw new IllegalStateException("select in progress");
    }
    selecting = true;
    counts.selects++;
    try {
      deregisterCancelled();
      poll();
      if (readyCount == 0 && waitNanos > 0) {
        await(waitNanos);
        ensureOpen();
        deregisterCancelled();
        poll();
      }
      if (woken.get()) {
        woken.set(false); // asked first: to write what is nearly always false is a fence each time
      }
      return action == null ? addToSelected() : handOver(action);
    } finally {
      Arrays.fill(ready, 0, readyCount, null);
      readyCount = 0;
      selecting = false;
    }
  }

  private void poll() {
    readyCount = 0;
    for (int i = 0; i < registeredCount; i++) {
      Key key = registered[i];
      key.events = key.pollable.readyOps();
      if ((key.events & key.interest) != 0 && key.isValid()) {
        ready[readyCount++] = key;
      }
    }
  }

  private void await(long waitNanos) {
    long begun = System.nanoTime();
    waiting = Thread.currentThread();
    try {
      while (!woken.get() && !waiting.isInterrupted()) {
        long left = waitNanos - (System.nanoTime() - begun);
        if (waitNanos == Long.MAX_VALUE) {
          LockSupport.park(this);
        } else if (left > 0) {
          LockSupport.parkNanos(this, left);
        } else {
          return;
        }
      }
    } finally {
      waiting = null;
    }
  }

  private int handOver(Consumer<SelectionKey> action) {
    int handed = 0;
    for (int i = 0; i < readyCount; i++) {
      Key key = ready[i];
      key.readyOps = key.events & key.interest;
      if (key.readyOps != 0) {
        handed++;
        action.accept(key);
        ensureOpen();
      }
    }
    return handed;
  }

  private int addToSelected() {
    int updated = 0;
    for (int i = 0; i < readyCount; i++) {
      Key key = ready[i];
      int before = selected.add(key) ? 0 : key.readyOps;
      key.readyOps = before | (key.events & key.interest);
      if (key.readyOps != before) {
        updated++;
      }
    }
    return updated;
  }

  @Override
  public Selector wakeup() {
    counts.wakeups.incrementAndGet();
    wake();
    return this;
  }

  private void wake() {
    if (!woken.getAndSet(true)) {
      Thread sleeper = waiting;
      if (sleeper != null) {
        LockSupport.unpark(sleeper);
      }
    }
  }

  @Override
  protected void implCloseSelector() {
    wake();
    for (int i = 0; i < registeredCount; i++) {
      registered[i].cancel();
    }
    deregisterCancelled();
    selected.clear();
  }

  /** A registration. */
  private final class Key extends AbstractSelectionKey {
    private final SelectableChannel channel;
    private final Pollable pollable;
    private int interest;
    private int events;
    private int readyOps;

    Key(SelectableChannel channel, Pollable pollable, int interest) {
      this.channel = channel;
      this.pollable = pollable;
      this.interest = interest;
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
      return StubSelector.this;
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
      counts.interestPuts++;
      interest = ops;
      return this;
    }

    @Override
    public int readyOps() {
      ensureValid();
      return readyOps;
    }
  }
}
