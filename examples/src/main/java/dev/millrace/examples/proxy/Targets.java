package dev.millrace.examples.proxy;

import dev.millrace.failure.FailureKind;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The targets, taken in turn, and which of them answer. Without socket or clock: what came of a
 * connect is told, with the time.
 *
 * <pre>
 *   UP ──connect failed──▶ DOWN ──its rest is over, and a client comes──▶ PROBED ──connected──▶ UP
 *                           ▲                                               │
 *                           └───────connect failed: it rests twice as long──┘
 *   any ──connected──▶ UP
 * </pre>
 *
 * <p>A client asks the targets that are up, or due, in turn; then those that are down: to try costs
 * it little when all else has failed, and with one target alone a hiccup must not become an outage
 * as long as its rest. Each is asked once.
 */
final class Targets {
  private static final Logger LOG = LoggerFactory.getLogger(Targets.class);

  /** The first rest: about what a service takes to start again. */
  static final long MIN_REST_NANOS = Duration.ofSeconds(1).toNanos();

  /**
   * The longest: who has mended a target does not wait longer for it, and a target that swallows
   * connects costs one client in so long its connect time-out.
   */
  static final long MAX_REST_NANOS = Duration.ofSeconds(30).toNanos();

  private static final int REST_FACTOR = 2;

  private final List<Target> all = new ArrayList<>();
  private int turn;

  /** Clients that no target was found for since the last that one was. */
  private long turnedAway;

  private long turnedAwaySinceNanos;

  Targets(List<InetSocketAddress> addresses) {
    for (InetSocketAddress address : addresses) {
      all.add(new Target(address));
    }
  }

  enum State {
    UP,
    DOWN,
    PROBED
  }

  /** One of them. */
  static final class Target {
    private final InetSocketAddress address;
    private State state = State.UP;
    private long restNanos;
    private long restsUntilNanos;
    private long downSinceNanos;
    private long failedSinceUp;
    private long connected;
    private long failed;
    private long timesDown;

    Target(InetSocketAddress address) {
      this.address = address;
    }

    InetSocketAddress address() {
      return address;
    }

    State state() {
      return state;
    }

    private boolean isDue(long now) {
      return state == State.DOWN && now - restsUntilNanos >= 0;
    }

    private void connected(long now) {
      connected++;
      if (state != State.UP) {
        state = State.UP;
        LOG.info(
            "target up target={} downMs={} failedConnects={}",
            this,
            (now - downSinceNanos) / 1_000_000,
            failedSinceUp);
      }
    }

    private void failed(FailureKind kind, boolean probe, long now) {
      failed++;
      if (state == State.UP) {
        timesDown++;
        downSinceNanos = now;
        failedSinceUp = 1;
        rest(MIN_REST_NANOS, now);
        // Once an episode: what follows is counted, and told when it is over.
        LOG.warn(
            "target down target={} kind={} restMs={}", this, kind.symbol(), restNanos / 1_000_000);
        return;
      }
      failedSinceUp++;
      if (probe) {
        rest(Math.min(restNanos * REST_FACTOR, MAX_REST_NANOS), now);
      }
    }

    private void rest(long nanos, long now) {
      state = State.DOWN;
      restNanos = nanos;
      restsUntilNanos = now + nanos;
    }

    /** Its name as it was given, and its port. */
    @Override
    public String toString() {
      String host = address.getHostString();
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }
  }

  /** The way of one client through the targets. */
  final class Tour {
    private final boolean[] tried = new boolean[all.size()];
    private Target current;
    private boolean probe;

    /** The next one to try; null if all have been. */
    Target next(long now) {
      int at = find(now, false);
      if (at < 0) {
        at = find(now, true);
      }
      if (at < 0) {
        return null;
      }
      // Behind the one that was taken, not behind the one that was first asked for: else who
      // stands behind a target that is down would get its share, too.
      turn = (at + 1) % all.size();
      tried[at] = true;
      current = all.get(at);
      probe = current.isDue(now);
      if (probe) {
        current.state = State.PROBED;
      }
      return current;
    }

    private int find(long now, boolean alsoDown) {
      for (int n = 0; n < tried.length; n++) {
        int at = (turn + n) % tried.length;
        Target target = all.get(at);
        if (!tried[at] && (alsoDown || target.state == State.UP || target.isDue(now))) {
          return at;
        }
      }
      return -1;
    }

    void connected(long now) {
      current.connected(now);
      if (turnedAway > 0) {
        LOG.info(
            "clients are served again forMs={} clientsReset={}",
            (now - turnedAwaySinceNanos) / 1_000_000,
            turnedAway);
        turnedAway = 0;
      }
    }

    void failed(FailureKind kind, long now) {
      current.failed(kind, probe, now);
    }

    /** Nobody is to blame: the client has left, or we had no socket. The next one may probe. */
    void givenUp(long now) {
      if (probe && current.state == State.PROBED) {
        current.state = State.DOWN;
        current.restsUntilNanos = now;
      }
    }

    /** There is no target for this client. */
    void turnedAway(Object client, FailureKind kind, long now) {
      if (turnedAway++ == 0) {
        turnedAwaySinceNanos = now;
        LOG.warn("no target for clients, they are reset kind={} first={}", kind.symbol(), client);
      }
    }
  }

  Tour tour() {
    return new Tour();
  }

  /** A line for each, for the end of the program. */
  List<String> summary() {
    List<String> lines = new ArrayList<>();
    for (Target target : all) {
      lines.add(
          "target "
              + target
              + " state="
              + target.state
              + " connected="
              + target.connected
              + " failed="
              + target.failed
              + " timesDown="
              + target.timesDown);
    }
    return lines;
  }
}
