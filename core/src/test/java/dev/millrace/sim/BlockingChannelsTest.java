package dev.millrace.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ConnectException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A blocking call lets the world go on until it need not wait any more. */
@Timeout(60)
class BlockingChannelsTest {
  private static final int MEGABYTE = 1 << 20;

  private final SimWorld world = new SimWorld(4);
  private final SimHost host = world.host("host");
  private final SimHost peers = world.host("peers");

  private SocketChannel open() throws Exception {
    return host.provider().openSocketChannel();
  }

  @Test
  void connectReadAndWriteWait() throws Exception {
    SimPeer[] accepted = new SimPeer[1];
    peers.listen(
        SimPair.PORT,
        peer -> {
          accepted[0] = peer;
          peer.awaitReceived(MEGABYTE).sendPattern(0, 100_000).shutdownOutput();
        });
    try (SocketChannel channel = open()) {
      assertTrue(channel.connect(peers.address(SimPair.PORT)));
      assertEquals(MEGABYTE, channel.write(SimPair.pattern(0, MEGABYTE)), "all of it");
      long read = 0;
      for (int n; (n = SimPair.read(channel, read, 10_000)) > 0; read += n) {
        assertTrue(n <= 10_000);
      }
      assertEquals(100_000, read);
      assertEquals(MEGABYTE, accepted[0].receivedBytes());
    }
  }

  @Test
  void acceptWaits() throws Exception {
    try (ServerSocketChannel listener = host.provider().openServerSocketChannel()) {
      listener.bind(host.address(SimPair.PORT));
      world.schedule(
          Duration.ofSeconds(3),
          () -> peers.peer().connect(host.address(SimPair.PORT)).send("hello"));
      SocketChannel accepted = listener.accept();
      assertTrue(world.nowNanos() > 3_000_000_000L);
      ByteBuffer target = ByteBuffer.allocate(10);
      assertEquals(5, accepted.read(target));
    }
  }

  @Test
  void aRefusedConnectThrowsAndCloses() throws Exception {
    SocketChannel channel = open();
    assertThrows(ConnectException.class, () -> channel.connect(peers.address(SimPair.PORT)));
    assertFalse(channel.isOpen());
  }

  @Test
  void aResetEndsAReadThatWaits() throws Exception {
    peers.listen(SimPair.PORT, peer -> peer.pause(Duration.ofSeconds(1)).reset());
    try (SocketChannel channel = open()) {
      channel.connect(peers.address(SimPair.PORT));
      ByteBuffer target = ByteBuffer.allocate(10);
      assertThrows(SocketException.class, () -> channel.read(target));
    }
  }

  @Test
  void aCallThatWouldWaitForEverSaysSo() throws Exception {
    peers.listen(SimPair.PORT, SimPeer::stopReading);
    try (SocketChannel channel = open()) {
      channel.connect(peers.address(SimPair.PORT));
      ByteBuffer target = ByteBuffer.allocate(10);
      assertThrows(IllegalStateException.class, () -> channel.read(target));
      ByteBuffer source = ByteBuffer.allocate(MEGABYTE);
      assertThrows(IllegalStateException.class, () -> channel.write(source));
    }
  }

  @Test
  void itCannotBeRegistered() throws Exception {
    try (Selector selector = host.provider().openSelector();
        SocketChannel channel = open()) {
      assertThrows(
          IllegalBlockingModeException.class,
          () -> channel.register(selector, SelectionKey.OP_READ));
    }
  }
}
