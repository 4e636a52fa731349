package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.millrace.failure.FailureTexts;
import dev.millrace.timer.TimerWheel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A loop that the test drives, a clock that it moves by hand, a server on it, and peers on real
 * sockets, all on the test's thread.
 *
 * <p>Every connection's handler is a {@link Recorder}. It checks, for every connection of every
 * test, the order of the callbacks, that they do not nest, that there is one record and nothing
 * after it, and that the record's bytes add up. What it finds is told by {@link #close}, because an
 * exception in a callback would only end a connection.
 */
final class EndingFixture implements AutoCloseable {
  /** Learned once: the texts of a JVM do not change, and a loop without them learns for itself. */
  static final FailureTexts TEXTS = FailureTexts.learn(SelectorProvider.provider());

  /** No test waits on a socket for longer than this many polls of a millisecond. */
  private static final int MOST_TURNS = 8_000;

  final List<Recorder> recorders = new ArrayList<>();
  final List<String> violations = new ArrayList<>();
  final EventLoop loop;
  long nanos = 1_000_000_000L;

  private final List<Peer> peers = new ArrayList<>();
  private final List<Server> servers = new ArrayList<>();
  private Consumer<Recorder> script = r -> {};
  private Recorder running;
  Timeouts timeouts = Timeouts.defaults();
  Limits limits = Limits.defaults();
  SocketSettings socketSettings = SocketSettings.defaults();

  EndingFixture() throws IOException {
    this(SelectorProvider.provider(), options -> options);
  }

  EndingFixture(SelectorProvider provider, UnaryOperator<LoopOptions> change) throws IOException {
    LoopOptions options =
        LoopOptions.defaults().withName("driven").withFailureTexts(TEXTS).withChecked(true);
    loop = new EventLoop(provider, () -> nanos, change.apply(options));
    loop.turn(0); // this thread is the loop's from here on
  }

  // ---- time and turns

  void turn() {
    loop.turn(1_000_000);
  }

  void turns(int n) {
    for (int i = 0; i < n; i++) {
      turn();
    }
  }

  void turnUntil(String what, BooleanSupplier condition) {
    for (int i = 0; i < MOST_TURNS; i++) {
      if (condition.getAsBoolean()) {
        return;
      }
      turn();
    }
    fail("never happened: " + what + "; " + recorders + " violations " + violations);
  }

  /** Moves the clock, and turns until what is due by then has fired. */
  void pass(Duration time) {
    nanos += time.toNanos();
    turns(4);
  }

  /** How many timers are armed on the loop, which nothing but a test wants to know. */
  int timersArmed() {
    try {
      Field field = EventLoop.class.getDeclaredField("timers");
      field.setAccessible(true);
      return ((TimerWheel) field.get(loop)).size();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the loop has no such field", e);
    }
  }

  /**
   * Writes until the kernel is full and something waits, and tells how much that is: never more
   * than one write of 64 KiB.
   */
  long fill(Recorder recorder) {
    for (int i = 0; i < 1_000; i++) {
      assertEquals(WriteResult.ACCEPTED, recorder.write(64 << 10));
      turns(2);
      if (recorder.connection.queuedBytes() > 0) {
        return recorder.connection.queuedBytes();
      }
    }
    return fail("the kernel is never full");
  }

  /** The peer reads until nothing comes any more, and the loop does not turn meanwhile. */
  void takeAllWithoutATurn(Peer peer) {
    for (int quiet = 0; quiet < 1_000; quiet++) {
      if (peer.readSome()) {
        quiet = 0;
      }
    }
  }

  /** The moment that a connection's one timer is armed for. */
  long armedFor(Connection connection) {
    try {
      Field field = Connection.class.getDeclaredField("deadlines");
      field.setAccessible(true);
      Deadlines deadlines = (Deadlines) field.get(connection);
      assertTrue(deadlines.isScheduled(), "no timer");
      return deadlines.deadlineNanos();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the connection has no such field", e);
    }
  }

  // ---- server and peers

  /** What is done to the recorder of each connection from now on, before its first callback. */
  void script(Consumer<Recorder> script) {
    this.script = script;
  }

  Server server() throws IOException {
    Server server =
        Server.builder()
            .loop(loop)
            .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .limits(limits)
            .timeouts(timeouts)
            .socketSettings(socketSettings)
            .handler(this::recorder)
            .start();
    servers.add(server);
    return server;
  }

  Recorder recorder() {
    Recorder recorder = new Recorder();
    script.accept(recorder);
    recorders.add(recorder);
    return recorder;
  }

  /** A server of this test if there is none yet, a peer connected to it, and its recorder. */
  Peer connect() throws IOException {
    return connect(0);
  }

  /** The same, with a receive buffer so small that a few KiB of answer fill it. */
  Peer connect(int receiveBufferBytes) throws IOException {
    if (servers.isEmpty()) {
      server();
    }
    Peer peer = dial(servers.get(0).addresses().get(0), receiveBufferBytes);
    int index = recorders.size();
    turnUntil("accept", () -> recorders.size() > index && recorders.get(index).opened);
    peer.recorder = recorders.get(index);
    return peer;
  }

  /** A peer connected to a given server of this loop. */
  Peer connectTo(Server server) throws IOException {
    Peer peer = dial(server.addresses().get(0), 0);
    int index = recorders.size();
    turnUntil("accept", () -> recorders.size() > index && recorders.get(index).opened);
    peer.recorder = recorders.get(index);
    return peer;
  }

  /** A connected peer that nobody has accepted yet. */
  Peer dial(SocketAddress address, int receiveBufferBytes) throws IOException {
    SocketChannel channel = SocketChannel.open();
    if (receiveBufferBytes != 0) {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBufferBytes);
    }
    channel.connect(address);
    channel.configureBlocking(false);
    Peer peer = new Peer(channel);
    peers.add(peer);
    return peer;
  }

  static SocketChannel openNonBlocking() {
    try {
      SocketChannel channel = SocketChannel.open();
      channel.configureBlocking(false);
      return channel;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  void resetAll() throws IOException {
    for (Peer peer : peers) {
      peer.rst();
    }
  }

  /** Ends the loop and tells all that was found. */
  @Override
  public void close() throws IOException {
    if (!loop.isStopped()) {
      loop.stop();
      loop.turn(0);
    }
    for (Peer peer : peers) {
      peer.channel.close();
    }
    assertEquals(List.of(), violations, "violations of what every connection must keep");
    for (Recorder recorder : recorders) {
      assertTrue(recorder.record != null, () -> "no record: " + recorder);
    }
    assertEquals(0, timersArmed(), "timers left after the end");
  }

  /** The other end of a connection; never blocks, turns the loop instead. */
  final class Peer {
    final SocketChannel channel;
    final ByteArrayOutputStream got = new ByteArrayOutputStream();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);

    /** The other side's handler. */
    Recorder recorder;

    /** How reading ended: null as long as it has not, "FIN", or the exception. */
    String ended;

    Peer(SocketChannel channel) {
      this.channel = channel;
    }

    /** Reads what is there now; returns whether anything moved. */
    boolean readSome() {
      return readSome(buffer.capacity());
    }

    boolean readSome(int most) {
      if (ended != null) {
        return false;
      }
      try {
        int n = channel.read(buffer.clear().limit(Math.min(most, buffer.capacity())));
        if (n < 0) {
          ended = "FIN";
          return true;
        }
        buffer.flip();
        while (buffer.hasRemaining()) {
          got.write(buffer.get());
        }
        return n > 0;
      } catch (IOException e) {
        ended = "RESET " + e;
        return true;
      }
    }

    Peer readUntil(int bytes) {
      turnUntil(
          "the peer has " + bytes + " bytes",
          () -> {
            while (got.size() < bytes && readSome(bytes - got.size())) {}
            return got.size() >= bytes || ended != null;
          });
      assertEquals(bytes, got.size(), () -> "ended by " + ended);
      return this;
    }

    /** Reads to the end, however that looks, and tells how it looked. */
    String readToEnd() {
      turnUntil(
          "the peer sees the end",
          () -> {
            while (readSome()) {}
            return ended != null;
          });
      return ended.startsWith("RESET") ? "RESET" : ended;
    }

    Peer send(byte[] bytes) {
      ByteBuffer source = ByteBuffer.wrap(bytes);
      turnUntil(
          "the peer sent all",
          () -> {
            write(source);
            return !source.hasRemaining();
          });
      return this;
    }

    Peer send(String text) {
      return send(text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    }

    int write(ByteBuffer source) {
      try {
        return channel.write(source);
      } catch (IOException e) {
        throw new AssertionError("the peer's write failed", e);
      }
    }

    Peer fin() throws IOException {
      channel.shutdownOutput();
      return this;
    }

    /** Closes with a reset, which the loopback delivers before this returns. */
    Peer rst() throws IOException {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      channel.close();
      return this;
    }

    /** Waits for the record of the other side. */
    CloseRecord record() {
      turnUntil("the record", () -> recorder.record != null);
      return recorder.record;
    }
  }

  /** The handler of one connection: checks the rules, and does what the test's hooks say. */
  final class Recorder implements ConnectionHandler {
    final List<String> events = new ArrayList<>();
    final ByteArrayOutputStream input = new ByteArrayOutputStream();
    Consumer<Recorder> onOpen = r -> {};
    BiConsumer<Recorder, ByteBuffer> onData = Recorder::take;
    Consumer<Recorder> onWritable = r -> {};
    Consumer<Recorder> onInputEnd = r -> r.connection.close();
    Consumer<Recorder> onShutdown = r -> r.connection.close();
    Consumer<Recorder> onDeadline = r -> {};
    Consumer<Recorder> onClosed = r -> {};
    Connection connection;
    CloseRecord record;
    boolean opened;
    boolean inputEnded;
    boolean closing;
    int unconsumed = -1;
    long accepted;
    int asked;
    int trues;
    int falses;
    private long consumed;

    /** Consumes all, and remembers it. */
    void take(ByteBuffer data) {
      while (data.hasRemaining()) {
        input.write(data.get());
      }
    }

    String text() {
      return input.toString(java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    WriteResult write(int bytes) {
      return write(ByteBuffer.allocate(bytes));
    }

    WriteResult write(ByteBuffer source) {
      int n = source.remaining();
      return count(connection.write(source), n);
    }

    WriteResult write(FileRegion region) {
      long n = region.remaining();
      return count(connection.write(region), n);
    }

    private WriteResult count(WriteResult result, long n) {
      if (result == WriteResult.ACCEPTED) {
        accepted += n;
      }
      return result;
    }

    /** Writes and counts how it completes; the hook is told the outcome. */
    WriteResult write(int bytes, BiConsumer<Recorder, Boolean> then) {
      WriteResult result =
          count(connection.write(ByteBuffer.allocate(bytes), completion(then)), bytes);
      if (result == WriteResult.ACCEPTED) {
        asked++;
      }
      return result;
    }

    WriteCompletion completion(BiConsumer<Recorder, Boolean> then) {
      int[] told = new int[1];
      return (c, handed) -> {
        if (told[0]++ != 0) {
          violations.add("a completion was told twice: " + this);
        }
        if (handed) {
          trues++;
        } else {
          falses++;
        }
        inside("completion " + handed, c, () -> then.accept(this, handed));
      };
    }

    @Override
    public void onOpen(Connection c) {
      check(!opened && events.isEmpty(), "onOpen is not the first");
      opened = true;
      inside("onOpen", c, () -> onOpen.accept(this));
    }

    @Override
    public void onData(Connection c, ByteBuffer data) {
      check(opened && !inputEnded && !closing, "onData at the wrong time");
      check(data.hasRemaining(), "onData without data");
      int before = data.position();
      try {
        inside("onData", c, () -> onData.accept(this, data));
      } finally {
        consumed += data.position() - before;
      }
    }

    @Override
    public void onWritable(Connection c) {
      check(opened && !closing, "onWritable at the wrong time");
      inside("onWritable", c, () -> onWritable.accept(this));
    }

    @Override
    public void onInputEnd(Connection c, int left) {
      check(opened && !inputEnded && !closing, "onInputEnd at the wrong time");
      inputEnded = true;
      unconsumed = left;
      inside("onInputEnd", c, () -> onInputEnd.accept(this));
    }

    @Override
    public void onDeadline(Connection c) {
      check(opened && !closing, "onDeadline at the wrong time");
      inside("onDeadline", c, () -> onDeadline.accept(this));
    }

    @Override
    public void onShutdown(Connection c) {
      check(!events.contains("onShutdown") && !closing, "onShutdown at the wrong time");
      inside("onShutdown", c, () -> onShutdown.accept(this));
    }

    @Override
    public void onClosed(Connection c, CloseRecord r) {
      check(record == null, "a second record " + r);
      record = r;
      check(trues + falses == asked, "completions not told: asked " + asked);
      check(falses == r.writesFailed(), "writesFailed is not " + falses + ": " + r);
      check(
          accepted == r.bytesHandedToKernel() + r.bytesUnsent(),
          "accepted " + accepted + " is not handed + unsent: " + r);
      check(
          consumed + r.bytesUnconsumed() == r.bytesReceived(),
          "consumed " + consumed + " + unconsumed is not received: " + r);
      check(r.endedBy() != null && r.kind() != null && r.state() != null, "holes in " + r);
      inside("onClosed", c, () -> onClosed.accept(this));
    }

    /** The rules for every callback, completions included. */
    private void inside(String event, Connection c, Runnable body) {
      connection = c;
      events.add(event);
      check(running == null, event + " inside a callback of " + running);
      check(record == null || event.equals("onClosed"), event + " after the record");
      check(c.loop().inLoop(), "not on the loop's thread");
      running = this;
      boolean thrown = true;
      try {
        body.run();
        thrown = false;
      } finally {
        running = null;
        closing |= thrown || c.currentState().isClosing();
      }
    }

    private void check(boolean holds, String what) {
      if (!holds) {
        violations.add(what + "; " + events + " " + connection);
      }
    }

    @Override
    public String toString() {
      return "Recorder" + events + " " + connection + " " + record;
    }
  }
}
