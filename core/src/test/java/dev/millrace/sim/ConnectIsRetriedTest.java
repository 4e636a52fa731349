package dev.millrace.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A SYN that finds no room, or nobody, is repeated after 1, 2, 4 … seconds, and given up. */
@Timeout(60)
class ConnectIsRetriedTest {
  private static final int BACKLOG = 3;

  @Test
  void oneMoreThanTheBacklogFindsRoomAndTheNextRetryFindsWhatWasMade() throws Exception {
    SimPair pair = new SimPair(1);
    pair.listener = pair.listen(BACKLOG);
    SocketChannel[] asking = new SocketChannel[BACKLOG + 2];
    for (int i = 0; i < asking.length; i++) {
      asking[i] = pair.ask();
    }
    pair.settle();
    int connected = 0;
    SocketChannel waiting = null;
    for (SocketChannel channel : asking) {
      if (channel.finishConnect()) {
        connected++;
      } else {
        waiting = channel;
      }
    }
    assertEquals(BACKLOG + 1, connected);
    pair.pass(Duration.ofMillis(1_500));
    assertFalse(waiting.finishConnect(), "still no room at the first retry");
    assertNotNull(pair.listener.accept());
    pair.settle();
    assertFalse(waiting.finishConnect(), "nobody tells it that there is room");
    pair.pass(Duration.ofMillis(1_600));
    assertTrue(waiting.finishConnect(), "the second retry, after 1 and 2 seconds");
    for (int i = 0; i < BACKLOG + 1; i++) {
      assertNotNull(pair.listener.accept());
    }
    assertNull(pair.listener.accept());
  }

  @Test
  void aConnectThatIsNeverAnsweredTimesOutAfterTwoMinutes() throws Exception {
    SimPair pair = new SimPair(2);
    pair.listener = pair.listen(1);
    pair.ask();
    pair.ask();
    pair.settle();
    SocketChannel waiting = pair.ask();
    try (Selector selector = pair.clientHost.provider().openSelector()) {
      waiting.register(selector, SelectionKey.OP_CONNECT);
      long begin = pair.world.nowNanos();
      assertEquals(1, selector.select(200_000));
      assertEquals(127, (pair.world.nowNanos() - begin) / 1_000_000_000, "1 + 2 + 4 … + 64 s");
      assertThrows(ConnectException.class, waiting::finishConnect);
    }
  }

  @Test
  void nobodyAtThatAddress() throws Exception {
    SimWorld world = new SimWorld(3);
    SimHost host = world.host("alone");
    SocketChannel channel = host.provider().openSocketChannel();
    channel.configureBlocking(false);
    channel.connect(new InetSocketAddress("10.0.9.9", 1));
    world.advanceAll(1_000_000);
    assertThrows(NoRouteToHostException.class, channel::finishConnect);
    assertFalse(channel.isOpen());
  }
}
