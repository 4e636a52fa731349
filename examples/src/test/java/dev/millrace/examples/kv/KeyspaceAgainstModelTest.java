package dev.millrace.examples.kv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.examples.kv.Keyspace.Entry;
import dev.millrace.timer.Timer;
import dev.millrace.timer.TimerWheel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The store does what a map does whose entries have an end, and its cursor misses no key. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class KeyspaceAgainstModelTest {
  /** Time by hand; timers fire when it is moved, and as late as a wheel lets them. */
  private static final class HandClock implements Keyspace.Clock {
    private long millis = 1_700_000_000_000L;
    private final TimerWheel wheel = new TimerWheel(nanos());

    private long nanos() {
      return millis * 1_000_000;
    }

    @Override
    public long nowMillis() {
      return millis;
    }

    @Override
    public void schedule(Timer timer, long delayNanos) {
      wheel.schedule(timer, wheel.deadlineAfter(nanos(), delayNanos));
    }

    @Override
    public void cancel(Timer timer) {
      wheel.cancel(timer);
    }

    void pass(long moreMillis) {
      millis += moreMillis;
      while (wheel.expire(nanos(), 1000) > 0) {
        // more may be due than were asked for
      }
    }
  }

  private record Value(String text, long atMillis) {}

  private static final class Pair {
    final HandClock clock = new HandClock();
    final Keyspace keys = new Keyspace(clock, 1, 2);
    final Map<String, Value> model = new HashMap<>();

    Value modelled(String key) {
      Value value = model.get(key);
      if (value != null && value.atMillis >= 0 && clock.millis > value.atMillis) {
        model.remove(key);
        return null;
      }
      return value;
    }

    Entry find(String key) {
      // As a slice of something longer, which is what requests are.
      byte[] bytes = bytes("<" + key + ">");
      return keys.find(bytes, 1, bytes.length - 1);
    }

    Entry set(String key, byte[] value) {
      byte[] bytes = bytes("<" + key + ">");
      return keys.set(bytes, 1, bytes.length - 1, value, 0, value.length);
    }

    void check(String key) {
      Value expected = modelled(key);
      Entry entry = find(key);
      if (expected == null) {
        assertNull(entry, key);
        return;
      }
      assertEquals(key, text(entry.key()));
      assertEquals(expected.text, text(Arrays.copyOf(entry.value(), entry.length())), key);
      assertEquals(expected.atMillis, keys.expireAt(entry), key);
    }

    /** What it should say of the memory, counted anew. */
    void checkAccount() {
      long[] used = {0};
      keys.forEach(
          e -> {
            used[0] += 72 + roundedUp(e.key().length) + roundedUp(e.value().length);
            used[0] += keys.expireAt(e) == Keyspace.NEVER ? 0 : 56;
          });
      long table = keys.usedBytes() - used[0];
      assertTrue(table % 64 == 0, () -> "table of " + table);
      assertTrue(
          table >= 64 && table <= Math.max(64, 40L * keys.size()), () -> "table of " + table);
    }
  }

  private static long roundedUp(int n) {
    return (n + 7L) / 8 * 8;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  @Test
  void randomOperations() {
    for (long seed : seeds(40)) {
      try {
        randomOperations(new Random(seed));
      } catch (Throwable t) {
        throw new AssertionError("replay with -Dmillrace.seed=" + seed, t);
      }
    }
  }

  private static void randomOperations(Random random) {
    Pair p = new Pair();
    int space = 1 + random.nextInt(random.nextBoolean() ? 30 : 3000);
    for (int i = 0; i < 6000; i++) {
      String key = "key" + random.nextInt(space);
      Value value = p.modelled(key);
      Entry entry = p.find(key);
      assertEquals(value == null, entry == null, key);
      switch (random.nextInt(10)) {
        case 0, 1, 2, 3 -> {
          byte[] bytes = bytes("v".repeat(random.nextInt(40)) + i);
          p.set(key, bytes);
          p.model.put(key, new Value(text(bytes), value == null ? -1 : value.atMillis));
        }
        case 4 -> {
          if (entry != null) {
            p.keys.remove(entry);
            p.model.remove(key);
          }
        }
        case 5 -> {
          if (entry != null) {
            long at = p.clock.millis + random.nextInt(3) * (long) random.nextInt(200_000_000) - 5;
            p.keys.expireAt(entry, at);
            p.model.put(key, new Value(value.text, at));
          }
        }
        case 6 -> {
          if (entry != null) {
            assertEquals(value.atMillis >= 0, p.keys.persist(entry));
            p.model.put(key, new Value(value.text, -1));
          }
        }
        case 7 -> {
          if (entry != null) {
            byte[] more = bytes("+" + i);
            byte[] lent = entry.lend();
            byte[] shown = Arrays.copyOf(lent, entry.length());
            p.keys.append(entry, more, 0, more.length);
            byte[] all = Arrays.copyOf(shown, shown.length + more.length);
            System.arraycopy(more, 0, all, shown.length, more.length);
            p.model.put(key, new Value(text(all), value.atMillis));
            p.check(key);
            p.set(key, bytes("another one")); // and still what was lent stays what it was
            p.model.put(key, new Value("another one", value.atMillis));
            assertEquals(text(shown), text(Arrays.copyOf(lent, shown.length)));
          }
        }
        case 8 -> {
          if (entry != null) {
            String to = "key" + random.nextInt(space);
            byte[] bytes = bytes(to);
            p.keys.rename(entry, bytes, 0, bytes.length);
            p.model.remove(key);
            p.model.put(to, value);
            p.check(to);
          }
        }
        default -> {
          p.clock.pass(random.nextInt(4) == 0 ? random.nextInt(50_000_000) : random.nextInt(3));
          if (random.nextInt(300) == 0) {
            p.keys.clear();
            p.model.clear();
          }
        }
      }
      p.check(key);
      if (i % 500 == 0) {
        p.checkAccount();
      }
    }
    for (int i = 0; i < space; i++) {
      p.check("key" + i);
    }
    p.clock.pass(1000); // timers have fired: nothing is left that nobody can find
    List.copyOf(p.model.keySet()).forEach(p::modelled);
    assertEquals(p.model.size(), p.keys.size());
    assertEquals(p.model.values().stream().filter(v -> v.atMillis >= 0).count(), p.keys.timed());
  }

  @Test
  void aKeyIsThereInItsLastMillisecondAndGoneInTheNext() {
    Pair p = new Pair();
    Entry entry = p.set("a", bytes("1"));
    p.keys.expireAt(entry, p.clock.millis + 10);
    p.clock.millis += 10; // no timer has fired: who asks is told the truth all the same
    assertTrue(p.find("a") != null);
    p.clock.millis += 1;
    assertNull(p.find("a"));
    assertEquals(0, p.keys.size());
    assertEquals(0, p.keys.timed());
  }

  @Test
  void keysThatNobodyAsksForGoByTheirTimers() {
    Pair p = new Pair();
    for (int i = 0; i < 1000; i++) {
      p.keys.expireAt(p.set("key" + i, bytes("1")), p.clock.millis + i);
    }
    p.keys.expireAt(p.set("far", bytes("1")), p.clock.millis + TimeUnit.DAYS.toMillis(40_000));
    long before = p.keys.usedBytes();
    p.clock.pass(1100);
    assertEquals(1, p.keys.size());
    assertTrue(p.keys.usedBytes() < before / 50);
    for (int day = 0; day < 40_001; day++) {
      p.clock.pass(TimeUnit.DAYS.toMillis(1));
    }
    assertEquals(0, p.keys.size());
    assertTrue(p.keys.usedBytes() <= 128, "the empty table");
  }

  @Test
  void aWalkMeetsEveryKeyThatStays() {
    for (long seed : seeds(60)) {
      Random random = new Random(seed);
      Pair p = new Pair();
      Set<String> stay = new HashSet<>();
      int size = random.nextInt(2000);
      for (int i = 0; i < size; i++) {
        p.set("stay" + i, bytes("1"));
        stay.add("stay" + i);
      }
      List<String> guests = new ArrayList<>();
      Set<String> met = new HashSet<>();
      long cursor = 0;
      int growth = random.nextInt(3); // the table grows, shrinks, or does both
      for (int i = 0; growth != 0 && i < size * 6; i++) {
        guests.add("guest" + i);
        p.set("guest" + i, bytes("1"));
      }
      do {
        cursor = p.keys.scan(cursor, e -> met.add(text(e.key())));
        // Fewer come than are walked past, else the walk would never end.
        int changes = random.nextInt(growth == 1 ? 2 : 20) == 0 ? random.nextInt(10) : 0;
        for (; changes > 0; changes--) {
          boolean add = growth == 0 || (growth == 2 && random.nextBoolean());
          if (add) {
            guests.add("more" + guests.size() + ":" + random.nextInt());
            p.set(guests.get(guests.size() - 1), bytes("1"));
          } else if (!guests.isEmpty()) {
            Entry gone = p.find(guests.remove(random.nextInt(guests.size())));
            if (gone != null) {
              p.keys.remove(gone);
            }
          }
        }
      } while (cursor != 0);
      met.retainAll(stay);
      assertEquals(stay, met, "replay with -Dmillrace.seed=" + seed);
    }
  }

  private static List<Long> seeds(int count) {
    Long one = Long.getLong("millrace.seed");
    List<Long> seeds = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      seeds.add(i);
    }
    return one == null ? seeds : List.of(one);
  }

  @Test
  void sipHashIsTheReferences() {
    // The first vectors of SipHash-1-3 with the key 00 01 … 0f, of the reference implementation.
    SipHash hash = new SipHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
    byte[] in = new byte[16];
    for (int i = 0; i < in.length; i++) {
      in[i] = (byte) i;
    }
    assertEquals(0xabac0158050fc4dcL, hash.hash(in, 0, 0));
    assertEquals(0xc9f49bf37d57ca93L, hash.hash(in, 0, 1));
    assertEquals(0x82cb9b024dc7d44dL, hash.hash(in, 0, 2));
    assertEquals(0x8bf80ab8e7ddf7fbL, hash.hash(in, 0, 3));
    for (int n = 0; n <= in.length; n++) {
      // The same where nothing is behind it in the array.
      assertEquals(hash.hash(in, 0, n), hash.hash(Arrays.copyOf(in, n), 0, n));
    }
  }
}
