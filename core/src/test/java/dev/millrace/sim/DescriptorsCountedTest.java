package dev.millrace.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A socket is one descriptor, a selector two; a registered channel's lives until the select. */
@Timeout(60)
class DescriptorsCountedTest {
  @Test
  void eachIsGivenBackOnce() throws Exception {
    SimPair pair = SimPair.connected(1);
    SimHost host = pair.serverHost;
    assertEquals(1, pair.clientHost.openDescriptors());
    assertEquals(2, host.openDescriptors());
    Selector selector = host.provider().openSelector();
    assertEquals(4, host.openDescriptors());
    pair.accepted.register(selector, SelectionKey.OP_READ);
    pair.accepted.close();
    pair.accepted.close();
    assertEquals(4, host.openDescriptors(), "closed, and not deregistered");
    selector.selectNow();
    assertEquals(3, host.openDescriptors());
    selector.selectNow();
    pair.listener.close();
    assertEquals(2, host.openDescriptors());
    selector.close();
    selector.close();
    assertEquals(0, host.openDescriptors());
    pair.client.close();
    assertEquals(0, pair.clientHost.openDescriptors());
  }

  @Test
  void closingTheSelectorGivesBackWhatWasClosedBefore() throws Exception {
    SimPair pair = SimPair.connected(1);
    Selector selector = pair.serverHost.provider().openSelector();
    pair.accepted.register(selector, SelectionKey.OP_READ);
    pair.listener.register(selector, SelectionKey.OP_ACCEPT);
    pair.accepted.close();
    selector.close();
    assertEquals(1, pair.serverHost.openDescriptors(), "the listener is open");
    pair.listener.close();
    assertEquals(0, pair.serverHost.openDescriptors());
  }

  @Test
  void aFailedConnectGivesItsDescriptorBack() throws Exception {
    SimPair pair = new SimPair(1);
    SocketChannel refused = pair.ask();
    pair.settle();
    assertThrows(ConnectException.class, refused::finishConnect);
    assertEquals(0, pair.clientHost.openDescriptors());
  }

  @Test
  void atTheLimitEveryKindOfOpenFailsInItsOwnWay() throws Exception {
    SimPair pair = new SimPair(1);
    pair.listener = pair.listen(0);
    pair.client = pair.ask();
    pair.settle();
    pair.serverHost.descriptorLimit(1);
    SimHost host = pair.serverHost;
    assertEquals(
        IOException.class, assertThrows(IOException.class, pair.listener::accept).getClass());
    assertEquals(
        SocketException.class,
        assertThrows(IOException.class, host.provider()::openSocketChannel).getClass());
    assertEquals(
        SocketException.class,
        assertThrows(IOException.class, host.provider()::openServerSocketChannel).getClass());
    assertEquals(
        IOException.class,
        assertThrows(IOException.class, host.provider()::openSelector).getClass());
    assertEquals(1, host.openDescriptors());
    host.descriptorLimit(2);
    assertThrows(IOException.class, host.provider()::openSelector);
    assertNotNull(pair.listener.accept(), "the connection stayed in the queue");
    assertEquals(2, host.openDescriptors());
  }
}
