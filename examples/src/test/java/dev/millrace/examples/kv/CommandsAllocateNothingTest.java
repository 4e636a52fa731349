package dev.millrace.examples.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.millrace.LoopOptions;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * In steady state the commands of every day make no garbage: nor does SET, where the new value is
 * of the length of the old one.
 *
 * <p>The JDK's selector boxes the number of a descriptor above 127, 16 bytes for each ready key, so
 * that much of a round is not ours.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CommandsAllocateNothingTest {
  private static final int WARM_UP = 20_000;
  private static final int ROUNDS = 5_000;
  private static final int DEPTH = 16;
  private static final long BOXED_DESCRIPTOR_BYTES = 16;

  @Test
  void ping() throws Exception {
    allocatesNothing("*1\r\n$4\r\nPING\r\n", "+PONG\r\n");
  }

  @Test
  void get() throws Exception {
    allocatesNothing("*2\r\n$3\r\nGET\r\n$5\r\nthere\r\n", "$8\r\n12345678\r\n");
  }

  @Test
  void set() throws Exception {
    allocatesNothing("*3\r\n$3\r\nSET\r\n$5\r\nthere\r\n$8\r\n12345678\r\n", "+OK\r\n");
  }

  @Test
  void severalKeys() throws Exception {
    allocatesNothing(
        "*3\r\n$4\r\nMGET\r\n$5\r\nthere\r\n$1\r\nx\r\n", "*2\r\n$8\r\n12345678\r\n$-1\r\n");
  }

  private static void allocatesNothing(String request, String reply) throws Exception {
    // As in production: the checked mode makes a view for each callback.
    try (HandDrivenKv kv =
        new HandDrivenKv(KvSettings.defaults(), LoopOptions.defaults().withChecked(false))) {
      SocketChannel client = kv.client();
      assertEquals("+OK\r\n", kv.ask(client, "SET there 12345678\n", 5));
      byte[] asked = request.repeat(DEPTH).getBytes(StandardCharsets.US_ASCII);
      ByteBuffer out = ByteBuffer.allocateDirect(asked.length).put(asked);
      byte[] expected = reply.repeat(DEPTH).getBytes(StandardCharsets.US_ASCII);
      ByteBuffer in = ByteBuffer.allocateDirect(expected.length);
      ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      rounds(kv, client, out, in, WARM_UP);
      assertEquals(ByteBuffer.wrap(expected), in.flip());
      // The least of a few: code that is compiled anew meanwhile allocates once in this thread.
      long least = Long.MAX_VALUE;
      for (int i = 0; i < 5; i++) {
        long before = thread.getCurrentThreadAllocatedBytes();
        rounds(kv, client, out, in, ROUNDS);
        least = Math.min(least, thread.getCurrentThreadAllocatedBytes() - before);
      }
      long allowed = ROUNDS * BOXED_DESCRIPTOR_BYTES + 1000;
      assertTrue(least <= allowed, least + " bytes by " + ROUNDS * DEPTH + " requests");
    }
  }

  private static void rounds(
      HandDrivenKv kv, SocketChannel client, ByteBuffer out, ByteBuffer in, int count)
      throws Exception {
    for (int i = 0; i < count; i++) {
      kv.send(client, out.clear());
      kv.receive(client, in.clear());
    }
  }
}
