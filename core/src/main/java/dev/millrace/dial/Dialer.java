package dev.millrace.dial;

import dev.millrace.EventLoop;
import dev.millrace.Limits;
import dev.millrace.SocketSettings;
import dev.millrace.Timeouts;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;

/**
 * How to call: immutable settings, for any number of calls on any number of loops. The package's
 * description says what is done with them.
 *
 * <pre>{@code
 * Dial dial = new Dialer(resolver).withDeadline(Duration.ofSeconds(5)).dial(loop, "example.org", 7007,
 *     new DialListener() {
 *       public ConnectionHandler onConnected(Connection connection) {
 *         return (c, data) -> c.write(data);
 *       }
 *       public void onFailed(DialFailure failure) {
 *         log.info("no connection {}", failure);
 *       }
 *     });
 * }</pre>
 *
 * <p>Cost, once connected: each callback of the connection goes through one more call.
 */
public final class Dialer {
  /** Twice what a user waits before doing something else; a SYN is repeated three times in it. */
  private static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(10);

  /** RFC 8305 section 8. */
  private static final Duration DEFAULT_ATTEMPT_DELAY = Duration.ofMillis(250);

  /** RFC 8305 section 8: it must not be less. */
  private static final Duration MIN_ATTEMPT_DELAY = Duration.ofMillis(10);

  /** As everywhere: longer ones mean off, which is 0. */
  private static final Duration MAX_TIMEOUT = Duration.ofDays(36_500);

  /** More than a name of good faith has, and few enough that a hostile one makes no flood. */
  private static final int DEFAULT_MAX_ADDRESSES = 16;

  private static final int MAX_PORT = 65_535;

  final Resolver resolver;
  final Duration deadline;
  final Duration attemptTimeout;
  final Duration attemptDelay;
  final int maxAddresses;
  final FirstFamily firstFamily;
  final Limits limits;
  final Timeouts timeouts;
  final SocketSettings socketSettings;

  /**
   * The defaults: 10 s for all, no time-out for a single attempt, 250 ms from one attempt to the
   * next, at most 16 addresses, the family first that the look-up had first.
   *
   * @param resolver looks names up
   */
  public Dialer(Resolver resolver) {
    this(
        Objects.requireNonNull(resolver, "resolver"),
        DEFAULT_DEADLINE,
        Duration.ZERO,
        DEFAULT_ATTEMPT_DELAY,
        DEFAULT_MAX_ADDRESSES,
        FirstFamily.AS_RESOLVED,
        Limits.defaults(),
        Timeouts.defaults(),
        SocketSettings.defaults());
  }

  private Dialer(
      Resolver resolver,
      Duration deadline,
      Duration attemptTimeout,
      Duration attemptDelay,
      int maxAddresses,
      FirstFamily firstFamily,
      Limits limits,
      Timeouts timeouts,
      SocketSettings socketSettings) {
    this.resolver = resolver;
    this.deadline = deadline;
    this.attemptTimeout = attemptTimeout;
    this.attemptDelay = attemptDelay;
    this.maxAddresses = maxAddresses;
    this.firstFamily = firstFamily;
    this.limits = limits;
    this.timeouts = timeouts;
    this.socketSettings = socketSettings;
  }

  /**
   * Bounds the whole call: look-up and all attempts.
   *
   * @param value more than 0; default 10 s
   * @return settings with this one changed
   * @throws IllegalArgumentException if it is not in that range, or over a century
   */
  public Dialer withDeadline(Duration value) {
    check("deadline", value, Duration.ofNanos(1), "more than 0");
    return new Dialer(
        resolver,
        value,
        attemptTimeout,
        attemptDelay,
        maxAddresses,
        firstFamily,
        limits,
        timeouts,
        socketSettings);
  }

  /**
   * Bounds each attempt, within the deadline of the call. Others go on or begin meanwhile, so it is
   * seldom needed; it makes an address that does not answer an attempt that failed.
   *
   * @param value 0 for none, which is the default
   * @return settings with this one changed
   * @throws IllegalArgumentException if it is negative or over a century
   */
  public Dialer withAttemptTimeout(Duration value) {
    check("attemptTimeout", value, Duration.ZERO, "0 (off)");
    return new Dialer(
        resolver,
        deadline,
        value,
        attemptDelay,
        maxAddresses,
        firstFamily,
        limits,
        timeouts,
        socketSettings);
  }

  /**
   * How long an attempt is waited for before the next address is tried beside it.
   *
   * @param value 10 ms or more (RFC 8305 section 8, which recommends 100 ms to 2 s); default 250 ms
   * @return settings with this one changed
   * @throws IllegalArgumentException if it is less, or over a century
   */
  public Dialer withAttemptDelay(Duration value) {
    check("attemptDelay", value, MIN_ATTEMPT_DELAY, "10 ms (RFC 8305)");
    return new Dialer(
        resolver,
        deadline,
        attemptTimeout,
        value,
        maxAddresses,
        firstFamily,
        limits,
        timeouts,
        socketSettings);
  }

  /**
   * Bounds how many addresses of a name are tried; the rest is not looked at.
   *
   * @param value 1 or more; default 16
   * @return settings with this one changed
   * @throws IllegalArgumentException if it is less than 1
   */
  public Dialer withMaxAddresses(int value) {
    if (value < 1) {
      throw new IllegalArgumentException("maxAddresses is " + value + ", allowed is 1 or more");
    }
    return new Dialer(
        resolver,
        deadline,
        attemptTimeout,
        attemptDelay,
        value,
        firstFamily,
        limits,
        timeouts,
        socketSettings);
  }

  /**
   * Which family begins.
   *
   * @param value default {@link FirstFamily#AS_RESOLVED}
   * @return settings with this one changed
   */
  public Dialer withFirstFamily(FirstFamily value) {
    return new Dialer(
        resolver,
        deadline,
        attemptTimeout,
        attemptDelay,
        maxAddresses,
        Objects.requireNonNull(value, "firstFamily"),
        limits,
        timeouts,
        socketSettings);
  }

  /**
   * What the connection is given.
   *
   * @param limits its bounds; they must fit the options of the loops that are used
   * @param timeouts its time-outs, once it is connected
   * @param socketSettings the options of the sockets of all attempts
   * @return settings with these changed
   */
  public Dialer withConnection(Limits limits, Timeouts timeouts, SocketSettings socketSettings) {
    return new Dialer(
        resolver,
        deadline,
        attemptTimeout,
        attemptDelay,
        maxAddresses,
        firstFamily,
        Objects.requireNonNull(limits, "limits"),
        Objects.requireNonNull(timeouts, "timeouts"),
        Objects.requireNonNull(socketSettings, "socketSettings"));
  }

  private static void check(String option, Duration value, Duration least, String leastText) {
    if (value.compareTo(least) < 0 || value.compareTo(MAX_TIMEOUT) > 0) {
      throw new IllegalArgumentException(
          option + " is " + value + ", allowed is " + leastText + " to 36500 days");
    }
  }

  /**
   * Calls a name, or an address written as text, which is not looked up.
   *
   * @param loop carries the connection; the call must come from its thread
   * @param host a name, an IPv4 address, or an IPv6 address, with or without brackets
   * @param port 1 to 65,535
   * @param listener hears what came of it, after this call
   * @return the call, which can be cancelled
   * @throws IllegalArgumentException if the host is empty or the port out of range
   * @throws IllegalStateException if called from another thread
   * @throws RejectedExecutionException if the loop has stopped; the listener hears nothing
   */
  public Dial dial(EventLoop loop, String host, int port, DialListener listener) {
    Objects.requireNonNull(listener, "listener");
    if (host.isEmpty()) {
      throw new IllegalArgumentException("host is empty, allowed is a name or an address");
    }
    if (port < 1 || port > MAX_PORT) {
      throw new IllegalArgumentException("port is " + port + ", allowed is 1 to " + MAX_PORT);
    }
    boolean isBareV6 = host.indexOf(':') >= 0 && host.charAt(0) != '[';
    String target = (isBareV6 ? "[" + host + "]" : host) + ":" + port;
    Dial dial = new Dial(this, loop, target, listener);
    dial.begin(host, port);
    return dial;
  }

  /**
   * Calls one of some addresses; they are tried in the order given.
   *
   * @param loop carries the connection; the call must come from its thread
   * @param addresses at least one, <em>copied</em>; those beyond {@link #withMaxAddresses} are not
   *     looked at
   * @param listener hears what came of it, after this call
   * @return the call, which can be cancelled
   * @throws IllegalArgumentException if there is no address
   * @throws IllegalStateException if called from another thread
   * @throws RejectedExecutionException if the loop has stopped; the listener hears nothing
   */
  public Dial dial(EventLoop loop, List<InetSocketAddress> addresses, DialListener listener) {
    Objects.requireNonNull(listener, "listener");
    List<InetSocketAddress> all = List.copyOf(addresses);
    if (all.isEmpty()) {
      throw new IllegalArgumentException("addresses are none, allowed is 1 or more");
    }
    String target = DialFailure.textOf(all.get(0)) + (all.size() == 1 ? "" : ",…");
    Dial dial = new Dial(this, loop, target, listener);
    dial.begin(all);
    return dial;
  }
}
