package dev.millrace.examples.kv;

import static dev.millrace.examples.kv.Command.Flag.DENYOOM;
import static dev.millrace.examples.kv.Command.Flag.FAST;
import static dev.millrace.examples.kv.Command.Flag.READONLY;
import static dev.millrace.examples.kv.Command.Flag.WRITE;

import dev.millrace.examples.kv.Keyspace.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * The commands on keys and their values. What is asked in which order, and the words of each
 * refusal, are those of Redis 7.0 (t_string.c, expire.c, db.c).
 */
final class KeyCommands {
  private static final String NOT_AN_INTEGER = "ERR value is not an integer or out of range";
  private static final String OVERFLOW = "ERR increment or decrement would overflow";
  private static final String SYNTAX = "ERR syntax error";

  private static final List<String> SET_OPTIONS =
      List.of("nx", "xx", "get", "keepttl", "ex", "px", "exat", "pxat");
  private static final List<String> GETEX_OPTIONS = List.of("persist", "ex", "px", "exat", "pxat");
  private static final List<String> EXPIRE_OPTIONS = List.of("nx", "xx", "gt", "lt");
  private static final List<String> SCAN_OPTIONS = List.of("count", "match", "type");
  private static final List<String> FLUSH_OPTIONS = List.of("sync", "async");

  private final Keyspace keys;
  private final LongSupplier nowMillis;
  private final int maxValueBytes;

  /** Those of the running command; one at a time. */
  private final Options options = new Options();

  /** Digits of a number that becomes a value. */
  private final byte[] digits = new byte[Numbers.MAX_LENGTH];

  /**
   * On this store.
   *
   * @param nowMillis the time on the clock of its keys
   * @param maxValueBytes no value grows beyond it, as none can be sent
   */
  KeyCommands(Keyspace keys, LongSupplier nowMillis, int maxValueBytes) {
    this.keys = keys;
    this.nowMillis = nowMillis;
    this.maxValueBytes = maxValueBytes;
  }

  List<Command> commands() {
    return List.of(
        new Command("get", 2, this::get, READONLY, FAST),
        new Command("set", -3, this::set, WRITE, DENYOOM),
        new Command("getdel", 2, this::getdel, WRITE, FAST),
        new Command("getex", -2, this::getex, WRITE, FAST),
        new Command("setnx", 3, this::setnx, WRITE, DENYOOM, FAST),
        new Command("append", 3, this::append, WRITE, DENYOOM, FAST),
        new Command("strlen", 2, this::strlen, READONLY, FAST),
        new Command("incr", 2, (s, a, r) -> add(a, 1, r), WRITE, DENYOOM, FAST),
        new Command("decr", 2, (s, a, r) -> add(a, -1, r), WRITE, DENYOOM, FAST),
        new Command("incrby", 3, this::incrby, WRITE, DENYOOM, FAST),
        new Command("decrby", 3, this::decrby, WRITE, DENYOOM, FAST),
        new Command("mget", -2, this::mget, READONLY, FAST),
        new Command("mset", -3, this::mset, WRITE, DENYOOM),
        new Command("del", -2, this::del, WRITE),
        new Command("exists", -2, this::exists, READONLY, FAST),
        new Command("expire", -3, (s, a, r) -> expire("expire", 1000, a, r), WRITE, FAST),
        new Command("pexpire", -3, (s, a, r) -> expire("pexpire", 1, a, r), WRITE, FAST),
        new Command("ttl", 2, (s, a, r) -> ttl(1000, a, r), READONLY, FAST),
        new Command("pttl", 2, (s, a, r) -> ttl(1, a, r), READONLY, FAST),
        new Command("persist", 2, this::persist, WRITE, FAST),
        new Command("type", 2, this::type, READONLY, FAST),
        new Command("keys", 2, this::keys, READONLY),
        new Command("scan", -2, this::scan, READONLY),
        new Command("rename", 3, this::rename, WRITE),
        new Command("dbsize", 1, this::dbsize, READONLY, FAST),
        new Command("flushall", -1, this::flushall, WRITE));
  }

  private Entry find(Args args, int i) {
    return keys.find(args.bytes(), args.from(i), args.to(i));
  }

  /** Sets a key; its time stays, if it has one. */
  private Entry put(Args args, int key, int value) {
    byte[] bytes = args.bytes();
    return keys.set(bytes, args.from(key), args.to(key), bytes, args.from(value), args.to(value));
  }

  // ---- values

  private void get(Session session, Args args, Reply reply) {
    valueOrNil(find(args, 1), reply);
  }

  private static void valueOrNil(Entry entry, Reply reply) {
    if (entry == null) {
      reply.nil();
    } else {
      reply.value(entry);
    }
  }

  private void set(Session session, Args args, Reply reply) {
    if (args.count() == 3) {
      keys.persist(put(args, 1, 2));
      reply.ok();
      return;
    }
    if (!options.parse(args, 3, SET_OPTIONS)) {
      reply.error(SYNTAX);
      return;
    }
    if (options.hasTime() && !options.isTimeValid(nowMillis.getAsLong())) {
      options.refuseTime("set", reply);
      return;
    }
    Entry entry = find(args, 1);
    if (options.isGet) {
      valueOrNil(entry, reply); // before it is another one
    }
    if (entry == null ? options.isXx : options.isNx) {
      if (!options.isGet) {
        reply.nil();
      }
      return;
    }
    entry = put(args, 1, 2);
    if (options.hasTime()) {
      keys.expireAt(entry, options.atMillis);
    } else if (!options.isKeepTtl) {
      keys.persist(entry);
    }
    if (!options.isGet) {
      reply.ok();
    }
  }

  private void getex(Session session, Args args, Reply reply) {
    if (!options.parse(args, 2, GETEX_OPTIONS)) {
      reply.error(SYNTAX);
      return;
    }
    Entry entry = find(args, 1);
    if (entry == null) {
      reply.nil();
      return;
    }
    if (options.hasTime() && !options.isTimeValid(nowMillis.getAsLong())) {
      options.refuseTime("getex", reply);
      return;
    }
    reply.value(entry);
    if (options.hasTime()) {
      expireAt(entry, options.atMillis);
    } else if (options.isPersist) {
      keys.persist(entry);
    }
  }

  /** A time that has passed removes at once. */
  private void expireAt(Entry entry, long atMillis) {
    if (atMillis <= nowMillis.getAsLong()) {
      keys.remove(entry);
    } else {
      keys.expireAt(entry, atMillis);
    }
  }

  /** The options of SET and GETEX, which may come in any order. */
  private static final class Options {
    boolean isNx;
    boolean isXx;
    boolean isGet;
    boolean isKeepTtl;
    boolean isPersist;

    /** EX, PX, EXAT or PXAT, in lower case; null if there is none. */
    String unit;

    boolean isNumber;
    long time;

    /** When the key is to expire; there after {@link #isTimeValid} said so. */
    long atMillis;

    /** False if there is an option that is not allowed, or not beside those before it. */
    boolean parse(Args args, int first, List<String> allowed) {
      isNx = isXx = isGet = isKeepTtl = isPersist = isNumber = false;
      unit = null;
      for (int i = first; i < args.count(); i++) {
        String option = args.oneOf(i, allowed);
        if (option == null || !take(option)) {
          return false;
        }
        if (option.equals(unit)) {
          if (++i == args.count()) {
            return false;
          }
          isNumber = args.isLong(i);
          time = isNumber ? args.toLong(i) : 0;
        }
      }
      return true;
    }

    private boolean take(String option) {
      switch (option) {
        case "nx" -> {
          isNx = true;
          return !isXx;
        }
        case "xx" -> {
          isXx = true;
          return !isNx;
        }
        case "get" -> {
          isGet = true;
          return true;
        }
        case "keepttl" -> {
          isKeepTtl = true;
          return unit == null;
        }
        case "persist" -> {
          isPersist = true;
          return unit == null;
        }
        default -> {
          // The same one twice is allowed, and the last one counts.
          boolean fits = (unit == null || unit.equals(option)) && !isKeepTtl && !isPersist;
          unit = option;
          return fits;
        }
      }
    }

    boolean hasTime() {
      return unit != null;
    }

    boolean isTimeValid(long nowMillis) {
      if (!isNumber || time <= 0) {
        return false;
      }
      boolean isSeconds = unit.charAt(0) == 'e';
      if (isSeconds && time > Long.MAX_VALUE / 1000) {
        return false;
      }
      long millis = isSeconds ? time * 1000 : time;
      boolean isRelative = unit.length() == 2;
      if (isRelative && millis > Long.MAX_VALUE - nowMillis) {
        return false;
      }
      atMillis = isRelative ? millis + nowMillis : millis;
      return true;
    }

    void refuseTime(String command, Reply reply) {
      reply.error(isNumber ? invalidExpireTime(command) : NOT_AN_INTEGER);
    }
  }

  private static String invalidExpireTime(String command) {
    return "ERR invalid expire time in '" + command + "' command";
  }

  private void getdel(Session session, Args args, Reply reply) {
    Entry entry = find(args, 1);
    valueOrNil(entry, reply);
    if (entry != null) {
      keys.remove(entry);
    }
  }

  private void setnx(Session session, Args args, Reply reply) {
    if (find(args, 1) != null) {
      reply.integer(0);
    } else {
      put(args, 1, 2);
      reply.integer(1);
    }
  }

  private void append(Session session, Args args, Reply reply) {
    Entry entry = find(args, 1);
    if (entry == null) {
      entry = put(args, 1, 2);
    } else if (entry.length() + args.length(2) > maxValueBytes) {
      reply.error("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
      return;
    } else {
      keys.append(entry, args.bytes(), args.from(2), args.to(2));
    }
    reply.integer(entry.length());
  }

  private void strlen(Session session, Args args, Reply reply) {
    Entry entry = find(args, 1);
    reply.integer(entry == null ? 0 : entry.length());
  }

  private void incrby(Session session, Args args, Reply reply) {
    if (args.isLong(2)) {
      add(args, args.toLong(2), reply);
    } else {
      reply.error(NOT_AN_INTEGER);
    }
  }

  private void decrby(Session session, Args args, Reply reply) {
    if (!args.isLong(2)) {
      reply.error(NOT_AN_INTEGER);
    } else if (args.toLong(2) == Long.MIN_VALUE) {
      reply.error("ERR decrement would overflow"); // there is no such positive number
    } else {
      add(args, -args.toLong(2), reply);
    }
  }

  private void add(Args args, long n, Reply reply) {
    Entry entry = find(args, 1);
    long value = 0;
    if (entry != null) {
      if (!Numbers.isLong(entry.value(), 0, entry.length())) {
        reply.error(NOT_AN_INTEGER);
        return;
      }
      value = Numbers.toLong(entry.value(), 0, entry.length());
    }
    long sum = value + n;
    if (((value ^ sum) & (n ^ sum)) < 0) {
      reply.error(OVERFLOW);
      return;
    }
    int length = Numbers.put(sum, digits, 0);
    if (entry != null) {
      keys.value(entry, digits, 0, length);
    } else {
      keys.set(args.bytes(), args.from(1), args.to(1), digits, 0, length);
    }
    reply.integer(sum);
  }

  private void mget(Session session, Args args, Reply reply) {
    reply.array(args.count() - 1);
    for (int i = 1; i < args.count(); i++) {
      valueOrNil(find(args, i), reply);
    }
  }

  private void mset(Session session, Args args, Reply reply) {
    if (args.count() % 2 == 0) {
      session.wrongArity("mset");
      return;
    }
    for (int i = 1; i < args.count(); i += 2) {
      keys.persist(put(args, i, i + 1));
    }
    reply.ok();
  }

  // ---- keys

  private void del(Session session, Args args, Reply reply) {
    int n = 0;
    for (int i = 1; i < args.count(); i++) {
      Entry entry = find(args, i);
      if (entry != null) {
        keys.remove(entry);
        n++;
      }
    }
    reply.integer(n);
  }

  private void exists(Session session, Args args, Reply reply) {
    int n = 0;
    for (int i = 1; i < args.count(); i++) {
      if (find(args, i) != null) {
        n++; // one that is named twice counts twice
      }
    }
    reply.integer(n);
  }

  private void expire(String name, int unitMillis, Args args, Reply reply) {
    boolean isNx = false;
    boolean isXx = false;
    boolean isGt = false;
    boolean isLt = false;
    for (int i = 3; i < args.count(); i++) {
      isNx |= args.is(i, "nx");
      isXx |= args.is(i, "xx");
      isGt |= args.is(i, "gt");
      isLt |= args.is(i, "lt");
      if (args.oneOf(i, EXPIRE_OPTIONS) == null) {
        reply.error("ERR Unsupported option " + args.cText(i));
        return;
      }
    }
    if (isNx && (isXx || isGt || isLt)) {
      reply.error("ERR NX and XX, GT or LT options at the same time are not compatible");
      return;
    }
    if (isGt && isLt) {
      reply.error("ERR GT and LT options at the same time are not compatible");
      return;
    }
    if (!args.isLong(2)) {
      reply.error(NOT_AN_INTEGER);
      return;
    }
    long when = args.toLong(2);
    if (when > Long.MAX_VALUE / unitMillis || when < Long.MIN_VALUE / unitMillis) {
      reply.error(invalidExpireTime(name));
      return;
    }
    when *= unitMillis;
    long now = nowMillis.getAsLong();
    if (when > Long.MAX_VALUE - now) {
      reply.error(invalidExpireTime(name));
      return;
    }
    when += now;
    Entry entry = find(args, 1);
    if (entry == null) {
      reply.integer(0);
      return;
    }
    long before = keys.expireAt(entry);
    boolean isTimed = before != Keyspace.NEVER;
    // A key without a time would live for ever, and nothing is later than that.
    if ((isNx && isTimed)
        || (isXx && !isTimed)
        || (isGt && (!isTimed || when <= before))
        || (isLt && isTimed && when >= before)) {
      reply.integer(0);
      return;
    }
    expireAt(entry, when);
    reply.integer(1);
  }

  private void ttl(int unitMillis, Args args, Reply reply) {
    Entry entry = find(args, 1);
    if (entry == null) {
      reply.integer(-2);
      return;
    }
    long at = keys.expireAt(entry);
    if (at == Keyspace.NEVER) {
      reply.integer(-1);
      return;
    }
    long left = Math.max(at - nowMillis.getAsLong(), 0);
    reply.integer(unitMillis == 1 ? left : (left + unitMillis / 2) / unitMillis);
  }

  private void persist(Session session, Args args, Reply reply) {
    Entry entry = find(args, 1);
    reply.integer(entry != null && keys.persist(entry) ? 1 : 0);
  }

  private void type(Session session, Args args, Reply reply) {
    reply.simple(find(args, 1) == null ? "none" : "string");
  }

  private void keys(Session session, Args args, Reply reply) {
    Glob glob = new Glob(args.copy(1));
    int[] n = {0};
    keys.forEach(
        e -> {
          if (isMatch(glob, e)) {
            n[0]++;
          }
        });
    // The number stands before the keys; to look twice costs less memory than to note them.
    reply.array(n[0]);
    keys.forEach(
        e -> {
          if (isMatch(glob, e)) {
            reply.bulk(e.key(), 0, e.key().length);
          }
        });
  }

  private static boolean isMatch(Glob glob, Entry entry) {
    return glob.isAll() || glob.matches(entry.key(), 0, entry.key().length);
  }

  private void scan(Session session, Args args, Reply reply) {
    OptionalLong parsed = cursor(args.cText(1));
    if (parsed.isEmpty()) {
      reply.error("ERR invalid cursor");
      return;
    }
    long cursor = parsed.getAsLong();
    long count = 10;
    Glob glob = null;
    boolean isOurType = true;
    for (int i = 2; i < args.count(); i += 2) {
      String option = args.oneOf(i, SCAN_OPTIONS);
      if (option == null || i + 1 == args.count()) {
        reply.error(SYNTAX);
        return;
      }
      switch (option) {
        case "count" -> {
          if (!args.isLong(i + 1)) {
            reply.error(NOT_AN_INTEGER);
            return;
          }
          count = args.toLong(i + 1);
          if (count < 1) {
            reply.error(SYNTAX);
            return;
          }
        }
        case "match" -> {
          glob = new Glob(args.copy(i + 1));
          glob = glob.isAll() ? null : glob;
        }
        default -> isOurType = args.is(i + 1, "string");
      }
    }
    List<byte[]> met = new ArrayList<>();
    // Ten empty buckets for each key that was asked for, and then it is time for the others.
    long buckets = count > Long.MAX_VALUE / 10 ? Long.MAX_VALUE : count * 10;
    do {
      cursor = keys.scan(cursor, e -> met.add(e.key()));
    } while (cursor != 0 && buckets-- > 0 && met.size() < count);
    Glob pattern = glob;
    boolean isNoneOfThem = !isOurType;
    met.removeIf(key -> isNoneOfThem || (pattern != null && !pattern.matches(key, 0, key.length)));
    reply.array(2);
    reply.bulk(Long.toUnsignedString(cursor));
    reply.array(met.size());
    for (byte[] key : met) {
      reply.bulk(key, 0, key.length);
    }
  }

  /** As strtoul(3) reads it: an empty one is 0, and a sign is allowed. */
  private static OptionalLong cursor(String text) {
    if (text.isEmpty()) {
      return OptionalLong.of(0);
    }
    try {
      // In Java a minus is not.
      return text.startsWith("-") && !text.startsWith("-+")
          ? OptionalLong.of(-Long.parseUnsignedLong(text.substring(1)))
          : OptionalLong.of(Long.parseUnsignedLong(text));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private void rename(Session session, Args args, Reply reply) {
    Entry entry = find(args, 1);
    if (entry == null) {
      reply.error("ERR no such key");
      return;
    }
    keys.rename(entry, args.bytes(), args.from(2), args.to(2));
    reply.ok();
  }

  private void dbsize(Session session, Args args, Reply reply) {
    reply.integer(keys.size());
  }

  private void flushall(Session session, Args args, Reply reply) {
    // SYNC or ASYNC: to forget a table takes no time worth a thread, the collector has its own.
    if (args.count() > 2 || (args.count() == 2 && args.oneOf(1, FLUSH_OPTIONS) == null)) {
      reply.error(SYNTAX);
      return;
    }
    keys.clear();
    reply.ok();
  }
}
