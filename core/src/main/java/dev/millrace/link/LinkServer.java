package dev.millrace.link;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.EventLoop;
import dev.millrace.WriteResult;
import dev.millrace.frame.FrameCodec;
import dev.millrace.timer.Timer;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collection;
import java.util.Objects;

/**
 * The receiving side of links: makes the handlers for a {@link dev.millrace.Server}, and keeps the
 * sessions over reconnects.
 *
 * <pre>{@code
 * LinkServer links = LinkServer.builder((session, id, payload) -> store(payload)).build();
 * Server.builder().listen("0.0.0.0", 7007).handler(links::handler).start();
 * }</pre>
 *
 * <p>It remembers a number for each session, not the messages; so what it holds is bounded by
 * {@code maxSessions}, some 300 bytes each. A session whose link has said good-bye is forgotten at
 * once; one without a connection when it is old, or when another one needs its place. The receiver
 * is told, and so is the link, should it come back.
 *
 * <p>Thread rule: it belongs to the loop of the first connection that it is given; all methods but
 * {@link #handler} are for that loop's thread. Of several servers on one loop it may serve all;
 * shut down and started again on the same loop, with the same of these, a server knows its
 * sessions.
 *
 * <p>Anybody who can connect can send messages, and who knows a session's id can take it over: put
 * something in front of it where that matters.
 */
public final class LinkServer {
  private static final int MAX_SESSIONS = 10_000_000;
  private static final Duration MAX_AGE = Duration.ofDays(365);

  private final LinkReceiver receiver;
  private final SessionTable table;
  private final long epoch;
  private final int maxMessageBytes;
  private final Duration greetingTimeout;
  private final Expiry expiry = new Expiry();
  private EventLoop loop;

  private LinkServer(Builder builder) {
    this.receiver = builder.receiver;
    this.epoch = builder.epoch;
    this.maxMessageBytes = builder.maxMessageBytes;
    this.greetingTimeout = builder.greetingTimeout;
    this.table =
        new SessionTable(
            builder.maxSessions, builder.maxAge.toNanos(), builder.receiver::onSessionEnd);
  }

  /**
   * Begins to make one.
   *
   * @param receiver takes the messages of all sessions
   * @return a builder with the defaults
   */
  public static Builder builder(LinkReceiver receiver) {
    return new Builder(receiver);
  }

  /**
   * A handler for one connection: {@code Server.builder().handler(links::handler)}. Any thread.
   *
   * <p>A message has to fit into what a connection may keep: {@link
   * dev.millrace.Limits#maxKeptBytes} of the server must be at least {@code maxMessageBytes} and 24
   * bytes for the frame. Where it is not, the first connection fails and the log says so.
   *
   * @return a new one
   */
  public ConnectionHandler handler() {
    return new Door();
  }

  /**
   * The sessions known now, in no order.
   *
   * @return a copy
   */
  public Collection<LinkSession> sessions() {
    return table.all();
  }

  /**
   * Ends: forgets every session, cuts those that are connected, and disarms the timer. Who greets
   * later is cut. After it nothing of this is left on the loop. Does nothing if called before. What
   * the receiver throws at the end of a session comes out of here, when all of it is done.
   */
  public void close() {
    table.close();
    Throwable first = null;
    for (LinkSession session : table.all()) {
      ReceivingSide side = session.side;
      try {
        table.remove(session, SessionEnd.CLOSED);
      } catch (RuntimeException | Error e) { // the receiver's: the others are to end all the same
        if (first == null) {
          first = e;
        } else if (first != e) {
          first.addSuppressed(e);
        }
      }
      if (side != null) {
        side.forgotten();
      }
    }
    watchAges();
    if (first instanceof Error error) {
      throw error;
    }
    if (first != null) {
      throw (RuntimeException) first;
    }
  }

  /** Arms the timer for the oldest of those that are apart, or disarms it. */
  private void watchAges() {
    if (loop == null) {
      return;
    }
    long next = table.nextNanos(loop.nowNanos());
    if (next == Long.MAX_VALUE) {
      loop.cancel(expiry);
    } else if (!expiry.isScheduled()) {
      loop.schedule(expiry, next); // who is the oldest later is looked at when it fires
    }
  }

  private final class Expiry extends Timer {
    @Override
    protected void onTimer() {
      try {
        table.expire(loop.nowNanos());
      } finally {
        watchAges();
      }
    }
  }

  /** One connection. */
  private final class Door implements ConnectionHandler, ReceivingSide.Wire {
    private final ReceivingSide side =
        new ReceivingSide(table, receiver, epoch, maxMessageBytes, this);
    private final Beat beat = new Beat(this);
    private Connection connection;
    private long heartbeatNanos;

    @Override
    public void onOpen(Connection c) {
      connection = c;
      if (loop == null) {
        loop = c.loop();
      }
      if (loop != c.loop()) {
        throw new IllegalStateException(
            "this LinkServer belongs to " + loop + "; make one for each loop");
      }
      int needed = FrameCodec.size(Math.max(maxMessageBytes, Frames.MAX_OTHER_BYTES));
      if (c.limits().maxKeptBytes() < needed) {
        throw new IllegalStateException(
            "maxKeptBytes is "
                + c.limits().maxKeptBytes()
                + ", but a message of maxMessageBytes needs "
                + needed
                + "; raise the one or lower the other");
      }
      c.deadline(greetingTimeout);
    }

    @Override
    public void onDeadline(Connection c) {
      c.abort("no greeting in time");
    }

    @Override
    public void onData(Connection c, ByteBuffer data) {
      try {
        String wrong = side.read(data);
        if (wrong != null) {
          c.abort(wrong);
        }
      } finally {
        watchAges(); // a bye, or one that was crowded out
      }
    }

    @Override
    public void onWritable(Connection c) {
      side.acknowledge();
    }

    @Override
    public void onClosed(Connection c, CloseRecord record) {
      connection = c; // also where onOpen never came
      if (loop != c.loop()) {
        return; // refused: all else belongs to another thread
      }
      loop.cancel(beat);
      side.closed(c.loop().nowNanos());
      watchAges();
    }

    // ---- the wire

    @Override
    public boolean write(ByteBuffer frame) {
      return connection.write(frame) == WriteResult.ACCEPTED;
    }

    @Override
    public void greeted(int heartbeatMillis, boolean isPaused) {
      heartbeatNanos = heartbeatMillis * 1_000_000L;
      connection.deadline(Duration.ZERO);
      // A link that has nothing to say pings; so one that is idle for several beats is gone.
      Duration idle = connection.timeouts().readIdle();
      Duration beats = Duration.ofNanos(IDLE_BEATS * heartbeatNanos);
      if (!idle.isZero() && idle.compareTo(beats) < 0) {
        connection.readIdle(beats);
      }
      if (isPaused) {
        paused(true);
      }
    }

    @Override
    public void paused(boolean isPaused) {
      if (isPaused) {
        connection.pauseReading();
        if (heartbeatNanos > 0) {
          loop.schedule(beat, heartbeatNanos);
        }
      } else {
        loop.cancel(beat);
        connection.resumeReading();
      }
    }

    @Override
    public void cut(String why) {
      connection.abort(why);
    }

    @Override
    public void close(String why) {
      connection.close(why);
    }

    @Override
    public SocketAddress remoteAddress() {
      return connection.remoteAddress();
    }
  }

  /** As many as a link waits for by default, and one. */
  private static final long IDLE_BEATS = 4;

  /** While pings are not read. */
  private final class Beat extends Timer {
    private final Door door;

    Beat(Door door) {
      this.door = door;
    }

    @Override
    protected void onTimer() {
      door.side.beat();
      if (!door.connection.state().isClosing()) {
        loop.schedule(this, door.heartbeatNanos);
      }
    }
  }

  /** Makes a {@link LinkServer}. */
  public static final class Builder {
    private final LinkReceiver receiver;
    private long epoch;
    private int maxMessageBytes = Link.DEFAULT_MAX_MESSAGE_BYTES;
    private int maxSessions = 10_000;
    private Duration maxAge = Duration.ofHours(1);
    private Duration greetingTimeout = Duration.ofSeconds(10);

    private Builder(LinkReceiver receiver) {
      this.receiver = Objects.requireNonNull(receiver, "receiver");
    }

    /**
     * Sets the longest message that is taken. A link that may send longer ones is refused at its
     * greeting, and told so.
     *
     * @param maxMessageBytes 0 to 8 MiB. Default 32 KiB: with its frame it fits {@link
     *     dev.millrace.Limits#maxKeptBytes} as it is by default
     * @return this
     * @throws IllegalArgumentException if the value is not allowed
     */
    public Builder maxMessageBytes(int maxMessageBytes) {
      Bounds.range("maxMessageBytes", maxMessageBytes, 0, Link.MAX_MESSAGE_BYTES);
      this.maxMessageBytes = maxMessageBytes;
      return this;
    }

    /**
     * Sets how many sessions are kept. When there are so many and another comes, the one that has
     * been without a connection for the longest time is forgotten; if all are connected the new one
     * is refused, and tries again later.
     *
     * @param maxSessions 1 to 10,000,000. Default 10,000: 3 MB
     * @return this
     * @throws IllegalArgumentException if the value is not allowed
     */
    public Builder maxSessions(int maxSessions) {
      Bounds.range("maxSessions", maxSessions, 1, MAX_SESSIONS);
      this.maxSessions = maxSessions;
      return this;
    }

    /**
     * Sets how long a session is kept that has no connection.
     *
     * @param maxAge above 0 and up to a year. Default an hour: a link that has not come back by
     *     then, at two attempts a minute, was cut off by more than a restart or a lost route
     * @return this
     * @throws IllegalArgumentException if the value is not allowed
     */
    public Builder maxAge(Duration maxAge) {
      Bounds.duration("maxAge", maxAge, Duration.ofNanos(1), MAX_AGE);
      this.maxAge = maxAge;
      return this;
    }

    /**
     * Sets how long a connection may take to say whose it is.
     *
     * @param greetingTimeout above 0 and up to a day. Default 10 s: it is one small segment, and
     *     within that time its third retransmission arrives
     * @return this
     * @throws IllegalArgumentException if the value is not allowed
     */
    public Builder greetingTimeout(Duration greetingTimeout) {
      Bounds.duration("greetingTimeout", greetingTimeout, Duration.ofNanos(1), Duration.ofDays(1));
      this.greetingTimeout = greetingTimeout;
      return this;
    }

    /**
     * Sets what tells this one apart from others, and from itself before a restart. For tests; by
     * default it is drawn, and that is right for a receiver that keeps no sessions on disk.
     *
     * @param epoch not 0
     * @return this
     * @throws IllegalArgumentException if it is 0
     */
    public Builder epoch(long epoch) {
      if (epoch == 0) {
        throw new IllegalArgumentException("epoch is 0, allowed is any other number");
      }
      this.epoch = epoch;
      return this;
    }

    /**
     * Makes it.
     *
     * @return without sessions
     */
    public LinkServer build() {
      SecureRandom random = epoch == 0 ? new SecureRandom() : null;
      while (epoch == 0) {
        epoch = random.nextLong();
      }
      return new LinkServer(this);
    }
  }
}
