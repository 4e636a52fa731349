package dev.millrace.examples.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random commands, the same to ours and to a real Redis, and the replies byte for byte the same.
 *
 * <p>The exceptions: the order of KEYS and SCAN is compared as a set, a TTL within the tolerance,
 * and of HELLO's reply the client's number is left out. {@code -Dmillrace.seed=N} repeats a run,
 * {@code -Dmillrace.commands=N} makes it longer.
 */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class SameAsRedisTest {
  /** A few seconds. */
  private static final int COMMANDS = Integer.getInteger("millrace.commands", 40_000);

  /** Sent without waiting: a pipeline of some thousand bytes, and now and then some 100,000. */
  private static final int MOST_AT_ONCE = 64;

  /** What one server may be behind the other: a machine under load stands still now and then. */
  private static final long TOLERANCE_MILLIS = 10_000;

  @Test
  void randomCommandsAreAnsweredAlike() throws Exception {
    long seed = Long.getLong("millrace.seed", System.nanoTime());
    try (RedisServer redis = RedisServer.start();
        KvServer ours = KvServer.start();
        Run run = new Run(seed, redis.address(), ours.address())) {

      run.commands(COMMANDS);
      System.out.printf(
          "SameAsRedisTest: %d commands in %d pipelines, -Dmillrace.seed=%d%n",
          run.sent, run.pipelines, seed);
    }
  }

  @Test
  void aDifferenceIsFound() throws Exception {
    long seed = Long.getLong("millrace.seed", System.nanoTime());
    try (RedisServer redis = RedisServer.start();
        RedisServer other = RedisServer.start();
        Run run = new Run(seed, redis.address(), other.address())) {
      run.commands(COMMANDS / 20); // Redis is like Redis, or the commands are not well chosen
      for (String key : RandomCommands.KEYS) {
        run.redis.ask("SET", key, "one");
        run.ours.ask("SET", key, "other");
      }
      AssertionError found = assertThrows(AssertionError.class, () -> run.commands(2_000));
      assertTrue(found.getMessage().contains("millrace.seed="), found.getMessage());
    }
  }

  /** One sequence of commands, and the two that answer it. */
  private static final class Run implements AutoCloseable {
    private final long seed;
    private final Random random;
    private final RandomCommands commands;
    private final RespClient redis;
    private final RespClient ours;

    /** The last commands, to be shown beside a difference. */
    private final Deque<List<String>> history = new ArrayDeque<>();

    private int sent;
    private int pipelines;

    Run(long seed, SocketAddress redis, SocketAddress ours) throws IOException {
      this.seed = seed;
      random = new Random(seed);
      commands = new RandomCommands(random);
      this.redis = new RespClient(redis);
      this.ours = new RespClient(ours);
    }

    void commands(int count) throws IOException {
      for (int until = sent + count; sent < until; ) {
        pipeline(1 + random.nextInt(random.nextInt(4) == 0 ? MOST_AT_ONCE : 4));
        switch (random.nextInt(20)) {
          case 0 -> scan();
          case 1 -> expireSoon();
          case 2 -> hello();
          default -> {}
        }
      }
    }

    private void pipeline(int count) throws IOException {
      List<List<String>> batch = new ArrayList<>();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (int i = 0; i < count; i++) {
        List<String> command = commands.next();
        batch.add(command);
        bytes.write(encode(command));
      }
      List<byte[]> pieces = cut(bytes.toByteArray());
      List<byte[]> expected = redis.exchange(pieces, count);
      List<byte[]> actual = ours.exchange(pieces, count);
      for (int i = 0; i < count; i++) {
        compare(batch.get(i), expected.get(i), actual.get(i));
      }
      pipelines++;
    }

    /** Mostly as clients do; as a person at a terminal where the arguments allow it. */
    private byte[] encode(List<String> command) {
      if (random.nextInt(8) == 0
          && command.stream().allMatch(arg -> arg.matches("[a-zA-Z0-9:*?+.-]+"))) {
        return RespClient.ascii(
            String.join(random.nextBoolean() ? " " : " \t ", command)
                + (random.nextBoolean() ? "\r\n" : "\n"));
      }
      return RespClient.encode(command.stream().map(RespClient::ascii).toList());
    }

    /** At no, one or more random places, seldom at every one. */
    private List<byte[]> cut(byte[] bytes) {
      if (bytes.length < 300 && random.nextInt(40) == 0) {
        List<byte[]> single = new ArrayList<>();
        for (byte b : bytes) {
          single.add(new byte[] {b});
        }
        return single;
      }
      Set<Integer> cuts = new TreeSet<>();
      for (int n = random.nextInt(4); n > 0; n--) {
        cuts.add(random.nextInt(bytes.length));
      }
      cuts.add(bytes.length);
      List<byte[]> pieces = new ArrayList<>();
      int from = 0;
      for (int to : cuts) {
        pieces.add(Arrays.copyOfRange(bytes, from, to));
        from = to;
      }
      return pieces;
    }

    /** All keys come, each whole scan long, and none that was not there. */
    private void scan() throws IOException {
      List<String> options = new ArrayList<>();
      if (random.nextBoolean()) {
        options.addAll(List.of("MATCH", commands.pattern()));
      }
      if (random.nextBoolean()) {
        options.addAll(List.of("count", Integer.toString(1 + random.nextInt(5))));
      }
      if (random.nextInt(4) == 0) {
        options.addAll(List.of("TYPE", random.nextBoolean() ? "string" : "list"));
      }
      assertEquals(scan(redis, options), scan(ours, options), () -> "SCAN " + options + story());
    }

    private Set<String> scan(RespClient client, List<String> options) throws IOException {
      Set<String> found = new TreeSet<>();
      String cursor = "0";
      do {
        List<String> command = new ArrayList<>(List.of("SCAN", cursor));
        command.addAll(options);
        List<byte[]> reply = RespFrames.parts(client.ask(command.toArray(new String[0])));
        assertEquals(2, reply.size(), () -> command + story());
        cursor = RespFrames.content(reply.get(0));
        for (byte[] key : RespFrames.parts(reply.get(1))) {
          found.add(RespFrames.content(key));
        }
      } while (!cursor.equals("0"));
      return found;
    }

    /** Both lose it soon, and whoever asks sees it gone, without a wait for it in between. */
    private void expireSoon() throws IOException {
      String key = commands.key();
      both(List.of("SET", key, "soon gone"));
      both(
          random.nextBoolean()
              ? List.of("SET", key, "soon gone", "PX", "1")
              : List.of("PEXPIRE", key, "1"));
      long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TOLERANCE_MILLIS);
      for (RespClient client : List.of(redis, ours)) {
        while (!RespFrames.content(client.ask("EXISTS", key)).equals("0")) {
          assertTrue(System.nanoTime() < deadline, () -> "never gone: " + key + story());
        }
      }
      both(List.of("GET", key));
      both(List.of("DBSIZE"));
    }

    private void hello() throws IOException {
      String[] hello =
          random.nextBoolean() ? new String[] {"HELLO", "3"} : new String[] {"HELLO", "2"};
      List<String> expected = withoutId(redis.ask(hello));
      assertEquals(expected, withoutId(ours.ask(hello)), () -> "HELLO" + story());
    }

    private static List<String> withoutId(byte[] reply) {
      List<String> parts = new ArrayList<>();
      for (byte[] part : RespFrames.parts(reply)) {
        boolean isId = !parts.isEmpty() && parts.get(parts.size() - 1).contains("\\nid\\r");
        parts.add(isId ? "" : RespFrames.text(part));
      }
      return parts;
    }

    private void both(List<String> command) throws IOException {
      String[] args = command.toArray(new String[0]);
      compare(command, redis.ask(args), ours.ask(args));
    }

    private void compare(List<String> command, byte[] expected, byte[] actual) {
      sent++;
      history.addLast(command);
      if (history.size() > 1000) {
        history.removeFirst();
      }
      if (Arrays.equals(expected, actual)) {
        return;
      }
      String name = command.get(0).toUpperCase(Locale.ROOT);
      boolean alike =
          switch (name) {
            case "KEYS" -> sorted(expected).equals(sorted(actual));
            case "TTL" -> isNear(expected, actual, 1_000);
            case "PTTL" -> isNear(expected, actual, 1);
            default -> false;
          };
      if (!alike) {
        fail(
            command.stream().map(arg -> RespFrames.text(RespClient.ascii(arg))).toList()
                + "\n  Redis: "
                + RespFrames.text(expected)
                + "\n  ours:  "
                + RespFrames.text(actual)
                + story());
      }
    }

    private static List<String> sorted(byte[] reply) {
      List<String> parts = new ArrayList<>();
      for (byte[] part : RespFrames.parts(reply)) {
        parts.add(RespFrames.content(part));
      }
      Collections.sort(parts);
      return parts;
    }

    private static boolean isNear(byte[] expected, byte[] actual, long unitMillis) {
      if (expected[0] != ':' || actual[0] != ':') {
        return false;
      }
      long a = Long.parseLong(RespFrames.content(expected));
      long b = Long.parseLong(RespFrames.content(actual));
      return a > 0 && b > 0 && Math.abs(a - b) <= Math.max(1, TOLERANCE_MILLIS / unitMillis);
    }

    /** How to see it again, and the last commands that share an argument with the last of all. */
    private String story() {
      StringBuilder story = new StringBuilder();
      List<List<String>> related = new ArrayList<>();
      if (!history.isEmpty()) {
        Set<String> last = new HashSet<>(history.getLast().subList(1, history.getLast().size()));
        for (List<String> command : history) {
          if (command.stream().anyMatch(last::contains)
              || command.get(0).toUpperCase(Locale.ROOT).startsWith("FLUSH")) {
            related.add(command);
          }
        }
      }
      for (List<String> command :
          related.subList(Math.max(0, related.size() - 12), related.size())) {
        story.append("\n    ");
        for (String arg : command) {
          story.append(RespFrames.text(RespClient.ascii(arg))).append(' ');
        }
      }
      return "\n  command " + sent + ", -Dmillrace.seed=" + seed + ", lately:" + story;
    }

    @Override
    public void close() throws IOException {
      redis.close();
      ours.close();
    }
  }
}
