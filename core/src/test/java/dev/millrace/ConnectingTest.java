package dev.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.FailureTexts;
import dev.millrace.failure.Operation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ConnectingTest {
  private static final Duration DEADLINE = Duration.ofSeconds(3);

  private static Connection connect(LoopFixture f, SocketAddress to, ConnectionHandler handler) {
    f.loop.turn(0);
    return Connector.connect(
        f.loop,
        to,
        DEADLINE,
        handler,
        Limits.defaults(),
        LoopFixture.noTimeouts(),
        SocketSettings.defaults());
  }

  /** Runs a case until its record, with the handler's calls, and nothing left open. */
  private static CloseRecord failing(LoopFixture f, SocketAddress to) {
    long before = LoopFixture.openDescriptors();
    LoopFixture.Recorder recorder = new LoopFixture.Recorder();
    Connection c = connect(f, to, recorder);
    assertEquals(List.of(), recorder.events, "told inside the call");
    f.until("closed", () -> !recorder.records.isEmpty());
    f.turns(3);
    assertEquals(List.of("closed"), recorder.events);
    assertSame(c, recorder.connection);
    assertEquals(ConnectionState.CLOSED, c.state());
    assertEquals(before, LoopFixture.openDescriptors());
    return recorder.record();
  }

  @Test
  void succeeds() throws Exception {
    try (LoopFixture f = new LoopFixture();
        ServerSocket listener = new ServerSocket(0)) {
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      Connection c = connect(f, LoopFixture.loopback(listener.getLocalPort()), recorder);
      assertEquals(ConnectionState.CONNECTING, c.state());
      f.until("open", () -> recorder.events.contains("open"));
      assertEquals(ConnectionState.OPEN, c.state());
      try (java.net.Socket peer = listener.accept()) {
        peer.getOutputStream().write(7);
        f.until("data", () -> recorder.received.size() == 1);
        // The deadline of the connect is over with it.
        f.clock.moveMillis(10_000);
        f.turns(3);
        assertEquals(ConnectionState.OPEN, c.state());
        c.write(ByteBuffer.wrap(new byte[] {8}));
        f.turn();
        assertEquals(8, peer.getInputStream().read());
      }
      f.until("closed", () -> !recorder.records.isEmpty());
      assertTrue(recorder.record().isOrderly());
      assertEquals(List.of("open", "data", "inputEnd", "closed"), recorder.events);
    }
  }

  /** The kernel takes 0.0.0.0 for the own host, where one connects to it. */
  @Test
  void toTheUnspecifiedAddressIsToTheOwnHost() throws Exception {
    try (LoopFixture f = new LoopFixture();
        ServerSocket listener = new ServerSocket(0)) {
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      connect(f, new InetSocketAddress("0.0.0.0", listener.getLocalPort()), recorder);
      f.until("open", () -> recorder.events.contains("open"));
      try (java.net.Socket peer = listener.accept()) {
        peer.getOutputStream().write(7);
        f.until("data", () -> recorder.received.size() == 1);
      }
      f.until("closed", () -> !recorder.records.isEmpty());
      assertTrue(recorder.record().isOrderly());
    }
  }

  @Test
  void refused() throws Exception {
    int port;
    try (ServerSocket gone = new ServerSocket(0)) {
      port = gone.getLocalPort();
    }
    try (LoopFixture f = new LoopFixture()) {
      CloseRecord record = failing(f, LoopFixture.loopback(port));
      assertEquals(FailureKind.ECONNREFUSED, record.kind());
      assertEquals(ConnectionState.CONNECTING, record.state());
      assertEquals(Operation.CONNECT, record.operation());
    }
  }

  /** A listener whose queue is full leaves a further SYN without an answer. */
  private static final class FullListener implements AutoCloseable {
    final ServerSocketChannel channel = ServerSocketChannel.open();
    private final List<SocketChannel> queued = new ArrayList<>();

    FullListener() throws IOException {
      channel.bind(LoopFixture.loopback(0), 1);
      for (int i = 0; i < 8; i++) {
        SocketChannel filler = SocketChannel.open();
        filler.configureBlocking(false);
        filler.connect(channel.getLocalAddress());
        queued.add(filler);
      }
    }

    InetSocketAddress address() throws IOException {
      return (InetSocketAddress) channel.getLocalAddress();
    }

    @Override
    public void close() throws IOException {
      for (SocketChannel c : queued) {
        c.close();
      }
      channel.close();
    }
  }

  @Test
  void givenUpAtTheDeadline() throws Exception {
    try (LoopFixture f = new LoopFixture();
        FullListener full = new FullListener()) {
      long before = LoopFixture.openDescriptors();
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      Connection c = connect(f, full.address(), recorder);
      f.turns(5);
      f.clock.moveMillis(2_999);
      f.turns(5);
      assertEquals(ConnectionState.CONNECTING, c.state());
      f.clock.moveMillis(3);
      f.turns(3);
      assertEquals(FailureKind.CONNECT_TIMEOUT, recorder.record().kind());
      assertEquals(EndedBy.TIMER, recorder.record().endedBy());
      assertEquals(List.of("closed"), recorder.events);
      assertEquals(before, LoopFixture.openDescriptors());
    }
  }

  @Test
  void deadlineCountsFromTheCallAlsoInALongTurn() throws Exception {
    try (LoopFixture f = new LoopFixture();
        FullListener full = new FullListener()) {
      f.loop.turn(0);
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      InetSocketAddress address = full.address();
      f.loop.execute(
          () -> {
            f.clock.moveMillis(2_000); // a task that computes for two seconds before it connects
            Connector.connect(f.loop, address, DEADLINE, recorder);
          });
      f.turn();
      f.clock.moveMillis(2_900);
      f.turns(3);
      assertEquals(List.of(), recorder.events);
      f.clock.moveMillis(103);
      f.turns(3);
      assertEquals(FailureKind.CONNECT_TIMEOUT, recorder.record().kind());
    }
  }

  @Test
  void deadlineOfTheHandlerCountsFromTheCallToo() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      f.client(f.server(recorder));
      f.until("open", () -> recorder.connection != null);
      f.loop.execute(
          () -> {
            f.clock.moveMillis(2_000);
            recorder.connection.deadline(DEADLINE);
          });
      f.turn();
      f.clock.moveMillis(2_900);
      f.turns(3);
      assertEquals(ConnectionState.OPEN, recorder.connection.state());
      f.clock.moveMillis(103);
      f.turns(2);
      assertTrue(recorder.connection.state().isClosing());
    }
  }

  @Test
  void abortedAndClosedWhileItIsUnderWay() throws Exception {
    try (LoopFixture f = new LoopFixture();
        FullListener full = new FullListener()) {
      long before = LoopFixture.openDescriptors();
      LoopFixture.Recorder aborted = new LoopFixture.Recorder();
      LoopFixture.Recorder closed = new LoopFixture.Recorder();
      Connection a = connect(f, full.address(), aborted);
      Connection c = connect(f, full.address(), closed);
      a.abort();
      c.close();
      assertEquals(List.of(), aborted.events);
      f.turns(3);
      assertEquals(List.of("closed"), aborted.events);
      assertEquals(FailureKind.ABORTED, aborted.record().kind());
      assertEquals(List.of("closed"), closed.events);
      assertEquals(FailureKind.NONE, closed.record().kind());
      assertEquals(EndedBy.US, closed.record().endedBy());
      assertEquals(before, LoopFixture.openDescriptors());
    }
  }

  @Test
  void toItselfIsNoConnection() throws Exception {
    // The kernel may pick as our own port the very one we connect to; then nobody is there but us.
    int[] port = new int[1];
    LoopFixture.Provider provider =
        new LoopFixture.Provider() {
          @Override
          public SocketChannel openSocketChannel() throws IOException {
            SocketChannel channel = super.openSocketChannel();
            channel.bind(LoopFixture.loopback(0));
            port[0] = ((InetSocketAddress) channel.getLocalAddress()).getPort();
            return channel;
          }
        };
    try (LoopFixture f = new LoopFixture(provider, LoopFixture.options())) {
      f.loop.turn(0);
      try (SocketChannel probe = provider.openSocketChannel()) {
        assertTrue(probe.isOpen());
      }
      int known = port[0]; // free again, and bound anew by the next channel
      LoopFixture.Provider same =
          new LoopFixture.Provider() {
            @Override
            public SocketChannel openSocketChannel() throws IOException {
              return super.openSocketChannel().bind(LoopFixture.loopback(known));
            }
          };
      try (LoopFixture g = new LoopFixture(same, LoopFixture.options())) {
        CloseRecord record = failing(g, LoopFixture.loopback(known));
        assertEquals(FailureKind.SELF_CONNECT, record.kind());
        assertEquals(0, record.bytesReceived());
      }
    }
  }

  @Test
  void unresolvedAddress() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      CloseRecord record = failing(f, InetSocketAddress.createUnresolved("nowhere.invalid", 80));
      assertEquals(FailureKind.UNRESOLVED, record.kind());
    }
  }

  @Test
  void addressOfAnotherFamily() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      CloseRecord record = failing(f, UnixDomainSocketAddress.of("/nonexistent/socket"));
      assertEquals(FailureKind.UNSUPPORTED_ADDRESS, record.kind());
    }
  }

  /** Sockets can't be opened, and what else can't is the test's. */
  private static LoopFixture.Provider withoutSockets(Throwable thrown, boolean[] noSelector) {
    return new LoopFixture.Provider() {
      @Override
      public SocketChannel openSocketChannel() throws IOException {
        if (thrown instanceof Error error) {
          throw error;
        }
        throw (IOException) thrown;
      }

      @Override
      public AbstractSelector openSelector() throws IOException {
        if (noSelector[0]) {
          throw new IOException("Zu viele offene Dateien");
        }
        return super.openSelector();
      }
    };
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void noDescriptorLeft(boolean isError) throws Exception {
    Throwable thrown =
        isError
            ? new NoClassDefFoundError("no descriptor to load it with")
            : new SocketException("Zu viele offene Dateien");
    boolean[] noSelector = new boolean[1];
    LoopFixture.Provider provider = withoutSockets(thrown, noSelector);
    try (LoopFixture f = new LoopFixture(provider, LoopFixture.options())) {
      noSelector[0] = true;
      CloseRecord record = failing(f, LoopFixture.loopback(1));
      assertEquals(FailureKind.EMFILE, record.kind());
      assertEquals(Certainty.CERTAIN, record.certainty());
      assertEquals(Operation.OPEN, record.operation());
      assertSame(thrown, record.cause());
    }
  }

  /** There are descriptors, so it is something else, whatever the text says. */
  @Test
  void socketsAloneCannotBeOpened() throws Exception {
    SocketException thrown = new SocketException("Too many open files");
    try (LoopFixture f =
        new LoopFixture(withoutSockets(thrown, new boolean[1]), LoopFixture.options())) {
      CloseRecord record = failing(f, LoopFixture.loopback(1));
      assertEquals(FailureKind.UNKNOWN, record.kind());
      assertEquals(Certainty.UNKNOWN, record.certainty());
      assertEquals(Operation.OPEN, record.operation());
      assertSame(thrown, record.cause());
    }
  }

  private static InetSocketAddress loopback6(int port) throws IOException {
    byte[] bytes = new byte[16];
    bytes[15] = 1;
    return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
  }

  @Test
  void refusedAtEachAddressOfOurOwn() throws Exception {
    int port;
    try (ServerSocket gone = new ServerSocket(0)) {
      port = gone.getLocalPort();
    }
    for (InetSocketAddress to :
        List.of(
            LoopFixture.loopback(port),
            LoopFixture.loopback(0),
            new InetSocketAddress("0.0.0.0", port),
            loopback6(port))) {
      try (LoopFixture f = new LoopFixture()) {
        CloseRecord record = failing(f, to);
        assertEquals(FailureKind.ECONNREFUSED, record.kind(), to.toString());
        assertEquals(Certainty.CERTAIN, record.certainty());
      }
    }
  }

  /** IPv4 only, as where the JVM was told so, or the machine has no IPv6. */
  @Test
  void ipv6OnAChannelOfIpv4() throws Exception {
    LoopFixture.Provider four =
        new LoopFixture.Provider() {
          @Override
          public SocketChannel openSocketChannel() throws IOException {
            return SocketChannel.open(StandardProtocolFamily.INET);
          }
        };
    try (LoopFixture f = new LoopFixture(four, LoopFixture.options())) {
      CloseRecord record = failing(f, loopback6(1));
      assertEquals(FailureKind.UNSUPPORTED_ADDRESS, record.kind());
    }
  }

  /** The kernel has made the connection and lost it again before the loop looks. */
  @Test
  void acceptedAndResetBeforeTheLoopLooks() throws Exception {
    FailureTexts texts = FailureTexts.learn(SelectorProvider.provider());
    try (LoopFixture f =
            new LoopFixture(
                new LoopFixture.Provider(), LoopFixture.options().withFailureTexts(texts));
        ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(LoopFixture.loopback(0));
      long before = LoopFixture.openDescriptors();
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      connect(f, listener.getLocalAddress(), recorder);
      LoopFixture.resetOnClose(listener.accept());
      f.until("closed", () -> !recorder.records.isEmpty());
      f.turns(2);
      assertEquals(List.of("closed"), recorder.events);
      assertEquals(FailureKind.ECONNRESET, recorder.record().kind());
      assertEquals(Certainty.BY_TEXT, recorder.record().certainty());
      assertEquals(Operation.CONNECT, recorder.record().operation());
      assertEquals(EndedBy.PEER, recorder.record().endedBy());
      assertEquals(before, LoopFixture.openDescriptors());
    }
  }

  @Test
  void listenerClosesWithUsInItsQueue() throws Exception {
    try (LoopFixture f = new LoopFixture()) {
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      try (ServerSocketChannel listener = ServerSocketChannel.open()) {
        listener.bind(LoopFixture.loopback(0));
        connect(f, listener.getLocalAddress(), recorder);
        f.until("open", () -> recorder.events.contains("open"));
      }
      f.until("closed", () -> !recorder.records.isEmpty());
      assertEquals(List.of("open", "closed"), recorder.events);
      assertEquals(FailureKind.ECONNRESET, recorder.record().kind());
      assertEquals(Operation.READ, recorder.record().operation());
    }
  }

  @Test
  void writeBeforeItIsOpenIsAnsweredFullAndThenWritable() throws Exception {
    try (LoopFixture f = new LoopFixture();
        ServerSocket listener = new ServerSocket(0)) {
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      Connection c = connect(f, LoopFixture.loopback(listener.getLocalPort()), recorder);
      ByteBuffer data = ByteBuffer.wrap(new byte[] {1});
      assertEquals(WriteResult.FULL, c.write(data));
      assertEquals(1, data.remaining());
      assertEquals(WriteResult.TOO_LARGE, c.write(ByteBuffer.allocate((16 << 20) + 1)));
      f.until("writable", () -> recorder.events.contains("writable"));
      f.turns(3);
      assertEquals(List.of("open", "writable"), recorder.events);
      assertEquals(WriteResult.ACCEPTED, c.write(data));
    }
  }

  @Test
  void whatASenderIsGivenBeforeItIsOpenIsSentAfterwards() throws Exception {
    try (LoopFixture f = new LoopFixture();
        ServerSocket listener = new ServerSocket(0)) {
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      Connection c = connect(f, LoopFixture.loopback(listener.getLocalPort()), recorder);
      assertEquals(WriteResult.ACCEPTED, c.sender().send(ByteBuffer.wrap(new byte[] {6})));
      f.until("open", () -> recorder.events.contains("open"));
      f.turns(2);
      try (java.net.Socket peer = listener.accept()) {
        assertEquals(6, peer.getInputStream().read());
      }
    }
  }

  @Test
  void whatASenderIsGivenBeforeARefusalIsToldAsFailedBeforeTheRecord() throws Exception {
    InetSocketAddress nobody;
    try (ServerSocket closed = new ServerSocket(0)) {
      nobody = LoopFixture.loopback(closed.getLocalPort());
    }
    try (LoopFixture f = new LoopFixture()) {
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      Connection c = connect(f, nobody, recorder);
      WriteResult taken =
          c.sender()
              .send(
                  ByteBuffer.allocate(3),
                  (x, handed) -> recorder.events.add("completion " + handed));
      assertEquals(WriteResult.ACCEPTED, taken);
      f.until("closed", () -> !recorder.records.isEmpty());
      assertEquals(List.of("completion false", "closed"), recorder.events);
      assertEquals(3, recorder.record().bytesUnsent());
    }
  }

  /** A provider of Unix domain channels, whose connect is done when the call returns. */
  private static final class UnixProvider extends LoopFixture.Provider {
    @Override
    public SocketChannel openSocketChannel() throws IOException {
      return SocketChannel.open(StandardProtocolFamily.UNIX);
    }
  }

  private static CloseRecord failingUnix(Path to) throws Exception {
    try (LoopFixture f = new LoopFixture(new UnixProvider(), LoopFixture.options())) {
      long before = LoopFixture.openDescriptors();
      f.loop.turn(0);
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      Connector.connect(
          f.loop,
          UnixDomainSocketAddress.of(to),
          DEADLINE,
          recorder,
          Limits.defaults(),
          LoopFixture.noTimeouts(),
          SocketSettings.defaults().withNoDelay(false));
      assertEquals(List.of(), recorder.events, "told inside the call");
      f.until("closed", () -> !recorder.records.isEmpty());
      f.turns(3);
      assertEquals(List.of("closed"), recorder.events);
      assertEquals(ConnectionState.CONNECTING, recorder.record().state());
      assertEquals(Operation.CONNECT, recorder.record().operation());
      assertEquals(before, LoopFixture.openDescriptors());
      return recorder.record();
    }
  }

  @Test
  void unixSocketThatNobodyListensOn(@TempDir Path directory) throws Exception {
    Path left = directory.resolve("left");
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(left)); // the file stays behind
    }
    Path file = Files.writeString(directory.resolve("file"), "no socket");
    for (Path to : List.of(left, file)) {
      CloseRecord record = failingUnix(to);
      assertEquals(FailureKind.ECONNREFUSED, record.kind());
      assertEquals(Certainty.CERTAIN, record.certainty());
    }
  }

  /** The kernel says ENOENT and EAGAIN, the JDK says both alike, and so it stays open which. */
  @Test
  void unixSocketWithoutAFileOrWithAFullQueue(@TempDir Path directory) throws Exception {
    CloseRecord missing = failingUnix(directory.resolve("missing"));
    Path full = directory.resolve("full");
    List<SocketChannel> queued = new ArrayList<>();
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      UnixDomainSocketAddress address = UnixDomainSocketAddress.of(full);
      listener.bind(address, 1);
      SocketException noRoom = null;
      while (noRoom == null) {
        SocketChannel filler = SocketChannel.open(StandardProtocolFamily.UNIX);
        queued.add(filler);
        filler.configureBlocking(false);
        try {
          assertTrue(filler.connect(address), "at once, or not at all");
        } catch (SocketException e) {
          noRoom = e;
        }
      }
      CloseRecord refused = failingUnix(full);
      for (CloseRecord record : List.of(missing, refused)) {
        assertEquals(FailureKind.UNKNOWN, record.kind());
        assertEquals(Certainty.UNKNOWN, record.certainty());
        assertEquals(SocketException.class, record.cause().getClass());
      }
      assertEquals(noRoom.getMessage(), refused.cause().getMessage());
      assertNotEquals(missing.cause().getMessage(), refused.cause().getMessage());
      // With room again it is as ever.
      listener.accept().close();
      try (SocketChannel fits = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        assertTrue(fits.connect(address));
      }
    } finally {
      for (SocketChannel c : queued) {
        c.close();
      }
    }
  }

  @Test
  void unixPathThatIsTooLong(@TempDir Path directory) throws Exception {
    CloseRecord record = failingUnix(directory.resolve("x".repeat(108)));
    assertEquals(FailureKind.UNKNOWN, record.kind());
    assertEquals("Unix domain path too long", record.cause().getMessage());
  }

  @Test
  void connectedAtOnceIsToldAfterTheCall(@TempDir Path directory) throws Exception {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
    try (LoopFixture f = new LoopFixture(new UnixProvider(), LoopFixture.options());
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(address);
      f.loop.turn(0);
      LoopFixture.Recorder recorder = new LoopFixture.Recorder();
      Connection c =
          Connector.connect(
              f.loop,
              address,
              DEADLINE,
              recorder,
              Limits.defaults(),
              LoopFixture.noTimeouts(),
              SocketSettings.defaults().withNoDelay(false));
      assertEquals(ConnectionState.OPEN, c.state());
      assertEquals(List.of(), recorder.events);
      f.turn();
      assertEquals(List.of("open"), recorder.events);
      try (SocketChannel peer = listener.accept()) {
        peer.write(ByteBuffer.wrap(new byte[] {1}));
        f.until("data", () -> recorder.received.size() == 1);
      }
      f.until("closed", () -> !recorder.records.isEmpty());
      assertTrue(recorder.record().isOrderly(), () -> recorder.record().toString());
    }
  }

  @Test
  void optionThatTheChannelDoesNotKnowLeaksNothing() throws Exception {
    try (LoopFixture f = new LoopFixture(new UnixProvider(), LoopFixture.options())) {
      CloseRecord record = failing(f, UnixDomainSocketAddress.of("/nonexistent/socket"));
      assertEquals(UnsupportedOperationException.class, record.cause().getClass());
    }
  }
}
