package dev.millrace.examples.lab;

import dev.millrace.BindFailedException;
import dev.millrace.Server;
import dev.millrace.ShutdownReport;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.Classifier;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Taking an address and listening on it, and giving it back. */
final class Addresses {
  /** Of TEST-NET-1 (RFC 5737): no machine has it. */
  private static final String NOT_OURS = "192.0.2.1";

  /** HTTP's; any below 1024 would do. */
  private static final int PRIVILEGED = 80;

  private Addresses() {}

  static List<Experiment> all() {
    return List.of(IN_USE, NOT_AVAILABLE, NOT_PERMITTED, TOO_EARLY);
  }

  static final Experiment IN_USE =
      Experiment.named("bind-address-in-use")
          .title("A second listener on an address and port that are taken")
          .situation("another socket listens there")
          .lesson(
              "Say which address and port are taken, and end with an error; port 0 takes any that is free.")
          .about(FailureKind.EADDRINUSE, Operation.BIND)
          .expects(
              e ->
                  e.nio("bind BindException", "bind ok")
                      .sawByText(
                          Lane.MILLRACE,
                          Operation.BIND,
                          BindException.class,
                          FailureKind.EADDRINUSE))
          .plays(
              scene -> {
                ServerSocketChannel first = scene.keep(ServerSocketChannel.open());
                first.bind(Scene.anyPort());
                scene.step(Actor.PEER, "listens on the port", "any other process");
                ServerSocketChannel second = scene.keep(ServerSocketChannel.open());
                bind(scene, second, first.getLocalAddress());
                scene.step(Actor.JDK, "the channel stays open; another bind on it may succeed");
                bind(scene, second, Scene.anyPort());

                listen(scene, first.getLocalAddress());
              });

  static final Experiment NOT_AVAILABLE =
      Experiment.named("bind-address-not-available")
          .title("A listener on an address that is none of this machine's")
          .situation("no interface has the address")
          .lesson(
              "Take the address from this machine's own list, or listen on the wildcard address.")
          .about(FailureKind.EADDRNOTAVAIL, Operation.BIND)
          .needs(Need.of("a kernel that refuses foreign addresses", Addresses::refusesForeign))
          .expects(
              e ->
                  e.nio("bind BindException")
                      .saw(
                          Lane.MILLRACE,
                          Operation.BIND,
                          BindException.class,
                          FailureKind.EADDRNOTAVAIL,
                          Certainty.CERTAIN))
          .plays(
              scene -> {
                SocketAddress foreign =
                    new InetSocketAddress(InetAddress.getByName(NOT_OURS), PRIVILEGED + 8_000);
                bind(scene, scene.keep(ServerSocketChannel.open()), foreign);
                listen(scene, foreign);
              });

  static final Experiment NOT_PERMITTED =
      Experiment.named("bind-not-permitted")
          .title("A listener on a port that needs a privilege this process has not")
          .situation("port 80 without CAP_NET_BIND_SERVICE")
          .lesson(
              "Take a port above 1023, or grant CAP_NET_BIND_SERVICE; do not run as root for it.")
          .about(FailureKind.EACCES, Operation.BIND)
          .needs(Apart.NETWORK, Need.program("setpriv"))
          .expects(
              e ->
                  e.nio("bind BindException")
                      .sawByText(
                          Lane.MILLRACE,
                          Operation.BIND,
                          BindException.class,
                          FailureKind.EACCES,
                          FailureKind.EADDRINUSE))
          .plays(
              Apart.inNetworkWithoutBindService(
                  scene -> {
                    scene.step(Actor.KERNEL, "takes CAP_NET_BIND_SERVICE from this process");
                    SocketAddress port80 =
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), PRIVILEGED);
                    bind(scene, scene.keep(ServerSocketChannel.open()), port80);
                    listen(scene, port80);
                  }));

  static final Experiment TOO_EARLY =
      Experiment.named("bind-again-too-early")
          .title("A port that was given back, and that can't be had again before the next select")
          .situation("our own listener was closed there, with no select since")
          .lesson(
              "Let the selector run once after closing a listener, before you bind its port again.")
          .about(FailureKind.EADDRINUSE, Operation.BIND)
          .expects(
              e ->
                  e.nio("bind BindException", "bind ok")
                      .step("MILLRACE shutdown is complete")
                      .step("MILLRACE a new server listens on the same port"))
          .plays(
              scene -> {
                ServerSocketChannel listener = scene.keep(ServerSocketChannel.open());
                listener.bind(Scene.anyPort());
                SocketAddress address = listener.getLocalAddress();
                Selector selector = scene.keep(Selector.open());
                listener.configureBlocking(false);
                listener.register(selector, SelectionKey.OP_ACCEPT);
                selector.selectNow();
                listener.close();
                scene.step(Actor.JDK, "close returns; the descriptor waits for the next select");
                bind(scene, scene.keep(ServerSocketChannel.open()), address);
                selector.selectNow();
                scene.step(Actor.JDK, "selectNow: now the descriptor is closed");
                bind(scene, scene.keep(ServerSocketChannel.open()), address);

                Server server = scene.server();
                SocketAddress its = server.addresses().get(0);
                CompletableFuture<ShutdownReport> report = server.shutdown(Duration.ofSeconds(1));
                scene.until("the shutdown's report", report::isDone);
                scene.step(Actor.MILLRACE, "shutdown is complete", "promised after the next poll");
                Server next =
                    scene.keep(
                        Server.builder()
                            .loop(scene.loop())
                            .listen(its)
                            .handler(scene::subject)
                            .start());
                boolean isSame = next.addresses().get(0).equals(its);
                scene.step(
                    Actor.MILLRACE,
                    "a new server listens on " + (isSame ? "the same port" : "another port"));
              });

  /** Binds in the bare lane, and writes down what came of it. */
  static void bind(Scene scene, ServerSocketChannel channel, SocketAddress address) {
    try {
      channel.bind(address);
      scene.step(Actor.KERNEL, "bind(2) = 0");
      scene.step(Actor.JDK, "bind returns");
      scene.seen(new Seen(Lane.NIO, "bind", "ok", "", "", ""));
    } catch (IOException | RuntimeException e) {
      Classifier classifier = new Classifier(scene.context().texts());
      scene.threw(classifier.bind(e, SelectorProvider.provider(), address));
    }
  }

  /** Starts a server there, and writes down why it does not start. */
  private static void listen(Scene scene, SocketAddress address) throws IOException {
    Server.Builder builder =
        Server.builder().loop(scene.loop()).listen(address).handler(scene::subject);
    try {
      scene.keep(builder.start());
      scene.step(Actor.MILLRACE, "listens all the same");
    } catch (BindFailedException e) {
      scene.threw(e.failure());
      scene.step(Actor.MILLRACE, "start() refuses, and leaves nothing open", e.getMessage());
    }
  }

  /** With {@code net.ipv4.ip_nonlocal_bind} the kernel lets anybody have any address. */
  private static boolean refusesForeign() {
    try (ServerSocketChannel probe = ServerSocketChannel.open()) {
      probe.bind(new InetSocketAddress(InetAddress.getByName(NOT_OURS), 0));
      return false;
    } catch (IOException e) {
      return true;
    }
  }
}
