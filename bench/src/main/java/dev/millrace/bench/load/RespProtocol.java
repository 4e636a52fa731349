package dev.millrace.bench.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Commands as arrays of bulk strings, as all clients send them. Each answer is known to the last
 * byte before it comes:
 *
 * <pre>
 *     PING      *1 $4 PING                              +PONG
 *     GET key   *2 $3 GET $16 key:000000000007          $64 (64 bytes)
 *     SET key   *3 $3 SET $16 key:000000000007 $64 ...  +OK
 * </pre>
 *
 * <p>Keys look like those of {@code redis-benchmark}. Values are a stretch of a pattern of all
 * bytes, which begins at another place for each key.
 */
final class RespProtocol implements Protocol {
  /**
   * All of them are set before each run: a second or two of it, and 100 MB of a server's memory.
   */
  static final int MOST_KEYS = 1_000_000;

  /** Of {@code redis-benchmark}: a key is {@code key:} and twelve digits. */
  private static final int DIGITS = 12;

  private static final String KEY = "key:" + "0".repeat(DIGITS);

  /** Behind a value, and behind the digits of a key. */
  private static final int CRLF = 2;

  /** Connections that are neighbours begin at keys that are none. */
  private static final int KEY_STRIDE = 7_919;

  /** Of an answer that is wrong, so much is told: Redis's errors are a line. */
  private static final int MOST_TOLD = 100;

  private final BytePattern pattern;
  private final RespCommand[] commands;
  private final int keys;

  RespProtocol(long seed, List<RespCommand> commands, int keys) {
    if (commands.isEmpty()) {
      throw new IllegalArgumentException("command: there is none");
    }
    if (keys < 1 || keys > MOST_KEYS) {
      throw new IllegalArgumentException(
          "keys is %d, allowed is 1 to %d".formatted(keys, MOST_KEYS));
    }
    this.pattern = new BytePattern(seed);
    this.commands = commands.toArray(new RespCommand[0]);
    this.keys = keys;
  }

  @Override
  public String title() {
    String mix = List.of(commands).stream().map(Object::toString).collect(Collectors.joining(","));
    return "%s %s%s"
        .formatted(
            ProtocolName.RESP.title(),
            mix,
            isSized() ? " of %d key%s".formatted(keys, keys == 1 ? "" : "s") : "");
  }

  @Override
  public boolean isSized() {
    return uses(RespCommand.GET) || uses(RespCommand.SET);
  }

  private boolean uses(RespCommand command) {
    return List.of(commands).contains(command);
  }

  @Override
  public Optional<Preparation> preparation(int size) {
    if (!uses(RespCommand.GET)) {
      return Optional.empty();
    }
    // Connection 0 begins at key 0, so its first requests set all keys there are.
    RespCommand[] set = {RespCommand.SET};
    return Optional.of(new Preparation(new Talk(set, 0, size), keys));
  }

  @Override
  public Conversation converse(long connection, int size) {
    return new Talk(commands, connection, size);
  }

  private final class Talk implements Conversation {
    private final RespCommand[] turns;
    private final long connection;
    private final int size;
    private final BytePattern.View expected = pattern.view();

    /** What comes before the value, or is all; the digits of a key are filled in. */
    private final Map<RespCommand, byte[]> requestHeads = new EnumMap<>(RespCommand.class);

    private final Map<RespCommand, byte[]> answerHeads = new EnumMap<>(RespCommand.class);

    /** So many requests were given out to be sent: no more can be answered. */
    private long asked;

    /** So many answers are complete. */
    private long answered;

    /** So many bytes of the next one have come, and are right. */
    private int matched;

    Talk(RespCommand[] turns, long connection, int size) {
      this.turns = turns;
      this.connection = connection;
      this.size = size;
      String length = "$" + size + "\r\n";
      requestHeads.put(RespCommand.PING, ascii("*1\r\n$4\r\nPING\r\n"));
      requestHeads.put(RespCommand.GET, ascii("*2\r\n$3\r\nGET\r\n$16\r\n" + KEY + "\r\n"));
      requestHeads.put(
          RespCommand.SET, ascii("*3\r\n$3\r\nSET\r\n$16\r\n" + KEY + "\r\n" + length));
      answerHeads.put(RespCommand.PING, ascii("+PONG\r\n"));
      answerHeads.put(RespCommand.GET, ascii(length));
      answerHeads.put(RespCommand.SET, ascii("+OK\r\n"));
    }

    private static byte[] ascii(String text) {
      return text.getBytes(US_ASCII);
    }

    private RespCommand command(long k) {
      return turns[(int) (k % turns.length)];
    }

    private int key(long k) {
      return (int) ((connection * KEY_STRIDE + k) % keys);
    }

    // ---- requests

    @Override
    public int requestBytes(long k) {
      RespCommand command = command(k);
      int head = requestHeads.get(command).length;
      return command == RespCommand.SET ? head + size + CRLF : head;
    }

    @Override
    public void request(long k, int from, ByteBuffer out) {
      asked = Math.max(asked, k + 1);
      RespCommand command = command(k);
      byte[] head = requestHeads.get(command);
      int at = from;
      if (at < head.length) {
        int n = Math.min(head.length - at, out.remaining());
        out.put(head(command, head, key(k)), at, n);
        at += n;
      }
      if (command == RespCommand.SET && at >= head.length) {
        value(key(k), at - head.length, out);
      }
    }

    private byte[] head(RespCommand command, byte[] head, int key) {
      if (command != RespCommand.PING) {
        // The key is followed by a line end, and for SET by a line with the length of the value.
        int behind = command == RespCommand.SET ? answerHeads.get(RespCommand.GET).length : 0;
        int last = head.length - behind - CRLF - 1;
        int rest = key;
        for (int i = 0; i < DIGITS; i++) {
          head[last - i] = (byte) ('0' + rest % 10);
          rest /= 10;
        }
      }
      return head;
    }

    /** Puts a value and the line end behind it, or what there is room for. */
    private void value(int key, int from, ByteBuffer out) {
      int at = from;
      if (at < size) {
        int n = Math.min(size - at, out.remaining());
        pattern.put((long) BytePattern.begin(key) + at, n, out);
        at += n;
      }
      for (; at >= size && at < size + CRLF && out.hasRemaining(); at++) {
        out.put(lineEnd(at - size));
      }
    }

    private static byte lineEnd(int i) {
      return (byte) (i == 0 ? '\r' : '\n');
    }

    // ---- answers

    @Override
    public int answers(ByteBuffer in) throws WrongAnswerException {
      int complete = 0;
      while (in.hasRemaining()) {
        if (answered == asked) {
          throw new WrongAnswerException(
              "after answer %d comes '%s', expected nothing: so many requests were sent"
                  .formatted(answered, told(in, 0)));
        }
        RespCommand command = command(answered);
        byte[] head = answerHeads.get(command);
        takeHead(head, in);
        if (command == RespCommand.GET && matched >= head.length) {
          takeValue(head.length, in);
        }
        if (matched == head.length + (command == RespCommand.GET ? size + CRLF : 0)) {
          answered++;
          matched = 0;
          complete++;
        }
      }
      return complete;
    }

    private void takeHead(byte[] head, ByteBuffer in) throws WrongAnswerException {
      while (matched < head.length && in.hasRemaining()) {
        if (in.get(in.position()) != head[matched]) {
          throw new WrongAnswerException(
              "answer %d, to %s, is '%s%s', expected '%s'"
                  .formatted(
                      answered,
                      name(),
                      text(head, matched),
                      told(in, matched),
                      text(head, head.length - CRLF)));
        }
        in.get();
        matched++;
      }
    }

    private void takeValue(int head, ByteBuffer in) throws WrongAnswerException {
      int at = matched - head;
      if (at < size) {
        long begin = BytePattern.begin(key(answered));
        int n = Math.min(size - at, in.remaining());
        int taken = expected.take(begin + at, n, in);
        at += taken;
        if (taken < n) {
          throw wrongByte(at, in.get(in.position()), pattern.at(begin + at));
        }
      }
      for (; at >= size && at < size + CRLF && in.hasRemaining(); at++) {
        byte got = in.get();
        if (got != lineEnd(at - size)) {
          throw wrongByte(at, got, lineEnd(at - size));
        }
      }
      matched = head + at;
    }

    private WrongAnswerException wrongByte(int at, byte got, byte wanted) {
      return new WrongAnswerException(
          "byte %d of the value of answer %d, to %s, is 0x%02x, expected 0x%02x"
              .formatted(at, answered, name(), got, wanted));
    }

    /** The request of the answer that is not complete. */
    private String name() {
      RespCommand command = command(answered);
      return command == RespCommand.PING
          ? "PING"
          : "%s key:%012d".formatted(command.name(), key(answered));
    }

    private static String text(byte[] head, int length) {
      return new String(head, 0, length, US_ASCII);
    }

    /** The line that came instead, as far as it is there. */
    private static String told(ByteBuffer in, int before) {
      byte[] bytes = new byte[Math.min(in.remaining(), MOST_TOLD - Math.min(before, MOST_TOLD))];
      in.get(in.position(), bytes);
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      int end = text.indexOf('\r');
      return (end < 0 ? text : text.substring(0, end)).replaceAll("[^ -~]", "?");
    }
  }
}
