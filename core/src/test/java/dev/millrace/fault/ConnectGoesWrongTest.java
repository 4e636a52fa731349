package dev.millrace.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.spi.SelectorProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against a listener that is there: whatever goes wrong is the plan's doing. */
@Timeout(60)
@SuppressWarnings("try") // what is closed early is the situation
class ConnectGoesWrongTest {
  private ServerSocketChannel listener;
  private SocketAddress address;

  @BeforeEach
  void listen() throws Exception {
    listener = Loopback.listener(SelectorProvider.provider());
    address = listener.getLocalAddress();
  }

  @AfterEach
  void close() throws Exception {
    listener.configureBlocking(false);
    assertEquals(null, listener.accept(), "a packet was sent");
    listener.close();
  }

  private static FaultSelectorProvider provider(String plan) {
    return new FaultSelectorProvider(SelectorProvider.provider(), FaultPlan.parse(plan));
  }

  @Test
  void refusedIsToldByReadinessAndFinishConnect() throws Exception {
    FaultSelectorProvider provider = provider("connect-refused=1");
    try (Selector selector = provider.openSelector();
        SocketChannel channel = provider.openSocketChannel()) {
      channel.configureBlocking(false);
      assertFalse(channel.connect(address));
      assertTrue(channel.isConnectionPending());
      assertFalse(channel.isConnected());
      assertEquals(address, channel.getRemoteAddress());
      assertThrows(ConnectionPendingException.class, () -> channel.connect(address));
      assertThrows(NotYetConnectedException.class, () -> channel.read(ByteBuffer.allocate(1)));
      SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
      assertEquals(1, selector.select(Loopback.PATIENCE_MILLIS));
      assertTrue(key.isConnectable());
      assertThrows(ConnectException.class, channel::finishConnect);
      assertFalse(channel.isOpen());
      assertFalse(key.isValid());
      assertThrows(ClosedChannelException.class, channel::finishConnect);
      selector.selectNow();
      assertTrue(selector.keys().isEmpty());
    }
  }

  @Test
  void blockingConnectIsRefusedAtOnce() throws Exception {
    try (SocketChannel channel = provider("connect-refused=1").openSocketChannel()) {
      assertThrows(ConnectException.class, () -> channel.connect(address));
      assertFalse(channel.isOpen());
    }
  }

  @Test
  void pendingForEver() throws Exception {
    FaultSelectorProvider provider = provider("connect-pending=1");
    try (Selector selector = provider.openSelector();
        SocketChannel channel = provider.openSocketChannel()) {
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_CONNECT);
      assertFalse(channel.connect(address));
      assertEquals(0, selector.select(2));
      assertFalse(channel.finishConnect());
      assertTrue(channel.isConnectionPending());
      channel.close();
      assertFalse(channel.isConnectionPending());
    }
  }

  @Test
  void lateTheSelectReturnsByItself() throws Exception {
    FaultSelectorProvider provider = provider("connect-fails-late=1:30ms");
    try (Selector selector = provider.openSelector();
        SocketChannel channel = provider.openSocketChannel()) {
      channel.configureBlocking(false);
      long before = System.nanoTime();
      assertFalse(channel.connect(address));
      channel.register(selector, SelectionKey.OP_CONNECT);
      assertEquals(1, selector.select());
      assertTrue(System.nanoTime() - before >= 30_000_000, "too early");
      assertThrows(ConnectException.class, channel::finishConnect);
      assertFalse(channel.isOpen());
    }
  }

  @Test
  void blockingConnectFailsLate() throws Exception {
    try (SocketChannel channel = provider("connect-fails-late=1:5ms").openSocketChannel()) {
      long before = System.nanoTime();
      assertThrows(ConnectException.class, () -> channel.connect(address));
      assertTrue(System.nanoTime() - before >= 5_000_000, "too early");
      assertFalse(channel.isOpen());
    }
  }

  @Test
  void whatThePlatformRefusesIsRefusedByThePlatform() throws Exception {
    try (SocketChannel channel = provider("connect-refused=1").openSocketChannel()) {
      assertThrows(
          UnresolvedAddressException.class,
          () -> channel.connect(InetSocketAddress.createUnresolved("nowhere.invalid", 1)));
      assertTrue(channel.isOpen());
    }
  }
}
