package dev.millrace.examples.kv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** CLIENT LIST, INFO and KILL: what clients see of each other, and can do to each other. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ClientsKnowOfEachOtherTest {
  @Test
  void theLineOfAClientHasTheFieldsOfRedis() throws Exception {
    try (RedisServer redis = RedisServer.start();
        KvServer ours = KvServer.start();
        RespClient redisClient = new RespClient(redis.address());
        RespClient ourClient = new RespClient(ours.address())) {
      for (String what : List.of("LIST", "INFO")) {
        String expected = RespFrames.content(redisClient.ask("CLIENT", what));
        String actual = RespFrames.content(ourClient.ask("CLIENT", what));
        assertEquals(names(expected), names(actual));
        assertTrue(actual.contains(" cmd=client|" + what.toLowerCase(Locale.ROOT)));
        assertTrue(actual.contains(" addr=" + text(ourClient)), actual);
        assertTrue(actual.contains(" laddr=127.0.0.1:"), actual);
        assertTrue(actual.endsWith("\n"), actual);
      }
    }
  }

  private static List<String> names(String line) {
    return Arrays.stream(line.split("[ \n]")).map(field -> field.split("=", 2)[0]).toList();
  }

  private static String text(RespClient client) throws IOException {
    return "127.0.0.1:" + ((InetSocketAddress) client.localAddress()).getPort();
  }

  @Test
  void theListHasEverybodyInTheOrderTheyCame() throws Exception {
    try (KvServer ours = KvServer.start();
        RespClient a = new RespClient(ours.address());
        RespClient b = new RespClient(ours.address());
        RespClient c = new RespClient(ours.address())) {
      long idOfA = id(a); // each is accepted when it has its reply
      a.ask("CLIENT", "SETNAME", "a");
      b.ask("CLIENT", "SETNAME", "b");
      c.ask("CLIENT", "SETNAME", "c");
      c.ask("SUBSCRIBE", "news");
      List<String> lines = RespFrames.content(a.ask("CLIENT", "LIST")).lines().toList();
      assertEquals(3, lines.size());
      assertTrue(lines.get(0).startsWith("id=" + idOfA + " "), lines.get(0));
      assertTrue(
          lines.get(0).contains(" name=a ") && lines.get(0).contains(" flags=N "), lines.get(0));
      assertTrue(
          lines.get(1).contains(" name=b ") && lines.get(1).contains(" cmd=client|setname "));
      assertTrue(
          lines.get(2).contains(" name=c ")
              && lines.get(2).contains(" flags=P db=0 sub=1 psub=0 "));
      assertEquals(
          lines.get(2) + "\n", RespFrames.content(a.ask("CLIENT", "LIST", "TYPE", "pubsub")));
      assertEquals("", RespFrames.content(a.ask("CLIENT", "LIST", "TYPE", "replica")));
      String two = RespFrames.content(a.ask("CLIENT", "LIST", "ID", "" + id(b), "99", "" + idOfA));
      assertTrue(two.matches("(?s)id=\\d+ .* name=b .*\nid=" + idOfA + " [^\n]*\n"), two);
    }
  }

  private static long id(RespClient client) throws IOException {
    return Long.parseLong(RespFrames.content(client.ask("CLIENT", "ID")));
  }

  @Test
  void killByEachFilter() throws Exception {
    try (KvServer ours = KvServer.start();
        RespClient killer = new RespClient(ours.address())) {
      killed(ours, killer, client -> new String[] {"ID", "" + id(client)});
      killed(ours, killer, client -> new String[] {"addr", text(client)});
      killed(ours, killer, client -> new String[] {"USER", "default"});
      killed(ours, killer, client -> new String[] {"LADDR", "127.0.0.1:" + port(ours)});
      killed(ours, killer, client -> new String[] {"TYPE", "normal", "SKIPME", "yes"});
      killed(
          ours,
          killer,
          client -> {
            client.ask("PSUBSCRIBE", "*");
            return new String[] {"TYPE", "pubsub", "SKIPME", "no"};
          });
      try (RespClient other = new RespClient(ours.address())) {
        other.ask("PING"); // then it is accepted
        assertEquals("OK", RespFrames.content(killer.ask("CLIENT", "KILL", text(other))));
        assertEquals(0, other.untilEnd().length);
        assertEquals(
            "ERR No such client", RespFrames.content(killer.ask("CLIENT", "KILL", text(other))));
      }
      assertEquals("0", RespFrames.content(killer.ask("CLIENT", "KILL", "ID", "12345")));
    }
  }

  private interface Filter {
    String[] of(RespClient client) throws IOException;
  }

  /** One client, killed by this filter, is no client when the reply is there, and then is gone. */
  private static void killed(KvServer ours, RespClient killer, Filter filter) throws IOException {
    try (RespClient other = new RespClient(ours.address())) {
      other.ask("PING");
      String[] args = filter.of(other);
      String[] kill = new String[2 + args.length];
      kill[0] = "CLIENT";
      kill[1] = "KILL";
      System.arraycopy(args, 0, kill, 2, args.length);
      assertEquals("1", RespFrames.content(killer.ask(kill)), () -> Arrays.toString(args));
      assertEquals(1, RespFrames.content(killer.ask("CLIENT", "LIST")).lines().count());
      assertEquals("0", RespFrames.content(killer.ask("PUBLISH", "news", "x")));
      assertEquals(0, other.untilEnd().length);
    }
  }

  private static int port(KvServer ours) {
    return ((InetSocketAddress) ours.address()).getPort();
  }

  @Test
  void oneThatKillsItselfGetsItsReplyFirst() throws Exception {
    try (KvServer ours = KvServer.start();
        RespClient client = new RespClient(ours.address())) {
      client.send(
          List.of(
              RespClient.encode("PING"),
              RespClient.encode("CLIENT", "KILL", "ID", "" + id(client), "SKIPME", "no"),
              RespClient.encode("PING")));
      assertArrayEquals(RespClient.ascii("+PONG\r\n:1\r\n"), client.untilEnd());
    }
    try (KvServer ours = KvServer.start();
        RespClient client = new RespClient(ours.address())) {
      client.send("CLIENT", "KILL", text(client));
      assertArrayEquals(RespClient.ascii("+OK\r\n"), client.untilEnd());
    }
  }

  @Test
  void quitAndResetEndWhatTheyShall() throws Exception {
    try (KvServer ours = KvServer.start();
        RespClient client = new RespClient(ours.address());
        RespClient other = new RespClient(ours.address())) {
      client.ask("CLIENT", "SETNAME", "x");
      client.ask("SUBSCRIBE", "news");
      assertEquals("1", RespFrames.content(other.ask("PUBLISH", "news", "1")));
      client.reply();
      assertEquals("RESET", RespFrames.content(client.ask("RESET")));
      assertEquals("0", RespFrames.content(other.ask("PUBLISH", "news", "2")));
      assertEquals(null, RespFrames.content(client.ask("CLIENT", "GETNAME")));
      client.ask("SUBSCRIBE", "news");
      client.send("QUIT");
      assertArrayEquals(RespClient.ascii("+OK\r\n"), client.untilEnd());
      assertEquals("0", RespFrames.content(other.ask("PUBLISH", "news", "3")));
    }
  }
}
