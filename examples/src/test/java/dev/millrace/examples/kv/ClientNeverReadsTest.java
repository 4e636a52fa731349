package dev.millrace.examples.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who asks for much and takes nothing costs little, and gets all of it when it reads after all. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ClientNeverReadsTest {
  private static final int TURNS = 300;

  @Test
  void manyLargeValues() throws Exception {
    manyValues(1 << 20, 200);
  }

  @Test
  void veryManySmallValues() throws Exception {
    manyValues(1000, 100_000);
  }

  private static void manyValues(int size, int count) throws Exception {
    try (HandDrivenKv kv = new HandDrivenKv(KvSettings.defaults())) {
      SocketChannel client = kv.client();
      String value = "x".repeat(size);
      kv.send(client, "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$" + size + "\r\n" + value + "\r\n");
      assertEquals("+OK\r\n", kv.ask(client, "", 5));
      ByteBuffer asked =
          ByteBuffer.wrap("GET a\n".repeat(count).getBytes(StandardCharsets.US_ASCII));
      for (int i = 0; i < TURNS; i++) {
        client.write(asked);
        kv.turn();
      }
      // One reply beyond the room at the most, and of that only what is not lent is ours.
      assertTrue(kv.service.waitingBytes() < 1000, () -> "waiting: " + kv.service.waitingBytes());
      long waiting = kv.service.usedBytes() - kv.service.keys().usedBytes();
      assertTrue(waiting <= size + 1000, () -> "lent: " + waiting);

      // Somebody else is served, and the store may change under what is lent.
      SocketChannel other = kv.client();
      assertEquals("+OK\r\n:1\r\n", kv.ask(other, "SET a 1\nDBSIZE\n", 9));
      kv.send(other, "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$" + size + "\r\n" + value + "\r\n");

      byte[] expected = ("$" + size + "\r\n" + value + "\r\n").getBytes(StandardCharsets.US_ASCII);
      ByteBuffer reply = ByteBuffer.allocate(expected.length);
      for (int i = 0; i < count; i++) {
        client.write(asked);
        kv.receive(client, reply.clear());
        if (reply.array()[1] == expected[1]) {
          assertEquals(ByteBuffer.wrap(expected), reply.flip());
        }
      }
      assertEquals("+PONG\r\n", kv.ask(client, "PING\n", 7));
      assertEquals(0, kv.service.waitingBytes());
      assertEquals(kv.service.keys().usedBytes(), kv.service.usedBytes());
    }
  }

  @Test
  void whatWaitsIsForgottenWhenTheClientIsGone() throws Exception {
    try (HandDrivenKv kv = new HandDrivenKv(KvSettings.defaults())) {
      SocketChannel client = kv.client();
      String value = "x".repeat(8 << 20);
      kv.send(client, "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$" + value.length() + "\r\n" + value + "\r\n");
      kv.send(client, "GET a\nMGET a a a\n");
      for (int i = 0; i < TURNS; i++) {
        kv.turn();
      }
      assertTrue(kv.service.usedBytes() > kv.service.keys().usedBytes() + (1 << 20));
      client.setOption(StandardSocketOptions.SO_LINGER, 0);
      client.close();
      for (int i = 0; i < TURNS; i++) {
        kv.turn();
      }
      assertEquals(kv.service.keys().usedBytes(), kv.service.usedBytes());
    }
  }

  @Test
  void aReplyThatWouldBeTooLargeIsAnError() throws Exception {
    KvSettings settings = KvSettings.defaults().withMaxWaitingBytes(KvSettings.MIN_WAITING_BYTES);
    try (HandDrivenKv kv = new HandDrivenKv(settings)) {
      SocketChannel client = kv.client();
      for (int i = 0; i < 40_000; i++) {
        assertEquals("+OK\r\n", kv.ask(client, "SET " + i + "x".repeat(40) + " 1\n", 5));
      }
      String error =
          "-ERR reply is too large: with it more than 1048576 bytes of replies would wait for"
              + " their readers\r\n";
      assertEquals(
          "+PONG\r\n" + error + "+PONG\r\n",
          kv.ask(client, "PING\nKEYS *\nPING\n", 14 + error.length()));
      assertEquals(0, kv.service.waitingBytes());
    }
  }

  @Test
  void aClientThatHasSaidAllStillGetsItsReply() throws Exception {
    try (HandDrivenKv kv = new HandDrivenKv(KvSettings.defaults())) {
      SocketChannel client = kv.client();
      String value = "x".repeat(8 << 20);
      kv.send(client, "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$" + value.length() + "\r\n" + value + "\r\n");
      kv.send(client, "GET a\nQUIT\nGET a\n");
      client.shutdownOutput();
      for (int i = 0; i < TURNS; i++) {
        kv.turn();
      }
      String head = "+OK\r\n$8388608\r\n";
      ByteBuffer reply = ByteBuffer.allocate(head.length() + value.length() + 2 + 5);
      kv.receive(client, reply);
      assertTrue(new String(reply.array(), StandardCharsets.US_ASCII).endsWith("x\r\n+OK\r\n"));
      ByteBuffer more = ByteBuffer.allocate(1);
      int n;
      do {
        kv.turn();
        n = client.read(more);
      } while (n == 0);
      assertEquals(-1, n);
    }
  }
}
