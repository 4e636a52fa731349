package dev.millrace.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.millrace.Connection;
import dev.millrace.EventLoop;
import dev.millrace.LoopOptions;
import dev.millrace.Server;
import dev.millrace.WriteResult;
import dev.millrace.failure.FailureTexts;
import dev.millrace.sim.SimHost;
import dev.millrace.sim.SimWorld;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A link and its receiver in one simulated world, on one loop, with a machine between them that
 * carries the bytes and may cut. What both sides are told is written down.
 */
final class Ground implements AutoCloseable {
  static final Duration LONG = Duration.ofMinutes(5);

  final SimWorld world;
  final SimHost host;
  final Relay relay;
  final EventLoop loop;

  /** What the receiver took, in order: "id text". */
  final List<String> got = new ArrayList<>();

  /** What else the receiver was told. */
  final List<String> sessions = new ArrayList<>();

  /** What the link's listener was told. */
  final List<String> told = new ArrayList<>();

  LinkReport report;
  Link link;
  LinkServer links;
  Server server;
  LinkReceiver receiver = (session, id, payload) -> got.add(id + " " + text(payload));
  Consumer<String> onTold = line -> {};

  Ground(long seed) throws IOException {
    world = new SimWorld(seed);
    host = world.host("server");
    relay = new Relay(world, world.host("relay"), host.address(7007));
    loop =
        new EventLoop(
            host.provider(),
            world.clock(),
            LoopOptions.defaults().withName("link").withFailureTexts(FailureTexts.none()));
    loop.turn(0);
  }

  // ---- the receiver

  Ground serve() throws IOException {
    return serve(links());
  }

  /** A receiver whose diary is ours; settings follow. */
  LinkServer.Builder links() {
    return LinkServer.builder(new Diary()).epoch(77);
  }

  Ground serve(LinkServer.Builder builder) throws IOException {
    links = builder.build();
    return listen();
  }

  Ground listen() throws IOException {
    server = Server.builder().loop(loop).listen(host.address(7007)).handler(links::handler).start();
    return this;
  }

  void stopServer() {
    var done = server.shutdown(Duration.ZERO);
    until("the server is down", done::isDone);
    server = null;
  }

  private final class Diary implements LinkReceiver {
    @Override
    public void onMessage(LinkSession session, long id, ByteBuffer payload) {
      receiver.onMessage(session, id, payload);
    }

    @Override
    public void onSession(LinkSession session, SessionStart start) {
      sessions.add(start + " at " + session.delivered());
      receiver.onSession(session, start);
    }

    @Override
    public void onSessionEnd(LinkSession session, SessionEnd end) {
      sessions.add(end + " at " + session.delivered());
      receiver.onSessionEnd(session, end);
    }
  }

  // ---- the link

  /** Through the relay, with a fast policy and a seed; settings follow. */
  Link.Builder link() {
    return link(relay.address());
  }

  Link.Builder link(InetSocketAddress to) {
    return Link.builder(Route.to(to, Duration.ofSeconds(3)))
        .listener(new Notes())
        .random(world.dice()::next);
  }

  Ground open(Link.Builder builder) {
    link = builder.build(loop);
    link.open();
    return this;
  }

  private final class Notes implements LinkListener {
    private void note(String line) {
      assertTrue(report == null, () -> "told after the end: " + line);
      told.add(line);
      onTold.accept(line);
    }

    @Override
    public void onTransition(Link of, LinkTransition t) {
      note(t.from() + " to " + t.to() + (t.kind().name().equals("NONE") ? "" : ", " + t.kind()));
    }

    @Override
    public void onAcknowledged(Link of, long id) {
      note("acknowledged " + id);
    }

    @Override
    public void onRoom(Link of) {
      note("room");
    }

    @Override
    public void onSessionLost(Link of, SessionLoss loss) {
      note(
          "lost, "
              + loss.why()
              + (loss.mayRepeat()
                  ? ", " + loss.firstUncertainId() + " to " + loss.lastUncertainId()
                  : ""));
    }

    @Override
    public void onClosed(Link of, LinkReport r) {
      String line = "closed, " + r.kind() + ", " + r.unacknowledged().size() + " left";
      assertTrue(report == null, "told of its end twice");
      told.add(line);
      report = r;
      onTold.accept(line);
    }
  }

  void send(String... texts) {
    for (String text : texts) {
      assertEquals(WriteResult.ACCEPTED, link.send(bytes(text)), text);
    }
  }

  // ---- time

  /** Runs until it is so; fails if that takes a quarter of an hour of the world's time. */
  void until(String what, BooleanSupplier isSo) {
    boolean[] isLate = {false};
    world.schedule(Duration.ofMinutes(15), () -> isLate[0] = true);
    world.run(loop, () -> isLate[0] || isSo.getAsBoolean());
    assertTrue(isSo.getAsBoolean(), () -> "not so: " + what + "; " + link + " " + told);
  }

  void pass(Duration time) {
    boolean[] isOver = {false};
    world.schedule(time, () -> isOver[0] = true);
    world.run(loop, () -> isOver[0]);
  }

  /** What is under way arrives, and no timer of ours is due. */
  void settle() {
    pass(Duration.ofMillis(5));
  }

  /** Everything is closed, and nothing is left on the loop. */
  void checkNothingIsLeft() {
    if (links != null) {
      links.close();
    }
    if (server != null) {
      stopServer();
    }
    until("nothing is left", () -> loop.stats().registered() == 0);
    assertEquals(0, loop.stats().timers(), "timers are left");
    assertEquals(0, loop.stats().queuedBytes(), "bytes are left");
  }

  @Override
  public void close() {
    loop.close();
    assertEquals(0, host.openDescriptors(), "descriptors are left");
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  static String text(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
  }

  /** Cuts the connection that the session has now, as a network does. */
  void cutServersConnections() {
    server.forEachConnection(Connection::abort);
  }
}
