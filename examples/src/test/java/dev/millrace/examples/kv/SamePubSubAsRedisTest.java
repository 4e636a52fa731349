package dev.millrace.examples.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random subscribing and publishing by a few clients, and each of them gets what Redis gives.
 *
 * <p>After every command each client sends a PING of its own; what comes before its reply is all
 * that the command has caused. What Redis finds by walking through a hash table has no order: the
 * patterns that a message goes to, and the channels of an UNSUBSCRIBE without names.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class SamePubSubAsRedisTest {
  private static final int COMMANDS = Integer.getInteger("millrace.commands", 40_000) / 10;

  private static final int CLIENTS = 3;

  private static final List<String> CHANNELS =
      List.of("a", "b", "ab", "", "news.x", "\0\u00ff\r\n");

  private static final List<String> PATTERNS =
      List.of("*", "a*", "?", "news.[a-z]", "\\a", "[^a]*");

  @Test
  void everyClientGetsWhatRedisGives() throws Exception {
    long seed = Long.getLong("millrace.seed", System.nanoTime());
    try (RedisServer redis = RedisServer.start();
        KvServer ours = KvServer.start();
        Room expected = new Room(redis.address());
        Room actual = new Room(ours.address())) {
      Random random = new Random(seed);
      Deque<String> history = new ArrayDeque<>();
      for (int i = 0; i < COMMANDS; i++) {
        int who = random.nextInt(CLIENTS);
        List<String> command = command(random);
        history.addLast("\n    " + who + ": " + command);
        if (history.size() > 20) {
          history.removeFirst();
        }
        assertEquals(
            expected.after(who, command),
            actual.after(who, command),
            () -> "-Dmillrace.seed=" + seed + ", lately:" + String.join("", history));
      }
    }
  }

  private static List<String> command(Random random) {
    List<String> command = new ArrayList<>();
    switch (random.nextInt(16)) {
      case 0, 1, 2 -> fill(command, "SUBSCRIBE", 1 + random.nextInt(3), CHANNELS, random);
      case 3, 4 -> fill(command, "psubscribe", 1 + random.nextInt(2), PATTERNS, random);
      case 5, 6 -> fill(command, "unsubscribe", random.nextInt(4), CHANNELS, random);
      case 7 -> fill(command, "PUNSUBSCRIBE", random.nextInt(3), PATTERNS, random);
      case 8, 9, 10, 11 -> {
        fill(command, "PUBLISH", 1, CHANNELS, random);
        command.add("x".repeat(random.nextInt(3) * random.nextInt(100)));
      }
      case 12 -> fill(command, "PUBSUB", 1, List.of("CHANNELS", "NUMSUB", "NUMPAT", "x"), random);
      case 13 -> {
        command.add("pubsub");
        fill(command, random.nextBoolean() ? "numsub" : "channels", 1, CHANNELS, random);
      }
      case 14 -> {
        fill(command, "HELLO", 1, List.of("2", "3", "3"), random);
      }
      default ->
          command.addAll(
              List.of(
                      List.of("RESET"),
                      List.of("GET", "a"),
                      List.of("PING"),
                      List.of("SUBSCRIBE"),
                      List.of("PUBLISH", "a"),
                      List.of("client", "getname"),
                      List.of("CLIENT", "x"),
                      List.of("nothing"))
                  .get(random.nextInt(8)));
    }
    return command;
  }

  private static void fill(
      List<String> command, String name, int count, List<String> from, Random random) {
    command.add(name);
    for (int i = 0; i < count; i++) {
      command.add(from.get(random.nextInt(from.size())));
    }
  }

  /** Some clients of one server. */
  private static final class Room implements AutoCloseable {
    private final List<RespClient> clients = new ArrayList<>();
    private int pings;

    Room(SocketAddress address) throws IOException {
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(new RespClient(address));
      }
    }

    /** What each of them has been sent when one has run this. */
    List<List<String>> after(int who, List<String> command) throws IOException {
      clients.get(who).send(command.toArray(new String[0]));
      List<List<String>> all = new ArrayList<>();
      // The one that has sent it first: what others are sent is written when its reply is there.
      for (int i = 0; i < CLIENTS; i++) {
        all.add(drained(clients.get((who + i) % CLIENTS), command));
      }
      return all;
    }

    private List<String> drained(RespClient client, List<String> command) throws IOException {
      byte[] token = RespClient.ascii("ping:" + ++pings);
      client.send("PING", new String(token, StandardCharsets.US_ASCII));
      List<String> frames = new ArrayList<>();
      List<String> counts = new ArrayList<>();
      while (true) {
        byte[] frame = client.reply();
        String text = new String(frame, StandardCharsets.ISO_8859_1);
        if (text.endsWith("ping:" + pings + "\r\n")) {
          break;
        }
        if (command.get(0).toUpperCase(Locale.ROOT).endsWith("UNSUBSCRIBE")
            && command.size() == 1) {
          List<byte[]> parts = RespFrames.parts(frame);
          counts.add(RespFrames.text(parts.get(parts.size() - 1)));
          text = text.substring(0, text.lastIndexOf(':'));
        }
        if (command.get(0).equalsIgnoreCase("pubsub") && frame[0] == '*') {
          List<String> parts = new ArrayList<>();
          RespFrames.parts(frame).forEach(part -> parts.add(RespFrames.text(part)));
          Collections.sort(parts);
          text = parts.toString();
        }
        frames.add(text.replaceAll("id\r\n:\\d+\r\n", "id\r\n"));
      }
      Collections.sort(frames);
      frames.addAll(counts);
      return frames;
    }

    @Override
    public void close() throws IOException {
      for (RespClient client : clients) {
        client.close();
      }
    }
  }
}
