package dev.millrace.dial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.EventLoop;
import dev.millrace.LoopOptions;
import dev.millrace.failure.FailureTexts;
import dev.millrace.sim.SimHost;
import dev.millrace.sim.SimPeer;
import dev.millrace.sim.SimWorld;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/** A loop on a machine of a simulated network, servers around it, and a name server. */
final class DialStage implements AutoCloseable {
  static final int PORT = 7007;
  static final String NAME = "service.example";

  /** What a selector has open. */
  static final int IDLE_DESCRIPTORS = 2;

  /** A timer is at most a tick late, and a poll is rounded up to a millisecond. */
  static final long LATE_NANOS = 3_000_000;

  final SimWorld world;
  final SimHost client;
  final EventLoop loop;
  final List<Server> servers = new ArrayList<>();
  final Map<String, List<InetAddress>> zone = new HashMap<>();

  /** How long the name server takes. */
  Duration lookupTime = Duration.ofMillis(20);

  int lookups;

  /** Answers from the zone. A test may give another. */
  Names names =
      host -> {
        List<InetAddress> found = zone.get(host);
        if (found == null) {
          throw new UnknownHostException(host);
        }
        return found;
      };

  /** Runs what it is given on the world's thread, later. A test may give another. */
  Executor executor = task -> this.world().schedule(lookupTime, task);

  DialStage(long seed) {
    world = new SimWorld(seed);
    client = world.host("client");
    try {
      loop =
          new EventLoop(
              client.provider(),
              world.clock(),
              LoopOptions.defaults().withName("dial").withFailureTexts(FailureTexts.none()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    loop.turn(0); // from now on this thread is the loop's
  }

  private SimWorld world() {
    return world;
  }

  /** A machine that may listen. */
  static final class Server {
    final SimHost host;
    final List<SimPeer> accepted = new ArrayList<>();

    private Server(SimHost host) {
      this.host = host;
    }

    InetSocketAddress address() {
      return host.address(PORT);
    }

    Server listening() {
      host.listen(PORT, accepted::add);
      return this;
    }

    Server unreachable() {
      host.disconnect();
      return this;
    }
  }

  Server four() {
    return add(world.host("four" + servers.size()));
  }

  Server six() {
    return add(world.host6("six" + servers.size()));
  }

  private Server add(SimHost host) {
    Server server = new Server(host);
    servers.add(server);
    return server;
  }

  /** The name now has the addresses of all servers, in the order in which they were made. */
  DialStage named() {
    zone.put(NAME, servers.stream().map(s -> s.address().getAddress()).toList());
    return this;
  }

  Dialer dialer() {
    return new Dialer(new Resolver(host -> lookUp(host), task -> executor.execute(task)));
  }

  private List<InetAddress> lookUp(String host) throws UnknownHostException {
    lookups++;
    return names.lookUp(host);
  }

  /** Hears one call, and checks what holds for every call. */
  static class Listener implements DialListener {
    final List<String> events = new ArrayList<>();
    Connection connection;
    DialFailure failure;
    CloseRecord record;
    boolean inCall = true;

    @Override
    public ConnectionHandler onConnected(Connection c) {
      assertTrue(!inCall, "told inside the call");
      connection = c;
      events.add("connected");
      return new ConnectionHandler() {
        @Override
        public void onOpen(Connection opened) {
          events.add("open");
        }

        @Override
        public void onData(Connection opened, ByteBuffer data) {
          byte[] bytes = new byte[data.remaining()];
          data.get(bytes);
          events.add(new String(bytes, java.nio.charset.StandardCharsets.US_ASCII));
        }

        @Override
        public void onWritable(Connection opened) {
          events.add("writable");
        }

        @Override
        public void onInputEnd(Connection opened, int unconsumed) {
          events.add("inputEnd " + unconsumed);
          opened.close();
        }

        @Override
        public void onDeadline(Connection opened) {
          events.add("deadline");
        }

        @Override
        public void onClosed(Connection closed, CloseRecord why) {
          record = why;
          events.add("closed");
        }
      };
    }

    @Override
    public void onFailed(DialFailure why) {
      assertTrue(!inCall, "told inside the call");
      failure = why;
      events.add("failed");
    }

    boolean isTold() {
      return !events.isEmpty();
    }
  }

  Dial dial(Dialer dialer, Listener listener) {
    Dial dial = dialer.dial(loop, NAME, PORT, listener);
    listener.inCall = false;
    return dial;
  }

  /** Calls the name and waits for what comes of it. */
  Listener outcome(Dialer dialer) {
    Listener listener = new Listener();
    dial(dialer, listener);
    assertTrue(world.run(loop, listener::isTold), "nothing was told");
    assertEquals(1, listener.events.stream().filter(e -> !e.equals("open")).count());
    return listener;
  }

  /** Lets the loop run until nothing can happen any more, or for so long. */
  void pass(Duration time) {
    boolean[] over = {false};
    world.schedule(time, () -> over[0] = true);
    world.run(loop, () -> over[0]);
    loop.turn(0);
    loop.turn(0);
  }

  /** Nothing is left open but the selector, and so many connections. */
  void assertOpen(int connections) {
    loop.turn(0);
    loop.turn(0);
    assertEquals(IDLE_DESCRIPTORS + connections, client.openDescriptors(), "descriptors");
    assertEquals(connections, loop.stats().registered());
  }

  static void assertAbout(Duration expected, long nanos) {
    long late = nanos - expected.toNanos();
    assertTrue(late >= 0 && late <= LATE_NANOS, expected + " but was " + Duration.ofNanos(nanos));
  }

  @Override
  public void close() {
    loop.close();
    assertEquals(0, client.openDescriptors(), "descriptors");
  }
}
