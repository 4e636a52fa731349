package dev.millrace.bench.peer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each server in a process of its own, as it is measured, with clients of the kernel's loopback.
 */
@Timeout(60)
@ParameterizedClass
@MethodSource("dev.millrace.bench.peer.Peers#available")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryPeerEchoesTest {
  /**
   * More than the kernel keeps for a client that does not read: 4 MiB on either side's way out
   * (tcp_wmem), and on the server's way in 6 MiB, or 32 where the machine is tuned for it
   * (tcp_rmem): its buffer grows as long as the server reads fast.
   */
  private static final int LARGE_BYTES = 48 << 20;

  private static final int CONNECTIONS = 300;

  /** A channel of the JDK, its key and its descriptor: the least that any of them holds. */
  private static final int LEAST_BYTES = 300;

  /** So long nothing moves in either direction: the buffers on the way are full. */
  private static final int STUCK_MILLIS = 300;

  @Parameter Peer peer;
  private ServerProcess server;

  @BeforeParameterizedClassInvocation
  void start(Peer peer) throws IOException {
    server = ServerProcess.start(Peers.options(peer, Peers.LONG));
  }

  @AfterParameterizedClassInvocation
  void noneHasComplained() {
    server.close();
    // Its log may say that it listens.
    List<String> complaints =
        server.errors().stream().filter(line -> !line.contains(" INFO ")).toList();
    assertEquals(List.of(), complaints);
  }

  @Test
  void smallPiecesComeBackAsTheyWere() throws IOException {
    Random random = seeded();
    try (Socket client = connect()) {
      client.setTcpNoDelay(true);
      byte[] sent = randomBytes(random, 100_000);
      byte[] back = new byte[sent.length];
      int written = 0;
      int read = 0;
      while (read < sent.length) {
        int piece = Math.min(1 + random.nextInt(100), sent.length - written);
        client.getOutputStream().write(sent, written, piece);
        written += piece;
        if (random.nextInt(4) == 0 || written == sent.length) {
          read += client.getInputStream().readNBytes(back, read, written - read);
          assertEquals(written, read, "its output ended");
        }
      }
      assertArrayEquals(sent, back);
    }
  }

  @Test
  void aClientThatReadsLateGetsEveryByte() throws IOException {
    Random random = seeded();
    byte[] sent = randomBytes(random, LARGE_BYTES);
    ByteBuffer toSend = ByteBuffer.wrap(sent);
    ByteBuffer back = ByteBuffer.allocate(sent.length);
    try (SocketChannel client = SocketChannel.open();
        Selector selector = Selector.open()) {
      client.setOption(StandardSocketOptions.SO_RCVBUF, 256 << 10);
      client.connect(server.address());
      client.configureBlocking(false);
      SelectionKey key = client.register(selector, SelectionKey.OP_WRITE);
      while (selector.select(k -> {}, STUCK_MILLIS) > 0 && toSend.hasRemaining()) {
        writePiece(client, toSend, random);
      }
      assertTrue(toSend.hasRemaining(), "the server holds what its client does not take");
      // One connection that is stuck holds up no other.
      assertEchoes("meanwhile");
      while (back.hasRemaining()) {
        key.interestOps(SelectionKey.OP_READ | (toSend.hasRemaining() ? SelectionKey.OP_WRITE : 0));
        selector.select(k -> {});
        assertTrue(client.read(back) >= 0, "its output ended after " + back.position());
        writePiece(client, toSend, random);
      }
    }
    assertArrayEquals(sent, back.array());
  }

  private static void writePiece(SocketChannel client, ByteBuffer toSend, Random random)
      throws IOException {
    ByteBuffer piece = toSend.duplicate();
    piece.limit(piece.position() + Math.min(1 + random.nextInt(100_000), toSend.remaining()));
    client.write(piece);
    toSend.position(piece.position());
  }

  @Test
  void manyConnectionsAreServedAtATime() throws IOException {
    List<Socket> clients = new ArrayList<>();
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        clients.add(connect());
      }
      for (Socket client : clients) {
        client
            .getOutputStream()
            .write(("I am " + client.getLocalPort()).getBytes(StandardCharsets.US_ASCII));
      }
      for (Socket client : clients) {
        assertReads(client, "I am " + client.getLocalPort());
      }
    } finally {
      for (Socket client : clients) {
        client.close();
      }
    }
  }

  @Test
  void connectionsComeAndGoWithARequestEach() throws IOException {
    for (int i = 0; i < 300; i++) {
      assertEchoes("request " + i);
    }
  }

  @Test
  void theAnswerComesBeforeTheEndAfterAHalfClose() throws IOException {
    try (Socket client = connect()) {
      client.getOutputStream().write("last words".getBytes(StandardCharsets.US_ASCII));
      client.shutdownOutput();
      assertEquals(
          "last words",
          new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
    }
  }

  @Test
  void aResetHarmsNobodyElse() throws IOException {
    try (Socket other = connect()) {
      for (int i = 0; i < 20; i++) {
        Socket client = connect();
        client.getOutputStream().write(new byte[1000]);
        client.setSoLinger(true, 0);
        client.close();
      }
      other.getOutputStream().write("still here".getBytes(StandardCharsets.US_ASCII));
      assertReads(other, "still here");
    }
    assertEchoes("and open for others");
  }

  @Test
  void whatConnectionsTakeIsSeenInItsMemory() throws IOException {
    if (!peer.isJava()) {
      assertThrows(UnsupportedOperationException.class, server::heapBytes);
      assertThrows(UnsupportedOperationException.class, server::allocatedBytes);
      return;
    }
    assertEchoes("what the first one loads stays");
    long heapBefore = server.heapBytes();
    long allocatedBefore = server.allocatedBytes();
    List<Socket> clients = new ArrayList<>();
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        Socket client = connect();
        clients.add(client);
        client.getOutputStream().write("ping".getBytes(StandardCharsets.US_ASCII));
        assertReads(client, "ping");
      }
      assertMore(heapBefore, server.heapBytes(), "heap");
      assertMore(allocatedBefore, server.allocatedBytes(), "allocated");
    } finally {
      for (Socket client : clients) {
        client.close();
      }
    }
  }

  private static void assertMore(long before, long after, String what) {
    assertTrue(after - before > CONNECTIONS * LEAST_BYTES, what + " " + before + ", " + after);
  }

  private void assertEchoes(String text) throws IOException {
    try (Socket client = connect()) {
      client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
      assertReads(client, text);
    }
  }

  private static void assertReads(Socket client, String text) throws IOException {
    byte[] back = client.getInputStream().readNBytes(text.length());
    assertEquals(text, new String(back, StandardCharsets.US_ASCII));
  }

  private Socket connect() throws IOException {
    return new Socket(server.address().getAddress(), server.address().getPort());
  }

  private static byte[] randomBytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private Random seeded() {
    long seed = System.nanoTime();
    System.out.println(peer.title() + ": seed=" + seed);
    return new Random(seed);
  }
}
