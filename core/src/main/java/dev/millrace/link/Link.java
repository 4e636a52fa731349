package dev.millrace.link;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.EventLoop;
import dev.millrace.WriteCompletion;
import dev.millrace.WriteResult;
import dev.millrace.failure.FailureKind;
import dev.millrace.frame.FrameCodec;
import dev.millrace.timer.Timer;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.random.RandomGenerator;

/**
 * A client connection that comes back: messages go to the receiver in order, are acknowledged end
 * to end, and are sent again after a reconnect, so that nothing is lost and nothing comes twice.
 *
 * <pre>{@code
 * Link link = Link.builder(Route.to(address, Duration.ofSeconds(3))).listener(listener).build(loop);
 * link.open();
 * link.send(ByteBuffer.wrap(bytes)); // ACCEPTED, FULL, TOO_LARGE or CLOSED
 * link.close(Duration.ofSeconds(10)); // waits for the acknowledgements
 * }</pre>
 *
 * <p>The states are those of {@link LinkState}; a {@link LinkListener} sees each transition. It
 * tries again as its {@link RetryPolicy} says, and its {@link RetryBudget}, if it has one.
 *
 * <p>Every {@code heartbeat} it pings; if nothing has come, and the kernel has got rid of nothing,
 * for so many of them, the peer counts as gone, and the link reconnects. That is also how the round
 * trip is measured.
 *
 * <p>Thread rule: the loop's thread, for everything; from elsewhere go through {@link
 * EventLoop#execute}. Memory: the messages that are not acknowledged, within the queue's bounds.
 *
 * <p>If the loop stops under a link that was opened, the link ends with it ({@code LOOP_STOPPED}),
 * and its report says what is lost.
 */
public final class Link {
  /** Half of what a connection of the other side may keep by default, and so with room to spare. */
  static final int DEFAULT_MAX_MESSAGE_BYTES = 32 << 10;

  /** Half of a connection's hard limit by default: one can always be written when none waits. */
  static final int MAX_MESSAGE_BYTES = 8 << 20;

  private static final int MAX_QUEUE_MESSAGES = 1 << 24;
  private static final long MAX_QUEUE_BYTES = 1L << 40;

  private static final Duration MIN_HEARTBEAT = Duration.ofMillis(Frames.MIN_HEARTBEAT_MILLIS);
  private static final Duration MAX_HEARTBEAT = Duration.ofMillis(Frames.MAX_HEARTBEAT_MILLIS);

  private static final int MAX_MISSED = 1_000;

  /** Kept free behind messages: a ping, of which one at a time is under way, and a bye. */
  private static final int RESERVE_BYTES = 2 * FrameCodec.HEADER_BYTES;

  private static final Duration MAX_CLOSE = Duration.ofDays(1);

  /** Ids are positive, and never come round: a billion a second would take three centuries. */
  private static final long LAST_ID = Long.MAX_VALUE;

  private final EventLoop loop;
  private final Route route;
  private final LinkListener listener;
  private final RetryPolicy policy;
  private final RetryBudget budget;
  private final RandomGenerator random;
  private final long heartbeatNanos;
  private final int maxMissed;
  private final int longestFrameBytes;
  private final Duration welcomeTimeout;
  private final UUID session;
  private final Outbox outbox;
  private final SendingSide side;

  private final Retry retry = new Retry();
  private final Beat beat = new Beat();
  private final Closing closing = new Closing();
  private final Later later = new Later();

  private LinkState state = LinkState.IDLE;

  /** The one that is believed; null while none is under way or there. */
  private Attempt attempt;

  /** In a row; since the start, or since a connection that was stable. */
  private int failures;

  private long upSinceNanos;
  private long reconnects;

  /** The budget has given us a turn, and the timer is armed for it. */
  private boolean hasTurn;

  private boolean isClosing;

  /** What is there is cut, and why; null while that is not so. */
  private String cutReason;

  private final RoundTrip roundTrip = new RoundTrip();

  // What the listener is to be told, in order.
  private final ArrayDeque<Runnable> told = new ArrayDeque<>();
  private boolean telling;
  private int depth;

  private Link(Builder builder, EventLoop loop) {
    this.loop = loop;
    this.route = builder.route;
    this.listener = builder.listener;
    this.policy = builder.policy;
    this.budget = builder.budget;
    this.random = builder.random != null ? builder.random : new SecureRandom();
    this.heartbeatNanos = builder.heartbeat.toNanos();
    this.maxMissed = builder.maxMissed;
    this.longestFrameBytes = FrameCodec.size(builder.maxMessageBytes);
    this.welcomeTimeout = builder.welcomeTimeout;
    this.session = new UUID(random.nextLong(), random.nextLong());
    this.outbox = new Outbox(builder.queueMessages, builder.queueBytes, builder.maxMessageBytes);
    this.side =
        new SendingSide(
            session,
            outbox,
            builder.maxMessageBytes,
            (int) builder.heartbeat.toMillis(),
            new Incoming());
  }

  /**
   * Begins to make a link.
   *
   * @param route how it gets its connections
   * @return a builder with the defaults
   */
  public static Builder builder(Route route) {
    return new Builder(route);
  }

  // ---- for the user

  /**
   * Begins to connect. Does nothing if it was called before, or the link is closed.
   *
   * @throws IllegalStateException if called from another thread
   */
  public void open() {
    checkThread();
    if (state == LinkState.IDLE) {
      step(LinkState.Event.OPEN, FailureKind.NONE, "opened", Duration.ZERO);
      if (state == LinkState.CONNECTING) { // else closed in there: the loop has stopped
        connect();
      }
    }
  }

  /**
   * Queues a message. In any state but {@code CLOSED}, also before {@link #open}; it is sent when
   * the link is up.
   *
   * @param payload what remains of it is the message, perhaps nothing; <em>copied</em>, and its
   *     position is moved to its limit if accepted
   * @return {@code ACCEPTED}: it is delivered once, or it is in the {@link LinkReport}; its id is
   *     {@link #lastId}. {@code FULL}: the queue is; {@link LinkListener#onRoom} follows. {@code
   *     TOO_LARGE}: it is longer than {@code maxMessageBytes}. {@code CLOSED}: the link is, or is
   *     closing
   * @throws IllegalStateException if called from another thread
   */
  public WriteResult send(ByteBuffer payload) {
    checkThread();
    if (isClosing || state == LinkState.CLOSED || outbox.last() == LAST_ID) {
      return WriteResult.CLOSED;
    }
    WriteResult result = outbox.offer(payload);
    if (result == WriteResult.ACCEPTED && side.isWelcomed()) {
      attempt.pump();
    }
    return result;
  }

  /**
   * Takes no more messages, and ends when all that were accepted are acknowledged, or at the
   * deadline; {@link LinkListener#onClosed} says which. Until then it goes on as before, and
   * reconnects where it has to. Called again, the earlier deadline holds. One that was never opened
   * ends at once. Does nothing if closed.
   *
   * @param deadline from now, at most a day; zero or negative cuts at once
   * @throws IllegalStateException if called from another thread
   * @throws IllegalArgumentException if it is over a day
   */
  public void close(Duration deadline) {
    checkThread();
    if (deadline.compareTo(MAX_CLOSE) > 0) {
      throw new IllegalArgumentException(
          "deadline is " + deadline + ", allowed is up to " + MAX_CLOSE);
    }
    if (state == LinkState.CLOSED || cutReason != null) {
      return;
    }
    boolean isFirst = !isClosing;
    isClosing = true;
    if (deadline.isZero() || deadline.isNegative() || state == LinkState.IDLE) {
      cut("closed at once");
      return;
    }
    long until = loop.nowNanos() + deadline.toNanos();
    if (!closing.isScheduled() || until - closing.deadlineNanos() < 0) {
      loop.schedule(closing, deadline);
    }
    if (isFirst) {
      finishIfDone();
    }
  }

  /**
   * The state now.
   *
   * @return one of the table's
   */
  public LinkState state() {
    return state;
  }

  /**
   * The name of this link's session, under which the receiver knows it.
   *
   * @return drawn when the link was made
   */
  public UUID session() {
    return session;
  }

  /**
   * The message that was accepted last.
   *
   * @return its id; ids are 1, 2, 3 and so on. 0 if none was accepted
   */
  public long lastId() {
    return outbox.last();
  }

  /**
   * How far the receiver is.
   *
   * @return the id of the last message that is acknowledged, as are all before it; 0 if none is
   */
  public long acknowledgedId() {
    return outbox.acknowledged();
  }

  /**
   * How many messages are accepted and not acknowledged.
   *
   * @return a count
   */
  public int queuedMessages() {
    return outbox.size();
  }

  /**
   * How much they take, each with 24 bytes of its frame.
   *
   * @return bytes
   */
  public long queuedBytes() {
    return outbox.bytes();
  }

  /**
   * How long a ping and its answer take, smoothed as TCP does it (RFC 6298 section 2): what the
   * network takes, what is queued before it, and the other side's turn.
   *
   * @return nanoseconds; 0 if none was answered yet
   */
  public long roundTripNanos() {
    return roundTrip.smoothedNanos();
  }

  /**
   * How much the round trip varies, by the same rule.
   *
   * @return nanoseconds; 0 if none was answered yet
   */
  public long roundTripVariationNanos() {
    return roundTrip.variationNanos();
  }

  /**
   * How often the link came up again after it had been up.
   *
   * @return a count
   */
  public long reconnects() {
    return Math.max(0, reconnects - 1);
  }

  /** Session, state and queue. */
  @Override
  public String toString() {
    return "Link["
        + session
        + " "
        + state
        + (isClosing ? " closing" : "")
        + " acknowledged="
        + outbox.acknowledged()
        + " of "
        + outbox.last()
        + "]";
  }

  private void checkThread() {
    if (!loop.inLoop() && !loop.isStopped()) {
      throw new IllegalStateException(
          "a link is for its loop's thread, "
              + loop
              + ", and this is "
              + Thread.currentThread().getName()
              + "; use loop.execute");
    }
  }

  // ---- telling

  private void step(LinkState.Event event, FailureKind kind, String reason, Duration wait) {
    LinkState from = state;
    LinkState to = from.next(event);
    if (to == null) {
      throw new IllegalStateException(event + " is impossible in " + from);
    }
    state = to;
    LinkTransition transition = new LinkTransition(from, to, kind, reason, wait);
    tell(() -> listener.onTransition(this, transition));
  }

  /**
   * Notes what the listener is to be told. It is told when the event that it came in is over; where
   * the user's own call caused it there is none, and a timer that is due makes one; or it is told
   * at once, if the loop has stopped.
   */
  private void tell(Runnable what) {
    told.add(what);
    if (depth > 0 || telling || later.isScheduled()) {
      return;
    }
    if (loop.isStopped()) {
      tellAll();
    } else {
      loop.schedule(later, 0L);
    }
  }

  /** Every entrance from the loop. */
  private void inEvent(Runnable body) {
    depth++;
    try {
      body.run();
    } finally {
      depth--;
      tellAll();
    }
  }

  /** Callbacks never nest: what one of them causes stands behind it in the list. */
  private void tellAll() {
    if (telling || depth > 0) {
      return;
    }
    telling = true;
    loop.cancel(later);
    Throwable first = null;
    try {
      for (Runnable next; (next = told.poll()) != null; ) {
        try {
          next.run();
        } catch (RuntimeException | Error e) {
          if (first == null) {
            first = e;
          } else if (first != e) {
            first.addSuppressed(e);
          }
        }
      }
    } finally {
      telling = false;
    }
    if (first instanceof Error error) {
      throw error;
    }
    if (first != null) {
      throw (RuntimeException) first;
    }
  }

  // ---- connecting

  private void connect() {
    hasTurn = false;
    Attempt made = new Attempt();
    attempt = made;
    try {
      Runnable cancel = route.connect(loop, made);
      made.cancel = cancel;
    } catch (RejectedExecutionException e) { // if it is only ending, its timers are still told
      attempt = null;
      FailureKind kind = loop.isStopped() ? FailureKind.LOOP_STOPPED : FailureKind.UNKNOWN;
      lost(kind, e.toString(), false);
    } catch (RuntimeException e) { // settings that don't fit: it would be the same each time
      attempt = null;
      lost(FailureKind.UNKNOWN, "the route threw " + e, true);
    } catch (Error e) { // no memory, or no descriptor to load a class with: later there may be
      attempt = null;
      lost(FailureKind.UNKNOWN, "the route threw " + e, false);
    }
  }

  /** The attempt is over: it failed, or its connection ended. */
  private void lost(FailureKind kind, String reason, boolean isFinal) {
    if (state == LinkState.UP && loop.nowNanos() - upSinceNanos >= policy.stableAfter().toNanos()) {
      failures = 0;
    }
    failures++;
    side.apart();
    loop.cancel(beat);
    if (cutReason != null) {
      end(FailureKind.NONE, cutReason);
    } else if (isClosing && outbox.isEmpty()) {
      end(FailureKind.NONE, "closed");
    } else if (isFinal || kind == FailureKind.LOOP_STOPPED) {
      end(kind, reason);
    } else if (!policy.isWorthRetry(failures, kind)) {
      end(kind, "given up, attempts in a row: " + failures + ", the last: " + reason);
    } else {
      long delay = policy.waitNanos(failures, random);
      step(LinkState.Event.LOST, kind, reason, Duration.ofNanos(delay));
      loop.schedule(retry, delay);
    }
  }

  private void retry() {
    if (!hasTurn && budget != null) {
      hasTurn = true;
      long wait = budget.takeNanos();
      if (wait > 0) {
        loop.schedule(retry, wait);
        return;
      }
    }
    step(LinkState.Event.RETRY, FailureKind.NONE, "the wait is over", Duration.ZERO);
    connect();
  }

  // ---- ending

  private void finishIfDone() {
    if (!isClosing || !outbox.isEmpty() || cutReason != null) {
      return;
    }
    if (state == LinkState.UP) {
      attempt.sayGoodbye();
    } else {
      cut("closed");
    }
  }

  /** Ends with whatever is there: a connection first, whose end is then ours. */
  private void cut(String reason) {
    cutReason = outbox.isEmpty() ? "closed" : reason;
    Attempt given = attempt;
    if (given != null && given.connection != null) {
      given.connection.abort(reason);
      return;
    }
    attempt = null;
    if (given != null && given.cancel != null) {
      given.cancel.run();
    }
    end(FailureKind.NONE, cutReason);
  }

  private void end(FailureKind kind, String reason) {
    isClosing = true;
    loop.cancel(retry);
    loop.cancel(beat);
    loop.cancel(closing);
    side.apart();
    step(LinkState.Event.END, kind, reason, Duration.ZERO);
    List<LinkReport.Message> left = outbox.unacknowledged();
    LinkReport report = new LinkReport(kind, reason, outbox.last(), outbox.acknowledged(), left);
    tell(() -> listener.onClosed(this, report));
  }

  /** What the other side said. */
  private final class Incoming implements SendingSide.Told {
    @Override
    public void welcomed(SessionLoss loss) {
      upSinceNanos = loop.nowNanos();
      reconnects++;
      step(LinkState.Event.WELCOME, FailureKind.NONE, "welcomed", Duration.ZERO);
      if (loss != null) {
        tell(() -> listener.onSessionLost(Link.this, loss));
      }
      attempt.welcomed();
      finishIfDone();
    }

    @Override
    public void acknowledged() {
      long through = outbox.acknowledged();
      tell(() -> listener.onAcknowledged(Link.this, through));
      if (!isClosing && outbox.takeRoom()) {
        tell(() -> listener.onRoom(Link.this));
      }
      finishIfDone();
    }

    @Override
    public void ponged(long number) {
      attempt.ponged(number);
    }

    @Override
    public void refused(Frames.Refusal why, int maxMessageBytes) {
      attempt.refused(why, maxMessageBytes);
    }
  }

  /**
   * One connection, from the wish for it to its end; what comes of an older one is not believed.
   */
  private final class Attempt implements Route.Arrival, ConnectionHandler {
    private Connection connection;
    private Runnable cancel;

    // Why we ended it ourselves; the connection's record can only say that we did.
    private FailureKind ownKind;
    private String ownReason;

    /** Another connection would come to the same. */
    private boolean isFinal;

    private final WriteCompletion wentOut = (c, isHanded) -> pump();

    private long pings;
    private long pingedAtNanos;
    private boolean isPinging;
    private int missed;
    private long receivedBefore;
    private long handedBefore;
    private boolean wasQueued;

    private boolean isCurrent() {
      return attempt == this;
    }

    private void giveUp(FailureKind kind, String reason) {
      if (ownKind == null) {
        ownKind = kind;
        ownReason = reason;
      }
      side.apart();
      connection.abort(reason);
    }

    // ---- the route

    @Override
    public ConnectionHandler onConnected(Connection made) {
      connection = made;
      return this;
    }

    @Override
    public void onFailed(FailureKind kind, String reason) {
      if (isCurrent()) {
        inEvent(
            () -> {
              attempt = null;
              lost(kind, reason, false);
            });
      }
    }

    // ---- the connection

    @Override
    public void onOpen(Connection c) {
      if (!isCurrent()) {
        c.abort("given up");
        return;
      }
      c.readIdle(Duration.ZERO); // heartbeats see to that
      c.deadline(welcomeTimeout);
      write(side.hello());
    }

    @Override
    public void onDeadline(Connection c) {
      giveUp(FailureKind.CONNECT_TIMEOUT, "no welcome in time");
    }

    @Override
    public void onData(Connection c, ByteBuffer data) {
      if (!isCurrent()) {
        data.position(data.limit());
        return;
      }
      inEvent(
          () -> {
            String wrong = side.read(data);
            if (wrong != null) {
              giveUp(FailureKind.ABORTED, wrong);
            }
          });
    }

    @Override
    public void onWritable(Connection c) {
      pump();
    }

    @Override
    public void onInputEnd(Connection c, int unconsumed) {
      if (ownKind == null) {
        ownKind = FailureKind.NONE;
        ownReason = "the other side has closed";
      }
      if (c.queuedBytes() == 0) {
        c.close();
      } else {
        c.abort(); // nobody would acknowledge what is queued
      }
    }

    @Override
    public void onClosed(Connection c, CloseRecord record) {
      if (!isCurrent()) {
        return;
      }
      inEvent(
          () -> {
            attempt = null;
            boolean isOurs = ownKind != null && record.kind() != FailureKind.LOOP_STOPPED;
            FailureKind kind = isOurs ? ownKind : record.kind();
            lost(kind, isOurs ? ownReason : record.toString(), isFinal);
          });
    }

    /** A frame that must not wait; where there is no room for it the connection is of no use. */
    private void write(ByteBuffer frame) {
      if (connection.write(frame) != WriteResult.ACCEPTED) {
        giveUp(FailureKind.LOOP_BUDGET, "no room for a frame");
      }
    }

    void welcomed() {
      connection.deadline(Duration.ZERO);
      ping();
      loop.schedule(beat, heartbeatNanos);
      pump();
    }

    void refused(Frames.Refusal why, int maxMessageBytes) {
      switch (why) {
        case FULL ->
            giveUp(FailureKind.CONNECTION_CAP, "the receiver has as many sessions as it may");
        case TOO_LARGE -> {
          isFinal = true;
          String reason = "the receiver takes messages of up to " + maxMessageBytes + " bytes";
          giveUp(FailureKind.MESSAGE_TOO_LARGE, reason);
        }
        case VERSION -> {
          isFinal = true;
          giveUp(FailureKind.ABORTED, "the receiver speaks another version of the protocol");
        }
      }
    }

    /**
     * Hands over what the connection has room for; the rest when it has some again. It is never
     * filled above its high water where that can be helped: then it would stop reading, and with
     * that signs of life, until a receiver that may be paused takes something.
     */
    void pump() {
      ByteBuffer frame;
      int room;
      while (side.isWelcomed()
          && (frame = outbox.next()) != null
          && (room = connection.room()) > 0) {
        int left = room - frame.remaining();
        if (left < RESERVE_BYTES && connection.queuedBytes() > RESERVE_BYTES) {
          return; // one of those below goes on; where others have used up the memory, the beat
        }
        // Behind this one there may be no room for the next, and nobody else would tell when.
        boolean isLast = left < longestFrameBytes + 2 * RESERVE_BYTES;
        WriteResult result = isLast ? connection.write(frame, wentOut) : connection.write(frame);
        if (result == WriteResult.TOO_LARGE) {
          isFinal = true;
          giveUp(
              FailureKind.MESSAGE_TOO_LARGE,
              "a message is larger than the connection's hard limit or the loop's budget");
        }
        if (result != WriteResult.ACCEPTED) {
          return; // onWritable, or the end, goes on
        }
        outbox.wrote();
      }
    }

    void sayGoodbye() {
      if (!side.isWelcomed()) {
        return; // it was said, or the connection is ending otherwise
      }
      ownKind = FailureKind.NONE;
      ownReason = "closed";
      write(side.bye());
      side.apart();
      loop.cancel(beat);
      connection.close("link closed");
    }

    // ---- heartbeats

    private void ping() {
      if (!isPinging && connection.write(side.ping(pings + 1)) == WriteResult.ACCEPTED) {
        pings++;
        isPinging = true;
        pingedAtNanos = loop.nowNanos();
      }
    }

    void ponged(long number) {
      if (isPinging && number == pings) {
        isPinging = false;
        roundTrip.measured(loop.nowNanos() - pingedAtNanos);
      }
    }

    /**
     * Whether the other side is there: something came; or what was stuck here moved on, which the
     * kernel lets it only as the other one takes bytes. Without anything stuck it takes megabytes
     * for a peer that has long been gone.
     */
    void beat() {
      long received = connection.bytesReceived();
      long handed = connection.bytesHandedToKernel();
      boolean isAlive = received > receivedBefore || (wasQueued && handed > handedBefore);
      receivedBefore = received;
      handedBefore = handed;
      wasQueued = connection.queuedBytes() > 0;
      missed = isAlive ? 0 : missed + 1;
      if (missed >= maxMissed) {
        giveUp(FailureKind.READ_IDLE, missed + " heartbeats missed");
        return;
      }
      ping();
      pump();
      loop.schedule(beat, heartbeatNanos);
    }
  }

  // ---- timers

  private final class Retry extends Timer {
    @Override
    protected void onTimer() {
      inEvent(Link.this::retry);
    }

    @Override
    protected void onAbandoned() {
      inEvent(() -> end(FailureKind.LOOP_STOPPED, "the loop has stopped"));
    }
  }

  private final class Beat extends Timer {
    @Override
    protected void onTimer() {
      if (side.isWelcomed()) {
        inEvent(attempt::beat);
      }
    }
  }

  private final class Closing extends Timer {
    @Override
    protected void onTimer() {
      inEvent(() -> cut("the deadline of the close has passed"));
    }
  }

  private final class Later extends Timer {
    @Override
    protected void onTimer() {
      tellAll();
    }

    @Override
    protected void onAbandoned() {
      tellAll();
    }
  }

  /** Makes a {@link Link}. */
  public static final class Builder {
    private static final LinkListener DEAF = new LinkListener() {};

    private final Route route;
    private LinkListener listener = DEAF;
    private RetryPolicy policy = RetryPolicy.defaults();
    private RetryBudget budget;
    private RandomGenerator random;
    private Duration heartbeat = Duration.ofSeconds(10);
    private int maxMissed = 3;
    private Duration welcomeTimeout = Duration.ofSeconds(10);
    private int queueMessages = 1 << 16;
    private long queueBytes = 4 << 20;
    private int maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES;

    private Builder(Route route) {
      this.route = Objects.requireNonNull(route, "route");
    }

    /**
     * Sets who is told.
     *
     * @param listener default: nobody
     * @return this
     */
    public Builder listener(LinkListener listener) {
      this.listener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Sets when it tries again.
     *
     * @param policy default {@link RetryPolicy#defaults}
     * @return this
     */
    public Builder retry(RetryPolicy policy) {
      this.policy = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /**
     * Sets a budget that all reconnects of this and other links come out of; the first connect does
     * not.
     *
     * @param budget shared. Default: none, each link by itself
     * @return this
     */
    public Builder budget(RetryBudget budget) {
      this.budget = Objects.requireNonNull(budget, "budget");
      return this;
    }

    /**
     * Sets where the session's name and the waits are drawn from.
     *
     * @param random used on the loop's thread. Default a {@link SecureRandom}: who could guess the
     *     name could take the session over. In tests one with a seed
     * @return this
     */
    public Builder random(RandomGenerator random) {
      this.random = Objects.requireNonNull(random, "random");
      return this;
    }

    /**
     * Sets how often the link asks whether the other side is there, and after how many times
     * without a sign of life it is gone. It can't be switched off: a link that has nothing to send
     * would never know.
     *
     * @param every 10 ms to an hour, in whole milliseconds. Default 10 s: the shortest time for
     *     which routers in homes and mobile networks keep a quiet connection is about 30 s
     * @param missed 1 to 1,000. Default 3: one that is lost is repeated by the kernel within a
     *     second or two, so three in a row are no accident; a vanished peer is noticed within 40 s
     * @return this
     * @throws IllegalArgumentException if a value is not allowed
     */
    public Builder heartbeat(Duration every, int missed) {
      Bounds.duration("heartbeat", every, MIN_HEARTBEAT, MAX_HEARTBEAT);
      Bounds.range("missed", missed, 1, MAX_MISSED);
      this.heartbeat = every;
      this.maxMissed = missed;
      return this;
    }

    /**
     * Sets how long the other side may take to answer the greeting of a new connection.
     *
     * @param welcomeTimeout above 0 and up to a day. Default 10 s: as long as it waits for the
     *     greeting itself
     * @return this
     * @throws IllegalArgumentException if the value is not allowed
     */
    public Builder welcomeTimeout(Duration welcomeTimeout) {
      Bounds.duration("welcomeTimeout", welcomeTimeout, Duration.ofNanos(1), Duration.ofDays(1));
      this.welcomeTimeout = welcomeTimeout;
      return this;
    }

    /**
     * Sets how much may be accepted and not acknowledged.
     *
     * @param messages 1 to 16,777,216. Default 65,536: of 64 bytes each, as many as the bytes are
     * @param bytes the longest message with its 24 bytes of frame, to 1 TiB. Default 4 MiB: what a
     *     path of 300 Mbit/s and 100 ms holds, so that the queue and not the wait for
     *     acknowledgements is what keeps it busy
     * @return this
     * @throws IllegalArgumentException if a value is not allowed
     */
    public Builder queue(int messages, long bytes) {
      Bounds.range("messages", messages, 1, MAX_QUEUE_MESSAGES);
      Bounds.range("bytes", bytes, FrameCodec.HEADER_BYTES, MAX_QUEUE_BYTES);
      this.queueMessages = messages;
      this.queueBytes = bytes;
      return this;
    }

    /**
     * Sets the longest message. The receiver refuses a link that may send longer ones than it
     * takes.
     *
     * @param maxMessageBytes 0 to 8 MiB. Default 32 KiB, as the receiver's
     * @return this
     * @throws IllegalArgumentException if the value is not allowed
     */
    public Builder maxMessageBytes(int maxMessageBytes) {
      Bounds.range("maxMessageBytes", maxMessageBytes, 0, MAX_MESSAGE_BYTES);
      this.maxMessageBytes = maxMessageBytes;
      return this;
    }

    /**
     * Makes it; {@link Link#open} starts it.
     *
     * @param loop carries its connections and timers
     * @return in the state {@code IDLE}
     * @throws IllegalArgumentException if the longest message does not fit the queue
     */
    public Link build(EventLoop loop) {
      int needed = FrameCodec.size(maxMessageBytes);
      if (queueBytes < needed) {
        throw new IllegalArgumentException(
            "the queue's bytes are "
                + queueBytes
                + ", but a message of maxMessageBytes needs "
                + needed
                + "; raise the one or lower the other");
      }
      return new Link(this, Objects.requireNonNull(loop, "loop"));
    }
  }
}
