package dev.millrace.examples.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is large and no fault of its reader ends nobody. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LargeMessagesTest {
  private static final String SUBSCRIBED = "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n";

  private static String text(HandDrivenKv kv, SocketChannel client, int length) throws Exception {
    ByteBuffer received = ByteBuffer.allocate(length);
    kv.receive(client, received);
    return new String(received.array(), StandardCharsets.ISO_8859_1);
  }

  @Test
  void aMessageBeyondTheHardLimitOfTheQueue() throws Exception {
    KvSettings settings = KvSettings.defaults().withMaxBulkBytes(32 << 20);
    int size = settings.limits().hardLimitBytes() + (1 << 20);
    try (HandDrivenKv kv = new HandDrivenKv(settings)) {
      SocketChannel subscriber = kv.client();
      assertEquals(SUBSCRIBED, kv.ask(subscriber, "SUBSCRIBE c\n", SUBSCRIBED.length()));
      SocketChannel publisher = kv.client();
      String value = "x".repeat(size);
      String bulk = "$" + size + "\r\n" + value + "\r\n";
      kv.send(publisher, "*3\r\n$7\r\nPUBLISH\r\n$1\r\nc\r\n" + bulk);
      assertEquals(":1\r\n", text(kv, publisher, 4));
      assertEquals(":1\r\n", kv.ask(publisher, "PUBLISH c 2\n", 4));
      String messages =
          "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n"
              + bulk
              + "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\n2\r\n";
      assertEquals(messages, text(kv, subscriber, messages.length()));
    }
  }

  @Test
  void aMessageBehindALargeReply() throws Exception {
    KvSettings settings = KvSettings.defaults();
    try (HandDrivenKv kv = new HandDrivenKv(settings)) {
      SocketChannel subscriber = kv.client();
      kv.send(subscriber, "HELLO 3\n");
      for (ByteBuffer one = ByteBuffer.allocate(1); one.get(0) != '*'; ) {
        kv.receive(subscriber, one.clear()); // the last word of it is an empty array: *0
      }
      text(kv, subscriber, 3);
      String subscribed = SUBSCRIBED.replace('*', '>');
      assertEquals(subscribed, kv.ask(subscriber, "SUBSCRIBE c\n", subscribed.length()));
      int size = settings.maxBulkBytes();
      String bulk = "$" + size + "\r\n" + "x".repeat(size) + "\r\n";
      kv.send(subscriber, "*2\r\n$4\r\nECHO\r\n" + bulk);
      for (int i = 0; i < 100; i++) {
        kv.turn();
      }
      SocketChannel publisher = kv.client();
      assertEquals(":1\r\n", kv.ask(publisher, "PUBLISH c 2\n", 4));
      String all = bulk + ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\n2\r\n";
      assertEquals(all, text(kv, subscriber, all.length()));
    }
  }

  @Test
  void theSameIsToldOnce() throws Exception {
    try (HandDrivenKv kv = new HandDrivenKv(KvSettings.defaults())) {
      SocketChannel client = kv.client();
      String id = kv.ask(client, "CLIENT ID\n", 4).substring(1, 2);
      kv.send(client, "CLIENT LIST ID" + (" " + id).repeat(1000) + "\n");
      ByteBuffer head = ByteBuffer.allocate(4);
      kv.receive(client, head);
      assertEquals('$', head.get(0));
      int length = Integer.parseInt(new String(head.array(), 1, 3, StandardCharsets.US_ASCII));
      assertEquals(1, text(kv, client, 2 + length + 2).split("id=", -1).length - 1);
      String cluster = "# Cluster\r\ncluster_enabled:0\r\n";
      assertEquals(
          "$" + cluster.length() + "\r\n" + cluster + "\r\n",
          kv.ask(client, "INFO" + " cluster nothing".repeat(1000) + "\n", cluster.length() + 7));
    }
  }

  /** Two parts of 100 bytes each for a value of 600: 1 MiB is enough for some 5,000. */
  @Test
  void whatRefersToValuesCounts() throws Exception {
    KvSettings settings = KvSettings.defaults().withMaxWaitingBytes(KvSettings.MIN_WAITING_BYTES);
    try (HandDrivenKv kv = new HandDrivenKv(settings)) {
      SocketChannel client = kv.client();
      assertEquals("+OK\r\n", kv.ask(client, "SET a " + "x".repeat(600) + "\n", 5));
      String error =
          "-ERR reply is too large: with it more than 1048576 bytes of replies would wait for"
              + " their readers\r\n";
      assertEquals(error, kv.ask(client, "MGET" + " a".repeat(20_000) + "\n", error.length()));
      kv.send(client, "MGET" + " a".repeat(4000) + "\n");
      assertEquals("*4000\r\n", text(kv, client, 7));
      text(kv, client, 4000 * 608);
      assertEquals(0, kv.service.waitingBytes());
    }
  }

  @Test
  void subscriptionsTakeMemoryUntilTheyEnd() throws Exception {
    try (HandDrivenKv kv = new HandDrivenKv(KvSettings.defaults())) {
      long before = kv.service.usedBytes();
      SocketChannel subscriber = kv.client();
      String name = "n".repeat(10_000);
      kv.send(subscriber, "SUBSCRIBE " + name + " b b\nPSUBSCRIBE " + name + "\nPING\n");
      text(kv, subscriber, 20_000);
      assertTrue(kv.service.usedBytes() >= before + 20_000);
      kv.send(subscriber, "RESET\n");
      for (int i = 0; i < 100; i++) {
        kv.turn();
      }
      assertEquals(before, kv.service.usedBytes());
    }
  }
}
