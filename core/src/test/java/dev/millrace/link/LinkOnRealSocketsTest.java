package dev.millrace.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.EventLoop;
import dev.millrace.LoopOptions;
import dev.millrace.Server;
import dev.millrace.dial.Dialer;
import dev.millrace.dial.Resolver;
import dev.millrace.failure.FailureTexts;
import dev.millrace.fault.Dice;
import dev.millrace.frame.FrameCodec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Links over loopback, with servers that die and come back on the same port. */
@Timeout(60)
class LinkOnRealSocketsTest {
  /** A loop that dies is one that is closed: its connections get resets, as a process's do. */
  private static final LoopOptions OPTIONS =
      LoopOptions.defaults().withFailureTexts(FailureTexts.none());

  private static final RetryPolicy SOON =
      RetryPolicy.defaults().withWaits(Duration.ofMillis(5), Duration.ofMillis(20));

  private final EventLoop loop;
  private final List<String> got = new ArrayList<>();
  private final List<SessionStart> starts = new ArrayList<>();
  private final List<SessionLoss> losses = new ArrayList<>();
  private final List<String> told = new ArrayList<>();
  private final Dice dice = new Dice(1);
  private EventLoop serverLoop;
  private LinkServer links;
  private Server server;
  private LinkReport report;

  LinkOnRealSocketsTest() throws IOException {
    loop = loop("link");
  }

  private static EventLoop loop(String name) throws IOException {
    EventLoop made =
        new EventLoop(SelectorProvider.provider(), System::nanoTime, OPTIONS.withName(name));
    made.turn(0); // this thread is the loop's: both loops of a test take turns
    return made;
  }

  @AfterEach
  void closeLoops() {
    loop.close();
    if (serverLoop != null) {
      serverLoop.close();
    }
  }

  /** A process that serves: a loop, a receiver, and nothing remembered. */
  private int startProcess(int port, long epoch) throws IOException {
    serverLoop = loop("server");
    links =
        LinkServer.builder(
                new LinkReceiver() {
                  @Override
                  public void onMessage(LinkSession session, long id, ByteBuffer payload) {
                    got.add(id + " " + Ground.text(payload));
                  }

                  @Override
                  public void onSession(LinkSession session, SessionStart start) {
                    starts.add(start);
                  }
                })
            .epoch(epoch)
            .build();
    return serve(port).port();
  }

  private Server serve(int port) throws IOException {
    server =
        Server.builder().loop(serverLoop).listen("127.0.0.1", port).handler(links::handler).start();
    return server;
  }

  private Link link(Route route, Duration heartbeat) {
    Link link =
        Link.builder(route)
            .retry(SOON)
            .random(dice::next)
            .heartbeat(heartbeat, 3)
            .listener(
                new LinkListener() {
                  @Override
                  public void onTransition(Link of, LinkTransition t) {
                    told.add(t.from() + " to " + t.to() + " " + t.kind());
                  }

                  @Override
                  public void onSessionLost(Link of, SessionLoss loss) {
                    losses.add(loss);
                  }

                  @Override
                  public void onClosed(Link of, LinkReport how) {
                    report = how;
                  }
                })
            .build(loop);
    link.open();
    return link;
  }

  private static Route to(int port) {
    return Route.to(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port), Duration.ofSeconds(5));
  }

  /** Both loops take turns; the time-out of the class is what ends it where it never is so. */
  private void until(BooleanSupplier isSo) {
    while (!isSo.getAsBoolean()) {
      loop.turn(1_000_000);
      if (serverLoop != null) {
        serverLoop.turn(1_000_000);
      }
    }
  }

  private static void send(Link link, int from, int to) {
    for (int i = from; i <= to; i++) {
      link.send(Ground.bytes("m" + i));
    }
  }

  @Test
  void aServerThatIsKilledAndStartedAgainBetweenMessagesLosesNothing() throws IOException {
    int port = startProcess(0, 1);
    Link link = link(to(port), Duration.ofSeconds(5));
    send(link, 1, 100);
    until(() -> link.acknowledgedId() == 100);
    send(link, 101, 200);
    loop.turn(0); // some of it is on its way
    serverLoop.close();
    serverLoop = null;
    until(() -> link.state() == LinkState.WAITING);
    send(link, 201, 300);
    startProcess(port, 2);
    until(() -> link.acknowledgedId() == 300);
    link.close(Duration.ofSeconds(30));
    until(() -> report != null);
    assertTrue(report.isComplete());
    assertEquals(1, losses.size());
    assertEquals(SessionLoss.Why.RESTARTED, losses.get(0).why());
    // Of what came twice it was said that it may; and all of it came, in order.
    List<String> all = IntStream.rangeClosed(1, 300).mapToObj(i -> i + " m" + i).toList();
    assertEquals(all, got.stream().distinct().toList());
    long first = losses.get(0).firstUncertainId();
    long last = losses.get(0).lastUncertainId();
    assertTrue(got.size() - 300 <= last - first + 1, got.size() + " came, told was " + losses);
  }

  @Test
  void aServerThatIsShutDownAndStartedAgainInOneProcessDoublesNothing() throws IOException {
    int port = startProcess(0, 1);
    Link link = link(to(port), Duration.ofSeconds(5));
    for (int round = 0; round < 5; round++) {
      int from = 1 + 40 * round;
      send(link, from, from + 39);
      until(() -> got.size() >= from + 10);
      var done = server.shutdown(Duration.ofSeconds(5));
      until(() -> done.isDone() && link.state() != LinkState.UP);
      serve(port);
    }
    until(() -> link.acknowledgedId() == 200);
    link.close(Duration.ofSeconds(30));
    until(() -> report != null);
    assertEquals(IntStream.rangeClosed(1, 200).mapToObj(i -> i + " m" + i).toList(), got);
    assertEquals(List.of(), losses);
    assertEquals(SessionStart.NEW, starts.get(0));
    assertEquals(SessionStart.RESUMED, starts.get(starts.size() - 1));
  }

  @Test
  void aPeerThatAnswersNoHeartbeatIsGivenUp() throws IOException {
    int port;
    Link link;
    try (ServerSocketChannel mute = ServerSocketChannel.open()) {
      mute.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      port = ((InetSocketAddress) mute.getLocalAddress()).getPort();
      link = link(to(port), Duration.ofMillis(20));
      send(link, 1, 3);
      try (SocketChannel peer = mute.accept()) { // the kernel has connected it already, or will
        ByteBuffer welcome =
            Frames.welcome(new FrameCodec(100), new Frames.Welcome(0, 9, 1, SessionStart.NEW));
        while (welcome.hasRemaining()) {
          peer.write(welcome);
        }
        until(() -> told.contains("UP to WAITING READ_IDLE"));
      }
    }
    startProcess(port, 2);
    until(() -> link.acknowledgedId() == 3);
    assertEquals(List.of("1 m1", "2 m2", "3 m3"), got);
    assertEquals(List.of(new SessionLoss(SessionLoss.Why.RESTARTED, 1, 3)), losses);
    link.close(Duration.ofSeconds(30));
    until(() -> report != null);
  }

  @Test
  void aRouteByNameGoesOnToTheAddressThatAnswers() throws IOException {
    int port = startProcess(0, 1);
    // Nobody listens on the first one; only loopback's 127.0.0.1 does.
    Dialer dialer =
        new Dialer(
            new Resolver(
                host ->
                    List.of(
                        InetAddress.getByAddress(host, new byte[] {127, 0, 0, 2}),
                        InetAddress.getByAddress(host, new byte[] {127, 0, 0, 1})),
                Runnable::run));
    Link link = link(Route.to(dialer, "backend.example", port), Duration.ofSeconds(5));
    send(link, 1, 3);
    until(() -> link.acknowledgedId() == 3);
    link.close(Duration.ofSeconds(30));
    until(() -> report != null);
    assertTrue(report.isComplete());
    List<InetSocketAddress> addresses =
        List.of(
            new InetSocketAddress("127.0.0.2", port),
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    report = null;
    Link other = link(Route.to(dialer, addresses), Duration.ofSeconds(5));
    other.send(Ground.bytes("again"));
    until(() -> other.acknowledgedId() == 1);
    other.close(Duration.ofSeconds(30));
    until(() -> report != null);
    assertEquals(List.of("1 m1", "2 m2", "3 m3", "1 again"), got);
  }
}
