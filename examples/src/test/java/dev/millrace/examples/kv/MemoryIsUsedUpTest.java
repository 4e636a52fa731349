package dev.millrace.examples.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** At the bound nothing more is stored, all else is answered, and what is deleted makes room. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MemoryIsUsedUpTest {
  private static final String OOM = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";

  @Test
  void storingIsRefusedInRedisWords() throws Exception {
    int max = 1 << 20;
    try (HandDrivenKv kv = new HandDrivenKv(KvSettings.defaults().withMaxMemoryBytes(max))) {
      SocketChannel client = kv.client();
      String value = "v".repeat(1000);
      int stored = 0;
      while (kv.ask(client, "SET key" + stored + " " + value + "\n", 5).equals("+OK\r\n")) {
        stored++;
        assertTrue(stored < 1000, "no bound");
      }
      assertEquals(OOM.substring(5), kv.ask(client, "", OOM.length() - 5));
      long used = kv.service.usedBytes();
      assertTrue(used > max && used < max + 2000, () -> "used: " + used);
      for (String refused :
          new String[] {"SET key0 1", "SETNX n 1", "APPEND key0 1", "INCR n", "MSET a 1 b 2"}) {
        assertEquals(OOM, kv.ask(client, refused + "\n", OOM.length()), refused);
      }
      String allowed =
          kv.ask(client, "STRLEN key0\nEXPIRE key0 100\nTTL key0\nDBSIZE\nDEL key0\n", 27);
      assertEquals(":1000\r\n:1\r\n:100\r\n:" + stored + "\r\n:1\r\n", allowed);
      assertEquals(":1\r\n+OK\r\n", kv.ask(client, "DEL key1\nSET a " + value + "\n", 9));
      assertEquals("+OK\r\n", kv.ask(client, "FLUSHALL\n", 5));
      assertTrue(kv.service.usedBytes() < 1000);
    }
  }

  @Test
  void keysThatExpireMakeRoom() throws Exception {
    try (HandDrivenKv kv = new HandDrivenKv(KvSettings.defaults().withMaxMemoryBytes(100_000))) {
      SocketChannel client = kv.client();
      String value = "v".repeat(1000);
      String reply;
      int i = 0;
      do {
        reply = kv.ask(client, "SET key" + i++ + " " + value + " PX 500\n", 5);
      } while (reply.equals("+OK\r\n"));
      assertEquals(OOM, reply + kv.ask(client, "", OOM.length() - 5));
      kv.pass(600);
      assertEquals(":0\r\n+OK\r\n", kv.ask(client, "DBSIZE\nSET a 1\n", 9));
      assertTrue(kv.service.usedBytes() < 3000);
    }
  }
}
