package dev.millrace.fault;

import java.nio.channels.SelectableChannel;

/**
 * A channel of {@link FaultSelectorProvider}, as its selector and its keys see it: the platform's
 * channel inside, and where the readiness told differs from that one's.
 *
 * <p>Thread rule: any thread.
 */
interface FaultChannel {
  /** The platform's, which does the work. */
  SelectableChannel real();

  /** Where this channel is registered. */
  Registrations registrations();

  /** For a key's own dice; never thrown themselves. */
  Dice dice();

  /** Operations for which the real channel's readiness is not told. */
  default int hiddenOps() {
    return 0;
  }

  /** Operations that are ready whatever the real channel says, those hidden as well. */
  default int raisedOps() {
    return 0;
  }

  /** In how many nanoseconds {@link #raisedOps} changes by itself; {@code MAX_VALUE} for never. */
  default long nanosToRaise() {
    return Long.MAX_VALUE;
  }
}
