package dev.millrace.bench.load;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;

/**
 * A run of the load generator.
 *
 * <pre>
 *     prepare → connect all → load starts → warm-up → | window | → what is in flight is waited for → close
 * </pre>
 *
 * <p>Thread rule: one thread, which {@link #run} keeps until the run is over.
 */
public final class Load {
  /** Some thousand connects a second are usual; this is for a machine that is very busy. */
  private static final Duration ALL_UP_TIMEOUT = Duration.ofSeconds(60);

  /**
   * After this, what is in flight is called unanswered. It has to outlast what a machine that is
   * overloaded keeps a thread from running, or the server is blamed for that: 3 s were seen.
   */
  static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(5);

  /**
   * By how much a run may last longer than was asked for before its schedule does not fit into the
   * queues: as long, and what a thread is kept from running.
   */
  private static final double QUEUE_SLACK_SECONDS = 5;

  /** A worker looks for a wanted exchange after each event; this is for a machine that hangs. */
  private static final Duration HAND_OVER_TIMEOUT = Duration.ofSeconds(30);

  /** How soon the end of a worker by a failure is seen. */
  private static final long GLANCE_MILLIS = 50;

  /** Descriptors of the JVM that come later: classes that are loaded, a log, the selectors'. */
  private static final int OTHER_DESCRIPTORS = 16;

  /** A selector of the JDK on Linux: epoll and the event that wakes it. */
  private static final int DESCRIPTORS_OF_A_SELECTOR = 2;

  private final LoadOptions options;
  private final LoadListener listener;
  private final Duration drainTimeout;
  private final List<Worker> workers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final CompletableFuture<Void> failure = new CompletableFuture<>();
  private final CountDownLatch settled;
  private final CountDownLatch drained;

  /** What went wrong outside of the window. */
  private final Tally outside;

  private Load(LoadOptions options, LoadListener listener, Duration drainTimeout) {
    this.options = options;
    this.listener = listener;
    this.drainTimeout = drainTimeout;
    settled = new CountDownLatch(options.connections());
    drained = new CountDownLatch(options.threads());
    outside = new Tally(options.isOpenLoop());
  }

  /**
   * Loads a server. It ends in bounded time, whatever the server does: the preparation, the
   * warm-up, the window, and a minute at the most.
   *
   * @param options what is asked
   * @param listener is told of the course, on this thread
   * @return what came out, also if nothing was answered
   * @throws WrongAnswerException if a byte of an answer is wrong; the message names it
   * @throws IOException if connections can't be established at the beginning (all of them, or one
   *     if errors are not allowed), or local ports or descriptors do not suffice; in one clear line
   * @throws InterruptedException if this thread is interrupted; the run is over then
   */
  public static LoadResult run(LoadOptions options, LoadListener listener)
      throws IOException, InterruptedException {
    return run(options, listener, DRAIN_TIMEOUT);
  }

  /** As the other one, for tests that know that nothing will come. */
  static LoadResult run(LoadOptions options, LoadListener listener, Duration drainTimeout)
      throws IOException, InterruptedException {
    checkDescriptors(options);
    return new Load(options, listener, drainTimeout).run();
  }

  private static void checkDescriptors(LoadOptions options) throws IOException {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean os) {
      long limit = os.getMaxFileDescriptorCount();
      long other =
          os.getOpenFileDescriptorCount()
              + OTHER_DESCRIPTORS
              + (long) DESCRIPTORS_OF_A_SELECTOR * options.threads();
      if (options.connections() + other > limit) {
        throw new IOException(
            "--connections %d need as many descriptors, and this process may open %d more (its limit is %d): use fewer, or raise it with ulimit -n"
                .formatted(options.connections(), Math.max(0, limit - other), limit));
      }
    }
  }

  private LoadResult run() throws IOException, InterruptedException {
    var preparation = options.protocol().preparation(options.size());
    if (preparation.isPresent()) {
      Preparer.prepare(options.target(), preparation.get());
    }
    try {
      startThreads();
      awaitConnections();
      return measure();
    } finally {
      end();
    }
  }

  private void startThreads() throws IOException {
    int queue = queue();
    for (int i = 0; i < options.threads(); i++) {
      Worker worker =
          new Worker(options, i, queue, settled, drained, failure::completeExceptionally);
      Thread thread = new Thread(worker, "load-" + i);
      // Whatever goes wrong here must not keep the JVM alive.
      thread.setDaemon(true);
      workers.add(worker);
      threads.add(thread);
      thread.start();
    }
  }

  /** All that a connection will ever ask, if there is memory for it. */
  private int queue() {
    if (!options.isOpenLoop()) {
      return options.depth();
    }
    double seconds = options.warmup().plus(options.measure()).toMillis() / 1e3;
    double span = 2 * seconds + QUEUE_SLACK_SECONDS;
    double wanted = options.rate().getAsDouble() * span / options.connections() + 1;
    int most = LoadOptions.MOST_UNDER_WAY / options.connections();
    return (int) Math.max(options.depth(), Math.min(wanted, most));
  }

  private void awaitConnections() throws IOException, InterruptedException {
    long until = System.nanoTime() + ALL_UP_TIMEOUT.toNanos();
    while (!settled.await(GLANCE_MILLIS, TimeUnit.MILLISECONDS)) {
      throwFailure();
      if (System.nanoTime() - until > 0) {
        throw new IOException(
            "%d of %d connections to %s did not come up in %d s"
                .formatted(
                    settled.getCount(),
                    options.connections(),
                    target(),
                    ALL_UP_TIMEOUT.toSeconds()));
      }
    }
    Tally connecting = sum(exchangeAll());
    outside.appendErrors(connecting);
    long failed = Tally.sum(connecting.connectFailures);
    if (failed > 0 && (!options.allowErrors() || failed >= options.connections())) {
      throw new IOException(
          "cannot connect to %s: %d of %d connects failed: %s"
              .formatted(
                  target(), failed, options.connections(), words(connecting.connectFailures)));
    }
  }

  private String target() {
    return options.target().getHostString() + ":" + options.target().getPort();
  }

  /** Counts in words: {@code 3 × Connection reset, 1 × Broken pipe}. */
  static String words(Map<String, Long> counts) {
    List<String> words = new ArrayList<>();
    counts.forEach((what, n) -> words.add(n + " × " + what));
    return String.join(", ", words);
  }

  private LoadResult measure() throws IOException, InterruptedException {
    // All that was counted before is the connecting, and that was taken: without a warm-up the
    // window begins with the first request.
    if (options.warmup().isZero()) {
      listener.measuringBegins();
      start();
    } else {
      start();
      long now = System.nanoTime();
      List<Tally> warm = pass(true, now, now + options.warmup().toNanos());
      warm.forEach(outside::appendErrors);
      listener.measuringBegins();
    }
    long begin = System.nanoTime();
    List<Tally> window = pass(false, begin, begin + options.measure().toNanos());
    long answered = window.stream().mapToLong(t -> t.latency.getTotalCount()).sum();
    listener.measuringEnds(answered);
    workers.forEach(Worker::stopLoading);
    awaitDrained();
    Tally after = sum(exchangeAll());
    outside.appendErrors(after);
    listener.drained(answered + after.latency.getTotalCount());
    return result(window, after.inFlight);
  }

  private void start() {
    long now = System.nanoTime();
    for (Worker worker : workers) {
      worker.start(now);
    }
  }

  /** Lets time pass; what each worker counted meanwhile is returned. */
  private List<Tally> pass(boolean warmingUp, long beginNanos, long endNanos)
      throws IOException, InterruptedException {
    List<Tally> total = null;
    long every = options.progress().isZero() ? Long.MAX_VALUE : options.progress().toNanos();
    long errors = outside.errors();
    while (true) {
      long left = endNanos - System.nanoTime();
      boolean last = left <= every;
      sleep(Math.min(left, every));
      List<Tally> interval = exchangeAll();
      if (total == null) {
        total = new ArrayList<>(fresh());
      }
      for (int i = 0; i < interval.size(); i++) {
        total.get(i).append(interval.get(i));
      }
      if (last) {
        return total;
      }
      Tally all = sum(interval);
      errors += all.errors();
      listener.progress(
          new Progress(
              warmingUp,
              System.nanoTime() - beginNanos,
              all.latency.getTotalCount() * 1e9 * interval.size() / all.wallNanos,
              all.latency.getValueAtPercentile(50),
              all.latency.getValueAtPercentile(99),
              errors));
    }
  }

  private void sleep(long nanos) throws IOException, InterruptedException {
    try {
      failure.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return; // nothing failed
    } catch (ExecutionException e) {
      throw failed(e.getCause());
    }
  }

  private void throwFailure() throws IOException, InterruptedException {
    if (failure.isDone()) {
      sleep(0);
    }
  }

  private static IOException failed(Throwable cause) {
    if (cause instanceof IOException e) {
      return e;
    }
    return new IOException("the load generator failed: " + cause, cause);
  }

  private List<Tally> fresh() {
    List<Tally> fresh = new ArrayList<>();
    for (int i = 0; i < workers.size(); i++) {
      fresh.add(new Tally(options.isOpenLoop()));
    }
    return fresh;
  }

  private List<Tally> exchangeAll() throws IOException, InterruptedException {
    List<Tally> fresh = fresh();
    for (int i = 0; i < workers.size(); i++) {
      workers.get(i).exchange(fresh.get(i));
    }
    List<Tally> counted = new ArrayList<>();
    long until = System.nanoTime() + HAND_OVER_TIMEOUT.toNanos();
    for (Worker worker : workers) {
      Tally handed = null;
      while (handed == null) {
        handed = worker.handed().poll(GLANCE_MILLIS, TimeUnit.MILLISECONDS);
        throwFailure();
        if (handed == null && System.nanoTime() - until > 0) {
          throw new IOException("a thread of the load generator hangs; the machine is overloaded");
        }
      }
      counted.add(handed);
    }
    return counted;
  }

  private void awaitDrained() throws IOException, InterruptedException {
    if (!drained.await(drainTimeout.toNanos(), TimeUnit.NANOSECONDS)) {
      throwFailure();
    }
  }

  private Tally sum(List<Tally> tallies) {
    Tally sum = new Tally(options.isOpenLoop());
    for (Tally each : tallies) {
      long queued = sum.queued + each.queued;
      long inFlight = sum.inFlight + each.inFlight;
      long oldest = Math.max(sum.oldestNanos, each.oldestNanos);
      sum.append(each);
      sum.queued = queued;
      sum.inFlight = inFlight;
      sum.oldestNanos = oldest;
    }
    return sum;
  }

  private LoadResult result(List<Tally> window, long unanswered) {
    Tally sum = sum(window);
    sum.appendErrors(outside);
    long wall = window.stream().mapToLong(t -> t.wallNanos).max().orElseThrow();
    Histogram none = Tally.histogram();
    return new LoadResult(
        sum.latency.getTotalCount(),
        wall,
        sum.latency,
        options.isOpenLoop() ? sum.uncorrected : sum.latency,
        options.isOpenLoop() ? sum.lateness : none,
        sum.bytes,
        sum.errors() + unanswered,
        Map.copyOf(sum.connectFailures),
        Map.copyOf(sum.lost),
        sum.lostRequests,
        sum.dropped,
        sum.queued,
        sum.inFlight,
        sum.oldestNanos,
        unanswered,
        window.stream().map(Tally::use).toList());
  }

  private void end() throws InterruptedException {
    workers.forEach(Worker::end);
    for (Thread thread : threads) {
      thread.join(HAND_OVER_TIMEOUT.toMillis());
    }
  }
}
