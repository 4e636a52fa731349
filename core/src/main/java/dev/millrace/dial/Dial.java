package dev.millrace.dial;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.Connector;
import dev.millrace.EventLoop;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.Failure;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import dev.millrace.timer.Timer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * One call, made by {@link Dialer#dial}. It can be cancelled at any time until it is over.
 *
 * <p>Thread rule: the loop's thread; {@link #toString} any.
 */
public final class Dial {
  private final Dialer settings;
  private final EventLoop loop;
  private final String target;
  private final DialListener listener;
  private final long begunNanos;

  /** Those begun, in that order. */
  private final List<Attempt> attempts = new ArrayList<>();

  /**
   * Armed from the call to its end. Also what hears that the loop stops while a name is looked up.
   */
  private final Timer deadline =
      new Timer() {
        @Override
        protected void onTimer() {
          deadlinePassed();
        }

        @Override
        protected void onAbandoned() {
          loopStopped();
        }
      };

  /** Armed while an attempt is under way and an address is left. */
  private final Timer delay =
      new Timer() {
        @Override
        protected void onTimer() {
          attemptNext();
        }
      };

  private volatile DialState state = DialState.LOOKING_UP;
  private Resolver.Lookup lookup;

  /** What kept the answer from the loop; written on the look-up's thread. */
  private volatile Throwable answerLost;

  private List<InetSocketAddress> addresses = List.of();
  private int underWay;

  Dial(Dialer settings, EventLoop loop, String target, DialListener listener) {
    this.settings = settings;
    this.loop = loop;
    this.target = target;
    this.listener = listener;
    if (loop.isStopped()) {
      throw new RejectedExecutionException("dial refused: the loop has stopped");
    }
    loop.schedule(deadline, settings.deadline); // also says so if this is another thread
    this.begunNanos = loop.nowNanos();
  }

  // ---- for the caller

  /**
   * Where the call stands.
   *
   * @return the state
   */
  public DialState state() {
    return state;
  }

  /**
   * Ends the call: what is under way is aborted, and the listener hears nothing. From within {@code
   * onConnected} or {@code onFailed} it is too late.
   *
   * @return true if the call was under way; false if it was over, and then the connection, if there
   *     is one, stays
   * @throws IllegalStateException if called from another thread
   */
  public boolean cancel() {
    loop.cancel(delay); // says so if this is another thread
    if (state.isFinal()) {
      return false;
    }
    over(DialState.CANCELLED);
    return true;
  }

  /** Target and state. */
  @Override
  public String toString() {
    return "Dial[" + target + " " + state + "]";
  }

  // ---- the look-up

  void begin(String host, int port) {
    InetAddress literal = null;
    try {
      literal = Resolver.literal(host);
    } catch (UnknownHostException e) {
      lookupFailsLater(e);
      return;
    }
    if (literal != null) {
      begin(List.of(new InetSocketAddress(literal, port)));
      return;
    }
    try {
      lookup = settings.resolver.lookUp(host, (found, thrown) -> answered(port, found, thrown));
    } catch (Throwable t) {
      lookupFailsLater(t); // too many of them, or the executor takes no more, or has no thread
    }
  }

  /** Told after the call, as everything is; the next turn is soon enough. */
  private void lookupFailsLater(Throwable why) {
    loop.schedule(Duration.ZERO, () -> lookupFailed(why));
  }

  /** On the look-up's thread. */
  private void answered(int port, List<InetAddress> found, Throwable thrown) {
    try {
      loop.execute(
          () -> {
            if (thrown != null) {
              lookupFailed(thrown);
            } else if (state == DialState.LOOKING_UP) {
              begin(inOrder(port, found));
            }
          });
    } catch (RejectedExecutionException e) {
      answerLost = e; // the loop has stopped, or is overrun: the timer is what tells the listener
    }
  }

  private List<InetSocketAddress> inOrder(int port, List<InetAddress> found) {
    List<InetSocketAddress> order = new ArrayList<>();
    for (InetAddress address : Order.of(found, settings.firstFamily)) {
      order.add(new InetSocketAddress(address, port));
    }
    return order;
  }

  private void lookupFailed(Throwable why) {
    if (state == DialState.LOOKING_UP) {
      over(DialState.FAILED);
      tell(unresolved(why));
    }
  }

  private static Failure unresolved(Throwable why) {
    return new Failure(FailureKind.UNRESOLVED, Certainty.CERTAIN, Operation.RESOLVE, why);
  }

  // ---- the attempts

  void begin(List<InetSocketAddress> toTry) {
    addresses = toTry.subList(0, Math.min(toTry.size(), settings.maxAddresses));
    lookup = null;
    move(DialState.CONNECTING);
    attemptNext();
  }

  private boolean isOneLeft() {
    return attempts.size() < addresses.size();
  }

  private void attemptNext() {
    Attempt attempt = new Attempt(addresses.get(attempts.size()));
    attempts.add(attempt);
    underWay++;
    if (isOneLeft()) {
      loop.schedule(delay, settings.attemptDelay);
    }
    attempt.begin();
  }

  private void attemptFailed(Attempt attempt, Failure why) {
    if (state.isFinal()) {
      return;
    }
    underWay--;
    attempt.end(why);
    if (isOneLeft() && why.kind() != FailureKind.LOOP_STOPPED) {
      loop.cancel(delay);
      attemptNext();
    } else if (underWay == 0) {
      over(DialState.FAILED);
      tell(furthest());
    }
  }

  private ConnectionHandler connected(Attempt winner, Connection connection) {
    winner.connection = null; // not to be aborted with the others
    over(DialState.CONNECTED);
    attempts.clear(); // this object lives as long as the connection does, they need not
    addresses = List.of();
    return Objects.requireNonNull(
        listener.onConnected(connection), "DialListener.onConnected returned null");
  }

  // ---- the ends

  private void deadlinePassed() {
    if (state == DialState.LOOKING_UP) {
      TimeoutException why = new TimeoutException("no answer in " + settings.deadline);
      if (answerLost != null) {
        why.addSuppressed(answerLost);
      }
      fail(unresolved(why));
    } else {
      fail(ownFailure(FailureKind.CONNECT_TIMEOUT, Operation.TIMER));
    }
  }

  private void loopStopped() {
    fail(ownFailure(FailureKind.LOOP_STOPPED, Operation.CLOSE));
  }

  private static Failure ownFailure(FailureKind kind, Operation operation) {
    return new Failure(kind, Certainty.CERTAIN, operation, null);
  }

  /** Ends the call, and with it, for the same reason, each attempt that is under way. */
  private void fail(Failure why) {
    for (Attempt attempt : attempts) {
      attempt.end(why);
    }
    over(DialState.FAILED);
    tell(attempts.isEmpty() ? why : furthest());
  }

  /** Before anybody is told: a listener that calls back finds it over. */
  private void over(DialState end) {
    move(end);
    loop.cancel(deadline);
    loop.cancel(delay);
    if (lookup != null) {
      lookup.drop();
      lookup = null;
    }
    for (Attempt attempt : attempts) {
      attempt.abort();
    }
  }

  private void move(DialState next) {
    if (!state.next().contains(next)) {
      throw new IllegalStateException("impossible: " + next + " in " + this);
    }
    state = next;
  }

  private Failure furthest() {
    Failure furthest = attempts.get(0).failure;
    for (Attempt attempt : attempts) {
      if (DialFailure.reach(attempt.failure.kind()) > DialFailure.reach(furthest.kind())) {
        furthest = attempt.failure;
      }
    }
    return furthest;
  }

  private void tell(Failure failure) {
    List<DialFailure.Attempt> tried = new ArrayList<>(attempts.size());
    for (Attempt attempt : attempts) {
      tried.add(
          new DialFailure.Attempt(
              attempt.address, attempt.failure, Duration.ofNanos(attempt.took)));
    }
    int untried = addresses.size() - attempts.size();
    Duration age = Duration.ofNanos(loop.nowNanos() - begunNanos);
    listener.onFailed(new DialFailure(target, failure, tried, untried, age));
  }

  /**
   * One address. As the machine wants a handler before there is a connection, and the listener
   * gives it afterwards, this stands between for good.
   */
  private final class Attempt implements ConnectionHandler {
    private final InetSocketAddress address;
    private final long attemptedNanos = loop.nowNanos();

    /** Null if there is none to abort: it was refused, or is the listener's. */
    private Connection connection;

    /** Null while this is under way. */
    private Failure failure;

    private long took;

    /** The listener's, if this is the one that won. */
    private ConnectionHandler handler;

    Attempt(InetSocketAddress address) {
      this.address = address;
    }

    /** Nothing is told from inside: the machine tells later. */
    void begin() {
      try {
        connection =
            Connector.connect(
                loop,
                address,
                attemptDeadline(),
                this,
                settings.limits,
                settings.timeouts,
                settings.socketSettings);
      } catch (RuntimeException e) {
        // The limits don't fit this loop, or it is in its very last moments.
        boolean hasStopped = e instanceof RejectedExecutionException;
        Failure why =
            hasStopped
                ? ownFailure(FailureKind.LOOP_STOPPED, Operation.CLOSE)
                : new Failure(FailureKind.UNKNOWN, Certainty.UNKNOWN, Operation.CONNECT, e);
        loop.schedule(Duration.ZERO, () -> attemptFailed(this, why));
      }
    }

    /** None where the call's own comes first: then that one ends both. */
    private Duration attemptDeadline() {
      Duration left = Duration.ofNanos(deadline.deadlineNanos() - loop.nowNanos());
      return settings.attemptTimeout.compareTo(left) < 0 ? settings.attemptTimeout : Duration.ZERO;
    }

    void end(Failure why) {
      if (failure == null) {
        failure = why;
        took = loop.nowNanos() - attemptedNanos;
      }
    }

    /** What has ended already is not touched by it. */
    void abort() {
      if (connection != null) {
        connection.abort();
      }
    }

    @Override
    public void onOpen(Connection opened) {
      if (state == DialState.CONNECTING) { // else it was beaten, and is aborted already
        handler = connected(this, opened);
        handler.onOpen(opened);
      }
    }

    @Override
    public void onData(Connection opened, ByteBuffer data) {
      handler.onData(opened, data);
    }

    @Override
    public void onWritable(Connection opened) {
      handler.onWritable(opened);
    }

    @Override
    public void onInputEnd(Connection opened, int unconsumed) {
      handler.onInputEnd(opened, unconsumed);
    }

    @Override
    public void onDeadline(Connection opened) {
      handler.onDeadline(opened);
    }

    @Override
    public void onShutdown(Connection opened) {
      handler.onShutdown(opened);
    }

    @Override
    public void onClosed(Connection closed, CloseRecord record) {
      if (handler != null) {
        handler.onClosed(closed, record);
      } else {
        attemptFailed(
            this,
            new Failure(record.kind(), record.certainty(), record.operation(), record.cause()));
      }
    }
  }
}
