package dev.millrace.dial;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/**
 * Looks names up off the loop, on an executor that is given, and no more of them at the same time
 * than are allowed.
 *
 * <p>A look-up can't be interrupted: with a name server that does not answer it holds its thread
 * for as long as the system waits, a minute maybe. Whoever asked has gone by then, and asks again;
 * so without a bound an outage would fill the executor's queue with look-ups that nobody waits for.
 * At the bound a further one fails at once.
 *
 * <p>Any thread; one for a whole application. It has no thread and nothing to close.
 */
public final class Resolver {
  /**
   * How many look-ups there may be if nothing else is said: as many threads as an executor for
   * blocking calls may well have, and far more than are under way while name servers answer.
   */
  public static final int DEFAULT_MAX_LOOKUPS = 64;

  private final Names names;
  private final Executor executor;
  private final int maxLookups;
  private final AtomicInteger underWay = new AtomicInteger();

  /**
   * A resolver with {@value #DEFAULT_MAX_LOOKUPS} look-ups at the same time.
   *
   * @param names where to look
   * @param executor runs the look-ups, which block; not one that runs tasks on the loop's thread
   */
  public Resolver(Names names, Executor executor) {
    this(names, executor, DEFAULT_MAX_LOOKUPS);
  }

  /**
   * A resolver.
   *
   * @param names where to look
   * @param executor runs the look-ups, which block; not one that runs tasks on the loop's thread
   * @param maxLookups how many may be with the executor at the same time, queued or running: 1 or
   *     more
   * @throws IllegalArgumentException if that is less than 1
   */
  public Resolver(Names names, Executor executor, int maxLookups) {
    this.names = Objects.requireNonNull(names, "names");
    this.executor = Objects.requireNonNull(executor, "executor");
    if (maxLookups < 1) {
      throw new IllegalArgumentException("maxLookups is " + maxLookups + ", allowed is 1 or more");
    }
    this.maxLookups = maxLookups;
  }

  /**
   * How many look-ups are with the executor now, those that nobody waits for any more included.
   *
   * @return 0 to the bound
   */
  public int lookupsUnderWay() {
    return underWay.get();
  }

  /** One question. Its answer is given on the executor's thread, unless it was dropped before. */
  static final class Lookup {
    private volatile BiConsumer<List<InetAddress>, Throwable> answer;

    private Lookup(BiConsumer<List<InetAddress>, Throwable> answer) {
      this.answer = answer;
    }

    /** Nobody waits for it any more: what waits is let go of, also while the look-up hangs. */
    void drop() {
      answer = null;
    }
  }

  /**
   * Asks. The answer comes on the executor's thread: addresses, or what was thrown.
   *
   * @throws RejectedExecutionException if the executor or the bound refuses; no answer comes
   */
  Lookup lookUp(String host, BiConsumer<List<InetAddress>, Throwable> answer) {
    Lookup lookup = new Lookup(answer);
    if (underWay.incrementAndGet() > maxLookups) {
      underWay.decrementAndGet();
      throw new RejectedExecutionException(
          "look-up refused: " + maxLookups + " are under way already");
    }
    try {
      executor.execute(() -> run(host, lookup));
    } catch (Throwable t) { // an Error, too: no thread can be made
      underWay.decrementAndGet();
      throw t;
    }
    return lookup;
  }

  private void run(String host, Lookup lookup) {
    List<InetAddress> addresses = null;
    Throwable thrown = null;
    try {
      if (lookup.answer != null) {
        addresses = List.copyOf(names.lookUp(host)); // refuses nulls, too
        if (addresses.isEmpty()) {
          thrown = new UnknownHostException(host + " has no address");
        }
      }
    } catch (Throwable t) { // an Error, too: whoever waits is to hear of it, not only this thread
      thrown = t;
    } finally {
      underWay.decrementAndGet();
    }
    BiConsumer<List<InetAddress>, Throwable> waiting = lookup.answer;
    if (waiting != null) {
      waiting.accept(addresses, thrown);
    }
  }

  /**
   * The address that a text is by itself, without asking anybody; null if it is a name. For IPv4
   * four decimal numbers and nothing else: the shorter and the octal forms mean different things to
   * different programs (RFC 6943 section 3.1.1), and so are names.
   *
   * @throws UnknownHostException if it has the look of IPv6 and is none, or has a zone that this
   *     machine does not know
   */
  static InetAddress literal(String host) throws UnknownHostException {
    if (host.indexOf(':') >= 0) {
      boolean mayBeAddress = host.charAt(0) == ':' || Character.digit(host.charAt(0), 16) >= 0;
      if (!mayBeAddress && host.charAt(0) != '[') {
        // Else the JDK would ask a name server for it, and no name has a colon.
        throw new UnknownHostException(host + " is neither a name nor an address");
      }
      return InetAddress.getByName(host);
    }
    String[] parts = host.split("\\.", -1);
    if (parts.length != 4) {
      return null;
    }
    byte[] bytes = new byte[4];
    for (int i = 0; i < 4; i++) {
      int value = octet(parts[i]);
      if (value < 0) {
        return null;
      }
      bytes[i] = (byte) value;
    }
    return InetAddress.getByAddress(bytes);
  }

  /** A number from 0 to 255 without leading zeros, or -1. */
  private static int octet(String text) {
    int value = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9 || i == 3 || (i > 0 && value == 0)) {
        return -1;
      }
      value = 10 * value + digit;
    }
    return text.isEmpty() || value > 255 ? -1 : value;
  }
}
