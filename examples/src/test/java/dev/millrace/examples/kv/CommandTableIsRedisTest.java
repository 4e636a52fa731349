package dev.millrace.examples.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What our table says of a command is what Redis says: arity, flags, places of the keys. Flags that
 * are about what is not here (scripts, cluster, modules) come and go with them.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CommandTableIsRedisTest {
  @Test
  void everyCommandIsToldAsRedisTellsIt() throws Exception {
    try (RedisServer redis = RedisServer.start();
        KvServer ours = KvServer.start();
        RespClient redisClient = new RespClient(redis.address());
        RespClient ourClient = new RespClient(ours.address())) {
      List<String> names = new ArrayList<>(List.of("COMMAND", "INFO"));
      for (byte[] name : RespFrames.parts(ourClient.ask("COMMAND", "LIST"))) {
        names.add(RespFrames.content(name));
      }
      String[] ask = names.toArray(new String[0]);
      assertEquals(
          told(redisClient.ask(ask)).toString().replace("}, ", "},\n"),
          told(ourClient.ask(ask)).toString().replace("}, ", "},\n"));
    }
  }

  /** By name; subcommands are commands of their own, with a bar in their names. */
  private static Map<String, String> told(byte[] reply) {
    Map<String, String> all = new TreeMap<>();
    for (byte[] one : RespFrames.parts(reply)) {
      List<byte[]> parts = RespFrames.parts(one);
      TreeSet<String> flags = new TreeSet<>();
      for (byte[] flag : RespFrames.parts(parts.get(2))) {
        flags.add(RespFrames.content(flag));
      }
      all.put(
          RespFrames.content(parts.get(0)),
          "{arity "
              + RespFrames.content(parts.get(1))
              + " "
              + flags
              + " keys "
              + RespFrames.content(parts.get(3))
              + " "
              + RespFrames.content(parts.get(4))
              + " "
              + RespFrames.content(parts.get(5))
              + "}");
    }
    return all;
  }
}
