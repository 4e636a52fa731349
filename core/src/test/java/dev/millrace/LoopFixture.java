package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.millrace.failure.FailureTexts;
import dev.millrace.guard.Descriptors;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.LoggerFactory;

/**
 * A loop that the test drives by hand, on a clock that the test moves, and with its log lines kept.
 */
final class LoopFixture implements AutoCloseable {
  /** Of one test that is driven: far more than any needs, and an end where one is wrong. */
  private static final int MOST_TURNS = 20_000;

  /** Short, so that a test sees the socket soon; the kernel delivers over loopback in less. */
  static final long SHORT_WAIT_NANOS = 1_000_000;

  /** Stands still unless a test moves it, so no time-out fires by itself. */
  static final class Clock implements LongSupplier {
    long nanos = 1_000_000_000_000L;

    @Override
    public long getAsLong() {
      return nanos;
    }

    void moveMillis(long millis) {
      nanos += millis * 1_000_000;
    }
  }

  /** The platform's provider, for a test to override a method of. */
  static class Provider extends SelectorProvider {
    private final SelectorProvider platform = SelectorProvider.provider();

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
      return platform.openDatagramChannel();
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
      return platform.openDatagramChannel(family);
    }

    @Override
    public Pipe openPipe() throws IOException {
      return platform.openPipe();
    }

    @Override
    public AbstractSelector openSelector() throws IOException {
      return platform.openSelector();
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
      return platform.openServerSocketChannel();
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
      return platform.openSocketChannel();
    }
  }

  /**
   * A selector without channels that counts. It waits for a wake-up as a real one does, or returns
   * at once where the test wants a defective one, or one that needs no second thread.
   */
  static final class CountingSelector extends AbstractSelector {
    private final Object monitor = new Object();
    private final List<Long> timeouts = new ArrayList<>();
    private int wakeups;
    private int immediate;
    private boolean awake;
    private boolean inSelect;

    /** If false, select waits for no wake-up and for no time-out. */
    volatile boolean waits;

    /** Thrown by the next selects, so many times. */
    volatile int failures;

    CountingSelector(SelectorProvider provider, boolean waits) {
      super(provider);
      this.waits = waits;
    }

    /** The time-outs of the selects that may block, in order; 0 is for ever. */
    List<Long> timeouts() {
      synchronized (monitor) {
        return List.copyOf(timeouts);
      }
    }

    int blockingSelects() {
      synchronized (monitor) {
        return timeouts.size();
      }
    }

    int immediateSelects() {
      synchronized (monitor) {
        return immediate;
      }
    }

    int wakeups() {
      synchronized (monitor) {
        return wakeups;
      }
    }

    /** Waits until the loop sleeps in a select that blocks and that nobody has woken yet. */
    void awaitAsleep() throws InterruptedException {
      synchronized (monitor) {
        while (!inSelect || awake) {
          monitor.wait();
        }
      }
    }

    @Override
    public int select(Consumer<SelectionKey> action, long timeout) throws IOException {
      return select(timeout);
    }

    @Override
    public int selectNow(Consumer<SelectionKey> action) throws IOException {
      return selectNow();
    }

    @Override
    public int select(Consumer<SelectionKey> action) throws IOException {
      return select(0);
    }

    @Override
    public int select(long timeout) throws IOException {
      fail();
      synchronized (monitor) {
        timeouts.add(timeout);
        inSelect = true;
        monitor.notifyAll();
        long deadline = System.nanoTime() + timeout * 1_000_000;
        try {
          while (waits && !awake && (timeout == 0 || System.nanoTime() - deadline < 0)) {
            long left = timeout == 0 ? 0 : Math.max(1, (deadline - System.nanoTime()) / 1_000_000);
            monitor.wait(left);
          }
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt(); // a selector leaves the status as it is
        } finally {
          inSelect = false;
          awake = false;
        }
      }
      return 0;
    }

    @Override
    public int selectNow() throws IOException {
      fail();
      synchronized (monitor) {
        immediate++;
        awake = false;
      }
      return 0;
    }

    private void fail() throws IOException {
      int left = failures;
      if (left > 0) {
        failures = left - 1;
        throw new IOException("provoked");
      }
    }

    @Override
    public int select() throws IOException {
      return select(0);
    }

    @Override
    public Selector wakeup() {
      synchronized (monitor) {
        wakeups++;
        awake = true;
        monitor.notifyAll();
      }
      return this;
    }

    @Override
    protected void implCloseSelector() {
      wakeup();
    }

    @Override
    protected SelectionKey register(AbstractSelectableChannel channel, int ops, Object attachment) {
      throw new UnsupportedOperationException("this selector has no channels");
    }

    @Override
    public Set<SelectionKey> keys() {
      return Set.of();
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
      return Set.of();
    }
  }

  /** Opens counting selectors, and keeps them. */
  static final class CountingProvider extends Provider {
    final List<CountingSelector> opened = new ArrayList<>();
    private final boolean waits;

    /** How many selects of each selector fail. */
    int failuresOfEach;

    CountingProvider(boolean waits) {
      this.waits = waits;
    }

    @Override
    public AbstractSelector openSelector() {
      CountingSelector selector = new CountingSelector(this, waits);
      selector.failures = failuresOfEach;
      opened.add(selector);
      return selector;
    }

    CountingSelector last() {
      return opened.get(opened.size() - 1);
    }
  }

  /** Keeps the lines of the loop's logger. */
  static final class LogLines implements AutoCloseable {
    private final Logger logger = (Logger) LoggerFactory.getLogger(EventLoop.class);
    private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
    private final Level before = logger.getLevel();

    LogLines() {
      logger.setLevel(Level.DEBUG);
      appender.start();
      logger.addAppender(appender);
    }

    List<String> at(Level level) {
      return List.copyOf(appender.list).stream()
          .filter(e -> e.getLevel() == level)
          .map(ILoggingEvent::getFormattedMessage)
          .toList();
    }

    List<String> warnings() {
      return at(Level.WARN);
    }

    List<String> errors() {
      return at(Level.ERROR);
    }

    @Override
    public void close() {
      logger.detachAppender(appender);
      logger.setLevel(before);
    }
  }

  /** Writes down what it is told, and answers nothing. */
  static class Recorder implements ConnectionHandler {
    final List<String> events = new ArrayList<>();
    final List<CloseRecord> records = new ArrayList<>();
    final java.io.ByteArrayOutputStream received = new java.io.ByteArrayOutputStream();
    Connection connection;

    @Override
    public void onOpen(Connection c) {
      connection = c;
      events.add("open");
    }

    @Override
    public void onData(Connection c, ByteBuffer data) {
      while (data.hasRemaining()) {
        received.write(data.get());
      }
      events.add("data");
    }

    @Override
    public void onWritable(Connection c) {
      events.add("writable");
    }

    @Override
    public void onInputEnd(Connection c, int unconsumed) {
      events.add("inputEnd");
      c.close();
    }

    @Override
    public void onClosed(Connection c, CloseRecord record) {
      connection = c;
      records.add(record);
      events.add("closed");
    }

    /** The one record; fails if it was not told, or told twice. */
    CloseRecord record() {
      assertTrue(records.size() == 1, () -> "records: " + records);
      return records.get(0);
    }
  }

  final Clock clock = new Clock();
  final LogLines log = new LogLines();
  final EventLoop loop;
  private final List<java.io.Closeable> toClose = new ArrayList<>();

  LoopFixture() throws IOException {
    this(new Provider(), options());
  }

  LoopFixture(SelectorProvider provider, LoopOptions options) throws IOException {
    loop = new EventLoop(provider, clock, options);
  }

  /** Without learning the error texts, which nobody here needs and which opens sockets. */
  static LoopOptions options() {
    return LoopOptions.defaults()
        .withName("test-loop")
        .withDaemon(true)
        .withFailureTexts(FailureTexts.none());
  }

  /** No time-out of a connection, so that nothing ends which the test did not end. */
  static Timeouts noTimeouts() {
    java.time.Duration off = java.time.Duration.ZERO;
    return new Timeouts(off, off, off, off, off, off, off);
  }

  static long seed() {
    Long given = Long.getLong("millrace.seed");
    return given != null ? given : new Random().nextLong();
  }

  /** How many are open, without those that the JVM opens for itself. */
  static long openDescriptors() {
    return Descriptors.now().count();
  }

  static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  void turn() {
    loop.turn(SHORT_WAIT_NANOS);
  }

  void turns(int n) {
    for (int i = 0; i < n; i++) {
      turn();
    }
  }

  /** Turns the loop until the condition holds; fails after more turns than any test needs. */
  void until(String what, BooleanSupplier condition) {
    for (int n = 0; !condition.getAsBoolean(); n++) {
      assertTrue(n < MOST_TURNS, () -> "never came: " + what);
      turn();
    }
  }

  /** A server on this loop, on a port that was picked, already accepting. */
  Server server(Server.Builder builder) throws IOException {
    Server server = builder.loop(loop).listen("127.0.0.1", 0).start();
    loop.turn(0);
    return server;
  }

  Server server(ConnectionHandler handler) throws IOException {
    return server(Server.builder().timeouts(noTimeouts()).handler(() -> handler));
  }

  /** A client that blocks; for the test's own thread between turns. */
  SocketChannel client(Server server) throws IOException {
    SocketChannel client = SocketChannel.open(loopback(server.port()));
    toClose.add(client);
    return client;
  }

  <T extends java.io.Closeable> T closeLater(T closeable) {
    toClose.add(closeable);
    return closeable;
  }

  /** Reads from a non-blocking or blocking client what is there, turning the loop in between. */
  byte[] readFully(SocketChannel client, int bytes) throws IOException {
    client.configureBlocking(false);
    ByteBuffer all = ByteBuffer.allocate(bytes);
    for (int n = 0; all.hasRemaining(); n++) {
      int at = all.position();
      assertTrue(n < MOST_TURNS, () -> "only " + at + " bytes of " + bytes + " came");
      int read = client.read(all);
      assertTrue(read >= 0, () -> "end of stream after " + at + " bytes of " + bytes);
      if (read == 0) {
        turn();
      }
    }
    return all.array();
  }

  static void resetOnClose(SelectableChannel channel) throws IOException {
    ((SocketChannel) channel).setOption(java.net.StandardSocketOptions.SO_LINGER, 0);
    channel.close();
  }

  @Override
  public void close() throws IOException {
    for (java.io.Closeable c : toClose) {
      c.close();
    }
    loop.close();
    log.close();
  }
}
