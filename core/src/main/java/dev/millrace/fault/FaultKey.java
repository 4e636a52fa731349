package dev.millrace.fault;

import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelectionKey;

/**
 * A key around the platform's. It keeps the interest that the program asked for; the real key gets
 * what is left of it without the hidden operations, in the next select, which is when a change
 * counts with the platform's keys too.
 *
 * <p>Thread rule: as a key, any thread; what is told to {@link FaultSelector} alone is guarded by
 * that selector.
 */
final class FaultKey extends AbstractSelectionKey {
  private final FaultSelector selector;
  private final AbstractSelectableChannel channel;
  private final FaultChannel faults;
  private final Dice dice;
  private final SelectionKey realKey;

  private volatile int interestOps;
  private volatile int readyOps;

  /** What the real key was last given. */
  private int appliedOps;

  /** What the real selector found in this select. */
  int foundOps;

  /** What is ready in this select whatever the real selector finds. */
  int raisedOps;

  /**
   * Registers the real channel.
   *
   * @throws ClosedChannelException if that one is closed
   */
  FaultKey(FaultSelector selector, AbstractSelectableChannel channel, FaultChannel faults, int ops)
      throws ClosedChannelException {
    this.selector = selector;
    this.channel = channel;
    this.faults = faults;
    this.dice = Lane.READY.of(faults.dice());
    this.interestOps = ops;
    this.realKey = faults.real().register(selector.real(), 0, this);
  }

  FaultSelector owner() {
    return selector;
  }

  FaultChannel faults() {
    return faults;
  }

  /** Decides about this key's spurious readiness. */
  Dice dice() {
    return dice;
  }

  SelectionKey realKey() {
    return realKey;
  }

  /** The interest, also of a key that is no longer valid. */
  int wantedOps() {
    return interestOps;
  }

  /** Hands the real key what it is to look for. */
  void apply(int ops) {
    if (ops != appliedOps) {
      try {
        realKey.interestOps(ops);
        appliedOps = ops;
      } catch (CancelledKeyException closed) {
        // The channel is being closed by another thread; this key follows in a moment.
      }
    }
  }

  /** Ready for just these. */
  void ready(int ops) {
    readyOps = ops;
  }

  /** Ready for these too; true if that is news. */
  boolean alsoReady(int ops) {
    int before = readyOps;
    readyOps = before | ops;
    return (ops & ~before) != 0;
  }

  @Override
  public SelectableChannel channel() {
    return channel;
  }

  @Override
  public Selector selector() {
    return selector;
  }

  @Override
  public int interestOps() {
    ensureValid();
    return interestOps;
  }

  @Override
  public synchronized SelectionKey interestOps(int ops) {
    ensureValid();
    if ((ops & ~channel.validOps()) != 0) {
      throw new IllegalArgumentException("interest " + ops + " is not for " + channel);
    }
    interestOps = ops;
    return this;
  }

  @Override
  public int readyOps() {
    ensureValid();
    return readyOps;
  }

  private void ensureValid() {
    if (!isValid()) {
      throw new CancelledKeyException();
    }
  }

  @Override
  public String toString() {
    return "FaultKey[" + channel + (isValid() ? " interest=" + interestOps : " cancelled") + "]";
  }
}
