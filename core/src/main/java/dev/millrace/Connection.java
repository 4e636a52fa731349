package dev.millrace;

import dev.millrace.ConnectionState.Event;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.Failure;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Fault;
import dev.millrace.failure.Operation;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Objects;
import org.slf4j.event.Level;

/**
 * One TCP connection, accepted by a {@link Server} or made by a {@link Connector}.
 *
 * <p>Thread rule: a connection belongs to its loop's thread. Every method says so with an {@link
 * IllegalStateException} that names both threads; exempt are {@link #toString}, {@link #id}, {@link
 * #remoteAddress}, {@link #loop}, {@link #limits}, {@link #timeouts} and {@link #sender}, which is
 * the door for other threads.
 *
 * <p>Writing takes all bytes of a buffer or none, and never blocks. What the kernel does not take
 * at once is kept here, within {@link Limits}; above the high water mark reading pauses by itself,
 * so that a handler which answers what it reads needs no code for back-pressure. A write that was
 * accepted is delivered to the kernel, or counted in the {@link CloseRecord}.
 *
 * <p>There are three ends. {@link #close()} delivers what was accepted, sends the FIN, and waits
 * for the peer's. {@link #abort()} drops it and sends a reset. {@link #shutdownOutput()} ends one
 * direction. The states are those of {@link ConnectionState}.
 *
 * <p>While reading is paused and nothing waits to be written, the selector watches nothing, and a
 * peer's reset goes unnoticed until the next write, {@link #resumeReading()}, or the time-out
 * {@code paused}.
 */
public final class Connection extends Ready {
  /**
   * How often in a turn a connection may go round its own callbacks; what is left goes on in the
   * next turn.
   */
  private static final int ROUNDS_PER_TURN = 256;

  /**
   * How often in one event a handler that takes a message at a time is offered what is left; then
   * the others come first.
   */
  private static final int OFFERS_PER_EVENT = 4096;

  /** Told of the end of its connections. */
  interface Owner {
    void ended(Connection connection, CloseRecord record);
  }

  private final EventLoop loop;
  private final LoopMemory memory;
  private final SocketChannel channel;
  private final ConnectionHandler handler;
  private final ConnectionSettings settings;
  private final Owner owner;
  private final SocketAddress remoteAddress;
  private final Deadlines deadlines;
  private final long id;

  private ConnectionState state;
  private OutboundQueue queue;
  private Completions completions;
  private KeptInput kept;

  /** The handler has it: its buffer may not go back to the pool before the callback is over. */
  private boolean keptLent;

  private volatile Sender sender;

  /** Null until the first sign of an end: a close, or a failure. */
  private Ending ending;

  // Written by each event, so they are here and not in the deadlines: those lie in a cache line of
  // their own, which only a change of the deadline, or its timer, has to touch.
  private long lastInputNanos;
  private long lastOutputNanos;

  private long received;
  private long accepted;
  private long handed;

  // What is to be done when the running callback, or event, is over. Each is delivered by step().
  private boolean attention;
  private boolean openDue;
  private boolean inputEndDue;
  private boolean offerDue;
  private boolean writableDue;

  /** The smallest write that was refused for want of room since onWritable; 0 if none was. */
  private int roomWanted;

  private boolean pausedByHandler;
  private boolean aboveHigh;
  private boolean kernelFull;
  private boolean reset;
  private boolean shuttingDown;
  private boolean busyAtShutdown;
  private boolean outputEnded;

  /** A connection that is there already ({@code OPEN}), or is to be made ({@code CONNECTING}). */
  Connection(
      EventLoop loop,
      SocketChannel channel,
      SocketAddress remoteAddress,
      ConnectionState state,
      ConnectionHandler handler,
      ConnectionSettings settings,
      Owner owner) {
    this.loop = loop;
    this.memory = loop.memory;
    this.channel = channel;
    this.remoteAddress = remoteAddress;
    this.state = state;
    this.handler = handler;
    this.settings = settings;
    this.owner = owner;
    this.id = loop.nextId();
    this.lastInputNanos = loop.nowNanos();
    this.lastOutputNanos = lastInputNanos;
    this.deadlines = new Alarm(lastInputNanos);
  }

  /** The timer node, which is also the place of the time stamps that are written seldom. */
  private final class Alarm extends Deadlines {
    Alarm(long now) {
      super(now);
    }

    @Override
    long lastInputNanos() {
      return lastInputNanos;
    }

    @Override
    long lastOutputNanos() {
      return lastOutputNanos;
    }

    @Override
    protected void onTimer() {
      deadlineDue();
    }
  }

  // ---- for everybody

  /**
   * A number that is unique on this connection's loop, counted from 1. Any thread.
   *
   * @return the number
   */
  public long id() {
    return id;
  }

  /**
   * The peer's address. Any thread.
   *
   * @return the address that was accepted from or connected to; null if the peer was gone before it
   *     could be asked
   */
  public SocketAddress remoteAddress() {
    return remoteAddress;
  }

  /**
   * The loop this connection lives on. Any thread.
   *
   * @return the loop, for {@code execute} and {@code schedule}
   */
  public EventLoop loop() {
    return loop;
  }

  /**
   * The door for other threads. Any thread; always the same one.
   *
   * @return the sender, closed if the connection is gone already
   */
  public Sender sender() {
    Sender s = sender;
    if (s == null) {
      synchronized (deadlines) {
        s = sender;
        if (s == null) {
          s = new Sender(this, settings.limits.senderBytes());
          if (!state.isWritable() && state != ConnectionState.CONNECTING) {
            s.close();
          }
          sender = s;
        }
      }
    }
    return s;
  }

  /** Number, peer and state; any thread, for log lines. */
  @Override
  public String toString() {
    return "Connection[" + id + " " + remoteAddress + " " + state + "]";
  }

  /**
   * The bounds it was given. Any thread.
   *
   * @return the limits of its server, or of its connect
   */
  public Limits limits() {
    return settings.limits;
  }

  /**
   * The time-outs it was given. Any thread.
   *
   * @return those of its server, or of its connect; {@link #readIdle} does not change them
   */
  public Timeouts timeouts() {
    return settings.timeouts;
  }

  // ---- for the handler

  /**
   * The state now.
   *
   * @return one of the table's
   * @throws IllegalStateException if called from another thread
   */
  public ConnectionState state() {
    loop.checkThread();
    return state;
  }

  /**
   * Our own address.
   *
   * @return the local address, or null if the connection is over
   * @throws IllegalStateException if called from another thread
   */
  public SocketAddress localAddress() {
    loop.checkThread();
    try {
      return channel == null || !channel.isOpen() ? null : channel.getLocalAddress();
    } catch (IOException e) {
      return null; // closed in between: there is no address any more, which is what null says
    }
  }

  /**
   * Output accepted and not yet taken by the kernel, regions of files not counted.
   *
   * @return bytes, 0 to {@code Limits.hardLimitBytes}
   * @throws IllegalStateException if called from another thread
   */
  public long queuedBytes() {
    loop.checkThread();
    return queued();
  }

  /**
   * How much may be written now, for one who has no end of it: up to the high water mark, and
   * within the loop's budget. A producer goes on in {@link ConnectionHandler#onWritable}:
   *
   * <pre>{@code
   * while ((n = connection.room()) > 0) {
   *   connection.write(next(n));
   * }
   * }</pre>
   *
   * <p>A write beyond it may well be accepted: what ends at the hard limit is an answer, what ends
   * here is a stream.
   *
   * @return bytes, at most {@code Limits.highWaterBytes}; 0 if there is no room now, and then
   *     {@link ConnectionHandler#onWritable} follows; also 0 if this direction is closed or failed,
   *     and then nothing follows but the end
   * @throws IllegalStateException if called from another thread
   */
  public int room() {
    loop.checkThread();
    if (state != ConnectionState.CONNECTING && (!state.isWritable() || hasWriteFailed())) {
      return 0;
    }
    long room =
        state == ConnectionState.CONNECTING
            ? 0
            : Math.min(settings.highWaterBytes - queued(), memory.roomBytes());
    if (room > 0) {
      return (int) room;
    }
    full();
    return 0;
  }

  /**
   * How much has been read from the kernel so far.
   *
   * @return bytes, those the handler did not consume included
   * @throws IllegalStateException if called from another thread
   */
  public long bytesReceived() {
    loop.checkThread();
    return received;
  }

  /**
   * How much of what was written the kernel has taken so far; no proof that the peer has it.
   *
   * @return bytes
   * @throws IllegalStateException if called from another thread
   */
  public long bytesHandedToKernel() {
    loop.checkThread();
    return handed;
  }

  /**
   * How long nothing has moved here: since the last byte came, or the kernel took one, or, before
   * any did, since the connection was accepted or its connect began. For idleness that is not one
   * connection's alone, as that of the two of a proxy.
   *
   * @return nanoseconds, as of this turn
   * @throws IllegalStateException if called from another thread
   */
  public long idleNanos() {
    loop.checkThread();
    return loop.nowNanos() - deadlines.lastProgressNanos();
  }

  /**
   * Writes all that remains in {@code source}, or nothing.
   *
   * <p>{@code source} is the caller's again on return: its bytes were copied. The one exception is
   * the buffer lent to {@link ConnectionHandler#onData}, which is written from where it is. Inside
   * a callback of this connection small writes are gathered and leave together when the callback is
   * over.
   *
   * <p>Cost: a copy of the bytes; no system call, no allocation in steady state.
   *
   * @param source its position moves to its limit if accepted, and stays otherwise
   * @return {@code ACCEPTED}; {@code FULL}, then {@link ConnectionHandler#onWritable} follows;
   *     {@code TOO_LARGE} if so many bytes can never be accepted; {@code CLOSED} if this direction
   *     is closed or failed
   * @throws IllegalStateException if called from another thread
   */
  public WriteResult write(ByteBuffer source) {
    loop.checkThread();
    assert memory.checkStillLent(source);
    int n = source.remaining();
    if (memory.eventOf == id
        && !isPending()
        && ending == null
        && state.isWritable()
        && (memory.takesByReference(source) || memory.stagedBytes() + n <= settings.hardLimitBytes)
        && memory.hasRoomFor(n)
        && memory.stage(source)) {
      // What happens nearly always; the rest of this method would say the same, with more
      // questions.
      accepted += n;
      return WriteResult.ACCEPTED;
    }
    WriteResult refusal = refusal(n);
    if (refusal != null) {
      return refusal;
    }
    accept(source);
    return WriteResult.ACCEPTED;
  }

  /**
   * The same, and asks to be told when the kernel took the last byte.
   *
   * @param source as for {@link #write(ByteBuffer)}
   * @param completion called exactly once if the result is {@code ACCEPTED}, after this callback;
   *     never otherwise
   * @return as for {@link #write(ByteBuffer)}; {@code FULL} also if 65,536 completions are
   *     outstanding
   * @throws IllegalStateException if called from another thread
   */
  public WriteResult write(ByteBuffer source, WriteCompletion completion) {
    loop.checkThread();
    Objects.requireNonNull(completion, "completion");
    assert memory.checkStillLent(source);
    WriteResult refusal = refusal(source.remaining());
    if (refusal == null && completions != null && completions.isFull()) {
      refusal = full();
    }
    if (refusal != null) {
      return refusal;
    }
    accept(source);
    complete(completion);
    return WriteResult.ACCEPTED;
  }

  /**
   * Sends a region of a file, after all that was written before. The bytes don't pass through the
   * JVM and don't count as queued.
   *
   * @param region the connection's to close if accepted; the caller's otherwise
   * @return {@code ACCEPTED}; {@code FULL} if 64 regions wait; {@code CLOSED}
   * @throws IllegalStateException if called from another thread
   */
  public WriteResult write(FileRegion region) {
    return write(region, null);
  }

  /**
   * Writes what stands before a region of a file, and the region: both or neither.
   *
   * @param head copied, as by {@link #write(ByteBuffer)}; may be empty
   * @param region the connection's to close if accepted; the caller's otherwise
   * @return {@code ACCEPTED}; {@code FULL} if there is no room for the head, or 64 regions wait;
   *     {@code TOO_LARGE} of the head; {@code CLOSED}
   * @throws IllegalStateException if called from another thread
   */
  public WriteResult write(ByteBuffer head, FileRegion region) {
    loop.checkThread();
    Objects.requireNonNull(region, "region");
    assert memory.checkStillLent(head);
    WriteResult refusal = refusal(head.remaining());
    if (refusal == null && queue().regions() == OutboundQueue.MAX_REGIONS) {
      refusal = full();
    }
    if (refusal != null) {
      return refusal;
    }
    accept(head);
    give(region, null);
    return WriteResult.ACCEPTED;
  }

  /**
   * The same, and asks to be told when the kernel took the last byte.
   *
   * @param region the connection's to close if accepted; the caller's otherwise
   * @param completion called exactly once if the result is {@code ACCEPTED}; may be null
   * @return as for {@link #write(FileRegion)}
   * @throws IllegalStateException if called from another thread
   */
  public WriteResult write(FileRegion region, WriteCompletion completion) {
    loop.checkThread();
    Objects.requireNonNull(region, "region");
    WriteResult refusal = refusal(0);
    if (refusal != null) {
      return refusal;
    }
    if (queue().regions() == OutboundQueue.MAX_REGIONS
        || (completion != null && completions != null && completions.isFull())) {
      return full();
    }
    give(region, completion);
    return WriteResult.ACCEPTED;
  }

  private void give(FileRegion region, WriteCompletion completion) {
    if (memory.eventOf == id && memory.isStaged()) {
      flushStaged();
    }
    accepted += region.remaining();
    startPending();
    queue.give(region);
    if (completion != null) {
      complete(completion);
    }
    attend();
  }

  /**
   * Hands over now what the kernel takes of the queue, at most {@code Limits.writeBudgetBytes} a
   * call. Seldom needed: what a connection's own callbacks write leaves when they are over, and
   * what others write leaves at the end of the turn. It is for one who writes much to a connection
   * from elsewhere, from the callbacks of many others in one turn, say, and has to know whether its
   * peer is slow: what is queued afterwards, within that budget, the kernel has refused.
   *
   * <p>No callback comes from here; a write that fails is told as ever, by {@code onClosed}.
   *
   * <p>Cost: a system call if something is queued and the kernel has not refused bytes of this
   * connection already.
   *
   * @return {@link #queuedBytes()} afterwards; 0 if this direction is over or has failed, since
   *     nothing waits for the kernel then
   * @throws IllegalStateException if called from another thread
   */
  public long flush() {
    loop.checkThread();
    if (state == ConnectionState.CLOSED) {
      return 0;
    }
    if (memory.eventOf == id && memory.isStaged()) {
      flushStaged();
    }
    // The budget that is counted is that of the connection whose event it is; this call has its
    // own.
    long servedFrom = memory.servedFrom;
    memory.servedFrom = handed;
    flushQueue();
    memory.servedFrom = servedFrom;
    attend();
    return hasWriteFailed() ? 0 : queued();
  }

  /**
   * Stops reading until {@link #resumeReading()}; inside {@code onData} no further call follows,
   * and what is left unconsumed is kept. Does nothing if paused already, or closing.
   *
   * @throws IllegalStateException if called from another thread
   */
  public void pauseReading() {
    loop.checkThread();
    if (!pausedByHandler) {
      pausedByHandler = true;
      deadlines.inputSinceNanos = loop.nowNanos();
      attend();
    }
  }

  /**
   * Reads again. Kept input is offered in this same turn, after the running callback. Does nothing
   * if not paused.
   *
   * @throws IllegalStateException if called from another thread
   */
  public void resumeReading() {
    loop.checkThread();
    if (pausedByHandler) {
      pausedByHandler = false;
      deadlines.inputSinceNanos = loop.nowNanos();
      offerDue = true;
      attend();
    }
  }

  /**
   * Sets a deadline of the handler's own, in place of an earlier one: for a whole message, say. If
   * it passes, {@link ConnectionHandler#onDeadline} is told, and the connection is closed with
   * {@code DEADLINE}.
   *
   * @param timeout from now; zero or negative clears it
   * @throws IllegalStateException if called from another thread
   */
  public void deadline(Duration timeout) {
    loop.checkThread();
    if (state == ConnectionState.CONNECTING) {
      throw new IllegalStateException(
          "deadline is for open connections; connect has its own: " + this);
    }
    deadlines.hasOwn = !timeout.isNegative() && !timeout.isZero();
    if (deadlines.hasOwn) {
      deadlines.ownNanos = loop.deadlineFromNow(timeout);
      attend();
    }
  }

  /**
   * Sets this connection's own {@code Timeouts.readIdle}, counted from this call on: none while a
   * peer has nothing to say by right, a shorter one between two requests.
   *
   * @param timeout how long no byte may come while reading is wanted; zero switches it off
   * @throws IllegalStateException if called from another thread
   * @throws IllegalArgumentException if negative or over a century
   */
  public void readIdle(Duration timeout) {
    loop.checkThread();
    Check.timeout("readIdle", timeout);
    deadlines.ownReadIdleNanos = timeout.toNanos();
    deadlines.inputSinceNanos = loop.nowNanos();
    attend();
  }

  /**
   * Half-closes: when the queue is drained the FIN is sent. Input goes on; later writes are {@code
   * CLOSED}. Does nothing if done before, or closing.
   *
   * @throws IllegalStateException if called from another thread, or before {@code onOpen}
   */
  public void shutdownOutput() {
    loop.checkThread();
    if (state == ConnectionState.CONNECTING) {
      throw new IllegalStateException("shutdownOutput before onOpen: " + this);
    }
    move(Event.END_OUTPUT);
    closeSender();
    attend();
  }

  /**
   * Closes and delivers: the queue is drained, the FIN is sent, and input is discarded until the
   * peer's FIN, {@code Limits.lingerBytes} or {@code Timeouts.linger}; so the peer gets all of it
   * even if it was still sending. A connect under way is given up. No callback but completions and
   * {@code onClosed} follows. Does nothing if done before.
   *
   * @throws IllegalStateException if called from another thread
   */
  public void close() {
    loop.checkThread();
    beginClose(closer(), Failure.NONE);
  }

  /**
   * The same, and says why in the {@link CloseRecord}. Does nothing if closing already.
   *
   * @param reason a few words for whoever reads the log, as "a line of more than 4096 bytes"
   * @throws IllegalStateException if called from another thread
   */
  public void close(String reason) {
    loop.checkThread();
    Objects.requireNonNull(reason, "reason");
    if (!state.isClosing()) {
      ending().reason = reason;
      beginClose(closer(), Failure.NONE);
    }
  }

  /**
   * Cuts: drops what is queued and sends a reset. {@code onClosed} follows after the running
   * callback. Does nothing if over.
   *
   * @throws IllegalStateException if called from another thread
   */
  public void abort() {
    loop.checkThread();
    abortBecause(null);
  }

  /**
   * The same, and says why in the {@link CloseRecord}. Does nothing if over.
   *
   * @param reason a few words for whoever reads the log, as "took nothing of 1 MiB"
   * @throws IllegalStateException if called from another thread
   */
  public void abort(String reason) {
    loop.checkThread();
    abortBecause(Objects.requireNonNull(reason, "reason"));
  }

  private void abortBecause(String reason) {
    if (state != ConnectionState.CLOSED) {
      if (ending().reason == null) {
        ending.reason = reason;
      }
      cut(closer(), new Failure(FailureKind.ABORTED, Certainty.CERTAIN, Operation.CLOSE, null));
    }
  }

  private EndedBy closer() {
    return shuttingDown ? EndedBy.SHUTDOWN : state.isInputEnded() ? EndedBy.PEER : EndedBy.US;
  }

  // ---- events

  @Override
  boolean ready(int ops) {
    beginEvent();
    boolean moved;
    if (ops == SelectionKey.OP_READ
        && state.isReading()
        && kept == null
        && !attention
        && !memory.isPressed()) {
      // What happens nearly always: nothing is pending, nothing is kept, and there is something to
      // read.
      moved = readFirst();
    } else {
      moved = readyForMore(ops);
    }
    endEvent();
    return moved;
  }

  private boolean readyForMore(int ops) {
    if (state == ConnectionState.CLOSED) {
      return true; // ended by another one's callback in this same turn
    }
    if (state == ConnectionState.CONNECTING) {
      return finishConnect();
    }
    // Read first: only a read names a reset by its class, and a failed write destroys that
    // evidence.
    boolean moved = (ops & SelectionKey.OP_READ) != 0 && readable();
    if ((ops & SelectionKey.OP_WRITE) != 0 && state != ConnectionState.CLOSED) {
      long before = handed;
      kernelFull = false;
      attention = true;
      serve();
      moved |= handed != before || state == ConnectionState.CLOSED;
    }
    return moved;
  }

  @Override
  void settle() {
    beginEvent();
    attention = true;
    // Not endEvent(): where connections come by the thousand it would be compiled for this first,
    // with all of serve() in it, and then be too large to be inlined where it matters, in ready().
    serve();
    leaveEvent();
  }

  /** Starts the life of an accepted connection. */
  void open() {
    openDue = true;
    try {
      settle();
    } catch (Throwable t) {
      broken(t); // the listener must not take it for a fault of the factory
    }
  }

  /** The server is shutting down. */
  void tellShutdown() {
    if (state.isClosing()) {
      busyAtShutdown = isPending();
      return;
    }
    shuttingDown = true;
    busyAtShutdown = isPending();
    if (state == ConnectionState.CONNECTING) {
      beginClose(EndedBy.SHUTDOWN, Failure.NONE);
      return;
    }
    beginEvent();
    attention = true;
    try {
      handler.onShutdown(this);
    } catch (Throwable t) {
      handlerFailed(t);
    }
    busyAtShutdown |= !state.isClosing();
    try {
      endEvent();
    } catch (Throwable t) {
      broken(t); // the others have to be told, and the deadline to be armed
    }
  }

  boolean wasBusyAtShutdown() {
    return busyAtShutdown;
  }

  private void beginEvent() {
    memory.eventOf = id;
    memory.offersLeft = OFFERS_PER_EVENT;
  }

  private void endEvent() {
    if (memory.isStaged()) {
      flushStaged();
    }
    if (attention) {
      serve();
    }
    leaveEvent();
  }

  private void leaveEvent() {
    memory.eventOf = 0;
    assert memory.poison();
  }

  /**
   * The trampoline: does what callbacks asked for, which may call further callbacks, which may ask
   * for more. It goes round instead of going deeper, and stops after so many rounds or bytes to go
   * on in the next turn.
   */
  private void serve() {
    memory.servedFrom = handed;
    for (int round = 0; attention; round++) {
      if (round == ROUNDS_PER_TURN || writeBudgetLeft() <= 0) {
        loop.attend(this);
        break;
      }
      attention = false;
      step();
      if (memory.isStaged()) {
        flushStaged();
      }
    }
    if (state != ConnectionState.CLOSED) {
      watch();
    }
  }

  private long writeBudgetLeft() {
    return settings.writeBudgetBytes - (handed - memory.servedFrom);
  }

  private void step() {
    if (openDue && !state.isClosing()) {
      openDue = false;
      attention = true;
      try {
        handler.onOpen(this);
      } catch (Throwable t) {
        handlerFailed(t);
      }
      return; // what it wrote goes first
    }
    flushQueue();
    if (hasWriteFailed() && state != ConnectionState.CLOSED) {
      endAfterFailedWrite();
    }
    tellCompletions();
    if (offerDue && !state.isClosing()) {
      offerKept();
    }
    if (inputEndDue) {
      tellInputEnd();
    }
    tellWritable();
    finishOutput();
  }

  /** Brings interest and timer in line with the state. */
  private void watch() {
    boolean pending = isPending();
    boolean paused =
        state.isDiscarding() ? discarded() > settings.limits.lingerBytes() : isReadingPaused();
    int wanted = state.interest(paused, !pending);
    if (key != null && key.interestOps() != wanted) {
      key.interestOps(wanted);
    }
    long wait =
        deadlines.earliest(settings, loop.nowNanos(), Deadlines.situation(state, pending, paused));
    if (wait == Deadlines.NONE) {
      loop.cancel(deadlines);
    } else {
      long deadline = loop.after(Math.max(wait, 0));
      if (!deadlines.isScheduled() || deadline - deadlines.deadlineNanos() < 0) {
        loop.scheduleAt(deadlines, deadline);
      }
    }
  }

  /**
   * Has {@link #serve} run: at the end of the running event if it is ours, else in the flush phase.
   */
  private void attend() {
    attention = true;
    if (memory.eventOf != id) {
      loop.attend(this);
    }
  }

  // ---- reading

  private boolean isReadingPaused() {
    return pausedByHandler
        || aboveHigh
        || (writableDue && kept != null)
        || (memory.isPressed() && isPending());
  }

  private boolean readable() {
    if (!state.isReading()) {
      return state.isDiscarding() && discard();
    }
    if (isReadingPaused()) {
      attention = true; // the interest is out of date
      return false;
    }
    if (offerDue) {
      offerKept(); // bytes first, else a FIN could overtake them
      if (offerDue || !state.isReading()) {
        return true;
      }
    }
    return readMore(0);
  }

  /** Reads once; returns the bytes, 0 if there were none, -1 if input is over, which is seen to. */
  private int receive(ByteBuffer target) {
    int n;
    try {
      n = channel.read(target);
    } catch (IOException e) {
      readFailed(e);
      return -1;
    }
    if (n > 0) {
      received += n;
      lastInputNanos = loop.nowNanos();
    } else if (n < 0) {
      inputEnded();
    }
    return n;
  }

  /** The event's first read, into the loop's buffer, and on if that was filled. */
  private boolean readFirst() {
    int n = receive(memory.readBuffer());
    if (n <= 0) {
      return n != 0;
    }
    offerFresh(n);
    if (n == memory.readBufferBytes()) {
      readMore(n);
    }
    return true;
  }

  /**
   * Reads on, within the budget, until a read comes back short: then the socket is empty, and
   * asking again would return 0.
   */
  private boolean readMore(int already) {
    int budget = settings.readBudgetBytes - already;
    boolean moved = already > 0;
    while (budget > 0 && state.isReading() && !isReadingPaused() && !offerDue) {
      if (memory.isStaged()) {
        flushStaged(); // may refer to the read buffer
        continue;
      }
      int room = memory.readBufferBytes();
      int n;
      if (kept == null) {
        n = receive(memory.readBuffer());
        if (n > 0) {
          offerFresh(n);
        }
      } else {
        ByteBuffer target = kept.space();
        boolean full = target == null;
        if (memory.isTooMuchKept()) {
          loop.relieveKept();
          if (!state.isReading()) {
            return true; // it was this one
          }
        }
        if (full) {
          target = memory.readBuffer(); // only to tell a byte too many from the FIN
        }
        room = target.remaining();
        n = receive(target);
        if (n > 0 && full) {
          ending().discarded += n;
          beginClose(
              EndedBy.LIMIT,
              new Failure(FailureKind.MESSAGE_TOO_LARGE, Certainty.CERTAIN, Operation.READ, null));
          return true;
        }
        if (n > 0) {
          kept.extend(n);
          offerKept();
        }
      }
      moved |= n != 0;
      if (n < room) {
        return moved;
      }
      budget -= n;
    }
    return moved;
  }

  /** Offers what was just read into the loop's buffer, and keeps what is not consumed. */
  private void offerFresh(int n) {
    int at = 0;
    boolean moved;
    do {
      ByteBuffer view = memory.lend(at, n);
      callOnData(view);
      int position = view.position();
      assert memory.revoke(view);
      if (position == n) {
        return;
      }
      moved = position > at;
      at = Math.max(at, Math.min(position, n));
    } while (mayOfferAgain(moved));
    if (state.isReading()) {
      kept = new KeptInput(memory, memory.lend(at, n), settings.limits.maxKeptBytes());
      attention = true;
      if (memory.isTooMuchKept()) {
        loop.relieveKept();
      }
    } else {
      ending().discarded += n - at;
    }
  }

  private void offerKept() {
    while (kept != null && state.isReading()) {
      if (isReadingPaused() || memory.offersLeft <= 0) {
        offerDue = true; // stays due until the pause, or the event, is over
        return;
      }
      ByteBuffer view = kept.lend();
      keptLent = true;
      callOnData(view);
      keptLent = false;
      int position = view.position();
      assert memory.revoke(view);
      int consumed = kept.settle(position);
      if (state.isClosing()) {
        dropKept(); // only now: a close in the callback must not take away what is lent
        return;
      }
      if (kept.size() == 0) {
        kept.release();
        kept = null;
      } else if (!mayOfferAgain(consumed > 0)) {
        return;
      }
    }
    offerDue = false;
  }

  private boolean mayOfferAgain(boolean moved) {
    // A resume inside of the callback asks for no second look at bytes that it has just seen.
    offerDue = false;
    if (!moved || !state.isReading()) {
      return false;
    }
    if (--memory.offersLeft <= 0) {
      offerDue = true;
      loop.attend(this);
      return false;
    }
    offerDue = isReadingPaused(); // by the handler, or by the answers that pile up
    return !offerDue;
  }

  private void callOnData(ByteBuffer view) {
    try {
      handler.onData(this, view);
    } catch (Throwable t) {
      handlerFailed(t);
    }
  }

  /**
   * After a close: reads and throws away, so that the peer is not stuck and our last bytes are not
   * destroyed by a reset.
   */
  private boolean discard() {
    int budget = settings.readBudgetBytes;
    boolean moved = false;
    while (budget > 0 && state.isDiscarding()) {
      ByteBuffer target = memory.readBuffer();
      int room = target.remaining();
      int n;
      try {
        n = channel.read(target);
      } catch (IOException e) {
        readFailed(e);
        return true;
      }
      if (n < 0) {
        inputEnded();
        return true;
      }
      if (n == 0) {
        return moved;
      }
      moved = true;
      received += n;
      ending().discarded += n;
      lastInputNanos = loop.nowNanos();
      if (ending.discarded > settings.limits.lingerBytes()) {
        if (state == ConnectionState.OPEN_LINGERING) {
          note(
              EndedBy.LIMIT,
              new Failure(FailureKind.LINGER_LIMIT, Certainty.CERTAIN, Operation.READ, null));
          terminate();
        } else {
          attention = true; // DRAINING stops reading and goes on writing
        }
        return true;
      }
      if (n < room) {
        return true;
      }
      budget -= n;
    }
    return moved;
  }

  private void inputEnded() {
    if (hasWriteFailed()) {
      return; // -1 after a failed write is no clean end: the failure has eaten the reason
    }
    boolean tell = state.isReading();
    if (state == ConnectionState.OPEN_ENDED) {
      note(EndedBy.PEER, Failure.NONE);
    }
    move(Event.INPUT_END);
    deadlines.inputSinceNanos = loop.nowNanos();
    attention = true;
    inputEndDue = tell;
    if (state == ConnectionState.CLOSED && !tell) {
      over();
    }
  }

  private void tellInputEnd() {
    inputEndDue = false;
    boolean closedAlready = state == ConnectionState.CLOSED;
    if (closedAlready || !state.isClosing()) {
      attention = true;
      try {
        handler.onInputEnd(this, kept == null ? 0 : kept.size());
      } catch (Throwable t) {
        handlerFailed(t);
      }
    }
    if (closedAlready) {
      over();
    }
  }

  private void readFailed(IOException e) {
    Failure f = loop.classifier.read(e);
    note(enderOf(f), f);
    terminate();
  }

  // ---- writing

  private long queued() {
    return (queue == null ? 0 : queue.bytes()) + (memory.eventOf == id ? memory.stagedBytes() : 0);
  }

  /** Whether output waits for the kernel, or for room in the queue. */
  private boolean isPending() {
    return queue != null && !queue.isEmpty();
  }

  private OutboundQueue queue() {
    if (queue == null) {
      queue = new OutboundQueue(memory);
    }
    return queue;
  }

  /** The most bytes that one write can ever have; any thread. */
  long largestWrite() {
    return Math.min(settings.hardLimitBytes, memory.budgetBytes());
  }

  /** Why so many bytes are not taken, or null if they are; decided before anything is touched. */
  private WriteResult refusal(int bytes) {
    if (state == ConnectionState.CONNECTING) {
      return bytes > largestWrite() ? WriteResult.TOO_LARGE : full();
    }
    if (!state.isWritable() || hasWriteFailed()) {
      return WriteResult.CLOSED;
    }
    if (queued() + bytes > settings.hardLimitBytes || !memory.hasRoomFor(bytes)) {
      if (bytes > largestWrite()) {
        return WriteResult.TOO_LARGE;
      }
      roomWanted = roomWanted == 0 ? bytes : Math.min(roomWanted, bytes);
      return full();
    }
    return null;
  }

  private WriteResult full() {
    writableDue = true;
    attend();
    return WriteResult.FULL;
  }

  private void accept(ByteBuffer source) {
    int n = source.remaining();
    if (memory.eventOf == id && !isPending()) {
      if (memory.stage(source)) {
        accepted += n;
        return;
      }
      queue().reserve(memory.stagedBytes() + n);
      startPending();
      memory.unstageTo(queue());
    } else {
      queue().reserve(n);
    }
    accepted += n;
    startPending();
    queue().append(source);
    markHigh();
    attend();
  }

  private void complete(WriteCompletion completion) {
    if (completions == null) {
      completions = new Completions();
    }
    completions.add(accepted, completion);
    attend();
  }

  /** Notes when output began to wait, for the stall. */
  private void startPending() {
    if (!isPending()) {
      deadlines.outputSinceNanos = loop.nowNanos();
    }
  }

  private void flushStaged() {
    if (hasWriteFailed() || state == ConnectionState.CLOSED) {
      memory.clearStaged();
      return;
    }
    if (memory.stagedBytes() > settings.highWaterBytes) {
      writableDue = true; // also if the kernel takes all: queuedBytes() has shown it to the handler
      attention = true;
    }
    try {
      handedOver(memory.writeStaged(channel));
    } catch (IOException e) {
      memory.clearStaged();
      writeFailed(loop.classifier.write(e, state.isInputEnded()));
      return;
    }
    if (memory.isStaged()) {
      queue().reserve(memory.stagedBytes());
      kernelFull = true;
      startPending();
      memory.unstageTo(queue());
      markHigh();
      attention = true;
    }
  }

  private void flushQueue() {
    if (sender != null) {
      takeFromSender();
    }
    if (!isPending() || kernelFull || hasWriteFailed() || writeBudgetLeft() <= 0) {
      return;
    }
    if (state == ConnectionState.CLOSED) {
      return;
    }
    long budget = writeBudgetLeft();
    try {
      kernelFull = queue.flush(channel, budget) < budget && !queue.isEmpty();
    } catch (FileRegion.TruncatedException e) {
      writeFailed(
          new Failure(FailureKind.FILE_TRUNCATED, Certainty.CERTAIN, Operation.TRANSFER, e));
    } catch (IOException e) {
      writeFailed(
          queue.isAtRegion()
              ? loop.classifier.transfer(e, state.isInputEnded())
              : loop.classifier.write(e, state.isInputEnded()));
    }
    handedOver(queue.taken()); // also what went out before a failure
    if (!isPending()) {
      deadlines.inputSinceNanos = loop.nowNanos(); // read idle starts when the answer is out
      if (hasSenderBytes()) {
        attention = true;
      }
    }
    markLow();
  }

  /** Above the high water mark reading pauses by itself. */
  private void markHigh() {
    if (queue.bytes() > settings.highWaterBytes) {
      aboveHigh = true;
      writableDue = true;
    }
  }

  private void markLow() {
    if (aboveHigh && queue.bytes() <= settings.limits.lowWaterBytes()) {
      aboveHigh = false;
      offerDue = true;
      attention = true;
    }
  }

  private void handedOver(long bytes) {
    if (bytes > 0) {
      handed += bytes;
      lastOutputNanos = loop.nowNanos();
    }
  }

  private void writeFailed(Failure f) {
    if (!hasWriteFailed()) {
      ending().writeFailure = f;
      attention = true;
    }
  }

  /**
   * A write failed. What had arrived before is still there and is read, and delivered if wanted;
   * then it is over.
   */
  private void endAfterFailedWrite() {
    if (state.isReading() && !isReadingPaused()) {
      readable();
    } else if (state.isDiscarding()) {
      discard();
    }
    if (state != ConnectionState.CLOSED) {
      note(enderOf(ending.writeFailure), ending.writeFailure);
      reset = true; // if it was a file that failed, a FIN would call the rest of it complete
      terminate();
    }
  }

  private void tellCompletions() {
    if (completions == null) {
      return;
    }
    // Only as many as are out now: one that writes nothing, again and again, is due at once each
    // time, and goes on in the next round.
    WriteCompletion completion;
    for (int n = completions.size(); n > 0; n--) {
      if ((completion = completions.poll(handed)) == null) {
        return;
      }
      tell(completion, true);
    }
  }

  private void tell(WriteCompletion completion, boolean handedToKernel) {
    if (!handedToKernel) {
      ending().writesFailed++;
    }
    attention = true;
    try {
      completion.onHandedToKernel(this, handedToKernel);
    } catch (Throwable t) {
      handlerFailed(t);
    }
  }

  private void tellWritable() {
    if (!writableDue
        || state.isClosing()
        || state == ConnectionState.CONNECTING
        || aboveHigh
        || (queue != null && queue.bytes() > settings.limits.lowWaterBytes())
        || queued() + roomWanted > settings.hardLimitBytes
        || (queue != null && queue.regions() == OutboundQueue.MAX_REGIONS)
        || (completions != null && completions.isFull())
        || memory.isPressed()) {
      return; // told now, it would try in vain, be told again, and so on until something moves
    }
    writableDue = false;
    roomWanted = 0;
    offerDue = kept != null;
    deadlines.inputSinceNanos = loop.nowNanos();
    attention = true;
    if (state.isWritable()) {
      try {
        handler.onWritable(this);
      } catch (Throwable t) {
        handlerFailed(t);
      }
    }
  }

  @Override
  void memoryReleased() {
    if (writableDue || isPending() || hasSenderBytes()) {
      attend();
    }
  }

  @Override
  long heldBytes() {
    return queue == null ? 0 : queue.heldBytes();
  }

  @Override
  long lastOutputNanos() {
    return lastOutputNanos;
  }

  @Override
  long keptBytes() {
    return kept == null ? 0 : kept.heldBytes();
  }

  @Override
  void closeForKept() {
    beginClose(
        EndedBy.LIMIT,
        new Failure(FailureKind.LOOP_BUDGET, Certainty.CERTAIN, Operation.READ, null));
  }

  @Override
  void cutForMemory() {
    cut(
        EndedBy.LIMIT,
        new Failure(FailureKind.LOOP_BUDGET, Certainty.CERTAIN, Operation.WRITE, null));
  }

  // ---- the sender's side

  /** Other threads have sent something. */
  void sendPending() {
    attend();
  }

  /** Moves what other threads sent to the queue, as far as it has room. */
  private void takeFromSender() {
    Sender s = sender;
    ByteBuffer buffer;
    while ((buffer = s.peek()) != null
        && state != ConnectionState.CLOSED
        && state != ConnectionState.CONNECTING
        && !outputEnded
        && !hasWriteFailed()) {
      int n = buffer.remaining();
      WriteCompletion completion = s.peekCompletion();
      if (queued() + n > settings.hardLimitBytes
          || !memory.hasRoomFor(n)
          || (completion != null && completions != null && completions.isFull())) {
        break; // it stays where it is until the queue is shorter
      }
      s.remove();
      accepted += n;
      startPending();
      queue().give(buffer);
      markHigh();
      if (completion != null) {
        complete(completion);
      }
    }
  }

  /** Whether something that other threads sent waits for room in the queue. */
  private boolean hasSenderBytes() {
    return sender != null && sender.peek() != null;
  }

  private void closeSender() {
    synchronized (deadlines) {
      if (sender != null) {
        sender.close();
      }
    }
  }

  // ---- ending

  /** The FIN, when it is due and all before it is handed over. */
  private void finishOutput() {
    if (!state.isEndingOutput()
        || isPending()
        || memory.isStaged()
        || hasWriteFailed()
        || hasSenderBytes()) {
      return;
    }
    boolean inputEnded = state.isInputEnded();
    if (!inputEnded && !outputEnded) {
      try {
        channel.shutdownOutput();
      } catch (IOException e) {
        writeFailed(loop.classifier.write(e, false));
        return;
      }
    }
    outputEnded = true;
    if (inputEnded) {
      note(EndedBy.PEER, Failure.NONE);
    }
    move(Event.FLUSHED);
    deadlines.outputSinceNanos = loop.nowNanos();
    attention = true;
    if (state == ConnectionState.CLOSED) {
      over(); // both directions are done: the plain close sends the FIN
    } else if (state == ConnectionState.OPEN_LINGERING
        && discarded() > settings.limits.lingerBytes()) {
      note(
          EndedBy.LIMIT,
          new Failure(FailureKind.LINGER_LIMIT, Certainty.CERTAIN, Operation.READ, null));
      terminate();
    }
  }

  /** Begins a close that delivers. */
  private void beginClose(EndedBy by, Failure why) {
    if (state.isClosing()) {
      return;
    }
    note(by, why);
    boolean connecting = state == ConnectionState.CONNECTING;
    move(Event.CLOSE);
    if (connecting) {
      over();
      return;
    }
    closeSender();
    deadlines.outputSinceNanos = loop.nowNanos();
    inputEndDue = false;
    if (!keptLent) {
      dropKept();
    }
    attend();
  }

  private void dropKept() {
    if (kept != null) {
      ending().discarded += kept.size();
      kept.release();
      kept = null;
    }
  }

  /** Ends at once, with a reset. */
  private void cut(EndedBy by, Failure why) {
    if (state != ConnectionState.CLOSED) {
      note(by, why);
      reset = true;
      terminate();
    }
  }

  private void terminate() {
    inputEndDue = false; // else the end would be told after the end, and twice
    move(Event.TERMINATE);
    over();
  }

  /** The state is CLOSED: the rest follows in the closes phase, after the running callback. */
  private void over() {
    if (memory.eventOf == id) {
      memory.clearStaged();
    }
    closeSender();
    loop.cancel(deadlines);
    loop.retire(this);
  }

  private void move(Event event) {
    ConnectionState next = state.next(event);
    if (next == null) {
      throw new IllegalStateException("impossible: " + event + " in " + state + ": " + this);
    }
    if (state == next) {
      return;
    }
    if (next == ConnectionState.CLOSED) {
      ending().closedFrom(state);
    }
    loop.counters.count(state, next);
    state = next;
  }

  private Ending ending() {
    if (ending == null) {
      ending = new Ending();
    }
    return ending;
  }

  private void note(EndedBy by, Failure why) {
    ending().note(by, why, state);
  }

  private boolean hasWriteFailed() {
    return ending != null && ending.writeFailure != null;
  }

  private long discarded() {
    return ending == null ? 0 : ending.discarded;
  }

  private static EndedBy enderOf(Failure f) {
    return f.kind().fault() == Fault.PEER ? EndedBy.PEER : EndedBy.FAULT;
  }

  private void handlerFailed(Throwable t) {
    loop.log.line(Level.ERROR, "handler threw culprit={}", this, t);
    Failure why = new Failure(FailureKind.HANDLER_FAILED, Certainty.CERTAIN, Operation.HANDLER, t);
    note(EndedBy.FAULT, why); // also where a close is under way already
    beginClose(EndedBy.FAULT, why);
  }

  private void deadlineDue() {
    if (state == ConnectionState.CLOSED) {
      return;
    }
    long now = loop.nowNanos();
    FailureKind what = Deadlines.situation(state, isPending(), isReadingPaused());
    if (deadlines.earliest(settings, now, what) > 0) {
      watch(); // there was traffic in the meantime: the rest of the wait
      return;
    }
    FailureKind kind = deadlines.due(settings, now, what);
    if ((kind == FailureKind.WRITE_STALL || kind == FailureKind.DRAIN_TIMEOUT)
        && takesMoreAfterAll()) {
      return;
    }
    Failure why = new Failure(kind, Certainty.CERTAIN, Operation.TIMER, null);
    // No switch: it would need a class of its own, first met at the first time-out.
    if (kind == FailureKind.WRITE_STALL || kind == FailureKind.DRAIN_TIMEOUT) {
      cut(EndedBy.TIMER, why);
    } else if (kind == FailureKind.CONNECT_TIMEOUT || kind == FailureKind.LINGER_TIMEOUT) {
      note(EndedBy.TIMER, why);
      terminate();
    } else if (kind == FailureKind.DEADLINE) {
      tellDeadline(why);
    } else {
      beginClose(EndedBy.TIMER, why);
    }
  }

  /**
   * Linux calls a socket writable when a third of its send buffer is free, which may be a megabyte
   * (tcp(7), sk_stream_is_writeable): a peer that reads slowly and steadily makes room for a long
   * time before the selector says so. So before it is cut for taking nothing, the kernel is asked.
   *
   * @return whether it took something; what follows is seen to
   */
  private boolean takesMoreAfterAll() {
    long before = handed;
    ConnectionState was = state;
    kernelFull = false;
    try {
      settle();
    } catch (Throwable t) {
      broken(t); // as for a deadline of the handler's
    }
    return handed != before || state != was;
  }

  /** The handler may have a last word, or a longer deadline. */
  private void tellDeadline(Failure why) {
    deadlines.hasOwn = false;
    beginEvent();
    attention = true;
    try {
      handler.onDeadline(this);
    } catch (Throwable t) {
      handlerFailed(t);
    }
    if (!deadlines.hasOwn) {
      beginClose(EndedBy.TIMER, why);
    }
    try {
      endEvent();
    } catch (Throwable t) {
      broken(t); // the wheel would call it a timer's fault, and leave the connection as it is
    }
  }

  /** At the shutdown's deadline. */
  void cutAtDeadline() {
    cutShort(new Failure(FailureKind.SHUTDOWN_DEADLINE, Certainty.CERTAIN, Operation.CLOSE, null));
  }

  /** A plain close where all is handed over, a reset where something is unsent. */
  private void cutShort(Failure why) {
    note(EndedBy.SHUTDOWN, why);
    ending.cutIn = state;
    closeSender(); // what other threads sent until now is unsent, too
    reset = unsentBytes() > 0 || hasSenderBytes();
    terminate();
  }

  /**
   * The state in which the shutdown's deadline, or the loop's end, found this; null if neither did.
   * The record can't tell: an earlier cause stays its kind.
   */
  ConnectionState cutIn() {
    return ending.cutIn;
  }

  /**
   * Whether output is on its way: bytes that wait for the kernel, or an end that is not through.
   */
  boolean isDelivering() {
    return state != ConnectionState.CLOSED
        && state != ConnectionState.CONNECTING
        && (isPending() || hasSenderBytes() || state.isClosing() || state.isEndingOutput());
  }

  long unsentBytes() {
    return accepted - handed;
  }

  ConnectionState currentState() {
    return state;
  }

  Owner owner() {
    return owner;
  }

  @Override
  void loopStopping() {
    if (state != ConnectionState.CLOSED) {
      cutShort(new Failure(FailureKind.LOOP_STOPPED, Certainty.CERTAIN, Operation.CLOSE, null));
    }
  }

  @Override
  String spinning() {
    cut(EndedBy.LIMIT, new Failure(FailureKind.SPIN, Certainty.CERTAIN, Operation.READ, null));
    return "cut";
  }

  @Override
  void broken(Throwable fault) {
    loop.log.line(Level.ERROR, "fault in the machine culprit={}", this, fault);
    if (memory.eventOf == id) {
      memory.clearStaged();
      memory.eventOf = 0;
    }
    if (state == ConnectionState.CLOSED && inputEndDue) {
      over(); // the end of the input was to be told first, and that is what broke
      return;
    }
    cut(
        EndedBy.FAULT,
        new Failure(FailureKind.UNKNOWN, Certainty.UNKNOWN, Operation.HANDLER, fault));
  }

  @Override
  void retired() {
    long lost = failCompletions();
    long unconsumed = ending.discarded + (kept == null ? 0 : kept.size());
    if (queue != null) {
      queue.release();
    }
    if (kept != null) {
      kept.release();
      kept = null;
    }
    closeChannel();
    long now = loop.nowNanos();
    Failure failure = ending.failure();
    CloseRecord record =
        new CloseRecord(
            id,
            remoteAddress,
            ending.by(),
            failure.kind(),
            failure.certainty(),
            ending.state(),
            failure.operation(),
            received,
            handed,
            accepted - handed + lost,
            unconsumed,
            ending.writesFailed,
            Duration.ofNanos(now - deadlines.startedNanos),
            Duration.ofNanos(now - deadlines.lastProgressNanos()),
            ending.reason,
            failure.cause());
    loop.counters.count(record.kind());
    if (loop.log.isDebug()) {
      loop.log.line(Level.DEBUG, "closed {}", record);
    }
    try {
      handler.onClosed(this, record);
    } catch (Throwable t) {
      loop.log.line(Level.ERROR, "handler threw in onClosed culprit={}", this, t);
    }
    if (owner != null) {
      owner.ended(this, record);
    }
  }

  /**
   * Tells every completion that is still out; returns the bytes that other threads sent and that
   * never got here.
   */
  private long failCompletions() {
    tellCompletions();
    WriteCompletion completion;
    while (completions != null && (completion = completions.poll(Long.MAX_VALUE)) != null) {
      tell(completion, false);
    }
    long lost = 0;
    Sender s = sender;
    if (s != null) {
      for (ByteBuffer buffer; (buffer = s.peek()) != null; ) {
        completion = s.peekCompletion();
        lost += buffer.remaining();
        s.remove();
        if (completion != null) {
          tell(completion, false);
        }
      }
    }
    return lost;
  }

  private void closeChannel() {
    if (channel == null) {
      return;
    }
    try {
      if (reset && channel.isOpen()) {
        // With a linger of 0 the close sends a reset. The JDK does it when the key is deregistered,
        // in the next select.
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      }
    } catch (IOException e) {
      loop.log.line(Level.DEBUG, "no reset sent culprit={} cause={}", this, e.toString());
    }
    try {
      channel.close();
    } catch (IOException e) {
      // The descriptor is gone all the same (close(2)), and nothing was left to be written.
      loop.log.line(Level.DEBUG, "close failed culprit={} cause={}", this, e.toString());
    }
  }

  // ---- connecting

  /** Starts a connect; whatever comes of it is told after this call. */
  void connect(Duration timeout) {
    if (loop.isEnding()) {
      loopStopping(); // nobody would ever end what began now, so it is told at once
      return;
    }
    deadlines.hasOwn = !timeout.isZero();
    deadlines.ownNanos = loop.deadlineFromNow(timeout);
    try {
      if (channel.connect(remoteAddress)) {
        loop.register(channel, 0, this);
        connected();
      } else {
        loop.register(channel, SelectionKey.OP_CONNECT, this);
        attend(); // arms the timer
      }
    } catch (Throwable t) { // an Error, too: without descriptors no class loads
      connectFailed(loop.classifier.connect(t, loop.nowNanos() - deadlines.startedNanos));
    }
  }

  /** Also where there is no channel at all: the end is told like every other. */
  void connectFailed(Failure f) {
    note(enderOf(f), f);
    terminate();
  }

  private boolean finishConnect() {
    try {
      if (!channel.finishConnect()) {
        return false;
      }
    } catch (Throwable t) {
      connectFailed(loop.classifier.connect(t, loop.nowNanos() - deadlines.startedNanos));
      return true;
    }
    connected();
    return true;
  }

  private void connected() {
    deadlines.hasOwn = false;
    try {
      if (channel.getLocalAddress().equals(channel.getRemoteAddress())) {
        // Not compared with what was asked for: the wildcard address is turned into loopback's.
        // A port of the ephemeral range connected to itself: TCP allows it (simultaneous open), and
        // it would echo us to ourselves.
        cut(
            EndedBy.FAULT,
            new Failure(FailureKind.SELF_CONNECT, Certainty.CERTAIN, Operation.CONNECT, null));
        return;
      }
    } catch (IOException e) {
      connectFailed(loop.classifier.connect(e, loop.nowNanos() - deadlines.startedNanos));
      return;
    }
    move(Event.CONNECTED);
    deadlines.inputSinceNanos = loop.nowNanos();
    openDue = true;
    attend();
  }
}
