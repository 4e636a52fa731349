package dev.millrace.observe;

import dev.millrace.CloseRecord;
import dev.millrace.ConnectionState;
import dev.millrace.EndedBy;
import dev.millrace.EventLoop;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import dev.millrace.timer.Timer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Logs each failure of a connection once, and a storm of them in few lines. Orderly ends ({@link
 * CloseRecord#isOrderly}) are not logged.
 *
 * <p>Of each kind the first few in a window are logged one by one, with all that is known; the
 * others are counted and told by one line when the window ends. The package says what the lines
 * hold. Kinds whose level is not enabled are not counted either.
 *
 * <pre>{@code
 * FailureLog failures = new FailureLog();
 * Server server = Server.builder().listen("127.0.0.1", 7007)
 *     .handler(...).recordListener(failures).start();
 * failures.useTimersOf(server.loop());   // so that the last line of a storm comes by itself
 * ...
 * server.close();
 * failures.flush();                      // what was counted since
 * }</pre>
 *
 * <p>Thread rule: the thread of one loop, but for {@link #flush} and {@link #useTimersOf}. A second
 * loop has a failure log of its own.
 */
public final class FailureLog implements Consumer<CloseRecord> {
  /** Short enough to see a storm while it lasts, and six lines a minute and kind at the most. */
  public static final Duration DEFAULT_WINDOW = Duration.ofSeconds(10);

  /**
   * What happens less than about once a second is worth a line each, and eight are enough to see
   * whether those of a storm are alike.
   */
  public static final int DEFAULT_IN_FULL = 8;

  /** strerror's longest is some 70 characters; a reason or a message of a user's may be a page. */
  private static final int LONGEST_TEXT = 300;

  private static final FailureKind[] KINDS = FailureKind.values();

  private final Logger logger = LoggerFactory.getLogger(FailureLog.class);
  private final long windowNanos;
  private final int inFull;
  private final LongSupplier clock;
  private final InstantSource wallClock;

  /** By the kind's ordinal; null as long as none of the kind was counted. */
  private final Tally[] tallies = new Tally[KINDS.length];

  /** How many of the kind were logged in full in this window. */
  private final int[] fullInWindow = new int[KINDS.length];

  /** Some of the kind were counted in the window before. */
  private final boolean[] counting = new boolean[KINDS.length];

  private final WindowTimer timer = new WindowTimer();
  private volatile EventLoop loop;
  private boolean windowOpen;
  private long windowStartNanos;
  private long countedInWindow;
  private long linesLost;
  private Throwable firstLost;

  /** A failure log with windows of ten seconds on the system's clocks. */
  public FailureLog() {
    this(DEFAULT_WINDOW, DEFAULT_IN_FULL, System::nanoTime, InstantSource.system());
  }

  /**
   * A failure log.
   *
   * @param window how long counts are gathered before they are told; 1 ms to a day
   * @param inFull how many failures of a kind are logged one by one in a window that does not
   *     follow one in which the kind was counted; 1 or more
   * @param clock the loop's, in nanoseconds
   * @param wallClock for the times in the lines
   * @throws IllegalArgumentException if a number is out of range
   */
  public FailureLog(Duration window, int inFull, LongSupplier clock, InstantSource wallClock) {
    if (window.compareTo(Duration.ofMillis(1)) < 0 || window.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("window is " + window + ", allowed is PT0.001S to PT24H");
    }
    if (inFull < 1) {
      throw new IllegalArgumentException("inFull is " + inFull + ", allowed is 1 and more");
    }
    this.windowNanos = window.toNanos();
    this.inFull = inFull;
    this.clock = Objects.requireNonNull(clock, "clock");
    this.wallClock = Objects.requireNonNull(wallClock, "wallClock");
    rehearse();
  }

  /**
   * Has windows end by a timer of a loop, which is armed only while something is counted. Without
   * this, or while failures come from another thread than that loop's, a window ends with the next
   * failure or with {@link #flush}.
   *
   * <p>One line at INFO says that failures are logged: with it all that a line needs is loaded,
   * also of the logging backend.
   *
   * <p>Any thread. If the loop has stopped there is nothing to time any more, and nothing happens.
   *
   * @param carrier the loop whose failures are logged
   */
  public void useTimersOf(EventLoop carrier) {
    loop = Objects.requireNonNull(carrier, "carrier");
    logger
        .atInfo()
        .addKeyValue("windowMs", windowNanos / 1_000_000)
        .addKeyValue("inFull", inFull)
        .addKeyValue("since", wallClock.instant())
        .log("failures are logged");
    try {
      carrier.execute(this::arm); // for what may have been counted before
    } catch (RejectedExecutionException e) {
      logger.debug("no timers loop={} cause={}", carrier, e.toString());
    }
  }

  /**
   * Logs or counts one end. Allocates nothing where it only counts. Never throws for the sake of
   * the log.
   *
   * @param record what became of a connection
   */
  @Override
  @SuppressWarnings("EnumOrdinal") // a place in arrays, which last no longer than this process
  public void accept(CloseRecord record) {
    try {
      if (record.isOrderly() || !logger.isEnabledForLevel(record.kind().level())) {
        return;
      }
      long now = clock.getAsLong();
      endWindowIfOver(now);
      if (!windowOpen) {
        windowOpen = true;
        windowStartNanos = now;
      }
      int kind = record.kind().ordinal();
      if (!counting[kind] && fullInWindow[kind] < inFull) {
        fullInWindow[kind]++;
        logFull(record);
      } else {
        count(kind, record);
      }
    } catch (Throwable t) {
      lose(t);
    }
  }

  /**
   * Logs what was counted, also where the window is not over; for the end of a server.
   *
   * <p>Any thread. On another than the loop's it is done there, a little later; if the loop of
   * {@link #useTimersOf} has stopped, or there is none, at once. Called at once it must be the only
   * one to use this.
   */
  public void flush() {
    EventLoop carrier = loop;
    if (carrier != null && !carrier.inLoop() && !carrier.isStopped()) {
      try {
        carrier.execute(this::flush);
        return;
      } catch (RejectedExecutionException e) {
        if (!carrier.isStopped()) {
          lose(e); // full of tasks: the window's own end comes later, or another flush
          return;
        }
      }
    }
    endWindow(false);
    if (carrier != null && carrier.inLoop()) {
      carrier.cancel(timer);
    }
  }

  // ---- windows

  private void count(int kind, CloseRecord record) {
    Tally tally = tallies[kind];
    if (tally == null) {
      tally = new Tally();
      tallies[kind] = tally;
    }
    tally.add(record, wallClock.millis());
    if (countedInWindow++ == 0) {
      arm();
    }
  }

  private void arm() {
    EventLoop carrier = loop;
    if (countedInWindow > 0 && carrier != null && carrier.inLoop()) {
      long left = windowStartNanos + windowNanos - clock.getAsLong();
      carrier.schedule(timer, Math.max(left, 0));
    }
  }

  private void endWindowIfOver(long now) {
    long age = now - windowStartNanos;
    if (windowOpen && age >= windowNanos) {
      boolean isFollowed = countedInWindow > 0 && age < 2 * windowNanos;
      endWindow(isFollowed);
      if (isFollowed) {
        windowOpen = true;
        windowStartNanos += windowNanos;
      }
    }
  }

  /** Tells what was counted; of those kinds the next window counts on, if it follows at once. */
  private void endWindow(boolean isFollowed) {
    for (int kind = 0; kind < KINDS.length; kind++) {
      Tally tally = tallies[kind];
      boolean hasCounted = tally != null && tally.count > 0;
      counting[kind] = isFollowed && hasCounted;
      fullInWindow[kind] = 0;
      if (hasCounted) {
        try {
          logCounts(KINDS[kind], tally);
        } catch (Throwable t) {
          lose(t);
        }
        tally.clear();
      }
    }
    countedInWindow = 0;
    windowOpen = false;
  }

  /** The end of a window that something was counted in. */
  private final class WindowTimer extends Timer {
    @Override
    protected void onTimer() {
      endWindowIfOver(clock.getAsLong());
      arm(); // where the clocks of log and loop differ
    }
  }

  // ---- lines

  private void logFull(CloseRecord record) {
    full(logger.atLevel(record.kind().level()), record).log("connection failed");
    tellLost();
  }

  private void logCounts(FailureKind kind, Tally tally) {
    counts(logger.atLevel(kind.level()), kind, tally).log("connections failed");
    tellLost();
  }

  private static LoggingEventBuilder full(LoggingEventBuilder event, CloseRecord record) {
    LoggingEventBuilder filled =
        event
            .addKeyValue("kind", record.kind().symbol())
            .addKeyValue("certainty", record.certainty())
            .addKeyValue("op", record.operation())
            .addKeyValue("state", record.state())
            .addKeyValue("endedBy", record.endedBy())
            .addKeyValue("remote", textOf(record.remoteAddress()))
            .addKeyValue("conn", record.connectionId())
            .addKeyValue("in", record.bytesReceived())
            .addKeyValue("out", record.bytesHandedToKernel())
            .addKeyValue("unsent", record.bytesUnsent())
            .addKeyValue("unconsumed", record.bytesUnconsumed())
            .addKeyValue("writesFailed", record.writesFailed())
            .addKeyValue("ageMs", record.age().toMillis())
            .addKeyValue("idleMs", record.sinceProgress().toMillis());
    if (record.reason() != null) {
      filled = filled.addKeyValue("reason", oneLine(record.reason()));
    }
    if (record.cause() != null) {
      filled = filled.addKeyValue("cause", oneLine(record.cause().toString()));
    }
    return filled;
  }

  private static LoggingEventBuilder counts(
      LoggingEventBuilder event, FailureKind kind, Tally tally) {
    return event
        .addKeyValue("kind", kind.symbol())
        .addKeyValue("count", tally.count)
        .addKeyValue("first", Instant.ofEpochMilli(tally.firstMillis))
        .addKeyValue("last", Instant.ofEpochMilli(tally.lastMillis))
        .addKeyValue("certainties", tally.certainties())
        .addKeyValue("ops", tally.operations())
        .addKeyValue("states", tally.states())
        .addKeyValue("endedBys", tally.ends())
        .addKeyValue("in", tally.received)
        .addKeyValue("out", tally.handed)
        .addKeyValue("unsent", tally.unsent)
        .addKeyValue("unconsumed", tally.unconsumed)
        .addKeyValue("writesFailed", tally.writesFailed)
        .addKeyValue("peersAtLeast", tally.peers.atLeast())
        .addKeyValue("peersAtMost", tally.peers.atMost())
        .addKeyValue("peers", tally.peers.toString())
        .addKeyValue("examples", tally.examples());
  }

  private void tellLost() {
    if (linesLost > 0) {
      logger
          .atWarn()
          .addKeyValue("lost", linesLost)
          .addKeyValue("first", oneLine(String.valueOf(firstLost)))
          .log("failure log lines lost");
      linesLost = 0;
      firstLost = null;
    }
  }

  private void lose(Throwable t) {
    linesLost++;
    if (firstLost == null) {
      firstLost = t;
    }
  }

  static String textOf(SocketAddress address) {
    if (address == null) {
      return "unknown";
    }
    String text = oneLine(address.toString());
    return text.startsWith("/") ? text.substring(1) : text;
  }

  /** A peer may have had a hand in the text, so that nothing in it may end or forge a line. */
  static String oneLine(String text) {
    int length = Math.min(text.length(), LONGEST_TEXT);
    StringBuilder line = new StringBuilder(length + 3);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      boolean breaks = Character.isISOControl(c) || c == '\u2028' || c == '\u2029' || c == '"';
      line.append(!breaks ? c : c == '"' ? '\'' : ' ');
    }
    if (length < text.length()) {
      line.append("...");
    }
    return line.toString();
  }

  /**
   * Builds one of each line, so that all classes these need are loaded: when descriptors run out
   * none can be, and that is when failures come.
   */
  private void rehearse() {
    try {
      CloseRecord sample =
          new CloseRecord(
              0,
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              EndedBy.FAULT,
              FailureKind.UNKNOWN,
              Certainty.UNKNOWN,
              ConnectionState.CLOSED,
              Operation.NONE,
              0,
              0,
              0,
              0,
              0,
              Duration.ZERO,
              Duration.ZERO,
              "sample",
              new IllegalStateException("sample"));
      Tally tally = new Tally();
      tally.add(sample, wallClock.millis());
      full(logger.makeLoggingEventBuilder(Level.DEBUG), sample);
      counts(logger.makeLoggingEventBuilder(Level.DEBUG), sample.kind(), tally);
      tally.clear();
    } catch (Throwable t) {
      lose(t);
    }
  }
}
