package dev.millrace.examples.proxy;

import dev.millrace.Limits;
import dev.millrace.LoopOptions;
import dev.millrace.Timeouts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a proxy does; immutable.
 *
 * @param targets where to, resolved; at least one
 * @param connectTimeout how long one target may take to answer. Default 3 s: a lost SYN is sent
 *     again after one second, and that one may be lost too; 0 leaves it to the kernel, which takes
 *     two minutes
 * @param idle how long no byte may move in either direction of a pair. Default 60 s, as everywhere;
 *     0 is off
 * @param connections the time-outs of the single connection that matter to a pair: stall, drain and
 *     linger
 * @param highWaterBytes more than so many bytes waiting on one side pause the other. Default 64
 *     KiB, one read buffer: far less than the kernel has in its own buffers, which is what keeps a
 *     line busy
 */
public record ProxySettings(
    List<InetSocketAddress> targets,
    Duration connectTimeout,
    Duration idle,
    Timeouts connections,
    int highWaterBytes) {

  /** What one read brings at the most, so what one write to the other side has. */
  static final int READ_BUFFER_BYTES = LoopOptions.defaults().readBufferBytes();

  private static final int MAX_PORT = 65_535;

  /** Copies the list. */
  public ProxySettings {
    targets = List.copyOf(targets);
    if (targets.isEmpty()) {
      throw new IllegalArgumentException("targets is empty, allowed is one or more");
    }
  }

  /**
   * The defaults.
   *
   * @param targets where to
   * @return with every default above
   */
  public static ProxySettings to(List<InetSocketAddress> targets) {
    return new ProxySettings(
        targets, Duration.ofSeconds(3), Duration.ofSeconds(60), Timeouts.defaults(), 64 << 10);
  }

  /**
   * The same with another connect time-out.
   *
   * @param connectTimeout as above
   * @return a changed copy
   */
  public ProxySettings withConnectTimeout(Duration connectTimeout) {
    return new ProxySettings(targets, connectTimeout, idle, connections, highWaterBytes);
  }

  /**
   * The same with another idle time-out.
   *
   * @param idle as above
   * @return a changed copy
   */
  public ProxySettings withIdle(Duration idle) {
    return new ProxySettings(targets, connectTimeout, idle, connections, highWaterBytes);
  }

  /**
   * The same with other time-outs of the single connection.
   *
   * @param connections as above
   * @return a changed copy
   */
  public ProxySettings withConnections(Timeouts connections) {
    return new ProxySettings(targets, connectTimeout, idle, connections, highWaterBytes);
  }

  /**
   * The same with another mark.
   *
   * @param highWaterBytes as above
   * @return a changed copy
   */
  public ProxySettings withHighWaterBytes(int highWaterBytes) {
    return new ProxySettings(targets, connectTimeout, idle, connections, highWaterBytes);
  }

  /** The most that one side's queue ever holds. */
  int mostQueuedBytes() {
    return highWaterBytes + READ_BUFFER_BYTES;
  }

  /**
   * The limits of both connections. Above the core's own high water mark a connection stops being
   * read because its <em>output</em> waits: right for one that answers what it reads, and a
   * deadlock here, where a target may read again only when its answers are taken. So that mark is
   * where no queue of ours ever comes, and the pair pauses whom it means.
   *
   * @return for the server's builder
   */
  public Limits limits() {
    return Limits.defaults()
        .withHardLimitBytes(mostQueuedBytes() + READ_BUFFER_BYTES)
        .withHighWaterBytes(mostQueuedBytes())
        .withMaxKeptBytes(READ_BUFFER_BYTES);
  }

  /**
   * The time-outs of both connections: none that looks at one direction only. A side is paused for
   * as long as the other one is slow, silent for as long as the other one talks, and half-closed
   * for as long as the answer takes.
   *
   * @return for the server's builder
   */
  public Timeouts timeouts() {
    return connections
        .withReadIdle(Duration.ZERO)
        .withPaused(Duration.ZERO)
        .withHalfClosed(Duration.ZERO);
  }

  /**
   * Reads {@code HOST:PORT[,HOST:PORT...]}, and looks the names up: now, which may block, and not
   * again. Of the addresses of a name the first one is taken, as by any client.
   *
   * @param text as on the command line; an IPv6 address in brackets
   * @return resolved, in order
   * @throws IllegalArgumentException if it can't be read or not be found; the message says in one
   *     line what is wrong and what would be right
   */
  public static List<InetSocketAddress> parseTargets(String text) {
    List<InetSocketAddress> targets = new ArrayList<>();
    for (String one : text.split(",", -1)) {
      InetSocketAddress target = parseTarget(one.strip());
      if (targets.contains(target)) {
        throw new IllegalArgumentException("'" + one + "' is there twice");
      }
      targets.add(target);
    }
    return targets;
  }

  private static InetSocketAddress parseTarget(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 0 || text.endsWith("]")) {
      throw new IllegalArgumentException("'" + text + "' has no port; write HOST:PORT");
    }
    String host = text.substring(0, colon);
    boolean inBrackets = host.startsWith("[") && host.endsWith("]");
    if (host.contains(":") && !inBrackets) {
      throw new IllegalArgumentException(
          "'" + text + "' is ambiguous; write an IPv6 address in brackets, [::1]:80");
    }
    if (host.isEmpty() || host.equals("[]")) {
      throw new IllegalArgumentException("'" + text + "' has no host; write HOST:PORT");
    }
    int port = parsePort(text, text.substring(colon + 1));
    try {
      return new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("'" + host + "' is not known to the resolver", e);
    }
  }

  private static int parsePort(String text, String digits) {
    // Five digits fit an int; the sign that parseInt would take is no digit.
    if (!digits.matches("[0-9]{1,5}")
        || Integer.parseInt(digits) < 1
        || Integer.parseInt(digits) > MAX_PORT) {
      throw new IllegalArgumentException(
          "'" + text + "': port is '" + digits + "', allowed is 1 to " + MAX_PORT);
    }
    return Integer.parseInt(digits);
  }
}
