package dev.millrace.examples.lab;

import dev.millrace.ConnectionState;
import dev.millrace.Connector;
import dev.millrace.EndedBy;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.Classifier;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.time.Duration;
import java.util.List;

/** Connecting: refused, never answered, to oneself, to what is no address. */
final class Connects {
  /** Long enough for two lost packets; the loop's clock is told, so that nobody waits for it. */
  private static final Duration DEADLINE = Duration.ofSeconds(3);

  /** Far more connects than a backlog of one takes; a system that takes them all is another one. */
  private static final int MANY = 16;

  private Connects() {}

  static List<Experiment> all() {
    return List.of(
        REFUSED,
        NOT_ANSWERED,
        TO_ITSELF,
        UNRESOLVED,
        WRONG_FAMILY,
        MULTICAST,
        UNIX_BACKLOG_FULL,
        UNIX_FILE_MISSING);
  }

  static final Experiment REFUSED =
      Experiment.named("connect-refused")
          .title("A connect to a port on which nobody listens")
          .situation("nobody listens on the port")
          .lesson(
              "Retry with growing pauses and jitter; nothing was sent, so that a retry is safe.")
          .about(FailureKind.ECONNREFUSED, Operation.CONNECT)
          .expects(
              e ->
                  e.nio("connect ConnectException")
                      .step("JDK the channel is closed by that")
                      .kind(FailureKind.ECONNREFUSED, Certainty.CERTAIN)
                      .ended(EndedBy.PEER, ConnectionState.CONNECTING, Operation.CONNECT)
                      .cause(ConnectException.class)
                      .bytes(0, 0, 0)
                      .callbacks("onClosed"))
          .plays(
              scene -> {
                SocketAddress nobody = heldByNobody(scene);
                SocketChannel channel = open(scene);
                connect(scene, channel, nobody);
                sayIfClosed(scene, channel);

                millrace(scene, nobody).awaitRecord();
              });

  static final Experiment NOT_ANSWERED =
      Experiment.named("connect-timeout")
          .title("A connect that nobody answers, as the listener's backlog is full")
          .situation("the listener's backlog is full")
          .lesson("Give every connect a deadline of your own; the kernel's is a minute or two.")
          .about(FailureKind.CONNECT_TIMEOUT, Operation.CONNECT)
          .expects(
              e ->
                  e.nio("connect pending")
                      .step("JDK finishConnect returns false, and would for minutes")
                      .measure("connections queued before", 1, MANY - 1)
                      .kind(FailureKind.CONNECT_TIMEOUT, Certainty.CERTAIN)
                      .ended(EndedBy.TIMER, ConnectionState.CONNECTING, Operation.TIMER)
                      .cause(null)
                      .bytes(0, 0, 0)
                      .callbacks("onClosed"))
          .plays(
              scene -> {
                ServerSocketChannel listener = scene.keep(ServerSocketChannel.open());
                listener.bind(Scene.anyPort(), 1);
                scene.step(Actor.PEER, "listens with a backlog of 1, and accepts nobody");
                SocketAddress full = listener.getLocalAddress();
                int queued = 0;
                while (queued < MANY && isConnected(open(scene), full)) {
                  queued++;
                }
                scene.measure("connections queued before", queued, "");
                scene.step(Actor.KERNEL, "connect(2) = -1 EINPROGRESS", "the SYN was dropped");
                scene.step(Actor.JDK, "finishConnect returns false, and would for minutes");
                scene.seen(new Seen(Lane.NIO, "connect", "pending", "", "", ""));

                Subject subject = millrace(scene, full);
                scene.turns(3);
                scene.pass(
                    DEADLINE.plusMillis(100)); // a timer is never early, and up to a tick late
                subject.awaitRecord();
              });

  static final Experiment TO_ITSELF =
      Experiment.named("connect-to-itself")
          .title("A connection that meets itself, since its own port is the one it connects to")
          .situation("the local port is the one connected to")
          .lesson(
              "Compare both addresses after every connect, or listen outside of the ephemeral range.")
          .about(FailureKind.SELF_CONNECT, Operation.CONNECT)
          .expects(
              e ->
                  e.nio("connect true", "write 5", "read 5")
                      .step("JDK local and remote address are the same")
                      .kind(FailureKind.SELF_CONNECT, Certainty.CERTAIN)
                      .ended(EndedBy.FAULT, ConnectionState.CONNECTING, Operation.CONNECT)
                      .cause(null)
                      .bytes(0, 0, 0)
                      .callbacks("onClosed"))
          .plays(
              scene -> {
                SocketChannel channel = open(scene);
                channel.bind(Scene.anyPort());
                connect(scene, channel, channel.getLocalAddress());
                boolean isSame = channel.getLocalAddress().equals(channel.getRemoteAddress());
                scene.step(
                    Actor.JDK,
                    "local and remote address are " + (isSame ? "the same" : "not equal"));
                int written = channel.write(ByteBuffer.allocate(5));
                scene.returned(Operation.WRITE, written, Integer.toString(written));
                ByteBuffer own = ByteBuffer.allocate(64);
                scene.until("one's own bytes", () -> readOwn(channel, own) == 5);
                scene.returned(Operation.READ, own.position(), "5");

                // The loop opens its channel itself; it gets one whose port is chosen already.
                SocketChannel next = scene.keep(SocketChannel.open());
                next.bind(Scene.anyPort());
                scene.provider = new PreparedProvider(platform -> next);
                scene.step(Actor.KERNEL, "chooses as local port the one that is connected to");
                millrace(scene, next.getLocalAddress()).awaitRecord();
              });

  static final Experiment UNRESOLVED =
      Experiment.named("connect-unresolved")
          .title("A connect to a name that nobody has looked up")
          .situation("the address holds a name and no number")
          .lesson(
              "Look names up before you connect, off the loop, and close the channel on unchecked exceptions, too.")
          .about(FailureKind.UNRESOLVED, Operation.CONNECT)
          .expects(
              e ->
                  e.nio("connect UnresolvedAddressException")
                      .step("JDK the channel stays open: a descriptor leaks")
                      .kind(FailureKind.UNRESOLVED, Certainty.CERTAIN)
                      .ended(EndedBy.FAULT, ConnectionState.CONNECTING, Operation.CONNECT)
                      .cause(UnresolvedAddressException.class)
                      .callbacks("onClosed")
                      .step("MILLRACE the channel is closed"))
          .plays(
              scene ->
                  refusedByTheJdk(
                      scene,
                      SocketChannel.open(),
                      InetSocketAddress.createUnresolved("nowhere.invalid", 80),
                      new PreparedProvider(platform -> platform.openSocketChannel())));

  static final Experiment WRONG_FAMILY =
      Experiment.named("connect-wrong-family")
          .title("An IPv6 address for a channel that was opened for IPv4")
          .situation("an IPv6 address, an IPv4 channel")
          .lesson("Open TCP channels without a family: they speak IPv4 and IPv6.")
          .about(FailureKind.UNSUPPORTED_ADDRESS, Operation.CONNECT)
          .expects(
              e ->
                  e.nio("connect UnsupportedAddressTypeException")
                      .step("JDK the channel stays open: a descriptor leaks")
                      .kind(FailureKind.UNSUPPORTED_ADDRESS, Certainty.CERTAIN)
                      .ended(EndedBy.FAULT, ConnectionState.CONNECTING, Operation.CONNECT)
                      .cause(UnsupportedAddressTypeException.class)
                      .callbacks("onClosed")
                      .step("MILLRACE the channel is closed"))
          .plays(
              scene ->
                  refusedByTheJdk(
                      scene,
                      SocketChannel.open(StandardProtocolFamily.INET),
                      new InetSocketAddress(ipv6Loopback(), 80),
                      new PreparedProvider(
                          platform -> platform.openSocketChannel(StandardProtocolFamily.INET))));

  static final Experiment MULTICAST =
      Experiment.named("connect-multicast")
          .title("A connect to a multicast address, which TCP does not know")
          .situation("a multicast address")
          .lesson(
              "Check addresses that come from a configuration: TCP connects to one host, never to a group.")
          .about(FailureKind.ENETUNREACH, Operation.CONNECT)
          .expects(
              e ->
                  e.nio("connect SocketException")
                      .step("JDK the channel is closed by that")
                      .kindByText(FailureKind.ENETUNREACH)
                      .ended(EndedBy.FAULT, ConnectionState.CONNECTING, Operation.CONNECT)
                      .cause(SocketException.class)
                      .bytes(0, 0, 0)
                      .callbacks("onClosed"))
          .plays(
              scene -> {
                SocketAddress group = new InetSocketAddress(InetAddress.getByName("224.0.0.1"), 80);
                SocketChannel channel = open(scene);
                connect(scene, channel, group);
                sayIfClosed(scene, channel);
                millrace(scene, group).awaitRecord();
              });

  static final Experiment UNIX_BACKLOG_FULL =
      Experiment.named("unix-backlog-full")
          .title("A connect to a Unix socket whose backlog is full: an exception, nothing pending")
          .situation("the backlog of a Unix socket is full")
          .lesson(
              "Connect again after a pause, with a new channel: unlike TCP, nothing is pending.")
          .about(FailureKind.UNKNOWN, Operation.CONNECT)
          .expects(
              e ->
                  e.nio("connect SocketException")
                      .measure("connections queued before", 1, MANY - 1)
                      .step("JDK the channel is closed by that"))
          .plays(
              scene -> {
                UnixDomainSocketAddress file = unixFile(scene);
                ServerSocketChannel listener =
                    scene.keep(ServerSocketChannel.open(StandardProtocolFamily.UNIX));
                listener.bind(file, 1);
                scene.step(Actor.PEER, "listens on a file with a backlog of 1, and accepts nobody");
                int queued = 0;
                SocketChannel channel = openUnix(scene);
                while (queued < MANY && isQueued(scene, channel, file)) {
                  queued++;
                  channel = openUnix(scene);
                }
                scene.measure("connections queued before", queued, "");
                sayIfClosed(scene, channel);
              });

  static final Experiment UNIX_FILE_MISSING =
      Experiment.named("unix-file-missing")
          .title("A connect to a Unix socket: no such file, and a file where nobody listens")
          .situation("no file; a file that nobody listens on")
          .lesson(
              "A server deletes its socket's file before it binds, for the file survives its process.")
          .about(FailureKind.ECONNREFUSED, Operation.CONNECT)
          .expects(e -> e.nio("connect SocketException", "connect ConnectException"))
          .plays(
              scene -> {
                UnixDomainSocketAddress file = unixFile(scene);
                connect(scene, openUnix(scene), file);
                ServerSocketChannel listener =
                    scene.keep(ServerSocketChannel.open(StandardProtocolFamily.UNIX));
                listener.bind(file);
                listener.close();
                scene.step(Actor.PEER, "listened once; its file is still there");
                connect(scene, openUnix(scene), file);
              });

  // ---- what they have in common

  /** An address whose port is taken, so that no stranger gets it, and that does not listen. */
  static SocketAddress heldByNobody(Scene scene) throws IOException {
    SocketChannel holder = scene.keep(SocketChannel.open());
    holder.bind(Scene.anyPort());
    return holder.getLocalAddress();
  }

  /** A non-blocking channel that is closed with the scene. */
  static SocketChannel open(Scene scene) throws IOException {
    SocketChannel channel = scene.keep(SocketChannel.open());
    channel.configureBlocking(false);
    return channel;
  }

  /** By its bytes: {@code ::1} as a text would be looked up. */
  private static InetAddress ipv6Loopback() throws IOException {
    byte[] bytes = new byte[16];
    bytes[15] = 1;
    return InetAddress.getByAddress(bytes);
  }

  private static SocketChannel openUnix(Scene scene) throws IOException {
    SocketChannel channel = scene.keep(SocketChannel.open(StandardProtocolFamily.UNIX));
    channel.configureBlocking(false);
    return channel;
  }

  /** A path for a socket, short enough for its 108 bytes; it is gone with the scene. */
  private static UnixDomainSocketAddress unixFile(Scene scene) throws IOException {
    return UnixDomainSocketAddress.of(scene.keep(Temporary.directory()).path().resolve("socket"));
  }

  /** Connects in the bare lane to the end, whatever that is, and writes it down. */
  static void connect(Scene scene, SocketChannel channel, SocketAddress address) {
    long began = System.nanoTime();
    Exception failed = null;
    try {
      if (!channel.connect(address)) {
        scene.step(Actor.KERNEL, "connect(2) = -1 EINPROGRESS");
        finish(scene, channel);
      }
    } catch (IOException | RuntimeException e) {
      failed = e;
    }
    connected(scene, failed, System.nanoTime() - began);
  }

  /** Writes down how a connect in the bare lane ended; null for well. */
  static void connected(Scene scene, Exception failed, long elapsedNanos) {
    if (failed == null) {
      scene.step(Actor.KERNEL, "the handshake is done");
      scene.step(Actor.JDK, "connect returns true");
      scene.seen(new Seen(Lane.NIO, "connect", "true", "", "", ""));
    } else {
      Classifier classifier = new Classifier(scene.context().texts());
      scene.threw(classifier.connect(failed, elapsedNanos));
    }
  }

  /** Asks until a pending connect has ended. */
  static void finish(Scene scene, SocketChannel channel) throws IOException {
    IOException[] failed = new IOException[1];
    scene.until(
        "the end of the connect",
        () -> {
          try {
            return channel.finishConnect();
          } catch (IOException e) {
            failed[0] = e;
            return true;
          }
        });
    if (failed[0] != null) {
      throw failed[0];
    }
  }

  /** On the loopback a handshake that is answered at all is over when the call returns. */
  private static boolean isConnected(SocketChannel channel, SocketAddress address)
      throws IOException {
    return channel.connect(address) || channel.finishConnect();
  }

  private static boolean isQueued(Scene scene, SocketChannel channel, SocketAddress address) {
    try {
      return channel.connect(address);
    } catch (IOException e) {
      connected(scene, e, 0);
      return false;
    }
  }

  private static int readOwn(SocketChannel channel, ByteBuffer target) {
    try {
      channel.read(target);
      return target.position();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("reading one's own bytes failed", e);
    }
  }

  static void sayIfClosed(Scene scene, SocketChannel channel) {
    scene.step(
        Actor.JDK,
        channel.isOpen()
            ? "the channel stays open: a descriptor leaks"
            : "the channel is closed by that");
  }

  /** Connects on Millrace's loop. */
  static Subject millrace(Scene scene, SocketAddress address) throws IOException {
    Subject subject = scene.subject();
    Connector.connect(
        scene.loop(), address, DEADLINE, subject, scene.limits, scene.timeouts, scene.sockets);
    return subject;
  }

  /** An address that the JDK refuses by itself, unchecked, and leaves the channel open. */
  private static void refusedByTheJdk(
      Scene scene, SocketChannel bare, SocketAddress address, PreparedProvider provider)
      throws IOException {
    SocketChannel channel = scene.keep(bare);
    channel.configureBlocking(false);
    connect(scene, channel, address);
    sayIfClosed(scene, channel);

    scene.provider = provider;
    millrace(scene, address).awaitRecord();
    SocketChannel its = provider.last();
    scene.until("the channel's end", () -> !its.isOpen());
    scene.step(Actor.MILLRACE, "the channel is closed");
  }
}
