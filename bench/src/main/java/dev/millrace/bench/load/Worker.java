package dev.millrace.bench.load;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/**
 * One thread of the generator: a selector and the connections that belong to it. A turn is
 *
 * <pre>
 *     exchange → poll (ready connections) → requests due → connects and retries
 * </pre>
 *
 * and a wanted exchange is looked for, and the schedule too, before each ready connection.
 *
 * <p>Thread rule: {@link #run} is the thread. {@link #start}, {@link #stopLoading}, {@link #end}
 * and {@link #exchange} are for one other thread; everything else is for this one's.
 */
final class Worker implements Runnable, Consumer<SelectionKey> {
  /**
   * What one read or write takes at the most: 16 requests of 16 KiB go in one call, and of small
   * ones only the first pages are ever touched.
   */
  static final int BUFFER_BYTES = 256 * 1024;

  /** Over loopback a connect takes microseconds; elsewhere a lost SYN is sent again after 1 s. */
  static final int CONNECT_TIMEOUT_SECONDS = 10;

  /** A server that closes at once, or refuses, is asked ten times a second by each connection. */
  static final long RETRY_NANOS = 100_000_000;

  /**
   * Connects under way at once, over all threads. A listener drops what exceeds its backlog, which
   * costs the client a second; the smallest common one is Java's, 50.
   */
  static final int CONNECTS_AT_ONCE = 32;

  /**
   * Epoll waits whole milliseconds and may wake a little late: with less than two to go, the thread
   * polls without waiting.
   */
  private static final long SPIN_BELOW_NANOS = 2_000_000;

  /** An empty poll that took longer did not spin: this thread was not running. */
  private static final long LONGEST_SPIN_NANOS = 20_000;

  /** How soon a connect's deadline or a retry is looked for, while there is one. */
  private static final long CLOSE_LOOK_MILLIS = 10;

  /** Whoever wants this thread wakes it; this is only a bound. */
  private static final long LONGEST_WAIT_MILLIS = 1_000;

  /**
   * Source addresses, 127.1.0.1 and on, for connections to the loopback network. A connection that
   * this side closed keeps its port for a minute (TIME_WAIT, RFC 9293 §3.6.1), and one address has
   * 28,000. Linux keeps 262,144 such connections at the most (tcp_max_tw_buckets), which is the
   * ports of ten addresses. A reset instead of a FIN (SO_LINGER 0) would keep none, but show the
   * server an end that clients do not have, and so measure its error path.
   */
  private static final int SOURCES = 16;

  /** Below, one address has ports enough, whatever range is configured. */
  private static final int SPREAD_ABOVE = 10_000;

  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  private static final Path SCHEDSTAT = Path.of("/proc/thread-self/schedstat");

  private final LoadOptions options;
  private final int index;
  private final CountDownLatch settled;
  private final CountDownLatch drained;
  private final Consumer<Throwable> failed;
  private final Selector selector;
  private final Client[] clients;
  private final Client[] dirty;
  private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final InetSocketAddress[] sources;
  private final int connectsAtOnce;

  private final ArrayDeque<Client> connecting = new ArrayDeque<>();
  private final ArrayDeque<Client> waitingForPlace = new ArrayDeque<>();
  private final ArrayDeque<Client> waitingForTime = new ArrayDeque<>();
  private int connects;
  private long connections;
  private long nextSource;
  private Schedule schedule;
  private boolean started;
  private boolean drainTold;
  private Tally tally;
  private long spunNanos;

  // When the present tally began.
  private long sinceNanos;
  private long sinceCpuNanos;
  private long sinceWaitedNanos;
  private long sinceAllocatedBytes;

  private volatile boolean startWanted;
  private volatile long startNanos;
  private volatile boolean stopping;
  private volatile boolean ended;
  private volatile Tally wanted;
  private final BlockingQueue<Tally> handed = new ArrayBlockingQueue<>(1);

  /**
   * A worker that does nothing yet. It has to be run, or its selector leaks.
   *
   * @param index which one it is, 0 up to the number of threads
   * @param queue how many requests each connection may have queued and in flight
   * @param settled counts the connections whose first connect has ended
   * @param drained counts the workers that have nothing in flight after the load
   * @param failed takes what ends this worker before its time
   */
  Worker(
      LoadOptions options,
      int index,
      int queue,
      CountDownLatch settled,
      CountDownLatch drained,
      Consumer<Throwable> failed)
      throws IOException {
    this.options = options;
    this.index = index;
    this.settled = settled;
    this.drained = drained;
    this.failed = failed;
    int threads = options.threads();
    clients = new Client[(options.connections() - index + threads - 1) / threads];
    dirty = new Client[clients.length];
    for (int i = 0; i < clients.length; i++) {
      clients[i] = new Client(this, options, queue);
    }
    connectsAtOnce = Math.max(1, CONNECTS_AT_ONCE / threads);
    sources = sources(options);
    tally = new Tally(options.isOpenLoop());
    selector = Selector.open();
  }

  private static InetSocketAddress[] sources(LoadOptions options) throws IOException {
    InetAddress target = options.target().getAddress();
    boolean spread = options.reconnect() || options.connections() > SPREAD_ABOVE;
    if (!spread || !target.isLoopbackAddress() || !(target instanceof Inet4Address)) {
      return new InetSocketAddress[0];
    }
    InetSocketAddress[] sources = new InetSocketAddress[SOURCES];
    for (int i = 0; i < SOURCES; i++) {
      byte[] address = {127, 1, 0, (byte) (i + 1)};
      sources[i] = new InetSocketAddress(InetAddress.getByAddress(address), 0);
    }
    return sources;
  }

  // ---- for the thread that conducts

  /** Starts the load. */
  void start(long nanos) {
    startNanos = nanos;
    startWanted = true;
    selector.wakeup();
  }

  /** Sends nothing more, and waits for what is in flight. */
  void stopLoading() {
    stopping = true;
    selector.wakeup();
  }

  void end() {
    ended = true;
    selector.wakeup();
  }

  /** Asks for what was counted, which {@link #handed} has soon. */
  void exchange(Tally fresh) {
    wanted = fresh;
    selector.wakeup();
  }

  BlockingQueue<Tally> handed() {
    return handed;
  }

  // ---- the thread

  @Override
  public void run() {
    try {
      stamp();
      for (Client client : clients) {
        client.open();
      }
      while (!ended) {
        turn();
      }
    } catch (UncheckedIOException e) {
      failed.accept(e.getCause());
    } catch (IOException | RuntimeException | Error e) {
      failed.accept(e);
    } finally {
      closeAll();
    }
  }

  private void closeAll() {
    for (Client client : clients) {
      client.close();
    }
    try {
      selector.close(); // and with it the descriptors of the channels just closed
    } catch (IOException e) {
      failed.accept(e);
    }
  }

  private void turn() throws IOException {
    if (wanted != null) {
      handOver();
    }
    if (startWanted && !started) {
      begin();
    }
    long before = System.nanoTime();
    long millis = waitMillis(before);
    if (millis > 0) {
      selector.select(this, millis);
      sendDue(System.nanoTime());
    } else if (selector.selectNow(this) == 0) {
      long now = System.nanoTime();
      if (!sendDue(now)) {
        spunNanos += Math.min(now - before, LONGEST_SPIN_NANOS);
      }
    } else {
      sendDue(System.nanoTime());
    }
    if (connects > 0 || !waitingForPlace.isEmpty() || !waitingForTime.isEmpty()) {
      connectMore(System.nanoTime());
    }
    if (stopping) {
      tellDrained();
    }
  }

  private long waitMillis(long nowNanos) {
    long millis = LONGEST_WAIT_MILLIS;
    if (connects > 0 || !waitingForPlace.isEmpty() || !waitingForTime.isEmpty()) {
      millis = CLOSE_LOOK_MILLIS;
    }
    if (schedule != null && !stopping) {
      long left = schedule.nextNanos() - nowNanos;
      millis = left < SPIN_BELOW_NANOS ? 0 : Math.min(millis, left / 1_000_000 - 1);
    }
    return millis;
  }

  private void begin() {
    started = true;
    long start = startNanos;
    stamp(); // what is counted begins now
    spunNanos = 0;
    if (options.isOpenLoop()) {
      schedule =
          new Schedule(
              start, options.rate().getAsDouble(), options.connections(), index, options.threads());
    }
    for (Client client : clients) {
      client.start(System.nanoTime());
    }
  }

  @Override
  public void accept(SelectionKey key) {
    if (wanted != null) {
      handOver();
    }
    if (schedule != null) {
      sendDue(System.nanoTime());
    }
    if (key.isValid()) {
      ((Client) key.attachment()).ready();
    }
  }

  /** Queues all that is due, then serves each of its connections once. */
  private boolean sendDue(long nowNanos) {
    if (schedule == null || stopping || !schedule.isDue(nowNanos)) {
      return false;
    }
    int n = 0;
    do {
      Client client = clients[schedule.nextConnection() / options.threads()];
      if (client.due(schedule.nextNanos())) {
        dirty[n++] = client;
      }
      schedule.advance();
    } while (schedule.isDue(nowNanos));
    for (int i = 0; i < n; i++) {
      dirty[i].serve(System.nanoTime());
    }
    return true;
  }

  private void connectMore(long nowNanos) {
    // In the order in which they began; those that have ended meanwhile are only taken out here.
    while (!connecting.isEmpty()) {
      Client oldest = connecting.peekFirst();
      if (oldest.isConnecting()) {
        if (nowNanos - oldest.stampNanos() < CONNECT_TIMEOUT_SECONDS * 1_000_000_000L) {
          break;
        }
        oldest.connectTimedOut();
      }
      connecting.removeFirst();
    }
    while (mayConnect() && !waitingForPlace.isEmpty()) {
      waitingForPlace.removeFirst().retry(nowNanos);
    }
    while (!waitingForTime.isEmpty() && nowNanos - waitingForTime.peekFirst().stampNanos() >= 0) {
      Client client = waitingForTime.removeFirst();
      if (!stopping) {
        client.retry(nowNanos);
      }
    }
  }

  private void tellDrained() {
    if (drainTold) {
      return;
    }
    for (Client client : clients) {
      if (client.inFlight() > 0) {
        return;
      }
    }
    drainTold = true;
    drained.countDown();
  }

  private void handOver() {
    sendDue(System.nanoTime()); // so that what is told as due is all that is
    Tally old = tally;
    tally = wanted;
    wanted = null;
    old.allocatedBytes = allocatedBytes() - sinceAllocatedBytes;
    long nanos = sinceNanos;
    long cpu = sinceCpuNanos;
    long waited = sinceWaitedNanos;
    stamp();
    old.wallNanos = sinceNanos - nanos;
    old.cpuNanos = sinceCpuNanos - cpu;
    old.waitedNanos = sinceWaitedNanos - waited;
    old.spunNanos = spunNanos;
    spunNanos = 0;
    for (Client client : clients) {
      old.queued += client.queued();
      old.inFlight += client.inFlight();
      old.oldestNanos = Math.max(old.oldestNanos, client.oldestNanos(sinceNanos));
    }
    if (!handed.offer(old)) {
      throw new IllegalStateException("an exchange was wanted before the last one was taken");
    }
  }

  private void stamp() {
    sinceWaitedNanos = waitedNanos();
    sinceCpuNanos = THREADS.getCurrentThreadCpuTime();
    sinceNanos = System.nanoTime();
    sinceAllocatedBytes = allocatedBytes(); // last: what was just read allocated too
  }

  @SuppressWarnings("deprecation") // threadId() came with 19
  private static long allocatedBytes() {
    return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  /**
   * How long this thread was ready to run and had no CPU, which Linux alone tells (sched-stats.rst
   * in the kernel's documentation): the second of three numbers.
   */
  private static long waitedNanos() {
    try {
      return Long.parseLong(Files.readString(SCHEDSTAT).split(" ", 3)[1]);
    } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return 0; // it is not told here, and nothing is said of it
    }
  }

  // ---- for its clients

  Tally tally() {
    return tally;
  }

  ByteBuffer in() {
    return in;
  }

  ByteBuffer out() {
    return out;
  }

  /** Whether requests may be sent. */
  boolean isLoading() {
    return started && !stopping;
  }

  void settled() {
    settled.countDown();
  }

  long nextConnectionNumber() {
    return index + options.threads() * connections++;
  }

  boolean mayConnect() {
    return connects < connectsAtOnce;
  }

  void connecting(Client client) {
    connects++;
    connecting.addLast(client);
  }

  void connectEnded() {
    connects--;
  }

  void waitForPlace(Client client) {
    waitingForPlace.addLast(client);
  }

  /** All wait equally long, so the first to come is the first to go. */
  void waitForTime(Client client) {
    waitingForTime.addLast(client);
  }

  SocketChannel openChannel() throws IOException {
    boolean v4 = options.target().getAddress() instanceof Inet4Address;
    SocketChannel channel =
        SocketChannel.open(v4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
    try {
      channel.configureBlocking(false);
      // A request that is the rest of a short write must not wait for an acknowledgement (Nagle).
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      if (sources.length > 0) {
        channel.bind(sources[(int) (nextSource++ % sources.length)]);
      }
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  SelectionKey register(SocketChannel channel, Client client, int ops) throws IOException {
    return channel.register(selector, ops, client);
  }

  void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      Tally.count(tally.lost, "close: " + kind(e));
    }
  }

  /**
   * A local address or port that can't be had has a class of exceptions of its own; trying again
   * would only find the same.
   */
  void failIfNoPortIsLeft(IOException e) {
    if (e instanceof BindException) {
      InetSocketAddress target = options.target();
      throw new UncheckedIOException(
          new IOException(
              "no local port is left to connect to %s:%d (%s). A connection that was closed keeps its port for a minute: use a lower --rate or fewer --connections, or widen net.ipv4.ip_local_port_range"
                  .formatted(target.getHostString(), target.getPort(), e.getMessage()),
              e));
    }
  }

  UncheckedIOException wrong(String message) {
    return new UncheckedIOException(new WrongAnswerException(message));
  }

  /** For people only: the text is in the language of the system. */
  static String kind(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  static String localAddress(SocketChannel channel) {
    try {
      InetSocketAddress address = (InetSocketAddress) channel.getLocalAddress();
      return address.getAddress().getHostAddress() + ":" + address.getPort();
    } catch (IOException e) {
      return "address unknown: " + kind(e);
    }
  }
}
