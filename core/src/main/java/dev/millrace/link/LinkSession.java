package dev.millrace.link;

import java.net.SocketAddress;
import java.util.UUID;

/**
 * A link as the receiving side knows it, over all its connections. Thread rule: the loop's thread.
 */
public final class LinkSession {
  private final UUID id;

  /**
   * Tells this one from an earlier one of the same name, which was forgotten: a link that names
   * another has not been told yet, however often it has greeted since.
   */
  final long incarnation;

  private long delivered;
  private long uncertainId;
  private boolean paused;
  private boolean over;

  /** Which of the session's connections is the last that greeted. */
  long connection;

  /** The connection that is believed; null while there is none. */
  ReceivingSide side;

  /** When the last connection ended, on the loop's clock. */
  long apartSinceNanos;

  LinkSession(UUID id, long incarnation) {
    this.id = id;
    this.incarnation = incarnation;
  }

  /**
   * Its name, drawn by the link. Together with a message's id it names that message for ever: who
   * has to survive a restart without repetitions keeps both, with what the message did.
   *
   * @return always the same
   */
  public UUID id() {
    return id;
  }

  /**
   * The last message that was taken.
   *
   * @return its id; 0 if none was
   */
  public long delivered() {
    return delivered;
  }

  /**
   * Up to where messages may have been delivered before, because this session stands for one that
   * was lost. Those after {@link #delivered} and up to here may be repetitions.
   *
   * @return an id; 0 if the session never was lost
   */
  public long uncertainId() {
    return uncertainId;
  }

  /**
   * Whether the link is connected.
   *
   * @return true if so
   */
  public boolean isConnected() {
    return side != null;
  }

  /**
   * The link's address.
   *
   * @return null while it is not connected
   */
  public SocketAddress remoteAddress() {
    return side == null ? null : side.wire().remoteAddress();
  }

  /**
   * Whether {@link #pause} is in force.
   *
   * @return true if so
   */
  public boolean isPaused() {
    return paused;
  }

  /**
   * Takes no more messages until {@link #resume}, also over reconnects; in {@code onMessage} this
   * one is still taken. The link's queue fills, and refuses then. Signs of life go on, so the link
   * stays up, but for a reconnect each {@code Timeouts.paused}, and, when all buffers in between
   * are full, each {@code Timeouts.writeStall} of the link's connection. A message with its frame
   * and 48 bytes has to fit that one's {@code Limits.highWaterBytes}: above those it reads no signs
   * of life while it waits. Does nothing if paused already.
   */
  public void pause() {
    if (!paused && !over) {
      paused = true;
      if (side != null) {
        side.wire().paused(true);
      }
    }
  }

  /** Takes messages again. Does nothing if not paused. */
  public void resume() {
    if (paused) {
      paused = false;
      if (side != null) {
        side.wire().paused(false);
      }
    }
  }

  /** Id, progress and whether it is connected. */
  @Override
  public String toString() {
    return "LinkSession["
        + id
        + " delivered="
        + delivered
        + (side == null ? " apart" : " connected")
        + (paused ? " paused" : "")
        + "]";
  }

  // ---- for the machine

  void delivered(long id) {
    delivered = id;
  }

  /** The session is one that was lost: it goes on where the link says, and that may repeat. */
  void takeOver(long acknowledged, long sent) {
    delivered = acknowledged;
    uncertainId = sent;
  }

  void end() {
    over = true;
    paused = false;
    side = null;
  }
}
