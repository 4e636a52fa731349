package dev.millrace.examples.showcase;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.EventLoop;
import dev.millrace.LoopOptions;
import dev.millrace.Server;
import dev.millrace.Timeouts;
import dev.millrace.examples.http.HttpService;
import dev.millrace.examples.http.HttpSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/**
 * Both servers on one loop, the page that shows them, and the guests on a loop of their own.
 *
 * <p>Any thread.
 */
final class Showcase implements AutoCloseable {
  private static final String ECHO = "echo";
  private static final String HTTP = "http";

  /** As long as {@link Server#close()} grants. */
  private static final Duration SHUTDOWN_DEADLINE = Duration.ofSeconds(10);

  private final EventLoop loop;
  private final Guests guests;
  private final Server echo;
  private final Server http;
  private final Watchers watchers;

  private Showcase(EventLoop loop, Guests guests, Server echo, Server http, Watchers watchers) {
    this.loop = loop;
    this.guests = guests;
    this.echo = echo;
    this.http = http;
    this.watchers = watchers;
  }

  /**
   * Starts everything, or nothing.
   *
   * @param host what both listen on, by which the page is known as well
   * @param echoBuilder with its address and options, and no handler
   * @param httpBuilder the same of the other
   * @param timeouts of the HTTP server
   * @param lab the experiments
   * @param told is told of each connection's end, and of which server it was
   * @throws dev.millrace.BindFailedException if an address can't be listened on; nothing is left
   */
  static Showcase start(
      String host,
      Server.Builder echoBuilder,
      Server.Builder httpBuilder,
      Timeouts timeouts,
      Lab lab,
      BiConsumer<String, CloseRecord> told)
      throws IOException {
    EventLoop loop = loop("showcase");
    EventLoop guestLoop = null;
    boolean isDone = false;
    try {
      long start = System.nanoTime(); // the loop's clock
      // By which a page knows that it speaks to another server than before, at the same address.
      String run = Long.toString(start, Character.MAX_RADIX);
      History history = new History(start);
      Guests[] guests = new Guests[1]; // of the echo's address, which is known when it listens
      Server echo =
          echoBuilder
              .loop(loop)
              .handler(() -> new Echo(guests[0]))
              .recordListener(record -> ended(loop, history, told, ECHO, record))
              .start();
      guestLoop = loop("guests");
      guests[0] = new Guests(guestLoop, echo.addresses().get(0));
      Map<String, Server> servers = new LinkedHashMap<>();
      servers.put(ECHO, echo);
      Snapshot snapshot = new Snapshot(loop, servers, history, start);
      LabDesk desk = new LabDesk(lab);
      Watchers[] made = new Watchers[1];
      Watchers watchers =
          new Watchers(loop, () -> text(run, snapshot, made[0], desk), snapshot::activity);
      made[0] = watchers;
      Page page =
          new Page(
              new SameOrigin(host),
              new Resources(),
              watchers,
              desk,
              guests[0],
              count -> closeByServer(echo, count),
              model(lab));
      HttpSettings settings = HttpSettings.defaults();
      Server http =
          httpBuilder
              .loop(loop)
              .limits(settings.limits())
              .timeouts(settings.timeouts(timeouts))
              .handler(new HttpService(settings, page))
              .recordListener(record -> ended(loop, history, told, HTTP, record))
              .start();
      servers.put(HTTP, http);
      guestLoop.start();
      loop.start(); // only now: until here nobody has been served, and all can be taken back
      isDone = true;
      return new Showcase(loop, guests[0], echo, http, watchers);
    } finally {
      if (!isDone) {
        loop.close();
        if (guestLoop != null) {
          guestLoop.close();
        }
      }
    }
  }

  private static EventLoop loop(String name) throws IOException {
    LoopOptions options = LoopOptions.defaults().withName(name);
    return new EventLoop(SelectorProvider.provider(), System::nanoTime, options);
  }

  private static void ended(
      EventLoop loop,
      History history,
      BiConsumer<String, CloseRecord> told,
      String server,
      CloseRecord record) {
    history.ended(server, record, loop.nowNanos());
    told.accept(server, record);
  }

  private static String text(String run, Snapshot snapshot, Watchers watchers, LabDesk desk) {
    Json json = new Json().object().member("run", run);
    snapshot.write(json);
    json.member("watchers", watchers.size()).member("skipped", watchers.skipped());
    return json.member("experiment", desk.running()).endObject().toString();
  }

  private static String model(Lab lab) {
    Json json = new Json().object();
    Snapshot.model(json);
    json.member("mostGuests", Guests.MOST);
    json.name("experiments").array();
    for (Lab.Offer offer : lab.offers()) {
      json.object().member("name", offer.name()).member("title", offer.title());
      json.member("kind", offer.kind()).member("missing", offer.missing()).endObject();
    }
    return json.endArray().endObject().toString();
  }

  /** Our side's close, the newest first, as guests are told. */
  private static String closeByServer(Server echo, int count) {
    List<Connection> all = new ArrayList<>();
    echo.forEachConnection(
        c -> {
          if (!c.state().isClosing()) {
            all.add(c);
          }
        });
    all.sort(Comparator.comparingLong(Connection::id).reversed());
    int n = Math.min(count, all.size());
    for (Connection each : all.subList(0, n)) {
      each.close("asked for on the page");
    }
    if (n == 0) {
      return "The echo server has no connection to close.";
    }
    return "The server closes " + (n == 1 ? "1 connection." : n + " connections.");
  }

  /** The loop that carries both servers. */
  EventLoop loop() {
    return loop;
  }

  /** The echo server. */
  Server echo() {
    return echo;
  }

  /** The server of the page. */
  Server http() {
    return http;
  }

  /** Those who watch; the loop's thread. */
  Watchers watchers() {
    return watchers;
  }

  /** Shuts both servers down, as {@link Server#close()} does, and ends both loops. */
  @Override
  public void close() {
    close(SHUTDOWN_DEADLINE);
  }

  /** The same, with another time to wait at the most. */
  void close(Duration deadline) {
    CompletableFuture<?> both =
        CompletableFuture.allOf(echo.shutdown(deadline), http.shutdown(deadline));
    both.join(); // ends with the deadline, whatever the clients do
    loop.close();
    guests.close();
  }

  /** Sends back what it is sent; and when the server ends, so do the guests. */
  private static final class Echo implements ConnectionHandler {
    private final Guests guests;

    Echo(Guests guests) {
      this.guests = guests;
    }

    @Override
    public void onData(Connection connection, ByteBuffer data) {
      connection.write(data);
    }

    @Override
    public void onShutdown(Connection connection) {
      guests.leave();
      connection.close();
    }
  }
}
