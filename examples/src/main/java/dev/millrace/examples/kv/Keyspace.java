package dev.millrace.examples.kv;

import dev.millrace.timer.Timer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The keys, their values, and when they expire. A hash table of its own, because {@code HashMap}
 * can't be asked for a key that is a slice of somebody's array, and has no cursor that outlives a
 * change.
 *
 * <p>It is a linear hash table (Litwin 1980): it grows by one bucket at a time, so that no command
 * ever waits for a million keys to be moved, which is what Redis has two tables for.
 *
 * <pre>
 *   bucketCount = 2^L + s    the buckets 0 to s - 1 are split already, each with the one 2^L above it
 *
 *   0       s           2^L       2^L + s
 *   | split | not yet   | their other halves |
 *
 *   bucket of a hash: its lower L + 1 bits; where there is no such bucket yet, its lower L bits
 * </pre>
 *
 * <p>Time is that of the clock that is passed in, in milliseconds since 1970. A key is gone when
 * its time has passed ({@code now > time}, as in Redis), exactly, whoever asks; its memory goes
 * when its timer fires, at most a tick later.
 *
 * <p>Thread rule: belongs to the loop's thread. Owns its keys and values; what {@link Entry} shows
 * is to be read only.
 */
final class Keyspace {
  /** Where the time comes from, and the timers: the loop, or a test. */
  interface Clock {
    /** Milliseconds since 1970. */
    long nowMillis();

    /** Arms a timer, or arms it anew. */
    void schedule(Timer timer, long delayNanos);

    /** Disarms a timer. */
    void cancel(Timer timer);
  }

  /** A key with its value; valid until the next command. */
  static final class Entry {
    private final byte[] key;
    private final int hash;
    private Entry next;
    private byte[] value;
    private int length;

    /** Whether a reply refers to the value's bytes: then they don't change any more. */
    private boolean isLent;

    /** Null for a key that stays. */
    private Expiry expiry;

    Entry(byte[] key, int hash) {
      this.key = key;
      this.hash = hash;
    }

    byte[] key() {
      return key;
    }

    /** The value is its first {@link #length} bytes. */
    byte[] value() {
      return value;
    }

    int length() {
      return length;
    }

    /** The same, but these bytes will not change while anybody has them. */
    byte[] lend() {
      isLent = true;
      return value;
    }
  }

  /** The timer of a key that has a time. */
  private final class Expiry extends Timer {
    private final Entry entry;
    private long atMillis;

    Expiry(Entry entry) {
      this.entry = entry;
    }

    @Override
    protected void onTimer() {
      if (clock.nowMillis() > atMillis) {
        remove(entry);
      } else {
        arm(this); // a long way is gone in stages
      }
    }
  }

  /** What {@link #expireAt(Entry)} says of a key without a time. */
  static final long NEVER = -1;

  private static final int MIN_BUCKETS = 16;

  // What things take on the heap of HotSpot with compressed references, its default below 32 GiB: a
  // header of 12 bytes, of an array 16, and all of it rounded up to 8.
  private static final int ENTRY_BYTES = 40;
  private static final int EXPIRY_BYTES = 56;
  private static final int ARRAY_BYTES = 16;
  private static final int REFERENCE_BYTES = 4;

  /**
   * From here on a value that is appended to grows by as much, and not by doubling, as in Redis.
   */
  private static final int MAX_SPARE_BYTES = 1 << 20;

  /** No timer is armed for longer; then it is looked at how much is left. */
  private static final long MAX_DELAY_MILLIS = TimeUnit.DAYS.toMillis(1);

  private final Clock clock;
  private final SipHash sipHash;
  private Entry[] buckets = new Entry[MIN_BUCKETS];
  private int bucketCount = MIN_BUCKETS;

  /** 2^(L+1) - 1. */
  private int mask = 2 * MIN_BUCKETS - 1;

  private int size;
  private int timed;
  private long usedBytes = MIN_BUCKETS * REFERENCE_BYTES;

  /** Empty, with a hash that nobody can foresee. */
  Keyspace(Clock clock) {
    this(clock, new SecureRandom().nextLong(), new SecureRandom().nextLong());
  }

  /** Empty, with a hash of these keys. */
  Keyspace(Clock clock, long hashKey0, long hashKey1) {
    this.clock = clock;
    this.sipHash = new SipHash(hashKey0, hashKey1);
  }

  /** How many keys there are. */
  int size() {
    return size;
  }

  /** How many of them have a time. */
  int timed() {
    return timed;
  }

  /** What keys, values, entries, timers and the table take together. */
  long usedBytes() {
    return usedBytes;
  }

  // ---- one key

  /** The entry of the key that is these bytes; null if there is none. */
  Entry find(byte[] bytes, int from, int to) {
    return find(hash(bytes, from, to), bytes, from, to);
  }

  private int hash(byte[] bytes, int from, int to) {
    return (int) sipHash.hash(bytes, from, to);
  }

  private Entry find(int hash, byte[] bytes, int from, int to) {
    for (Entry e = buckets[bucket(hash)]; e != null; e = e.next) {
      if (e.hash == hash && Arrays.equals(e.key, 0, e.key.length, bytes, from, to)) {
        if (e.expiry != null && hasExpired(e)) {
          remove(e);
          return null;
        }
        return e;
      }
    }
    return null;
  }

  /** Sets the value of a key, there already or not; its time, if it has one, stays. */
  Entry set(byte[] bytes, int from, int to, byte[] source, int sourceFrom, int sourceTo) {
    int hash = hash(bytes, from, to);
    Entry entry = find(hash, bytes, from, to);
    if (entry == null) {
      entry = add(Arrays.copyOfRange(bytes, from, to), hash);
    }
    value(entry, source, sourceFrom, sourceTo);
    return entry;
  }

  private Entry add(byte[] key, int hash) {
    Entry entry = new Entry(key, hash);
    entry.value = EMPTY;
    usedBytes += ENTRY_BYTES + arrayBytes(key.length) + arrayBytes(0);
    link(entry);
    return entry;
  }

  private static final byte[] EMPTY = {};

  /** Sets the value of a key that is there; its time, if it has one, stays. */
  void value(Entry entry, byte[] source, int from, int to) {
    int length = to - from;
    byte[] value = entry.value;
    if (entry.isLent || value.length != roundedUp(length)) {
      value = new byte[roundedUp(length)];
      replace(entry, value);
    } // else in place: nothing is allocated where values stay of one length
    System.arraycopy(source, from, value, 0, length);
    entry.length = length;
  }

  /** Appends to the value. */
  void append(Entry entry, byte[] source, int from, int to) {
    int length = entry.length + to - from;
    if (length > entry.value.length) {
      int spare = Math.min(length, MAX_SPARE_BYTES);
      replace(entry, Arrays.copyOf(entry.value, roundedUp(length + spare)));
    } // else behind what is lent, if it is: what was lent is not touched
    System.arraycopy(source, from, entry.value, entry.length, to - from);
    entry.length = length;
  }

  private void replace(Entry entry, byte[] value) {
    usedBytes += arrayBytes(value.length) - arrayBytes(entry.value.length);
    entry.value = value;
    entry.isLent = false;
  }

  /** Removes a key that is there. */
  void remove(Entry entry) {
    persist(entry);
    unlink(entry);
    usedBytes -= ENTRY_BYTES + arrayBytes(entry.key.length) + arrayBytes(entry.value.length);
  }

  /** Gives the value and the time of a key to another one, whatever that had. */
  void rename(Entry entry, byte[] bytes, int from, int to) {
    int hash = hash(bytes, from, to);
    Entry target = find(hash, bytes, from, to);
    if (target == entry) {
      return;
    }
    if (target == null) {
      target = add(Arrays.copyOfRange(bytes, from, to), hash);
    }
    replace(target, entry.value);
    target.length = entry.length;
    target.isLent = entry.isLent;
    long at = expireAt(entry);
    remove(entry);
    persist(target);
    if (at != NEVER) {
      expireAt(target, at);
    }
  }

  /** Removes all of them. */
  void clear() {
    for (int i = 0; timed > 0; i++) {
      for (Entry e = buckets[i]; e != null; e = e.next) {
        persist(e);
      }
    }
    buckets = new Entry[MIN_BUCKETS];
    bucketCount = MIN_BUCKETS;
    mask = 2 * MIN_BUCKETS - 1;
    size = 0;
    usedBytes = MIN_BUCKETS * REFERENCE_BYTES;
  }

  private static int roundedUp(int length) {
    return (length + 7) & ~7;
  }

  private static int arrayBytes(int length) {
    return ARRAY_BYTES + roundedUp(length);
  }

  // ---- time

  /** When the key expires, in milliseconds since 1970, or NEVER. */
  long expireAt(Entry entry) {
    return entry.expiry == null ? NEVER : entry.expiry.atMillis;
  }

  /** Has the key expire at this time, which may have passed. */
  void expireAt(Entry entry, long atMillis) {
    if (entry.expiry == null) {
      entry.expiry = new Expiry(entry);
      usedBytes += EXPIRY_BYTES;
      timed++;
    }
    entry.expiry.atMillis = atMillis;
    arm(entry.expiry);
  }

  /** Has the key stay; false if it would have anyway. */
  boolean persist(Entry entry) {
    if (entry.expiry == null) {
      return false;
    }
    clock.cancel(entry.expiry);
    entry.expiry = null;
    usedBytes -= EXPIRY_BYTES;
    timed--;
    return true;
  }

  private boolean hasExpired(Entry entry) {
    return clock.nowMillis() > entry.expiry.atMillis;
  }

  private void arm(Expiry expiry) {
    // A difference of two times may not fit, and a time far in the past is as good as a near one.
    long now = clock.nowMillis();
    long delay = expiry.atMillis < now ? 0 : Math.min(expiry.atMillis - now, MAX_DELAY_MILLIS) + 1;
    clock.schedule(expiry, TimeUnit.MILLISECONDS.toNanos(delay));
  }

  // ---- all keys

  /** Calls for each key that is there; nothing may be changed meanwhile. */
  void forEach(Consumer<Entry> action) {
    for (int i = 0; i < bucketCount; i++) {
      show(i, action);
    }
  }

  /**
   * A part of a walk through all keys: calls for the keys of some buckets. A key that is there from
   * the walk's beginning to its end is met at least once, whatever is added and removed meanwhile;
   * a key may be met twice.
   *
   * <p>The cursor counts with its bits reversed, the highest of the table's L bits first (Pieter
   * Noordhuis' way, explained in Redis' dict.c). So what is done is always a set of lower bits, of
   * whatever length: when the table grows, the buckets that come out of one that is done are done,
   * and when it shrinks, a bucket that is half done is done again.
   *
   * @param cursor 0 to begin, then what the call before returned
   * @return 0 if it is over
   */
  long scan(long cursor, Consumer<Entry> action) {
    int low = mask >>> 1;
    int bucket = (int) cursor & low;
    show(bucket, action);
    if (bucket + low + 1 < bucketCount) {
      show(bucket + low + 1, action);
    }
    long v = cursor | ~(long) low;
    return Long.reverse(Long.reverse(v) + 1);
  }

  private void show(int bucket, Consumer<Entry> action) {
    for (Entry e = buckets[bucket]; e != null; e = e.next) {
      if (e.expiry == null || !hasExpired(e)) {
        action.accept(e);
      }
    }
  }

  // ---- the table

  private int bucket(int hash) {
    int bucket = hash & mask;
    return bucket < bucketCount ? bucket : bucket & mask >>> 1;
  }

  private void link(Entry entry) {
    push(entry, bucket(entry.hash));
    if (++size > bucketCount && bucketCount < 1 << 30) {
      split();
    }
  }

  private void push(Entry entry, int bucket) {
    entry.next = buckets[bucket];
    buckets[bucket] = entry;
  }

  private void unlink(Entry entry) {
    int bucket = bucket(entry.hash);
    if (buckets[bucket] == entry) {
      buckets[bucket] = entry.next;
    } else {
      Entry before = buckets[bucket];
      while (before.next != entry) {
        before = before.next;
      }
      before.next = entry.next;
    }
    size--;
    // Four times as many keys as buckets go before one bucket does, so that a size which goes up
    // and down does not split and merge each time. Several at once, for else the table would still
    // be large when the last key is gone.
    for (int i = 0; i < 8 && size < bucketCount / 4 && bucketCount > MIN_BUCKETS; i++) {
      merge();
    }
  }

  /** One bucket more: the next one that is not split yet gives it half of its keys. */
  private void split() {
    if (bucketCount == buckets.length) {
      resize(buckets.length * 2);
    }
    int half = (mask >>> 1) + 1;
    int from = bucketCount - half;
    Entry rest = buckets[from];
    buckets[from] = null;
    int to = bucketCount++;
    while (rest != null) {
      Entry next = rest.next;
      push(rest, (rest.hash & half) == 0 ? from : to);
      rest = next;
    }
    if (bucketCount > mask) {
      mask = mask << 1 | 1;
    }
  }

  /** One bucket less: the last one gives its keys back to the one they came from. */
  private void merge() {
    int last = --bucketCount;
    if (bucketCount < (mask >>> 1) + 1) {
      mask >>>= 1;
    }
    Entry rest = buckets[last];
    buckets[last] = null;
    int to = last & mask >>> 1;
    while (rest != null) {
      Entry next = rest.next;
      push(rest, to);
      rest = next;
    }
    if (bucketCount <= buckets.length / 4) {
      resize(buckets.length / 2);
    }
  }

  private void resize(int length) {
    usedBytes += (long) (length - buckets.length) * REFERENCE_BYTES;
    buckets = Arrays.copyOf(buckets, length);
  }
}
