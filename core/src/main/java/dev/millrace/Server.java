package dev.millrace;

import dev.millrace.failure.Failure;
import dev.millrace.failure.FailureKind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.event.Level;

/**
 * A TCP server: addresses to listen on, a handler for each connection, and the loop that carries
 * them.
 *
 * <pre>{@code
 * try (Server server = Server.builder()
 *     .listen("127.0.0.1", 7007)
 *     .handler(() -> (connection, data) -> connection.write(data))
 *     .start()) {
 *   server.awaitStopped();
 * }
 * }</pre>
 *
 * <p>Thread rule: any thread. The handlers run on the loop's.
 */
public final class Server implements AutoCloseable {
  /** What {@link #close()} grants: the default drain and linger time-outs one after the other. */
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(10);

  /**
   * How often a shutdown looks whether the rest is handed over: well below a round trip to anywhere
   * far, and a hundred looks a second cost nothing that can be measured.
   */
  private static final Duration DELIVERY_CHECK = Duration.ofMillis(10);

  private final EventLoop loop;
  private final boolean ownsLoop;
  private final List<Listener> listeners = new ArrayList<>();
  private final List<SocketAddress> addresses = new ArrayList<>();
  private final Admission admission;
  private final CompletableFuture<ShutdownReport> report = new CompletableFuture<>();

  // The shutdown; the loop's thread only.
  private boolean shuttingDown;
  private boolean deadlineOver;
  private long shutdownNanos;
  private dev.millrace.timer.Timer cutTimer;
  private int idleClosed;
  private int drained;
  private int lingerCut;
  private int cut;
  private final List<ShutdownReport.CutPeer> cutPeers = new ArrayList<>();

  private Server(
      EventLoop loop, boolean ownsLoop, Consumer<CloseRecord> recordListener, Admission admission) {
    this.loop = loop;
    this.ownsLoop = ownsLoop;
    this.recordListener = recordListener;
    this.admission = admission;
  }

  /**
   * Starts a description of a server.
   *
   * @return a builder with all defaults; {@code listen} and {@code handler} must be given
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The addresses listened on, with the ports that were picked where 0 was asked for.
   *
   * @return one for each {@code listen}, in order
   */
  public List<SocketAddress> addresses() {
    return List.copyOf(addresses);
  }

  /**
   * The port of the first address.
   *
   * @return the port, 1 to 65,535
   */
  public int port() {
    return ((InetSocketAddress) addresses.get(0)).getPort();
  }

  /**
   * The loop that carries this server.
   *
   * @return the loop
   */
  public EventLoop loop() {
    return loop;
  }

  /**
   * Counts, as they are now. Each is exact by itself; together they may be a few connections apart.
   *
   * @return a snapshot
   */
  public ServerStats stats() {
    return new ServerStats(
        admission.open,
        admission.accepted,
        admission.rejectedByCap,
        admission.rejectedByAddressCap,
        admission.shed,
        admission.failures,
        loop.counters.snapshot());
  }

  // ---- shutdown

  /**
   * Shuts down: stops accepting, tells the handlers ({@link ConnectionHandler#onShutdown}, which
   * closes by default), lets everything drain and linger, and at the deadline cuts what is left:
   * with a reset where output is unsent, plainly where all is handed over. It ends as soon as it is
   * done. A loop that the server made stops with it; before that, and until the same deadline,
   * connections that were made on it with {@link Connector} may hand over what is on its way.
   *
   * <p>Any thread; returns at once. Called again, it changes nothing and returns the same report.
   *
   * @param deadline how long to wait at the most; 0 cuts at once
   * @return completed on the loop's thread when the listeners are closed and every connection was
   *     told
   * @throws IllegalArgumentException if the deadline is negative or over a century
   */
  public CompletableFuture<ShutdownReport> shutdown(Duration deadline) {
    Check.timeout("deadline", deadline);
    if (!loop.control(() -> beginShutdown(deadline))) {
      // The loop is gone, and all that was on it had its record.
      report.complete(new ShutdownReport(0, 0, 0, 0, List.of(), Duration.ZERO));
    }
    return report.copy();
  }

  private void beginShutdown(Duration deadline) {
    if (shuttingDown) {
      return;
    }
    shuttingDown = true;
    shutdownNanos = loop.nowNanos();
    for (Listener listener : listeners) {
      listener.stop();
    }
    List<Connection> mine = connections();
    for (Connection connection : mine) {
      connection.tellShutdown();
    }
    cutTimer = loop.schedule(deadline, this::cutRest);
    if (admission.open == 0) {
      finishLater();
    }
  }

  /** The loop ends without a shutdown of this server: its connections are cut by the loop. */
  private void loopEnds() {
    if (!shuttingDown) {
      shuttingDown = true;
      shutdownNanos = loop.nowNanos();
      if (admission.open == 0) {
        finishLater();
      }
    }
  }

  /**
   * Calls for each connection of this server that is not over, in no order, for a look at what they
   * are doing. Cost: everything that is registered with the loop is asked.
   *
   * @param action must not block; what it throws comes out of here
   * @throws IllegalStateException if called from another thread than the loop's
   */
  public void forEachConnection(Consumer<Connection> action) {
    Objects.requireNonNull(action, "action");
    loop.checkThread();
    connections().forEach(action);
  }

  private List<Connection> connections() {
    List<Connection> mine = new ArrayList<>();
    loop.forEach(
        r -> {
          if (r instanceof Connection connection
              && connection.owner() == owner
              && connection.currentState() != ConnectionState.CLOSED) {
            mine.add(connection);
          }
        });
    return mine;
  }

  private void cutRest() {
    deadlineOver = true;
    for (Connection connection : connections()) {
      connection.cutAtDeadline();
    }
  }

  private final Connection.Owner owner = this::ended;
  private final Consumer<CloseRecord> recordListener;

  private void ended(Connection connection, CloseRecord record) {
    admission.leave(
        connection.remoteAddress() instanceof InetSocketAddress inet ? inet.getAddress() : null);
    for (Listener listener : listeners) {
      listener.connectionEnded();
    }
    if (shuttingDown) {
      count(connection, record);
      if (admission.open == 0) {
        finishLater();
      }
    }
    try {
      recordListener.accept(record);
    } catch (Throwable t) {
      loop.log.line(Level.ERROR, "record listener threw culprit={}", connection, t);
    }
  }

  private void count(Connection connection, CloseRecord record) {
    ConnectionState cutIn = connection.cutIn();
    if (record.bytesUnsent() > 0 || (cutIn != null && cutIn != ConnectionState.OPEN_LINGERING)) {
      cut++;
      if (record.bytesUnsent() > 0) {
        cutPeers.add(new ShutdownReport.CutPeer(connection.remoteAddress(), record.bytesUnsent()));
      }
    } else if (cutIn != null || isLingerEnd(record.kind())) {
      lingerCut++;
    } else if (connection.wasBusyAtShutdown()) {
      drained++;
    } else {
      idleClosed++;
    }
  }

  /**
   * Everything was handed over, but the close came before the peer's FIN: it may have destroyed
   * some of it.
   */
  private static boolean isLingerEnd(FailureKind kind) {
    return kind == FailureKind.LINGER_TIMEOUT || kind == FailureKind.LINGER_LIMIT;
  }

  /**
   * In the next turn: only after its poll are the listeners and the last descriptors closed for
   * good.
   */
  private void finishLater() {
    if (!loop.control(this::finish)) {
      finish(); // the loop is ending, and will do its last poll by itself
    }
  }

  private void finish() {
    if (report.isDone()) {
      return;
    }
    if (ownsLoop && !deadlineOver && !loop.isEnding() && isAnythingOnItsWay()) {
      loop.schedule(DELIVERY_CHECK, this::finish);
      return;
    }
    if (cutTimer != null) {
      loop.cancel(cutTimer);
    }
    admission.end();
    Duration took = Duration.ofNanos(loop.nowNanos() - shutdownNanos);
    ShutdownReport done = new ShutdownReport(idleClosed, drained, lingerCut, cut, cutPeers, took);
    loop.log.line(Level.INFO, "shut down {}", done);
    if (ownsLoop) {
      loop.stop();
    }
    report.complete(done);
  }

  /**
   * Whether a connection that is not the server's own would lose something if the loop stopped now.
   */
  private boolean isAnythingOnItsWay() {
    boolean[] found = new boolean[1];
    loop.forEach(r -> found[0] |= r instanceof Connection connection && connection.isDelivering());
    return found[0];
  }

  /**
   * Shuts down with a deadline of 10 seconds and waits for it, and for the end of a loop that the
   * server made. On the loop's own thread it only begins, and returns at once.
   */
  @Override
  public void close() {
    CompletableFuture<ShutdownReport> done = shutdown(CLOSE_DEADLINE);
    if (loop.inLoop()) {
      return;
    }
    await(done, CLOSE_DEADLINE.plusSeconds(10));
    if (ownsLoop) {
      loop.close();
    }
  }

  /**
   * Waits until the server has shut down, for whatever reason; interruptible by nothing but that.
   */
  public void awaitStopped() {
    report.copy().handle((done, failure) -> done).join();
  }

  private void await(CompletableFuture<ShutdownReport> done, Duration atMost) {
    boolean interrupted = false;
    long deadline = System.nanoTime() + atMost.toNanos();
    for (long left = 1; left > 0 && !done.isDone(); ) {
      left = deadline - System.nanoTime();
      try {
        done.get(Math.max(left, 1), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (TimeoutException e) {
        loop.log.line(Level.WARN, "shutdown not done server={}: a callback does not return", this);
      } catch (ExecutionException e) {
        loop.log.line(Level.ERROR, "shutdown failed server={}", this, e);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The addresses and the number of connections. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("Server[");
    for (SocketAddress address : addresses) {
      text.append(BindFailedException.textOf(address)).append(' ');
    }
    return text.append("open=").append(admission.open).append(']').toString();
  }

  // ---- building

  /**
   * Describes a server. Wrong values are refused by the call that gives them, or by {@link
   * #start()} where only several together are wrong; the message names the option, the value and
   * what is allowed.
   */
  public static final class Builder {
    private final List<SocketAddress> listen = new ArrayList<>();
    private Supplier<? extends ConnectionHandler> handlers;
    private EventLoop loop;
    private LoopOptions loopOptions;
    private Limits limits = Limits.defaults();
    private Timeouts timeouts = Timeouts.defaults();
    private SocketSettings socketSettings = SocketSettings.defaults();
    private int maxConnections = 10_000;
    private int maxConnectionsPerAddress;
    private CapPolicy capPolicy = CapPolicy.REJECT;
    private Consumer<CloseRecord> recordListener = record -> {};

    private Builder() {}

    /**
     * Adds an address to listen on.
     *
     * @param host a name or literal; {@code 0.0.0.0} or {@code ::} for all. Looked up now; a name
     *     that is not found is refused by {@link #start()}
     * @param port 1 to 65,535, or 0 to have one picked
     * @return this
     * @throws IllegalArgumentException if the port is out of range
     */
    public Builder listen(String host, int port) {
      Check.range("port", port, 0, 65_535);
      return listen(new InetSocketAddress(Objects.requireNonNull(host, "host"), port));
    }

    /**
     * Adds an address to listen on.
     *
     * @param address resolved
     * @return this
     */
    public Builder listen(SocketAddress address) {
      listen.add(Objects.requireNonNull(address, "address"));
      return this;
    }

    /**
     * Sets what makes the handler of each connection; called on the loop's thread. A handler
     * without state may be given again and again.
     *
     * @param handlers the factory; what it throws costs that one connection
     * @return this
     */
    public Builder handler(Supplier<? extends ConnectionHandler> handlers) {
      this.handlers = Objects.requireNonNull(handlers, "handler");
      return this;
    }

    /**
     * Puts the server on a loop that is there, and that it will not stop. Without this it makes one
     * of its own.
     *
     * @param loop the loop, running or to be run
     * @return this
     */
    public Builder loop(EventLoop loop) {
      this.loop = Objects.requireNonNull(loop, "loop");
      return this;
    }

    /**
     * Sets the options of the loop that the server makes.
     *
     * @param loopOptions the options; {@code daemon} decides whether the server keeps the JVM alive
     * @return this
     */
    public Builder loopOptions(LoopOptions loopOptions) {
      this.loopOptions = Objects.requireNonNull(loopOptions, "loopOptions");
      return this;
    }

    /**
     * Sets the bounds of each connection.
     *
     * @param limits the limits; default {@link Limits#defaults()}
     * @return this
     */
    public Builder limits(Limits limits) {
      this.limits = Objects.requireNonNull(limits, "limits");
      return this;
    }

    /**
     * Sets the time-outs of each connection.
     *
     * @param timeouts the time-outs; default {@link Timeouts#defaults()}
     * @return this
     */
    public Builder timeouts(Timeouts timeouts) {
      this.timeouts = Objects.requireNonNull(timeouts, "timeouts");
      return this;
    }

    /**
     * Sets socket options.
     *
     * @param socketSettings the options; default {@link SocketSettings#defaults()}
     * @return this
     */
    public Builder socketSettings(SocketSettings socketSettings) {
      this.socketSettings = Objects.requireNonNull(socketSettings, "socketSettings");
      return this;
    }

    /**
     * Caps the connections open at a time.
     *
     * @param maxConnections the cap, 0 for none. Default 10,000: half of the descriptors that a
     *     process commonly has. Keep it well below that limit; at the limit itself accepting backs
     *     off
     * @return this
     * @throws IllegalArgumentException if negative
     */
    public Builder maxConnections(int maxConnections) {
      Check.range("maxConnections", maxConnections, 0, Integer.MAX_VALUE);
      this.maxConnections = maxConnections;
      return this;
    }

    /**
     * Caps the connections open at a time from one IP address; those beyond it are closed at once.
     *
     * @param maxConnectionsPerAddress the cap, 0 for none. Default 0: behind a proxy all come from
     *     one address
     * @return this
     * @throws IllegalArgumentException if negative
     */
    public Builder maxConnectionsPerAddress(int maxConnectionsPerAddress) {
      Check.range("maxConnectionsPerAddress", maxConnectionsPerAddress, 0, Integer.MAX_VALUE);
      this.maxConnectionsPerAddress = maxConnectionsPerAddress;
      return this;
    }

    /**
     * Sets what happens at the cap.
     *
     * @param capPolicy reject or wait; default {@link CapPolicy#REJECT}
     * @return this
     */
    public Builder capPolicy(CapPolicy capPolicy) {
      this.capPolicy = Objects.requireNonNull(capPolicy, "capPolicy");
      return this;
    }

    /**
     * Has someone told of each connection's end, whatever its handler: for a log, or for figures.
     *
     * @param recordListener called on the loop's thread with each record, after the connection's
     *     {@code onClosed}; it must not block. What it throws is logged, and changes nothing
     * @return this
     */
    public Builder recordListener(Consumer<CloseRecord> recordListener) {
      this.recordListener = Objects.requireNonNull(recordListener, "recordListener");
      return this;
    }

    /**
     * Binds every address, then serves. On return clients can connect.
     *
     * @return the server
     * @throws BindFailedException if an address can't be listened on; nothing is left open
     * @throws IOException if the loop or a channel can't be made (no descriptors left); nothing is
     *     left open
     * @throws IllegalArgumentException if the settings contradict each other
     * @throws IllegalStateException if no address or no handler was given
     */
    public Server start() throws IOException {
      if (listen.isEmpty()) {
        throw new IllegalStateException("listen is missing: give at least one address");
      }
      if (handlers == null) {
        throw new IllegalStateException("handler is missing: give a factory of handlers");
      }
      if (loop != null && loopOptions != null) {
        throw new IllegalStateException(
            "loopOptions is given beside loop, allowed is one of them: a loop has its options already");
      }
      ConnectionSettings settings = new ConnectionSettings(limits, timeouts, socketSettings);
      LoopOptions options =
          loop != null
              ? loop.options()
              : loopOptions != null ? loopOptions : LoopOptions.defaults();
      settings.checkAgainst(options);
      EventLoop carrier =
          loop != null
              ? loop
              : new EventLoop(
                  java.nio.channels.spi.SelectorProvider.provider(), System::nanoTime, options);
      Server server =
          new Server(
              carrier,
              loop == null,
              recordListener,
              new Admission(maxConnections, maxConnectionsPerAddress, capPolicy, carrier.log));
      List<ServerSocketChannel> channels = new ArrayList<>();
      boolean done = false;
      try {
        ErrorPaths.load();
        for (SocketAddress address : listen) {
          channels.add(bind(carrier, address));
        }
        for (ServerSocketChannel channel : channels) {
          Listener listener =
              new Listener(
                  carrier,
                  channel,
                  server.admission,
                  settings,
                  handlers,
                  server.owner,
                  server::loopEnds);
          server.listeners.add(listener);
          server.addresses.add(listener.address());
        }
        carrier.log.line(Level.INFO, "listening {}", server);
        if (carrier.inLoop()) {
          server.startListeners();
        } else {
          carrier.execute(server::startListeners);
        }
        if (loop == null) {
          carrier.start();
        }
        done = true;
        return server;
      } finally {
        if (!done) {
          for (ServerSocketChannel channel : channels) {
            channel.close();
          }
          for (Listener listener : server.listeners) {
            listener.closeReserve();
          }
          if (loop == null) {
            carrier.close();
          }
        }
      }
    }

    private ServerSocketChannel bind(EventLoop carrier, SocketAddress address) throws IOException {
      ServerSocketChannel channel = carrier.provider().openServerSocketChannel();
      boolean bound = false;
      try {
        channel.configureBlocking(false);
        socketSettings.applyTo(channel);
        try {
          channel.bind(address, socketSettings.backlog());
        } catch (IOException | RuntimeException e) {
          Failure failure = carrier.classifier.bind(e, carrier.provider(), address);
          throw new BindFailedException(address, failure);
        }
        bound = true;
        return channel;
      } finally {
        if (!bound) {
          channel.close();
        }
      }
    }
  }

  private void startListeners() {
    for (Listener listener : listeners) {
      try {
        listener.start();
      } catch (IOException e) {
        loop.log.line(Level.ERROR, "listener not started address={}", listener.address(), e);
        listener.stop();
      }
    }
  }
}
