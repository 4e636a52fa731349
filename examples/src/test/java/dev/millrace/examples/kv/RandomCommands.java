package dev.millrace.examples.kv;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Commands as a seed has it: few keys, so that they meet; what numbers, options and times can be,
 * and what they can't; now and then an argument too many or too few.
 *
 * <p>Everything here has one right reply, except for the order of KEYS and for the milliseconds of
 * TTL. So no two expiries are alike, or whether {@code EXPIRE … GT} does something would depend on
 * the millisecond; and what expires soon is left to the test.
 */
final class RandomCommands {
  static final List<String> KEYS =
      List.of(
          "a",
          "b",
          "c",
          "key:1",
          "key:2",
          "key:000000000003",
          "",
          "\0\u00ff\r\n",
          "{t}*?[x]",
          "long".repeat(60));

  /** Names and options in all their letters, and some that only look like it. */
  private static final List<String> WORDS =
      List.of("NX", "XX", "GT", "LT", "EX", "PX", "GET", "KEEPTTL", "PERSIST", "EXAT", "PXAT", "N");

  private static final List<String> NUMBERS =
      List.of(
          "0",
          "1",
          "-1",
          "10",
          "-0",
          "007",
          "+5",
          " 7",
          "7 ",
          "",
          "-",
          "1e3",
          "1.5",
          "abc",
          "9223372036854775807",
          "-9223372036854775808",
          "9223372036854775808",
          "-9223372036854775809",
          "92233720368547758070",
          "4611686018427387904",
          "9223372036854775",
          "9223372036854776",
          "-9223372036854776",
          "12345678901234567890123456789012345678901");

  private static final List<String> PATTERNS =
      List.of(
          "*",
          "a",
          "?",
          "key:*",
          "key:?",
          "k[a-f]y:*",
          "k[^a-d]y*",
          "*[0-9]",
          "[a-",
          "\\*",
          "*\\",
          "{t}\\*\\?\\[x]",
          "",
          "[]",
          "k*y*:*2",
          "[c-a]");

  private final Random random;
  private final List<Supplier<List<String>>> kinds = new ArrayList<>();
  private int expiries;

  RandomCommands(Random random) {
    this.random = random;
    add(12, () -> set());
    add(8, () -> command("GET", key()));
    add(2, () -> command("GETDEL", key()));
    add(4, () -> getex());
    add(3, () -> command("SETNX", key(), value()));
    add(4, () -> command("APPEND", key(), value()));
    add(3, () -> command("STRLEN", key()));
    add(3, () -> many("DEL", this::key));
    add(3, () -> many("EXISTS", this::key));
    add(4, () -> command("INCR", key()));
    add(4, () -> command("INCRBY", key(), number()));
    add(2, () -> command("DECR", key()));
    add(4, () -> command("DECRBY", key(), number()));
    add(4, () -> many("MGET", this::key));
    add(4, () -> pairs());
    add(4, () -> expire("EXPIRE", seconds()));
    add(4, () -> expire("PEXPIRE", millis()));
    add(3, () -> command(pick("TTL", "PTTL"), key()));
    add(3, () -> command("PERSIST", key()));
    add(2, () -> command("TYPE", key()));
    add(2, () -> command("KEYS", pick(PATTERNS)));
    add(3, () -> command("RENAME", key(), key()));
    add(2, () -> command("DBSIZE"));
    add(1, () -> chance(3) ? command("SELECT", number()) : command("SELECT", "0"));
    add(2, () -> chance(2) ? command("PING") : command("PING", value()));
    add(2, () -> command("ECHO", value()));
    add(1, () -> scanThatIsWrong());
    add(1, () -> hello());
    add(1, () -> client());
    add(1, () -> chance(4) ? flush() : command("DBSIZE"));
    add(1, () -> chance(4) ? command("RESET") : command("PING"));
    add(1, () -> unknown());
  }

  private void add(int weight, Supplier<List<String>> kind) {
    for (int i = 0; i < weight; i++) {
      kinds.add(kind);
    }
  }

  /** The next command, each char one byte. */
  List<String> next() {
    List<String> args = kinds.get(random.nextInt(kinds.size())).get();
    if (chance(4)) {
      args.set(0, letters(args.get(0)));
    }
    // Not where one more or less has an answer that differs by its nature: an id, an order, the end
    // of a client.
    if (List.of("SCAN", "HELLO", "CLIENT").contains(args.get(0).toUpperCase(Locale.ROOT))) {
      return args;
    }
    if (chance(25)) {
      args.add(pick(pick(WORDS), number(), key()));
    } else if (chance(25) && args.size() > 1) {
      args.remove(args.size() - 1);
    }
    return args;
  }

  private List<String> set() {
    List<String> args = command("SET", key(), value());
    while (chance(3)) {
      option(args);
    }
    return args;
  }

  private List<String> getex() {
    List<String> args = command("GETEX", key());
    if (!chance(4)) {
      option(args);
    }
    return args;
  }

  private void option(List<String> args) {
    String word = letters(pick(WORDS));
    args.add(word);
    switch (word.toUpperCase(Locale.ROOT)) {
      case "EX" -> args.add(seconds());
      case "PX" -> args.add(millis());
      case "EXAT" -> args.add(secondsAt());
      case "PXAT" -> args.add(millisAt());
      default -> {}
    }
  }

  private List<String> expire(String name, String time) {
    List<String> args = command(name, key(), time);
    while (chance(4)) {
      args.add(letters(pick("NX", "XX", "GT", "LT", "EX")));
    }
    return args;
  }

  private List<String> pairs() {
    List<String> args = command("MSET");
    do {
      args.add(key());
      args.add(value());
    } while (chance(2));
    return args;
  }

  private List<String> many(String name, Supplier<String> arg) {
    List<String> args = command(name, arg.get());
    while (chance(2)) {
      args.add(arg.get());
    }
    return args;
  }

  private List<String> scanThatIsWrong() {
    return switch (random.nextInt(4)) {
      case 0 -> command("SCAN", pick("x", "0x", "1.5", " 0", "99999999999999999999999"));
      case 1 -> command("SCAN", "0", "COUNT", pick("0", "-5", "x", ""));
      case 2 -> command("SCAN", "0", pick("MATCH", "COUNT", "FOO", "TYPE"));
      default -> command("SCAN", "0", "MATCH", "*", "COUNT", "10", "LIMIT", "5");
    };
  }

  private List<String> hello() {
    return switch (random.nextInt(4)) {
      case 0 -> command("HELLO", pick("1", "4", "x", "", "-3", "99999999999999999999"));
      case 1 -> command("HELLO", "3", pick("SETNAME", "AUTH", "FOO"));
      case 2 -> command("HELLO", "2", "SETNAME", pick("with space", "new\nline"));
      default -> command("HELLO", "3", "AUTH", "nobody", "secret");
    };
  }

  private List<String> client() {
    return switch (random.nextInt(8)) {
      case 0 -> command("CLIENT", "SETNAME", pick("x", "", "a b", "a\nb", "\u00e9", "name:1"));
      case 1, 2 -> command("CLIENT", "GETNAME");
      case 3 -> command("CLIENT", pick("FOO", "", "SETINFO", "get\nname"), value());
      case 4 -> command("CLIENT", "KILL", pick("ID", "ADDR", "TYPE", "SKIPME", "1.2.3.4:5"));
      case 5 ->
          command(
              "CLIENT", "KILL", pick("ID", "TYPE", "SKIPME", "USER", "FOO"), pick("x", "0", ""));
      case 6 -> command("CLIENT", "LIST", pick("ID", "TYPE", "FOO"), pick("x", "", "0"));
      default -> command("CLIENT", "NO-EVICT", pick("ON", "OFF", "x"));
    };
  }

  private List<String> flush() {
    List<String> args = command("FLUSHALL");
    if (chance(2)) {
      args.add(pick("SYNC", "ASYNC", "NOW"));
    }
    return args;
  }

  private List<String> unknown() {
    List<String> args = command(pick("FOO", "", "get ", "a\0b", "new\r\nline", "x".repeat(300)));
    while (chance(2)) {
      args.add(value());
    }
    return args;
  }

  // ---- arguments

  String key() {
    return pick(KEYS);
  }

  private String value() {
    return switch (random.nextInt(16)) {
      case 0 -> "";
      case 1 -> bytes(random.nextInt(40));
      case 2 -> chance(8) ? bytes(1 << random.nextInt(16)) : "value";
      case 3, 4, 5, 6 -> number();
      case 7, 8, 9 -> Integer.toString(random.nextInt(100_000));
      default -> "value:" + random.nextInt(100);
    };
  }

  private String number() {
    return chance(3) ? Integer.toString(random.nextInt(2000) - 1000) : pick(NUMBERS);
  }

  private String seconds() {
    return chance(5) ? wrongTime() : Long.toString(fresh());
  }

  private String millis() {
    return chance(5) ? wrongTime() : Long.toString(fresh() * 1000);
  }

  private String secondsAt() {
    return chance(5) ? wrongTime() : Long.toString(fresh() + System.currentTimeMillis() / 1000);
  }

  private String millisAt() {
    return chance(5) ? wrongTime() : Long.toString(fresh() * 1000 + System.currentTimeMillis());
  }

  /** A number as a time: in the past, no number, too large; never one that is soon over. */
  private String wrongTime() {
    String number = pick(NUMBERS);
    return number.equals("1") || number.equals("10") ? "-1" : number;
  }

  /**
   * Seconds, each time others, and at least a minute from all others: a bijection modulo a prime.
   */
  private long fresh() {
    return 1000 + 60 * (7_919L * ++expiries % 1_000_003);
  }

  private String bytes(int length) {
    StringBuilder bytes = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      bytes.append((char) random.nextInt(256));
    }
    return bytes.toString();
  }

  private String letters(String word) {
    return switch (random.nextInt(3)) {
      case 0 -> word.toLowerCase(Locale.ROOT);
      case 1 ->
          word.isEmpty() ? word : word.substring(0, 1).toLowerCase(Locale.ROOT) + word.substring(1);
      default -> word;
    };
  }

  String pattern() {
    return pick(PATTERNS);
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  private String pick(String... from) {
    return from[random.nextInt(from.length)];
  }

  private String pick(List<String> from) {
    return from.get(random.nextInt(from.size()));
  }

  private static List<String> command(String... args) {
    return new ArrayList<>(List.of(args));
  }
}
