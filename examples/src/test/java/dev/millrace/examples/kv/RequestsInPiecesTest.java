package dev.millrace.examples.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a request is does not depend on how its bytes come. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RequestsInPiecesTest {
  private static final int MAX_BULK = 100_000;
  private static final int MAX_REQUEST = 300_000;

  /** What the core does: keeps what is not consumed, and offers it again with what follows. */
  private static final class Feed {
    private final RespParser parser = new RespParser(MAX_BULK, MAX_REQUEST);
    private final Input in = new Input();
    private final Args args = new Args();
    private final List<List<String>> found = new ArrayList<>();
    private byte[] kept = {};

    void offer(byte[] bytes, int from, int to) {
      int before = kept.length;
      // In front something that was consumed long ago: offers do not begin at 0.
      ByteBuffer view = ByteBuffer.allocateDirect(7 + before + to - from).position(7);
      view.put(kept).put(bytes, from, to - from).position(7);
      in.begin(view.asReadOnlyBuffer());
      while (parser.next(in, args)) {
        List<String> request = new ArrayList<>();
        for (int i = 0; i < args.count(); i++) {
          request.add(args.text(i));
        }
        found.add(request);
      }
      int consumed = in.position();
      in.end();
      kept = new byte[view.limit() - 7 - consumed];
      view.get(7 + consumed, kept);
    }

    String outcome() {
      return found + " error=" + parser.error() + " kept=" + kept.length;
    }
  }

  private static String whole(byte[] bytes) {
    Feed feed = new Feed();
    feed.offer(bytes, 0, bytes.length);
    return feed.outcome();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The same in one piece, byte by byte, and cut at random. */
  private static String outcome(byte[] bytes, Random random) {
    String expected = whole(bytes);
    if (bytes.length < 3000) {
      Feed single = new Feed();
      for (int i = 0; i < bytes.length && single.parser.error() == null; i++) {
        single.offer(bytes, i, i + 1);
      }
      assertSameRequests(expected, single.outcome());
    }
    Feed pieces = new Feed();
    int most = 1 + random.nextInt(1 + bytes.length);
    for (int i = 0; i < bytes.length && pieces.parser.error() == null; ) {
      int n = Math.min(bytes.length - i, 1 + random.nextInt(most));
      pieces.offer(bytes, i, i + n);
      i += n;
    }
    assertSameRequests(expected, pieces.outcome());
    return expected;
  }

  /** After an error nobody counts what is left. */
  private static void assertSameRequests(String expected, String actual) {
    if (expected.contains(" error=null")) {
      assertEquals(expected, actual);
    } else {
      assertEquals(
          expected.substring(0, expected.lastIndexOf(" kept=")),
          actual.substring(0, actual.lastIndexOf(" kept=")));
    }
  }

  @Test
  void formsOfRequests() {
    Random random = new Random(1);
    String[][] cases = {
      {"*1\r\n$4\r\nPING\r\n", "[[PING]] error=null kept=0"},
      {"*2\r\n$3\r\nGET\r\n$0\r\n\r\n", "[[GET, ]] error=null kept=0"},
      {"*1\r\n$4\r\nPINGxyPING\r\n", "[[PING], [PING]] error=null kept=0"},
      {"PING\r\nPING\n", "[[PING], [PING]] error=null kept=0"},
      {"\r\n\n  \t\r\nPING a  b\t\r\n", "[[PING, a, b]] error=null kept=0"},
      {"*0\r\n*-1\r\n*-7\r\nPING\r\n", "[[PING]] error=null kept=0"},
      {"set \"a \\x41\\n\\\"\" 'b \\' \\n'\r\n", "[[set, a A\n\", b ' \\n]] error=null kept=0"},
      {"a\"b c\"\r\n", "[[ab c]] error=null kept=0"},
      {"a\0b\r\nc\r\n", "[[a], [c]] error=null kept=0"},
      {"*1\r\n$4\r\nPIN", "[] error=null kept=11"},
      {"PING", "[] error=null kept=4"},
      {"*x\r\n", "[] error=Protocol error: invalid multibulk length kept=4"},
      {"*2147483648\r\n", "[] error=Protocol error: invalid multibulk length kept=13"},
      {"*01\r\n", "[] error=Protocol error: invalid multibulk length kept=5"},
      {"*1\r\n$-1\r\n", "[] error=Protocol error: invalid bulk length kept=9"},
      {"*1\r\n$05\r\n", "[] error=Protocol error: invalid bulk length kept=9"},
      {"*1\r\n$100001\r\n", "[] error=Protocol error: invalid bulk length kept=13"},
      {"*1\r\n$99999999999999999999\r\n", "[] error=Protocol error: invalid bulk length kept=27"},
      {"*1\r\nPING\r\n", "[] error=Protocol error: expected '$', got 'P' kept=10"},
      {"a\r\n\"b\r\n", "[[a]] error=Protocol error: unbalanced quotes in request kept=0"},
      {"\"a\"b\r\n", "[] error=Protocol error: unbalanced quotes in request kept=0"},
    };
    for (String[] c : cases) {
      assertEquals(c[1], outcome(bytes(c[0]), random), c[0]);
    }
  }

  @Test
  void linesThatNeverEnd() {
    String x = "x".repeat(70_000);
    assertTrue(whole(bytes(x)).contains("too big inline request"));
    assertTrue(whole(bytes("*" + x)).contains("too big mbulk count string"));
    assertTrue(whole(bytes("*1\r\n$" + x)).contains("too big bulk count string"));
    assertEquals("[] error=null kept=65536", whole(bytes("x".repeat(65_536))));
  }

  @Test
  void aRequestLargerThanIsKeptIsRefusedBeforeItHasCome() {
    String some = "*5\r\n" + ("$99999\r\n" + "x".repeat(99_999) + "\r\n").repeat(2);
    String expected = "[] error=Protocol error: too big request kept=";
    assertTrue(whole(bytes(some + "$99999\r\n")).startsWith(expected));
    // Also where it is small arguments that never end.
    String endless = "*2147483647\r\n" + "$1\r\na\r\n".repeat(MAX_REQUEST / 7 + 1);
    assertTrue(whole(bytes(endless)).startsWith(expected));
  }

  @Test
  void randomRequestsInRandomPieces() {
    forSeeds(
        120,
        random -> {
          ByteArrayOutputStream stream = new ByteArrayOutputStream();
          List<List<String>> sent = new ArrayList<>();
          for (int n = 1 + random.nextInt(8); n > 0; n--) {
            stream.writeBytes(request(random, sent));
          }
          String found = outcome(stream.toByteArray(), random);
          assertEquals(sent + " error=null kept=0", found);
        });
  }

  @Test
  void randomlyBrokenRequests() {
    forSeeds(
        800,
        random -> {
          ByteArrayOutputStream stream = new ByteArrayOutputStream();
          for (int n = 1 + random.nextInt(4); n > 0; n--) {
            stream.writeBytes(request(random, new ArrayList<>()));
          }
          byte[] bytes = stream.toByteArray();
          for (int n = 1 + random.nextInt(4); n > 0; n--) {
            int at = random.nextInt(Math.min(bytes.length, 200));
            bytes[at] =
                random.nextBoolean()
                    ? (byte) random.nextInt(256)
                    : (byte) "*$\r\n0123456789-+ \"'\\".charAt(random.nextInt(20));
          }
          outcome(Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length)), random);
        });
  }

  /** One request in one of the two forms, added to {@code sent} as it is to be found. */
  private static byte[] request(Random random, List<List<String>> sent) {
    List<String> args = new ArrayList<>();
    boolean isInline = random.nextInt(4) == 0;
    for (int n = 1 + random.nextInt(random.nextInt(20) == 0 ? 300 : 5); n > 0; n--) {
      int length =
          switch (random.nextInt(40)) {
            case 0 -> random.nextInt(isInline ? 300 : 70_000);
            case 1 -> 0;
            default -> random.nextInt(20);
          };
      char[] text = new char[length];
      for (int i = 0; i < length; i++) {
        text[i] = (char) (isInline ? 'a' + random.nextInt(26) : random.nextInt(256));
      }
      args.add(new String(text));
    }
    StringBuilder request = new StringBuilder();
    if (isInline) {
      args.forEach(a -> request.append(a.isEmpty() ? "\"\"" : a).append(' '));
      request.append(random.nextBoolean() ? "\r\n" : "\n");
    } else {
      request.append('*').append(args.size()).append("\r\n");
      args.forEach(
          a -> request.append('$').append(a.length()).append("\r\n").append(a).append("\r\n"));
    }
    if (request.length() > MAX_REQUEST - 1000) {
      return bytes("\r\n"); // more than is allowed: no request at all instead
    }
    sent.add(args);
    return bytes(request.toString());
  }

  private interface Case {
    void run(Random random);
  }

  private static void forSeeds(int count, Case test) {
    Long one = Long.getLong("millrace.seed");
    for (long i = 0; i < (one == null ? count : 1); i++) {
      long seed = one == null ? i : one;
      try {
        test.run(new Random(seed));
      } catch (Throwable t) {
        throw new AssertionError("replay with -Dmillrace.seed=" + seed, t);
      }
    }
  }
}
