package dev.millrace.examples.lab;

import dev.millrace.ConnectionState;
import dev.millrace.Connector;
import dev.millrace.EndedBy;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * What is wrong with a network, in one that is the experiment's own: no route, routes that refuse,
 * hosts that don't answer, a peer that vanishes.
 */
final class Networks {
  /** Of TEST-NET-2 (RFC 5737): a network that is nowhere. */
  private static final String FAR_NET = "198.51.100.0/24";

  private static final String FAR_HOST = "198.51.100.1";

  /**
   * The ephemeral ports that there are when there are few. An even number: the kernel tries the
   * even ones and the odd ones, as many of each, and of five it may leave one out.
   */
  private static final int FEW = 6;

  private static final int FIRST_PORT = 40_000;

  private Networks() {}

  static List<Experiment> all() {
    return List.of(
        TIMED_OUT,
        refusedByRoute(
            "connect-host-unreachable",
            "A connect for which a route says that the host can't be reached",
            "a route of type unreachable",
            "Try the next address of the name at once; this one again after a pause.",
            "ip route add unreachable " + FAR_NET,
            "EHOSTUNREACH",
            FailureKind.EHOSTUNREACH,
            Certainty.CERTAIN,
            NoRouteToHostException.class),
        refusedByRoute(
            "connect-network-unreachable",
            "A connect for which there is no route",
            "no route",
            "Try the next address of the name at once: IPv4 works where IPv6 has no route.",
            "ip route show",
            "ENETUNREACH",
            FailureKind.ENETUNREACH,
            Certainty.BY_TEXT,
            SocketException.class),
        refusedByRoute(
            "connect-prohibited",
            "A connect that a route forbids, and that ends in a BindException",
            "a route of type prohibit",
            "Expect BindException from connect, too; it is this machine that refuses.",
            "ip route add prohibit " + FAR_NET,
            "EACCES",
            FailureKind.LOCAL_ADDRESS_OR_POLICY,
            Certainty.CERTAIN,
            BindException.class),
        refusedByRoute(
            "connect-blackhole",
            "A connect into a blackhole route: EINVAL, as if the address were wrong",
            "a route of type blackhole",
            "Report the raw exception: EINVAL for a good address is a route of this machine.",
            "ip route add blackhole " + FAR_NET,
            "EINVAL",
            FailureKind.UNKNOWN,
            Certainty.UNKNOWN,
            SocketException.class),
        NO_PORTS,
        INTERFACE_DOWN,
        PEER_VANISHED);
  }

  private static final Experiment TIMED_OUT =
      Experiment.named("connect-timed-out-by-kernel")
          .title("A connect to a host that answers nothing, until the kernel gives up")
          .situation("the host answers nothing")
          .lesson(
              "Give connects a deadline of your own, and tell it from a refusal by the time, not the text.")
          .about(FailureKind.ETIMEDOUT, Operation.CONNECT)
          .needs(Apart.NETWORK)
          .expects(
              e ->
                  e.nio("connect ConnectException")
                      .sawByText(
                          Lane.MILLRACE,
                          Operation.CONNECT,
                          ConnectException.class,
                          FailureKind.ETIMEDOUT,
                          FailureKind.ECONNREFUSED)
                      .cause(ConnectException.class)
                      .bytes(0, 0, 0)
                      .callbacks("onClosed"))
          .plays(
              Apart.inNetwork(
                  scene -> {
                    SocketAddress silent = cableToNobody(scene);
                    tell(scene, "ip neigh add 10.77.0.9 lladdr 02:00:00:00:00:09 dev cable0");
                    tell(scene, "sysctl -w net.ipv4.tcp_syn_retries=1");
                    // Both at once: the kernel waits 1 s, sends the SYN again, and waits 2 s.
                    SocketChannel channel = Connects.open(scene);
                    long began = System.nanoTime();
                    boolean connected = channel.connect(silent);
                    scene.step(Actor.JDK, "connect returns " + connected);
                    scene.useRealClock(); // when it failed is what tells it from a refusal
                    Subject subject = withoutDeadline(scene, silent);
                    subject.awaitRecord();
                    scene.lane(Lane.NIO);
                    Exception failed = null;
                    try {
                      Connects.finish(scene, channel);
                    } catch (IOException e) {
                      failed = e;
                    }
                    Connects.connected(scene, failed, System.nanoTime() - began);
                  }));

  /** A connect that the kernel refuses at once, by its routing table. */
  private static Experiment refusedByRoute(
      String name,
      String title,
      String situation,
      String lesson,
      String command,
      String errno,
      FailureKind kind,
      Certainty certainty,
      Class<? extends IOException> type) {
    return Experiment.named(name)
        .title(title)
        .situation(situation)
        .lesson(lesson)
        .about(kind, Operation.CONNECT)
        .needs(Apart.NETWORK)
        .expects(
            e -> {
              Expectation all =
                  e.nio("connect " + type.getSimpleName())
                      .step("JDK the channel is closed by that")
                      .ended(EndedBy.FAULT, ConnectionState.CONNECTING, Operation.CONNECT)
                      .cause(type)
                      .bytes(0, 0, 0)
                      .callbacks("onClosed");
              return certainty == Certainty.BY_TEXT
                  ? all.kindByText(kind)
                  : all.kind(kind, certainty);
            })
        .plays(
            Apart.inNetwork(
                scene -> {
                  tell(scene, command);
                  scene.step(Actor.KERNEL, "is to answer with " + errno, "ip-route(8)");
                  SocketAddress far = new InetSocketAddress(InetAddress.getByName(FAR_HOST), 80);
                  SocketChannel channel = Connects.open(scene);
                  Connects.connect(scene, channel, far);
                  Connects.sayIfClosed(scene, channel);
                  Connects.millrace(scene, far).awaitRecord();
                }));
  }

  private static final Experiment NO_PORTS =
      Experiment.named("connect-no-ports-left")
          .title("A connect when every ephemeral port is taken for that destination")
          .situation("no local port is left")
          .lesson(
              "Keep connections and use them again; one a request uses up the ports of a destination.")
          .about(FailureKind.LOCAL_ADDRESS_OR_POLICY, Operation.CONNECT)
          .needs(Apart.NETWORK)
          .expects(
              e ->
                  e.nio("connect BindException", "bind BindException")
                      .measure("connections to one destination", FEW, FEW)
                      .kind(FailureKind.LOCAL_ADDRESS_OR_POLICY, Certainty.CERTAIN)
                      .ended(EndedBy.FAULT, ConnectionState.CONNECTING, Operation.CONNECT)
                      .cause(BindException.class)
                      .bytes(0, 0, 0)
                      .callbacks("onClosed"))
          .plays(
              Apart.inNetwork(
                  scene -> {
                    tell(
                        scene,
                        "sysctl -w net.ipv4.ip_local_port_range='"
                            + FIRST_PORT
                            + " "
                            + (FIRST_PORT + FEW - 1)
                            + "'");
                    ServerSocketChannel listener = scene.keep(ServerSocketChannel.open());
                    SocketAddress service =
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000);
                    listener.bind(service);
                    int connected = 0;
                    while (connected < FEW) {
                      SocketChannel one = scene.keep(SocketChannel.open());
                      one.connect(service);
                      connected++;
                    }
                    scene.measure("connections to one destination", connected, "");
                    Connects.connect(scene, Connects.open(scene), service);
                    Addresses.bind(scene, scene.keep(ServerSocketChannel.open()), Scene.anyPort());
                    Connects.millrace(scene, service).awaitRecord();
                  }));

  private static final Experiment INTERFACE_DOWN =
      Experiment.named("connect-interface-down")
          .title("A connect to a neighbour when the interface has gone down")
          .situation("the interface is down")
          .lesson("Retry with growing pauses: nothing here says whether the interface comes back.")
          .about(FailureKind.ENETUNREACH, Operation.CONNECT)
          .needs(Apart.NETWORK)
          .expects(
              e ->
                  e.nio("connect SocketException")
                      .kindByText(FailureKind.ENETUNREACH)
                      .ended(EndedBy.FAULT, ConnectionState.CONNECTING, Operation.CONNECT)
                      .cause(SocketException.class)
                      .bytes(0, 0, 0)
                      .callbacks("onClosed"))
          .plays(
              Apart.inNetwork(
                  scene -> {
                    SocketAddress neighbour = cableToNobody(scene);
                    tell(scene, "ip link set cable0 down");
                    Connects.connect(scene, Connects.open(scene), neighbour);
                    Connects.millrace(scene, neighbour).awaitRecord();
                  }));

  private static final Experiment PEER_VANISHED =
      Experiment.named("peer-vanished")
          .title("A peer whose network is gone: keep-alive finds out, once, and then it is a -1")
          .situation("the peer vanished without a word; SO_KEEPALIVE is on")
          .lesson(
              "Do not wait for the kernel: time-outs and heartbeats of your own find it in seconds.")
          .about(FailureKind.ETIMEDOUT, Operation.READ)
          .needs(Apart.NETWORK)
          .expects(
              e ->
                  e.nio("read IOException", "read -1", "write IOException")
                      .ended(EndedBy.FAULT, ConnectionState.OPEN, Operation.READ)
                      .cause(IOException.class)
                      .bytes(0, 0, 0)
                      .callbacks("onOpen", "onClosed"))
          .plays(
              Apart.inNetwork(
                  scene -> {
                    tell(scene, "sysctl -w net.ipv4.tcp_keepalive_time=1");
                    tell(scene, "sysctl -w net.ipv4.tcp_keepalive_intvl=1");
                    tell(scene, "sysctl -w net.ipv4.tcp_keepalive_probes=2");
                    Bare bare = scene.bare();
                    bare.channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
                    scene.sockets = scene.sockets.withKeepAlive(true);
                    Peer peer = scene.connect();
                    tell(scene, "ip link set lo down");
                    scene.step(Actor.PEER, "can't be reached any more, and nobody is told");
                    peer.subject().awaitRecord();

                    scene.lane(Lane.NIO);
                    bare.awaitReadable().read();
                    bare.read();
                    bare.write(10);
                  }));

  /** Connects on Millrace's loop, and leaves it to the kernel how long that may take. */
  private static Subject withoutDeadline(Scene scene, SocketAddress address) throws IOException {
    Subject subject = scene.subject();
    Connector.connect(scene.loop(), address, Duration.ZERO, subject);
    return subject;
  }

  /** A cable with nobody at its other end, and the address of nobody. */
  private static SocketAddress cableToNobody(Scene scene) throws IOException {
    tell(scene, "ip link add cable0 type veth peer name cable1");
    tell(scene, "ip addr add 10.77.0.1/24 dev cable0");
    tell(scene, "ip link set cable0 up");
    tell(scene, "ip link set cable1 up");
    return new InetSocketAddress(InetAddress.getByName("10.77.0.9"), 80);
  }

  /**
   * Runs a command in the network that this JVM is in. Only within {@link Apart#inNetwork}, whose
   * child has made sure that it is alone in it.
   */
  private static void tell(Scene scene, String command) throws IOException {
    scene.step(Actor.KERNEL, "is told: " + command);
    Process process = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException("'" + command + "' failed: " + said.strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted in '" + command + "'", e);
    }
  }
}
