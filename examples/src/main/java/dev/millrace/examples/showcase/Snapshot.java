package dev.millrace.examples.showcase;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionState;
import dev.millrace.EventLoop;
import dev.millrace.LoopStats;
import dev.millrace.Server;
import dev.millrace.ServerStats;
import dev.millrace.failure.FailureKind;
import dev.millrace.timer.TimerWheel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;

/**
 * What the page draws, as JSON: once what stays as it is (the states and their table, the kinds),
 * and again and again what is going on.
 *
 * <p>The loop's thread. A snapshot looks at every connection once, which is all it costs beside the
 * text, and names 200 of them and 50 records at the most. So its size has a bound: a few KiB as a
 * rule, and 200 KiB where every bar has every kind and every text is long and not English.
 */
final class Snapshot {
  /** The newest ones; more nobody can look at, and the others are counted. */
  static final int MOST_CONNECTIONS = 200;

  private static final int NANOS_PER_MILLI = 1_000_000;

  private final EventLoop loop;
  private final Map<String, Server> servers;
  private final History history;
  private final long startNanos;

  /**
   * Of these servers, which share a loop.
   *
   * @param servers by their names, in the order to show them in
   */
  Snapshot(EventLoop loop, Map<String, Server> servers, History history, long startNanos) {
    this.loop = loop;
    this.servers = servers;
    this.history = history;
    this.startNanos = startNanos;
  }

  /** The states with their rows, and the kinds with whose fault each is. */
  static void model(Json json) {
    json.name("states").object();
    for (ConnectionState state : ConnectionState.values()) {
      json.name(state.name()).object();
      state.row().forEach((event, next) -> json.member(event, next.name()));
      json.endObject();
    }
    json.endObject();
    json.name("kinds").object();
    for (FailureKind kind : FailureKind.values()) {
      json.member(kind.symbol(), kind.fault().name());
    }
    json.endObject();
    json.member("binMillis", History.BIN_NANOS / NANOS_PER_MILLI).member("bins", History.BINS);
    json.member("tickNanos", TimerWheel.DEFAULT_TICK_NANOS).member("levels", TimerWheel.LEVELS);
    json.member("mostConnections", MOST_CONNECTIONS);
  }

  /** All that moves. */
  void write(Json json) {
    long now = loop.nowNanos();
    json.member("upMillis", (now - startNanos) / NANOS_PER_MILLI);
    loop(json);
    wheel(json);
    connections(json);
    moves(json);
    failures(json, now);
    records(json);
  }

  /** A number that is another one when something has happened that is worth being shown at once. */
  long activity() {
    long sum = history.ended();
    long[] received = new long[1];
    for (Server server : servers.values()) {
      sum += server.stats().accepted();
      // What came in, and not what went out: that a snapshot was sent is no reason to send another.
      server.forEachConnection(c -> received[0] += c.bytesReceived());
    }
    sum += received[0] + history.bytesIn();
    for (ConnectionState from : ConnectionState.values()) {
      for (ConnectionState to : ConnectionState.values()) {
        sum += loop.transitions(from, to);
      }
    }
    return sum;
  }

  private void loop(Json json) {
    LoopStats stats = loop.stats();
    json.name("loop").object();
    json.member("registered", stats.registered()).member("timers", stats.timers());
    json.member("queuedBytes", stats.queuedBytes()).member("lentBytes", stats.lentBytes());
    json.endObject();
  }

  /**
   * Each level's hand, and its slots as 16 hexadecimal digits: 64 bits are too many for a number.
   */
  private void wheel(Json json) {
    json.name("wheel").array();
    for (int level = 0; level < TimerWheel.LEVELS; level++) {
      json.array().value(loop.timersHand(level));
      json.value(String.format("%016x", loop.timersOccupied(level))).endArray();
    }
    json.endArray();
  }

  /** A connection and whose it is. */
  private record Listed(String server, Connection connection) {}

  private void connections(Json json) {
    Map<ConnectionState, Integer> counts = new EnumMap<>(ConnectionState.class);
    PriorityQueue<Listed> newest =
        new PriorityQueue<>(Comparator.comparingLong(each -> each.connection().id()));
    Map<String, long[]> bytes = new LinkedHashMap<>();
    servers.forEach(
        (name, server) -> {
          long[] sums = bytes.computeIfAbsent(name, any -> new long[3]);
          server.forEachConnection(
              c -> {
                counts.merge(c.state(), 1, Integer::sum);
                sums[0] += c.bytesReceived();
                sums[1] += c.bytesHandedToKernel();
                sums[2] += c.queuedBytes();
                newest.add(new Listed(name, c));
                if (newest.size() > MOST_CONNECTIONS) {
                  newest.poll();
                }
              });
        });
    json.name("servers").array();
    long in = history.bytesIn();
    long out = history.bytesOut();
    for (Map.Entry<String, Server> each : servers.entrySet()) {
      long[] sums = bytes.get(each.getKey());
      in += sums[0];
      out += sums[1];
      server(json, each.getKey(), each.getValue(), sums[2]);
    }
    json.endArray();
    json.name("bytes").object().member("in", in).member("out", out).endObject();
    json.name("counts").object();
    counts.forEach((state, n) -> json.member(state.name(), n));
    json.endObject();
    int all = counts.values().stream().mapToInt(Integer::intValue).sum();
    json.member("unlisted", all - newest.size());
    json.name("connections").array();
    List<Listed> listed =
        newest.stream().sorted(newest.comparator().reversed()).toList(); // the newest first
    for (Listed each : listed) {
      connection(json, each.server(), each.connection());
    }
    json.endArray();
  }

  private static void server(Json json, String name, Server server, long queued) {
    ServerStats stats = server.stats();
    json.object().member("name", name).member("address", textOf(server.addresses().get(0)));
    json.member("open", stats.open()).member("accepted", stats.accepted());
    json.member("rejected", stats.rejectedByCap() + stats.rejectedByAddressCap() + stats.shed());
    json.member("queued", queued).endObject();
  }

  private static void connection(Json json, String server, Connection c) {
    json.object().member("id", c.id()).member("server", server);
    json.member("peer", textOf(c.remoteAddress())).member("state", c.state().name());
    json.member("in", c.bytesReceived()).member("out", c.bytesHandedToKernel());
    json.member("queued", c.queuedBytes());
    json.member("idleMillis", TimeUnit.NANOSECONDS.toMillis(c.idleNanos())).endObject();
  }

  /** How often each change of state has happened; only those that have. */
  private void moves(Json json) {
    json.name("moves").array();
    for (ConnectionState from : ConnectionState.values()) {
      for (ConnectionState to : ConnectionState.values()) {
        long n = loop.transitions(from, to);
        if (n > 0) {
          json.array().value(from.name()).value(to.name()).value(n).endArray();
        }
      }
    }
    json.endArray();
  }

  private void failures(Json json, long now) {
    json.name("failures").object().member("bin", history.bin(now));
    json.name("totals").object();
    for (FailureKind kind : FailureKind.values()) {
      if (history.total(kind) > 0) {
        json.member(kind.symbol(), history.total(kind));
      }
    }
    json.endObject();
    json.name("bins").array();
    for (int ago = 0; ago < History.BINS; ago++) {
      for (FailureKind kind : FailureKind.values()) {
        int n = history.count(ago, kind, now);
        if (n > 0) {
          json.array().value(ago).value(kind.symbol()).value(n).endArray();
        }
      }
    }
    json.endArray().endObject();
  }

  private void records(Json json) {
    json.name("records").array();
    for (History.Ended each : history.records()) {
      CloseRecord r = each.record();
      json.object().member("number", each.number()).member("server", each.server());
      json.member("id", r.connectionId()).member("peer", textOf(r.remoteAddress()));
      json.member("endedBy", r.endedBy().name()).member("kind", r.kind().symbol());
      json.member("certainty", r.certainty().name()).member("state", r.state().name());
      json.member("operation", r.operation().name());
      json.member("in", r.bytesReceived()).member("out", r.bytesHandedToKernel());
      json.member("unsent", r.bytesUnsent()).member("unconsumed", r.bytesUnconsumed());
      json.member("ageMillis", r.age().toMillis()).member("reason", cut(r.reason()));
      json.member("cause", cut(r.cause() == null ? null : r.cause().toString())).endObject();
    }
    json.endArray();
  }

  /** An exception may say a lot, and a table has room for its beginning; null stays null. */
  private static String cut(String text) {
    int most = 120;
    return text == null || text.length() <= most ? text : text.substring(0, most) + "…";
  }

  /** An address as it is written, without the name that nobody looked up. */
  static String textOf(SocketAddress address) {
    if (address instanceof InetSocketAddress inet && inet.getAddress() != null) {
      String host = inet.getAddress().getHostAddress();
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + inet.getPort();
    }
    return String.valueOf(address);
  }
}
