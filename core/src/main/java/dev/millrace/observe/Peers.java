package dev.millrace.observe;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * Which addresses a window's failures came from: the most frequent ones, and bounds for how many
 * there were. Space-Saving (Metwally, Agrawal and El Abbadi 2005): one that is not among those
 * counted takes the place of the least, with its count as the error. So whoever had more than one
 * in {@value #PLACES} of all failures is there.
 *
 * <p>Counting allocates nothing. Ports are left out: each connection of a peer has another one.
 */
final class Peers {
  /** A walk over 16 numbers is some ten nanoseconds, and a line with 16 addresses still a line. */
  static final int PLACES = 16;

  /**
   * Bits of a set of hashes, as many as fit half a kilobyte: a lower bound up to some thousands.
   */
  private static final int BITS = 4096;

  /** Stands for a peer that never was known. */
  private static final String UNKNOWN = "unknown";

  private final Object[] keys = new Object[PLACES];
  private final int[] hashes = new int[PLACES];
  private final long[] counts = new long[PLACES];
  private final long[] errors = new long[PLACES];
  private final long[] seen = new long[BITS / Long.SIZE];
  private int size;
  private int bitsSet;
  private long evictions;

  void clear() {
    for (int i = 0; i < size; i++) {
      keys[i] = null; // or the address would be held for as long as the log is there
    }
    java.util.Arrays.fill(seen, 0);
    size = 0;
    bitsSet = 0;
    evictions = 0;
  }

  void count(SocketAddress remote) {
    Object key = keyOf(remote);
    int hash = mixed(key.hashCode());
    int least = 0;
    for (int i = 0; i < size; i++) {
      if (hashes[i] == hash && keys[i].equals(key)) {
        counts[i]++;
        return;
      }
      if (counts[i] < counts[least]) {
        least = i;
      }
    }
    int bit = hash >>> (Integer.SIZE - 12); // the upper 12 bits, the best mixed ones: 4096 of them
    if ((seen[bit >>> 6] & 1L << bit) == 0) {
      seen[bit >>> 6] |= 1L << bit;
      bitsSet++;
    }
    int place = least;
    long error = 0;
    if (size < PLACES) {
      place = size++;
      counts[place] = 0;
    } else {
      evictions++;
      error = counts[least];
    }
    keys[place] = key;
    hashes[place] = hash;
    counts[place]++;
    errors[place] = error;
  }

  /** Different hashes are different peers, and so are those that have places now. */
  long atLeast() {
    return Math.max(bitsSet, size);
  }

  /** Each eviction was for one that may have been there before. */
  long atMost() {
    return size + evictions;
  }

  /** {@code "192.0.2.1=7 192.0.2.9=3..5"}, the most frequent ones first. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(size * 20);
    boolean[] told = new boolean[size];
    for (int n = 0; n < size; n++) {
      int most = -1;
      for (int i = 0; i < size; i++) {
        if (!told[i] && (most < 0 || counts[i] > counts[most])) {
          most = i;
        }
      }
      told[most] = true;
      text.append(n == 0 ? "" : " ").append(textOf(keys[most])).append('=');
      if (errors[most] > 0) {
        text.append(counts[most] - errors[most]).append("..");
      }
      text.append(counts[most]);
    }
    return text.toString();
  }

  private static Object keyOf(SocketAddress remote) {
    if (remote == null) {
      return UNKNOWN;
    }
    if (remote instanceof InetSocketAddress inet && inet.getAddress() != null) {
      return inet.getAddress();
    }
    return remote;
  }

  private static String textOf(Object key) {
    if (key instanceof InetAddress address) {
      return address.getHostAddress();
    }
    return FailureLog.oneLine(key.toString()).replace(' ', '_'); // a path of a Unix socket, say
  }

  /** Addresses of one network differ in their lowest bits only, and those say nothing above. */
  private static int mixed(int hash) {
    int h = hash * 0x9E3779B9; // the golden ratio's bits (Knuth, volume 3, section 6.4)
    return h ^ h >>> 15;
  }
}
