package dev.millrace.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a program may rely on, asked of the platform's provider first and then of ours with an
 * empty plan: each of these is a fact about the JDK before it is a demand on the wrapper.
 */
@Timeout(60)
@SuppressWarnings("try") // what is closed early is the situation
class AsThePlatformDoesTest {
  private static final long PATIENCE = Loopback.PATIENCE_MILLIS;

  static Stream<SelectorProvider> providers() {
    SelectorProvider platform = SelectorProvider.provider();
    SelectorProvider ours = new FaultSelectorProvider(platform, FaultPlan.none());
    return Stream.of(platform, ours, new FaultSelectorProvider(ours, FaultPlan.none()));
  }

  /** A connection, both ends of one provider, not blocking. */
  private record Pair(SocketChannel client, SocketChannel server) implements AutoCloseable {
    static Pair of(SelectorProvider provider) throws IOException {
      try (ServerSocketChannel listener = Loopback.listener(provider)) {
        SocketChannel client = provider.openSocketChannel();
        client.connect(listener.getLocalAddress());
        SocketChannel server = listener.accept();
        client.configureBlocking(false);
        server.configureBlocking(false);
        return new Pair(client, server);
      }
    }

    @Override
    public void close() throws IOException {
      client.close();
      server.close();
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void selectedKeysGatherUntilTheyAreRemoved(SelectorProvider provider) throws Exception {
    try (Selector selector = provider.openSelector();
        Pair pair = Pair.of(provider)) {
      SelectionKey key = pair.server.register(selector, SelectionKey.OP_READ, "attached");
      assertEquals("attached", key.attachment());
      assertSame(selector, key.selector());
      assertSame(pair.server, key.channel());
      assertSame(key, pair.server.keyFor(selector));
      assertEquals(Set.of(key), selector.keys());
      assertEquals(0, selector.selectNow());
      assertEquals(1, pair.client.write(Loopback.bytes("a")));
      assertEquals(1, selector.select(PATIENCE));
      assertEquals(Set.of(key), selector.selectedKeys());
      assertEquals(SelectionKey.OP_READ, key.readyOps());
      // Again: nothing new, and no wait.
      assertEquals(0, selector.select(PATIENCE));
      key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
      assertEquals(1, selector.select(PATIENCE));
      assertEquals(SelectionKey.OP_READ | SelectionKey.OP_WRITE, key.readyOps());
      key.interestOps(SelectionKey.OP_WRITE);
      assertEquals(0, selector.selectNow());
      assertEquals(SelectionKey.OP_READ | SelectionKey.OP_WRITE, key.readyOps(), "only added to");
      selector.selectedKeys().remove(key);
      assertEquals(1, selector.selectNow());
      assertEquals(SelectionKey.OP_WRITE, key.readyOps());
      assertTrue(selector.selectedKeys().iterator().next().isWritable());
      selector.selectedKeys().clear();
      assertThrows(UnsupportedOperationException.class, () -> selector.selectedKeys().add(key));
      assertThrows(UnsupportedOperationException.class, () -> selector.keys().remove(key));
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void aConsumerIsToldAndTheSelectedKeysAreNot(SelectorProvider provider) throws Exception {
    try (Selector selector = provider.openSelector();
        Pair pair = Pair.of(provider)) {
      SelectionKey key = pair.server.register(selector, SelectionKey.OP_WRITE);
      List<SelectionKey> told = new ArrayList<>();
      assertEquals(1, selector.select(told::add));
      assertEquals(1, selector.select(told::add, PATIENCE));
      assertEquals(1, selector.selectNow(told::add));
      assertEquals(List.of(key, key, key), told);
      assertTrue(selector.selectedKeys().isEmpty());
      assertThrows(
          IllegalStateException.class,
          () ->
              selector.select(
                  k -> {
                    try {
                      selector.selectNow();
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  }));
      assertThrows(
          ArithmeticException.class,
          () ->
              selector.select(
                  k -> {
                    throw new ArithmeticException();
                  }));
      assertEquals(1, selector.selectNow(), "usable after a consumer that threw");
      assertThrows(IllegalArgumentException.class, () -> selector.select(-1));
      assertThrows(NullPointerException.class, () -> selector.select(null, 1));
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void aConsumerThatClosesTheSelectorEndsTheSelect(SelectorProvider provider) throws Exception {
    try (Selector selector = provider.openSelector();
        Pair pair = Pair.of(provider)) {
      SelectionKey key = pair.server.register(selector, SelectionKey.OP_WRITE);
      assertThrows(
          ClosedSelectorException.class,
          () ->
              selector.select(
                  k -> {
                    try {
                      selector.close();
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  }));
      assertFalse(key.isValid());
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void aCancelledKeyGoesInTheNextSelect(SelectorProvider provider) throws Exception {
    try (Selector selector = provider.openSelector();
        Pair pair = Pair.of(provider)) {
      SelectionKey key = pair.server.register(selector, SelectionKey.OP_WRITE);
      assertEquals(1, selector.selectNow());
      key.cancel();
      assertFalse(key.isValid());
      assertThrows(CancelledKeyException.class, key::interestOps);
      assertThrows(CancelledKeyException.class, () -> key.interestOps(0));
      assertThrows(CancelledKeyException.class, key::readyOps);
      assertTrue(selector.keys().contains(key));
      assertThrows(
          CancelledKeyException.class, () -> pair.server.register(selector, SelectionKey.OP_WRITE));
      assertEquals(0, selector.selectNow());
      assertTrue(selector.keys().isEmpty());
      assertTrue(selector.selectedKeys().isEmpty());
      assertNull(pair.server.keyFor(selector));
      assertFalse(pair.server.isRegistered());
      SelectionKey again = pair.server.register(selector, SelectionKey.OP_WRITE);
      assertNotSame(key, again);
      assertEquals(1, selector.selectNow());
      assertTrue(pair.server.isOpen());
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void aKeyThatIsCancelledWhileTheSelectWaitsIsGoneAfterIt(SelectorProvider provider)
      throws Exception {
    try (Selector selector = provider.openSelector();
        Pair pair = Pair.of(provider)) {
      SelectionKey key = pair.server.register(selector, SelectionKey.OP_READ);
      CompletableFuture<Integer> selected = selecting(selector);
      key.cancel();
      selector.wakeup();
      assertEquals(0, selected.get(PATIENCE, TimeUnit.MILLISECONDS));
      assertNotNull(pair.server.register(selector, SelectionKey.OP_WRITE));
      assertEquals(1, selector.selectNow());
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void registeringAgainChangesTheKeyThatIsThere(SelectorProvider provider) throws Exception {
    try (Selector selector = provider.openSelector();
        Selector other = provider.openSelector();
        Pair pair = Pair.of(provider)) {
      SelectionKey key = pair.server.register(selector, SelectionKey.OP_READ, "a");
      assertSame(key, pair.server.register(selector, SelectionKey.OP_WRITE, "b"));
      assertEquals("b", key.attachment());
      assertEquals(SelectionKey.OP_WRITE, key.interestOps());
      assertEquals(SelectionKey.OP_WRITE, key.interestOpsOr(SelectionKey.OP_READ));
      assertEquals(
          SelectionKey.OP_WRITE | SelectionKey.OP_READ, key.interestOpsAnd(SelectionKey.OP_READ));
      assertEquals(SelectionKey.OP_READ, key.interestOps());
      assertThrows(IllegalArgumentException.class, () -> key.interestOps(SelectionKey.OP_ACCEPT));
      // And in two selectors at once, as while a loop's selector is rebuilt.
      SelectionKey second = pair.server.register(other, SelectionKey.OP_WRITE);
      assertEquals(1, other.selectNow());
      assertEquals(0, selector.selectNow());
      key.cancel();
      selector.close();
      assertTrue(second.isValid());
      other.selectedKeys().clear();
      assertEquals(1, other.selectNow());
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void aChannelThatIsClosedWhileRegistered(SelectorProvider provider) throws Exception {
    try (Selector selector = provider.openSelector();
        Pair pair = Pair.of(provider)) {
      SelectionKey key = pair.server.register(selector, SelectionKey.OP_READ);
      assertEquals(0, selector.selectNow());
      assertTrue(pair.server.isRegistered());
      pair.server.close();
      assertFalse(key.isValid());
      assertEquals(0, selector.selectNow());
      assertTrue(selector.keys().isEmpty());
      assertThrows(ClosedChannelException.class, () -> pair.server.read(ByteBuffer.allocate(1)));
      assertThrows(ClosedChannelException.class, () -> pair.server.register(selector, 0));
      pair.client.configureBlocking(true);
      assertEquals(-1, pair.client.read(ByteBuffer.allocate(1)), "the end did not leave");
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void aChannelThatIsClosedByWayOfItsSocket(SelectorProvider provider) throws Exception {
    try (Selector selector = provider.openSelector();
        Pair pair = Pair.of(provider)) {
      SelectionKey key = pair.server.register(selector, SelectionKey.OP_READ);
      pair.server.socket().close();
      selector.selectNow();
      selector.selectNow(); // a select for each wrapper: the third of the providers has two
      assertFalse(key.isValid());
      assertFalse(pair.server.isOpen());
      selector.selectNow();
      assertTrue(selector.keys().isEmpty());
      pair.client.configureBlocking(true);
      assertEquals(-1, pair.client.read(ByteBuffer.allocate(1)), "the end did not leave");
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void theBlockingModeAndTheKeys(SelectorProvider provider) throws Exception {
    try (Selector selector = provider.openSelector();
        Selector other = provider.openSelector();
        Pair pair = Pair.of(provider)) {
      SelectionKey key = pair.server.register(selector, SelectionKey.OP_READ);
      assertThrows(IllegalBlockingModeException.class, () -> pair.server.configureBlocking(true));
      key.cancel();
      pair.server.configureBlocking(true);
      assertTrue(pair.server.isBlocking());
      assertThrows(
          IllegalBlockingModeException.class,
          () -> pair.server.register(other, SelectionKey.OP_READ));
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void aWakeUpBeforeASelectEndsIt(SelectorProvider provider) throws Exception {
    try (Selector selector = provider.openSelector()) {
      selector.wakeup();
      assertEquals(0, selector.select());
      selector.wakeup();
      selector.wakeup();
      assertEquals(0, selector.select(PATIENCE));
      // It is used up by a select that does not wait, too; this would wait for ever otherwise.
      selector.wakeup();
      assertEquals(0, selector.selectNow());
      assertEquals(0, selector.select(1));
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void aSelectThatWaitsIsEndedByWakeUpInterruptAndClose(SelectorProvider provider)
      throws Exception {
    try (Selector selector = provider.openSelector();
        Pair pair = Pair.of(provider)) {
      SelectionKey key = pair.server.register(selector, SelectionKey.OP_READ);
      CompletableFuture<Integer> woken = selecting(selector);
      selector.wakeup();
      assertEquals(0, woken.get(PATIENCE, TimeUnit.MILLISECONDS));

      CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
      Thread thread =
          new Thread(
              () -> {
                try {
                  selector.select();
                  interrupted.complete(Thread.currentThread().isInterrupted());
                } catch (Throwable t) {
                  interrupted.completeExceptionally(t);
                }
              });
      thread.start();
      thread.interrupt();
      assertTrue(interrupted.get(PATIENCE, TimeUnit.MILLISECONDS), "the status stays");

      CompletableFuture<Integer> closed = selecting(selector);
      selector.close();
      assertTrue(closed.handle((n, e) -> true).get(PATIENCE, TimeUnit.MILLISECONDS));
      assertFalse(key.isValid());
      assertFalse(pair.server.isRegistered());
      assertThrows(ClosedSelectorException.class, selector::selectNow);
      assertThrows(ClosedSelectorException.class, selector::keys);
      assertThrows(ClosedSelectorException.class, selector::selectedKeys);
    }
  }

  private static CompletableFuture<Integer> selecting(Selector selector) {
    CompletableFuture<Integer> result = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                result.complete(selector.select());
              } catch (Throwable t) {
                result.completeExceptionally(t);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return result;
  }

  @ParameterizedTest
  @MethodSource("providers")
  void connectingWithoutBlocking(SelectorProvider provider) throws Exception {
    try (Selector selector = provider.openSelector();
        ServerSocketChannel listener = Loopback.listener(provider);
        SocketChannel client = provider.openSocketChannel()) {
      client.configureBlocking(false);
      listener.configureBlocking(false);
      SelectionKey accepting = listener.register(selector, SelectionKey.OP_ACCEPT);
      boolean connected = client.connect(listener.getLocalAddress());
      SelectionKey connecting = client.register(selector, SelectionKey.OP_CONNECT);
      for (int i = 0; i < 1_000 && !(connected && accepting.isAcceptable()); i++) {
        selector.select(PATIENCE);
        connected = connected || (connecting.isConnectable() && client.finishConnect());
        connecting.interestOps(connected ? 0 : SelectionKey.OP_CONNECT);
      }
      assertTrue(client.isConnected());
      assertFalse(client.isConnectionPending());
      try (SocketChannel accepted = listener.accept()) {
        assertTrue(accepted.isBlocking());
        assertSame(provider, accepted.provider());
        assertEquals(client.getLocalAddress(), accepted.getRemoteAddress());
        assertEquals(client.getRemoteAddress(), accepted.getLocalAddress());
      }
      assertNull(listener.accept());
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void aFailedConnectClosesTheChannel(SelectorProvider provider) throws Exception {
    InetSocketAddress nobody;
    try (ServerSocketChannel listener = Loopback.listener(provider)) {
      nobody = (InetSocketAddress) listener.getLocalAddress();
    }
    try (SocketChannel client = provider.openSocketChannel()) {
      assertThrows(ConnectException.class, () -> client.connect(nobody));
      assertFalse(client.isOpen());
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void anInterruptClosesTheChannelThatIsRead(SelectorProvider provider) throws Exception {
    try (Pair pair = Pair.of(provider)) {
      pair.server.configureBlocking(true);
      Thread.currentThread().interrupt();
      assertThrows(
          ClosedByInterruptException.class, () -> pair.server.read(ByteBuffer.allocate(1)));
      assertTrue(Thread.interrupted());
      assertFalse(pair.server.isOpen());
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void optionsAndSocketsAsAServersConfigurationUsesThem(SelectorProvider provider)
      throws Exception {
    try (ServerSocketChannel listener = Loopback.listener(provider);
        Pair pair = Pair.of(provider)) {
      assertSame(listener, listener.setOption(StandardSocketOptions.SO_REUSEADDR, true));
      assertTrue(listener.supportedOptions().contains(StandardSocketOptions.SO_RCVBUF));
      assertTrue(listener.socket().isBound());
      assertSame(pair.server, pair.server.setOption(StandardSocketOptions.TCP_NODELAY, true));
      assertTrue(pair.server.getOption(StandardSocketOptions.TCP_NODELAY));
      assertTrue(pair.server.socket().getTcpNoDelay());
      assertEquals(pair.client.getLocalAddress(), pair.server.socket().getRemoteSocketAddress());
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void aFileIsTransferred(SelectorProvider provider) throws Exception {
    Path file = Files.createTempFile("millrace", ".bin");
    byte[] bytes = new byte[20_000];
    new Random(1).nextBytes(bytes);
    try (Pair pair = Pair.of(provider)) {
      Files.write(file, bytes);
      try (FileChannel source = FileChannel.open(file)) {
        ByteBuffer back = ByteBuffer.allocate(bytes.length);
        long at = 0;
        while (back.hasRemaining()) {
          at += source.transferTo(at, bytes.length - at, pair.server);
          pair.client.read(back);
        }
        assertEquals(ByteBuffer.wrap(bytes), back.flip());
      }
    } finally {
      Files.delete(file);
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void pipesAndDatagramsInTheSameSelector(SelectorProvider provider) throws Exception {
    Pipe pipe = provider.openPipe();
    try (Selector selector = provider.openSelector();
        Pipe.SourceChannel source = pipe.source();
        Pipe.SinkChannel sink = pipe.sink();
        DatagramChannel datagrams = provider.openDatagramChannel(StandardProtocolFamily.INET);
        DatagramChannel sender = provider.openDatagramChannel()) {
      source.configureBlocking(false);
      sink.configureBlocking(false);
      datagrams.configureBlocking(false);
      datagrams.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      SelectionKey read = source.register(selector, SelectionKey.OP_READ);
      SelectionKey write = sink.register(selector, SelectionKey.OP_WRITE);
      SelectionKey received = datagrams.register(selector, SelectionKey.OP_READ);
      assertEquals(1, selector.selectNow());
      assertTrue(write.isWritable());
      write.interestOps(0);
      selector.selectedKeys().clear();
      assertEquals(2, sink.write(Loopback.bytes("ab")));
      assertEquals(1, selector.select(PATIENCE));
      assertTrue(read.isReadable());
      assertEquals(2, source.read(ByteBuffer.allocate(9)));
      selector.selectedKeys().clear();
      sender.send(Loopback.bytes("xyz"), datagrams.getLocalAddress());
      assertEquals(1, selector.select(PATIENCE));
      assertTrue(received.isReadable());
      ByteBuffer buffer = ByteBuffer.allocate(9);
      assertNotNull(datagrams.receive(buffer));
      assertEquals("xyz", Loopback.text(buffer.flip()));
      sink.close();
      selector.selectedKeys().clear();
      assertEquals(1, selector.select(PATIENCE), "the end of the pipe");
      assertEquals(-1, source.read(ByteBuffer.allocate(9)));
    }
  }

  @ParameterizedTest
  @MethodSource("providers")
  void aChannelOfAnotherProviderIsRefused(SelectorProvider provider) throws Exception {
    SelectorProvider other =
        new FaultSelectorProvider(SelectorProvider.provider(), FaultPlan.none());
    try (Selector selector = provider.openSelector();
        SocketChannel stranger = other.openSocketChannel()) {
      stranger.configureBlocking(false);
      assertThrows(
          IllegalSelectorException.class, () -> stranger.register(selector, SelectionKey.OP_READ));
    }
  }

  /** Closed while a select waits in another thread, and the descriptor is free after it. */
  @ParameterizedTest
  @MethodSource("providers")
  void descriptorsOfClosedChannelsAreFreed(SelectorProvider provider) throws Exception {
    Path descriptors = Path.of("/proc/self/fd");
    assumeTrue(Files.isDirectory(descriptors), "no /proc here");
    try (Selector selector = provider.openSelector()) {
      long before = -1;
      for (int i = 0; i < 60; i++) {
        try (Pair pair = Pair.of(provider);
            DatagramChannel datagrams = provider.openDatagramChannel()) {
          datagrams.configureBlocking(false);
          datagrams.register(selector, SelectionKey.OP_READ);
          pair.server.register(selector, SelectionKey.OP_READ);
          CompletableFuture<Integer> selected = selecting(selector);
          datagrams.close();
          pair.server.close();
          selector.wakeup();
          selected.get(PATIENCE, TimeUnit.MILLISECONDS);
        }
        selector.selectNow();
        if (i == 9) {
          before = count(descriptors);
        }
      }
      long after = count(descriptors);
      assertTrue(after < before + 25, "descriptors " + before + ", 50 rounds later " + after);
    }
  }

  private static long count(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.count();
    }
  }
}
