package dev.millrace;

import dev.millrace.failure.Failure;
import dev.millrace.timer.Timer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.Supplier;
import org.slf4j.event.Level;

/**
 * Accepts for one server on one address.
 *
 * <p>A failed accept neither ends the listener nor makes the loop spin. The connection stays in the
 * kernel's queue and the channel stays ready, so: one is shed with the help of a reserve
 * descriptor, the interest goes to 0, and the timer brings it back, later each time; a connection
 * of this server that ends brings it back at once.
 *
 * <pre>
 *   ACCEPTING ──accept failed──▶ BACKED_OFF ──timer, or one of ours ended──▶ ACCEPTING
 *   ACCEPTING ──cap reached, policy WAIT──▶ FULL ──one of ours ended──▶ ACCEPTING
 *   any ──stop──▶ STOPPED
 * </pre>
 */
final class Listener extends Ready {
  /**
   * Accepts in one turn: what queues while a turn lasts; beyond it the connections there are come
   * first.
   */
  private static final int ACCEPTS_PER_TURN = 64;

  /** First back-off: shorter than a person notices. */
  private static final long MIN_BACKOFF_NANOS = 10_000_000L;

  /**
   * Longest back-off: a server whose descriptors are back serves again within this. Shorter than
   * {@link Episode#QUIET_NANOS}.
   */
  private static final long MAX_BACKOFF_NANOS = 2_000_000_000L;

  /** Each failure doubles the wait: eight of them, and five seconds in all, to the longest. */
  private static final int BACKOFF_FACTOR = 2;

  private enum State {
    ACCEPTING,
    BACKED_OFF,
    FULL,
    STOPPED
  }

  private final EventLoop loop;
  private final ServerSocketChannel channel;
  private final SocketAddress address;
  private final Admission admission;
  private final ConnectionSettings settings;
  private final Supplier<? extends ConnectionHandler> handlers;
  private final Connection.Owner owner;
  private final Runnable loopEnd;
  private final Episode failures;
  private final Timer timer =
      new Timer() {
        @Override
        protected void onTimer() {
          timerDue();
        }
      };

  private State state = State.ACCEPTING;
  private long backoffNanos = MIN_BACKOFF_NANOS;
  private SocketChannel reserve;
  private Failure lastFailure = Failure.NONE;
  private long shedInEpisode;

  Listener(
      EventLoop loop,
      ServerSocketChannel channel,
      Admission admission,
      ConnectionSettings settings,
      Supplier<? extends ConnectionHandler> handlers,
      Connection.Owner owner,
      Runnable loopEnd)
      throws IOException {
    this.loop = loop;
    this.channel = channel;
    this.address = channel.getLocalAddress();
    this.admission = admission;
    this.settings = settings;
    this.handlers = handlers;
    this.owner = owner;
    this.loopEnd = loopEnd;
    this.failures =
        new Episode(loop.log, "accept failed on " + BindFailedException.textOf(address));
    this.reserve = loop.provider().openSocketChannel();
  }

  SocketAddress address() {
    return address;
  }

  void start() throws IOException {
    loop.register(channel, SelectionKey.OP_ACCEPT, this);
  }

  @Override
  boolean ready(int ops) {
    for (int n = 0; n < ACCEPTS_PER_TURN; n++) {
      if (state != State.ACCEPTING) {
        return true; // a callback stopped us
      }
      if (admission.isFull() && admission.waitsWhenFull()) {
        state = State.FULL;
        key.interestOps(0);
        return true;
      }
      SocketChannel accepted;
      try {
        accepted = channel.accept();
      } catch (IOException e) {
        acceptFailed(e);
        return true;
      }
      if (accepted == null) {
        return n > 0;
      }
      endEpisodeIfQuiet(loop.nowNanos());
      admit(accepted);
    }
    return true;
  }

  private void admit(SocketChannel accepted) {
    InetAddress from = null;
    boolean admitted = false;
    try {
      SocketAddress remote = accepted.getRemoteAddress();
      from = remote instanceof InetSocketAddress inet ? inet.getAddress() : null;
      if (!admission.enter(from, loop.nowNanos())) {
        close(accepted);
        if (!timer.isScheduled()) {
          loop.scheduleAt(timer, loop.after(Episode.QUIET_NANOS)); // to tell of it when it is over
        }
        return;
      }
      admitted = true;
      accepted.configureBlocking(false);
      settings.socket.applyTo(accepted);
      ConnectionHandler handler = handlers.get();
      if (handler == null) {
        throw new NullPointerException("the handler factory returned null");
      }
      Connection connection =
          new Connection(loop, accepted, remote, ConnectionState.OPEN, handler, settings, owner);
      loop.register(accepted, SelectionKey.OP_READ, connection);
      connection.open();
    } catch (IOException e) {
      // Gone between accept and here, or an option was refused: a peer's doing, so not worth a
      // stack.
      loop.log.line(Level.DEBUG, "accepted and lost listener={} cause={}", address, e.toString());
      drop(accepted, from, admitted);
    } catch (Throwable t) {
      loop.log.line(Level.ERROR, "handler factory threw listener={}", address, t);
      drop(accepted, from, admitted);
    }
  }

  private void drop(SocketChannel accepted, InetAddress from, boolean admitted) {
    if (admitted) {
      admission.leave(from);
    }
    close(accepted);
  }

  private void close(SocketChannel accepted) {
    try {
      accepted.close();
    } catch (IOException e) {
      loop.log.line(Level.DEBUG, "close failed listener={} cause={}", address, e.toString());
    }
  }

  private void acceptFailed(IOException e) {
    if (e instanceof ClosedChannelException) {
      loop.log.line(Level.WARN, "listener closed by somebody else address={}", address);
      stop();
      return;
    }
    boolean exhausted = reserve == null || !canOpenOneMore();
    lastFailure = loop.classifier.accept(e, exhausted);
    admission.acceptFailed();
    if (exhausted) {
      shedOne();
    }
    failures.happened(loop.nowNanos(), details());
    state = State.BACKED_OFF;
    key.interestOps(0);
    loop.scheduleAt(timer, loop.after(backoffNanos));
    backoffNanos = Math.min(backoffNanos * BACKOFF_FACTOR, MAX_BACKOFF_NANOS);
  }

  /** The probe that no text is needed for: if this fails too, descriptors are what is missing. */
  private boolean canOpenOneMore() {
    try {
      loop.provider().openSocketChannel().close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Lets one client know instead of leaving it in the queue: the reserve's descriptor is given up,
   * taken by the accept, and taken back.
   */
  private void shedOne() {
    if (reserve != null) {
      close(reserve);
      reserve = null;
    }
    try {
      SocketChannel accepted = channel.accept();
      if (accepted != null) {
        close(accepted);
        shedInEpisode++;
        admission.shedOne();
      }
    } catch (IOException e) {
      // Somebody else took the descriptor; the back-off is running, and the next attempt probes
      // again.
      lastFailure = loop.classifier.accept(e, true);
    }
    restoreReserve();
  }

  private void restoreReserve() {
    if (reserve == null) {
      try {
        reserve = loop.provider().openSocketChannel();
      } catch (IOException e) {
        reserve = null; // tried again after the back-off; until then nothing can be shed
      }
    }
  }

  private String details() {
    return "kind="
        + lastFailure.kind().symbol()
        + " certainty="
        + lastFailure.certainty()
        + " shed="
        + shedInEpisode;
  }

  /** One of this server's connections has ended: its descriptor is free in the next poll. */
  void connectionEnded() {
    if (state == State.BACKED_OFF || state == State.FULL) {
      resume();
    }
  }

  private void resume() {
    restoreReserve();
    state = State.ACCEPTING;
    key.interestOps(SelectionKey.OP_ACCEPT);
    if (failures.isRunning()) {
      loop.scheduleAt(timer, loop.after(Episode.QUIET_NANOS));
    }
  }

  private void timerDue() {
    if (state == State.BACKED_OFF) {
      resume();
      return;
    }
    long now = loop.nowNanos();
    endEpisodeIfQuiet(now);
    if (admission.endEpisodesIfQuiet(now) || failures.isRunning()) {
      loop.scheduleAt(timer, loop.after(Episode.QUIET_NANOS));
    }
  }

  private void endEpisodeIfQuiet(long now) {
    if (failures.isRunning() && failures.endIfQuiet(now, details())) {
      backoffNanos = MIN_BACKOFF_NANOS;
      shedInEpisode = 0;
    }
  }

  /** Stops accepting and closes. The kernel's side of it is done in the next poll. */
  void stop() {
    if (state == State.STOPPED) {
      return;
    }
    state = State.STOPPED;
    loop.cancel(timer);
    failures.end(details());
    loop.retire(this);
  }

  @Override
  void settle() {}

  @Override
  void retired() {
    try {
      channel.close();
    } catch (IOException e) {
      loop.log.line(Level.WARN, "listener close failed address={} cause={}", address, e.toString());
    }
    closeReserve();
  }

  void closeReserve() {
    if (reserve != null) {
      close(reserve);
      reserve = null;
    }
  }

  @Override
  String spinning() {
    state = State.BACKED_OFF;
    key.interestOps(0);
    loop.scheduleAt(timer, loop.after(MAX_BACKOFF_NANOS));
    return "muted for " + MAX_BACKOFF_NANOS / 1_000_000 + " ms";
  }

  @Override
  void loopStopping() {
    stop();
    loopEnd.run();
  }

  @Override
  void broken(Throwable fault) {
    loop.log.line(Level.ERROR, "fault in the machine culprit={}", this, fault);
    spinning();
  }

  @Override
  public String toString() {
    return "Listener[" + BindFailedException.textOf(address) + " " + state + "]";
  }
}
