package dev.millrace.examples.http;

import dev.millrace.Limits;
import dev.millrace.Timeouts;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What an HTTP server may be asked for; immutable. Start from {@link #defaults()} and change what
 * you need.
 *
 * @param maxHeaderBytes most bytes of a request's header fields; beyond it the answer is 431.
 *     Default 16 KiB: twice what nginx, Apache and Tomcat take of one field, and cookies are long
 * @param maxUriBytes most bytes of a request's target; beyond it the answer is 414. Default 8,000,
 *     which RFC 9110 section 4.1 asks everybody to take at the least
 * @param maxBodyBytes most bytes of a request's body; beyond it the answer is 413. Default 1 MiB,
 *     as nginx has it: what can be sent within the request timeout by a client on a slow line
 * @param requestTimeout within so long of its first byte a request's head has to be there, and
 *     within as much again its body, or the answer is 408; 0 is off. It does not move when bytes
 *     come: a client that sends a byte now and then to hold a connection (slowloris) gains nothing.
 *     Default 10 s: for a head of one packet that is three retransmissions, for a body of the
 *     largest size 100 KiB a second. Raise it together with the size
 * @param root the directory whose files are served; null for none
 */
public record HttpSettings(
    int maxHeaderBytes, int maxUriBytes, long maxBodyBytes, Duration requestTimeout, Path root) {

  /**
   * A head stays in one piece until it is complete, and what comes back of it, a Location, a
   * Content-Type or the trailers, leaves in one write: far less than the core's hard limit.
   */
  static final int MAX_BYTES = 1 << 20;

  private static final HttpSettings DEFAULTS =
      new HttpSettings(16 << 10, 8_000, 1 << 20, Duration.ofSeconds(10), null);

  /**
   * Checks every value.
   *
   * @throws IllegalArgumentException if one is out of range; the message names it, its value and
   *     what is allowed
   */
  public HttpSettings {
    check("maxHeaderBytes", maxHeaderBytes, MAX_BYTES);
    check("maxUriBytes", maxUriBytes, MAX_BYTES);
    check("maxBodyBytes", maxBodyBytes, Long.MAX_VALUE);
    if (requestTimeout.isNegative()) {
      throw new IllegalArgumentException(
          "requestTimeout is " + requestTimeout + ", allowed is 0 for off, or more");
    }
  }

  private static void check(String what, long value, long max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException(what + " is " + value + ", allowed is 1 to " + max);
    }
  }

  /** The defaults, each with its reason above. */
  public static HttpSettings defaults() {
    return DEFAULTS;
  }

  /** The same with another {@code maxHeaderBytes}. */
  public HttpSettings withMaxHeaderBytes(int maxHeaderBytes) {
    return new HttpSettings(maxHeaderBytes, maxUriBytes, maxBodyBytes, requestTimeout, root);
  }

  /** The same with another {@code maxUriBytes}. */
  public HttpSettings withMaxUriBytes(int maxUriBytes) {
    return new HttpSettings(maxHeaderBytes, maxUriBytes, maxBodyBytes, requestTimeout, root);
  }

  /** The same with another {@code maxBodyBytes}. */
  public HttpSettings withMaxBodyBytes(long maxBodyBytes) {
    return new HttpSettings(maxHeaderBytes, maxUriBytes, maxBodyBytes, requestTimeout, root);
  }

  /** The same with another {@code requestTimeout}. */
  public HttpSettings withRequestTimeout(Duration requestTimeout) {
    return new HttpSettings(maxHeaderBytes, maxUriBytes, maxBodyBytes, requestTimeout, root);
  }

  /** The same with another {@code root}. */
  public HttpSettings withRoot(Path root) {
    return new HttpSettings(maxHeaderBytes, maxUriBytes, maxBodyBytes, requestTimeout, root);
  }

  /**
   * The core's bounds that go with these: a head that is not complete stays with the core, so it
   * has to keep the largest one.
   */
  public Limits limits() {
    Limits limits = Limits.defaults();
    int head = HeadParser.maxHeadBytes(maxHeaderBytes, maxUriBytes) + 1;
    return limits.withMaxKeptBytes(Math.max(limits.maxKeptBytes(), head));
  }

  /**
   * The core's time-outs that go with these: reading may be paused for as long as it has to. It is
   * while an answer is sent, which the write stall bounds, and while one waits for its time with
   * another request behind it, which ends by itself.
   */
  public Timeouts timeouts(Timeouts timeouts) {
    return timeouts.withPaused(Duration.ZERO);
  }
}
