package dev.millrace.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AcceptOrOpenGoesWrongTest {
  private static FaultSelectorProvider provider(String plan) {
    return new FaultSelectorProvider(SelectorProvider.provider(), FaultPlan.parse(plan));
  }

  @Test
  void nullAlthoughAConnectionWaitsAndItIsStillThereLater() throws Exception {
    FaultSelectorProvider provider = provider("seed=3 null-accept=0.5");
    try (Selector selector = provider.openSelector();
        ServerSocketChannel listener = Loopback.listener(provider);
        SocketChannel client = SocketChannel.open(listener.getLocalAddress())) {
      listener.configureBlocking(false);
      SelectionKey key = listener.register(selector, SelectionKey.OP_ACCEPT);
      int nulls = 0;
      SocketChannel accepted = null;
      while (accepted == null) {
        selector.selectedKeys().clear();
        assertEquals(1, selector.select(Loopback.PATIENCE_MILLIS));
        assertTrue(key.isAcceptable());
        accepted = listener.accept();
        nulls += accepted == null ? 1 : 0;
      }
      assertEquals(client.getLocalAddress(), accepted.getRemoteAddress());
      assertEquals(firstOf(provider("seed=3 null-accept=0.5")), nulls);
      accepted.close();
    }
  }

  /** How many nulls come first: the same with the same seed. */
  private static int firstOf(FaultSelectorProvider provider) throws IOException {
    try (ServerSocketChannel listener = Loopback.listener(provider);
        SocketChannel client = SocketChannel.open(listener.getLocalAddress())) {
      assertTrue(client.isConnected());
      listener.configureBlocking(false);
      int nulls = 0;
      while (true) {
        try (SocketChannel accepted = listener.accept()) {
          if (accepted != null) {
            return nulls;
          }
        }
        nulls++;
      }
    }
  }

  @Test
  void aBlockingListenerHasNoNullToReturn() throws Exception {
    FaultSelectorProvider provider = provider("null-accept=1");
    try (ServerSocketChannel listener = Loopback.listener(provider);
        SocketChannel client = SocketChannel.open(listener.getLocalAddress());
        SocketChannel accepted = listener.accept()) {
      assertTrue(client.isConnected());
      assertNotNull(accepted);
    }
  }

  @Test
  void noDescriptorForAnAcceptAndTheConnectionStaysInTheQueue() throws Exception {
    FaultSelectorProvider provider = provider("accept-emfile=1");
    try (Selector selector = provider.openSelector();
        ServerSocketChannel listener = Loopback.listener(provider);
        SocketChannel client = SocketChannel.open(listener.getLocalAddress())) {
      assertTrue(client.isConnected());
      listener.configureBlocking(false);
      listener.register(selector, SelectionKey.OP_ACCEPT);
      for (int i = 0; i < 3; i++) {
        selector.selectedKeys().clear();
        assertEquals(1, selector.select(Loopback.PATIENCE_MILLIS));
        IOException e = assertThrows(IOException.class, listener::accept);
        assertEquals(IOException.class, e.getClass());
        assertTrue(listener.isOpen());
      }
    }
  }

  @Test
  void noDescriptorToOpenASocketWith() throws Exception {
    FaultSelectorProvider provider = provider("open-emfile=1");
    SocketException e = assertThrows(SocketException.class, provider::openSocketChannel);
    assertEquals(SocketException.class, e.getClass());
    assertThrows(SocketException.class, provider::openServerSocketChannel);
    provider.openDatagramChannel().close();
    provider.openSelector().close();
    Pipe pipe = provider.openPipe();
    pipe.source().close();
    pipe.sink().close();
  }

  @Test
  void withoutAPlanAcceptSaysNullOnlyWhereNobodyWaits() throws Exception {
    try (ServerSocketChannel listener = Loopback.listener(provider(""))) {
      listener.configureBlocking(false);
      assertNull(listener.accept());
    }
  }
}
