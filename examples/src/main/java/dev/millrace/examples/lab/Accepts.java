package dev.millrace.examples.lab;

import dev.millrace.ConnectionState;
import dev.millrace.Connector;
import dev.millrace.EndedBy;
import dev.millrace.Server;
import dev.millrace.ServerStats;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.Classifier;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Accepting: what waits in the backlog, and what happens when it can't be taken from there. */
final class Accepts {
  /** Enough to call it a spin; some 25 ms of it. */
  private static final int ROUNDS = 10_000;

  /** Turns of Millrace's loop at the limit, in which it has to do nothing. */
  private static final int TURNS = 100;

  /** A JVM needs some forty of them for itself. */
  private static final int DESCRIPTORS = 120;

  /** Three are turned away while none is left, the last one is served when some are back. */
  private static final int CLIENTS = 4;

  private static final Need SHELL = Need.program("sh");

  private static final Need LINUX =
      Need.of("Linux, for its /dev/null", () -> Path.of("/dev/null").toFile().exists());

  private Accepts() {}

  static List<Experiment> all() {
    return List.of(RESET_IN_BACKLOG, LISTENER_CLOSED, NO_DESCRIPTORS, NONE_TO_CONNECT);
  }

  static final Experiment RESET_IN_BACKLOG =
      Experiment.named("reset-in-backlog")
          .title("A peer resets before it was accepted, and accept hands it out all the same")
          .situation("the peer sent a reset before it was accepted")
          .lesson(
              "Expect that a connection you just accepted is over already; accept says nothing of it.")
          .about(FailureKind.ECONNRESET, Operation.READ)
          .expects(
              e ->
                  e.nio("accept a channel", "read 5", "read SocketException")
                      .kind(FailureKind.ECONNRESET, Certainty.CERTAIN)
                      .ended(EndedBy.PEER, ConnectionState.OPEN, Operation.READ)
                      .cause(SocketException.class)
                      .bytes(5, 0, 0)
                      .callbacks("onOpen", "onData", "onClosed"))
          .plays(
              scene -> {
                ServerSocketChannel listener = scene.keep(ServerSocketChannel.open());
                listener.bind(Scene.anyPort());
                sendAndReset(scene.dial(listener.getLocalAddress(), 0));
                SocketChannel accepted = scene.keep(listener.accept());
                accepted.configureBlocking(false);
                scene.step(Actor.KERNEL, "accept(2) = a descriptor", "never ECONNABORTED on Linux");
                scene.step(Actor.JDK, "accept returns a channel", "" + accepted.getRemoteAddress());
                scene.seen(new Seen(Lane.NIO, "accept", "a channel", "", "", ""));
                Bare bare = new Bare(scene, accepted, null);
                bare.read();
                bare.read();

                Server server = scene.server();
                sendAndReset(scene.dial(server.addresses().get(0), 0));
                scene.until("the accept", () -> server.stats().accepted() == 1);
                scene.until("the end", () -> server.stats().open() == 0);
              });

  private static void sendAndReset(Peer peer) throws IOException {
    peer.send(5);
    peer.reset();
  }

  static final Experiment LISTENER_CLOSED =
      Experiment.named("listener-closed-with-backlog")
          .title("A listener closes while clients that think they are served wait in its backlog")
          .situation("the listener closed before it accepted us")
          .lesson("A connection that is established is not yet served: only an answer says so.")
          .about(FailureKind.ECONNRESET, Operation.READ)
          .expects(
              e ->
                  e.nio("connect true", "write 5", "read SocketException")
                      .kind(FailureKind.ECONNRESET, Certainty.CERTAIN)
                      .ended(EndedBy.PEER, ConnectionState.OPEN, Operation.READ)
                      .cause(SocketException.class)
                      .bytes(0, 5, 0)
                      .callbacks("onOpen", "onClosed"))
          .plays(
              scene -> {
                ServerSocketChannel first = scene.keep(ServerSocketChannel.open());
                first.bind(Scene.anyPort());
                SocketChannel client = Connects.open(scene);
                Connects.connect(scene, client, first.getLocalAddress());
                Bare bare = new Bare(scene, client, null);
                bare.write(5);
                first.close();
                scene.step(Actor.PEER, "closes its listener, and never accepted us");
                bare.awaitReadable().read();

                ServerSocketChannel second = scene.keep(ServerSocketChannel.open());
                second.bind(Scene.anyPort());
                Subject subject = scene.subject();
                Connector.connect(
                    scene.loop(), second.getLocalAddress(), Duration.ofSeconds(3), subject);
                scene.until("the connection", subject::isOpen);
                subject.write(5);
                scene.turns(3);
                second.close();
                scene.step(Actor.PEER, "closes its listener, and never accepted us");
                subject.awaitRecord();
              });

  static final Experiment NO_DESCRIPTORS =
      Experiment.named("emfile-on-accept")
          .title("No descriptor is left: a naive accept loop spins, Millrace sheds and backs off")
          .situation("no file descriptor is left")
          .lesson(
              "Keep a descriptor in reserve, shed with it, and back off; and cap connections below the limit.")
          .about(FailureKind.EMFILE, Operation.ACCEPT)
          .needs(SHELL, LINUX)
          .expects(
              e ->
                  e.nio("accept IOException")
                      .saw(
                          Lane.NIO,
                          Operation.ACCEPT,
                          IOException.class,
                          FailureKind.EMFILE,
                          Certainty.CERTAIN)
                      .measure("naive loop: rounds of select and accept in vain", ROUNDS, ROUNDS)
                      .measure("Millrace: turns", TURNS, Long.MAX_VALUE)
                      .measure("Millrace: failed accepts", CLIENTS - 1, CLIENTS - 1)
                      // One less where something in the JVM had the reserve's descriptor just then.
                      .measure("Millrace: clients that were shed", CLIENTS - 2, CLIENTS - 1)
                      .measure("Millrace: clients neither shed nor served", 0, 0)
                      .measure("Millrace: lines in the log", 1, 1)
                      .step("PEER sees that it was turned away: FIN")
                      .step("MILLRACE accepts again, and serves"))
          .plays(Apart.withDescriptors(DESCRIPTORS, Accepts::withoutDescriptors));

  /**
   * While none is left no class is loaded from a directory either, so what is needed then is used
   * once before, and what is seen is written down afterwards.
   */
  private static void withoutDescriptors(Scene scene) throws IOException {
    Classifier classifier = new Classifier(scene.context().texts());
    ServerSocketChannel listener = scene.keep(ServerSocketChannel.open());
    listener.bind(Scene.anyPort());
    listener.configureBlocking(false);
    Selector selector = scene.keep(Selector.open());
    listener.register(selector, SelectionKey.OP_ACCEPT);
    scene.dial(listener.getLocalAddress(), 0);
    acceptInVain(selector, listener, 1); // accepts the first, with all that takes
    scene.dial(listener.getLocalAddress(), 0);

    List<FileChannel> hog = new ArrayList<>();
    openToTheLimit(hog);
    long began = System.nanoTime();
    Vain vain = acceptInVain(selector, listener, ROUNDS);
    long nanos = System.nanoTime() - began;
    closeAll(hog);
    scene.step(Actor.KERNEL, "no descriptor is left", "ulimit -n " + DESCRIPTORS);
    scene.threw(classifier.accept(vain.thrown, true));
    scene.step(
        Actor.JDK,
        "select returns 1 at once, accept throws, again and again",
        Texts.number(ROUNDS * 1_000_000_000L / nanos) + " rounds a second");
    scene.measure("naive loop: rounds of select and accept in vain", vain.rounds, "rounds");

    Server server = scene.server();
    int linesBefore = scene.loudLines();
    Peer warm = scene.connect(); // the first accept, and every class that it needs
    warm.send(1);
    scene.turns(3);
    List<Peer> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(scene.dial(server.addresses().get(0), 0));
    }
    openToTheLimit(hog);
    // The steps of the next lines need no class that was not met above.
    scene.turns(TURNS);
    long failedAtFirst = server.stats().acceptFailures();
    scene.pass(Duration.ofMillis(15)); // a timer may be a tick late
    scene.pass(Duration.ofMillis(25));
    long failed = server.stats().acceptFailures();
    long shed = server.stats().shed();
    closeAll(hog);
    scene.step(
        Actor.MILLRACE,
        "sheds one with its reserve descriptor and backs off, at each failure twice as long",
        "10, 20, 40 ms; failures before the clock was moved: " + failedAtFirst);
    scene.measure("Millrace: turns", TURNS, "");
    scene.measure("Millrace: failed accepts", failed, "");
    scene.measure("Millrace: clients that were shed", shed, "");
    Peer turnedAway = clients.get(0);
    scene.until(
        "the first client's end", () -> turnedAway.readSome() && turnedAway.ended() != null);
    scene.step(Actor.PEER, "sees that it was turned away: " + turnedAway.ended());
    scene.step(Actor.KERNEL, "has descriptors again");
    scene.pass(Duration.ofMillis(45));
    long all = CLIENTS + 1; // and the one that was there before
    scene.until(
        "everybody is shed or served",
        () -> server.stats().accepted() + server.stats().shed() >= all);
    ServerStats stats = server.stats();
    scene.measure(
        "Millrace: clients neither shed nor served", all - stats.accepted() - stats.shed(), "");
    scene.step(Actor.MILLRACE, "accepts again, and serves");
    scene.pass(Duration.ofSeconds(10)); // quiet for so long, the episode is over, and is told
    scene.measure("Millrace: lines in the log", scene.loudLines() - linesBefore, "");
  }

  static final Experiment NONE_TO_CONNECT =
      Experiment.named("emfile-on-connect")
          .title("No descriptor is left for a connection of our own")
          .situation("no file descriptor is left")
          .lesson("Count what you open: nothing the peer does or says has a part in this.")
          .about(FailureKind.EMFILE, Operation.OPEN)
          .needs(SHELL, LINUX)
          .expects(
              e ->
                  e.nio("open SocketException")
                      .kind(FailureKind.EMFILE, Certainty.CERTAIN)
                      .ended(EndedBy.FAULT, ConnectionState.CONNECTING, Operation.OPEN)
                      .cause(SocketException.class)
                      .bytes(0, 0, 0)
                      .callbacks("onClosed"))
          .plays(Apart.withDescriptors(DESCRIPTORS, Accepts::connectWithoutDescriptors));

  private static void connectWithoutDescriptors(Scene scene) throws IOException {
    Classifier classifier = new Classifier(scene.context().texts());
    SocketAddress nobody = Connects.heldByNobody(scene);
    Connects.millrace(scene, nobody).awaitRecord(); // refused; every class is met that it needs
    scene.forget();
    List<FileChannel> hog = new ArrayList<>();
    openToTheLimit(hog);
    IOException thrown = null;
    try {
      SocketChannel.open().close();
    } catch (IOException e) {
      thrown = e;
    }
    Subject subject = Connects.millrace(scene, nobody);
    scene.turns(3);
    closeAll(hog);
    subject.awaitRecord();
    if (thrown != null) {
      scene.lane(Lane.NIO);
      scene.threw(classifier.open(thrown, true));
    }
  }

  private record Vain(int rounds, IOException thrown) {}

  /** What a loop does that has no answer to a failed accept. */
  private static Vain acceptInVain(Selector selector, ServerSocketChannel listener, int rounds)
      throws IOException {
    int vain = 0;
    IOException last = null;
    for (int i = 0; i < rounds; i++) {
      int ready = selector.select(1_000);
      selector.selectedKeys().clear();
      try (SocketChannel accepted = listener.accept()) {
        accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
        accepted.read(ByteBuffer.allocate(0));
      } catch (IOException e) {
        last = e;
        vain += ready;
      }
    }
    return new Vain(vain, last);
  }

  private static void openToTheLimit(List<FileChannel> hog) {
    Path file = Path.of("/dev/null");
    try {
      while (hog.size() < DESCRIPTORS) {
        hog.add(FileChannel.open(file, StandardOpenOption.READ));
      }
    } catch (IOException e) {
      return; // the limit
    }
    throw new IllegalStateException("no limit of " + DESCRIPTORS + " descriptors here");
  }

  private static void closeAll(List<FileChannel> hog) throws IOException {
    for (FileChannel each : hog) {
      each.close();
    }
    hog.clear();
  }
}
