package dev.millrace.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Peers that wait for connections: each follows a script of its own. */
@Timeout(60)
class PeersThatListenTest {
  private final SimWorld world = new SimWorld(1);
  private final SimHost host = world.host("program");
  private final SimHost peers = world.host("peers");

  @Test
  void eachConnectionHasItsScript() throws Exception {
    List<SimPeer> made = new ArrayList<>();
    peers.listen(
        SimPair.PORT,
        peer -> {
          made.add(peer);
          peer.awaitReceived(2).send("answer " + made.size()).close();
        });
    for (int i = 1; i <= 3; i++) {
      try (SocketChannel channel = host.provider().openSocketChannel()) {
        channel.connect(peers.address(SimPair.PORT)); // blocking
        channel.write(ByteBuffer.wrap(new byte[] {'g', 'o'}));
        ByteBuffer target = ByteBuffer.allocate(100);
        while (channel.read(target) >= 0) {
          assertTrue(target.hasRemaining());
        }
        String text = StandardCharsets.US_ASCII.decode(target.flip()).toString();
        assertEquals("answer " + i, text);
      }
      assertEquals("go", made.get(i - 1).receivedText());
      assertTrue(made.get(i - 1).isDone());
    }
    assertEquals(3, made.size());
  }

  @Test
  void moreConnectionsThanAnyBacklogOfThePrograms() throws Exception {
    List<SimPeer> made = new ArrayList<>();
    peers.listen(SimPair.PORT, made::add);
    for (int i = 0; i < 200; i++) {
      host.peer().connect(peers.address(SimPair.PORT)).send("x");
    }
    world.advanceAll(10_000_000);
    assertEquals(200, made.size());
    for (SimPeer peer : made) {
      assertEquals(1, peer.receivedBytes());
    }
  }

  @Test
  void theirPortIsTaken() throws Exception {
    peers.listen(SimPair.PORT, peer -> {});
    assertThrows(IllegalStateException.class, () -> peers.listen(SimPair.PORT, peer -> {}));
    host.listen(SimPair.PORT, peer -> {}); // another host's is free
  }

  @Test
  void twoPeersTalkWithoutAnyProgram() {
    SimPeer[] other = new SimPeer[1];
    peers.listen(
        SimPair.PORT,
        peer -> {
          other[0] = peer;
          peer.awaitEnd().sendPattern(5, 50_000);
        });
    SimPeer peer =
        host.peer()
            .connect(peers.address(SimPair.PORT))
            .sendPattern(3, 100_000)
            .shutdownOutput()
            .awaitEnd();
    assertTrue(world.run(peer::isDone));
    assertEquals(100_000, other[0].receivedBytes());
    assertEquals(50_000, peer.receivedBytes());
    assertEquals(SimPeer.End.END_OF_INPUT, peer.end());
    assertEquals(SimPeer.End.END_OF_INPUT, other[0].end());
  }
}
