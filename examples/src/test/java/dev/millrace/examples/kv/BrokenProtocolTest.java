package dev.millrace.examples.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What is no request, or is cut off in the middle of one: the same bytes come back as from Redis,
 * and then the end.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BrokenProtocolTest {
  private static final int RANDOM = Integer.getInteger("millrace.commands", 40_000) / 40;

  private static final String PING = "*1\r\n$4\r\nPING\r\n";

  private static final List<String> WRONG =
      List.of(
          "*1\r\n+PING\r\n",
          "*1\r\nPING\r\n",
          "*1\r\n\r\n",
          "*x\r\n",
          "*\r\n",
          "* 1\r\n",
          "*+1\r\n",
          "*01\r\n",
          "*2147483648\r\n",
          "*9223372036854775808\r\n",
          "*-1\r\n" + PING,
          "*-99\r\n" + PING,
          "*0\r\n" + PING,
          "*1\r\n$-1\r\n",
          "*1\r\n$-2\r\n",
          "*1\r\n$x\r\n",
          "*1\r\n$\r\n",
          "*1\r\n$16777217\r\n",
          "*1\r\n$9223372036854775808\r\n",
          "*1\r\n$4\r\nPINGxx" + PING,
          "*1\r\n$4\r\nPING\n\n" + PING,
          "*1\n$4\r\nPING\r\n",
          "*1\r\n$0\r\n\r\n" + PING,
          "\r\n\n \t\r\n" + PING,
          "PING\r\n",
          "  ping \t x \n",
          "PING \"a b\"\n",
          "PING 'a\\'b'\n",
          "PING \"\\x41\\n\\r\\t\\b\\a\\\\\\\"\\q\\x4\"\n",
          "PING \"unbalanced\r\n" + PING,
          "PING 'unbalanced\r\n" + PING,
          "PING \"a\"b\r\n" + PING,
          "PING a\"b\"\r\n" + PING,
          "$4\r\nPING\r\n",
          "+OK\r\n",
          ":1\r\n",
          "GET / HTTP/1.0\r\n",
          "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n" + PING,
          "POST / HTTP/1.1\r\nHost: localhost\r\n\r\nPING\r\n",
          "QUIT\r\n" + PING,
          "PI",
          "*1\r\n$4\r\nPI",
          "*1\r\n$4\r\nPING\r",
          "",
          "x".repeat(70_000),
          "x".repeat(70_000) + "\r\n" + PING,
          "*" + "1".repeat(70_000),
          "*1\r\n$" + "1".repeat(70_000));

  @Test
  void eachIsAnsweredAsRedisDoes() throws Exception {
    try (RedisServer redis = RedisServer.start("--proto-max-bulk-len", "16mb");
        KvServer ours = KvServer.start()) {
      for (String wrong : WRONG) {
        for (String before : List.of("", PING)) {
          byte[] bytes = RespClient.ascii(before + wrong);
          assertEquals(
              answer(redis.address(), List.of(bytes)),
              answer(ours.address(), List.of(bytes)),
              () -> RespFrames.text(bytes));
        }
      }
    }
  }

  @Test
  void bytesChangedAtRandom() throws Exception {
    long seed = Long.getLong("millrace.seed", System.nanoTime());
    Random random = new Random(seed);
    try (RedisServer redis = RedisServer.start("--proto-max-bulk-len", "16mb");
        KvServer ours = KvServer.start()) {
      for (int i = 0; i < RANDOM; i++) {
        byte[] bytes = request(random);
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
          bytes[random.nextInt(bytes.length)] =
              (byte) "*$\r\n 0123456789-+x\"'\\PINGping".charAt(random.nextInt(29));
        }
        int cut = random.nextInt(bytes.length);
        List<byte[]> pieces =
            List.of(Arrays.copyOf(bytes, cut), Arrays.copyOfRange(bytes, cut, bytes.length));
        assertEquals(
            answer(redis.address(), List.of(bytes)),
            answer(ours.address(), pieces),
            () -> RespFrames.text(bytes) + " -Dmillrace.seed=" + seed);
      }
    }
  }

  /** A few PINGs and ECHOs: nothing that stays, whatever becomes of them. */
  private static byte[] request(Random random) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      List<String> args = new ArrayList<>(List.of(random.nextBoolean() ? "PING" : "ECHO"));
      for (int a = random.nextInt(3); a > 0; a--) {
        args.add("x".repeat(random.nextInt(12)));
      }
      bytes.writeBytes(
          random.nextInt(4) == 0
              ? RespClient.ascii(String.join(" ", args) + "\r\n")
              : RespClient.encode(args.toArray(new String[0])));
    }
    return bytes.toByteArray();
  }

  private static String answer(SocketAddress address, List<byte[]> pieces) throws IOException {
    try (RespClient client = new RespClient(address)) {
      try {
        client.send(pieces);
        client.shutdownOutput();
      } catch (IOException e) {
        // Told what is wrong before it had all been sent; that is still to be read.
      }
      return RespFrames.text(client.untilEnd());
    }
  }
}
