package dev.millrace.examples.lab;

import dev.millrace.ConnectionState;
import dev.millrace.EndedBy;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;

/** Closing: what it destroys, and when it happens. */
final class Closes {
  private static final int ANSWER = 4 << 20;

  private Closes() {}

  static List<Experiment> all() {
    return List.of(LOST_ANSWER, DEFERRED, DEFERRED_LISTENER, LINGER_TIMEOUT);
  }

  /** RFC 9112 section 9.6 tells servers to close in stages because of this. */
  private static final Experiment LOST_ANSWER =
      Experiment.named("lost-answer")
          .title(
              "Closing with one byte unread destroys an answer that is on its way; lingering cures it")
          .situation("closed with one byte of input unread")
          .lesson(
              "Never close with input unread: flush, shutdownOutput, read and discard until -1 or a bound, then close. Millrace's close() does just that.")
          .about(FailureKind.NONE, Operation.CLOSE)
          .expects(
              e ->
                  e.nio("read 10", "write " + ANSWER)
                      .measure("arrived of 4 MiB, closed at once", 0, ANSWER - 1)
                      .measure("arrived of 4 MiB, close() of Millrace", ANSWER, ANSWER)
                      .step("PEER reads on, and the end is a reset")
                      .step("PEER reads on, and the end is a FIN")
                      .kind(FailureKind.NONE, Certainty.CERTAIN)
                      .ended(EndedBy.US, ConnectionState.OPEN_LINGERING, Operation.NONE)
                      .bytes(11, ANSWER, 0)
                      .unconsumed(1)
                      .callbacks("onOpen", "onData", "onClosed"))
          .plays(
              scene -> {
                Bare bare = scene.bare(8_192);
                bare.peer.send(10);
                bare.awaitReadable().read();
                bare.peer.send(1); // nobody will read this one
                bare.awaitReadable().writeAll(ANSWER);
                bare.close();
                bare.peer.readToEnd();
                scene.measure("arrived of 4 MiB, closed at once", bare.peer.received(), "B");

                scene.script =
                    s ->
                        s.onData =
                            (subject, data) -> {
                              data.position(data.limit());
                              subject.write(ANSWER);
                              subject.close();
                            };
                Peer peer = scene.connect(8_192);
                peer.send(10);
                scene.until("the answer", () -> peer.subject().callbacks.contains("onData"));
                peer.send(1);
                peer.readToEnd();
                scene.measure("arrived of 4 MiB, close() of Millrace", peer.received(), "B");
                peer.close();
                peer.subject().awaitRecord();
              });

  private static final Experiment DEFERRED =
      Experiment.named("deferred-close")
          .title(
              "close() of a registered channel reaches the peer as a FIN; all else waits for a select")
          .situation("closed with input unread, while registered with a selector")
          .lesson(
              "Make no promise about a close before the next select; and never take -1 for a whole answer.")
          .about(FailureKind.NONE, Operation.CLOSE)
          .expects(
              e ->
                  e.step("PEER reads -1: it looks like a clean end")
                      .step("PEER writes, and nothing objects")
                      .step("PEER is reset now")
                      .kind(FailureKind.NONE, Certainty.CERTAIN)
                      .callbacks("onOpen", "onData", "onClosed"))
          .plays(
              scene -> {
                Bare bare = scene.bare();
                Selector selector = bare.register(SelectionKey.OP_READ);
                selector.selectNow();
                bare.peer.send(5);
                selector.select(scene.context().patience().toMillis());
                bare.close();
                scene.until("the FIN", bare.peer::readSome);
                scene.step(
                    Actor.PEER,
                    "FIN".equals(bare.peer.ended())
                        ? "reads -1: it looks like a clean end"
                        : "reads " + bare.peer.ended());
                boolean objected = bare.peer.isReset();
                scene.step(Actor.PEER, objected ? "is reset" : "writes, and nothing objects");
                scene.step(Actor.JDK, "the program calls selectNow()");
                selector.selectNow();
                scene.until("the reset", bare.peer::isReset);
                scene.step(Actor.PEER, "is reset now");

                // Closing is the last phase of a turn, so the next turn's poll ends it, and before
                // that the input was read and thrown away.
                scene.script =
                    s ->
                        s.onData =
                            (subject, data) -> {
                              data.position(data.limit());
                              subject.close();
                            };
                Peer peer = scene.connect();
                peer.send(5).readToEnd();
                peer.close();
                peer.subject().awaitRecord();
              });

  private static final Experiment DEFERRED_LISTENER =
      Experiment.named("deferred-close-of-a-listener")
          .title("A closed listener goes on listening until the next select")
          .situation("the listener was closed, with no select since")
          .lesson(
              "Call selectNow() after closing a listener, before you bind again or say that you are down.")
          .about(FailureKind.CLOSED_LOCALLY, Operation.ACCEPT)
          .expects(
              e ->
                  e.step("PEER connects, to nobody")
                      .step("PEER is refused after the select")
                      .step("PEER is refused after Millrace's shutdown"))
          .plays(
              scene -> {
                ServerSocketChannel listener = scene.keep(ServerSocketChannel.open());
                listener.bind(Scene.anyPort()).configureBlocking(false);
                InetSocketAddress address = (InetSocketAddress) listener.getLocalAddress();
                Selector selector = scene.keep(Selector.open());
                listener.register(selector, SelectionKey.OP_ACCEPT);
                selector.selectNow();
                scene.step(Actor.JDK, "the program closes the listener");
                listener.close();
                scene.step(Actor.PEER, isRefused(address) ? "is refused" : "connects, to nobody");
                scene.step(Actor.JDK, "the program calls selectNow()");
                selector.selectNow();
                scene.step(
                    Actor.PEER,
                    isRefused(address) ? "is refused after the select" : "connects, to nobody");

                var shutdown = scene.server().shutdown(Duration.ofSeconds(1));
                InetSocketAddress served = (InetSocketAddress) scene.server().addresses().get(0);
                scene.until("the shutdown", shutdown::isDone);
                scene.step(Actor.MILLRACE, "says that the shutdown is done");
                scene.step(
                    Actor.PEER,
                    isRefused(served)
                        ? "is refused after Millrace's shutdown"
                        : "connects, to nobody");
              });

  private static boolean isRefused(InetSocketAddress address) throws java.io.IOException {
    try (SocketChannel channel = SocketChannel.open()) {
      channel.connect(address);
      return false;
    } catch (java.net.ConnectException e) {
      return true;
    }
  }

  private static final Experiment LINGER_TIMEOUT =
      Experiment.named("linger-timeout")
          .title("A peer that never sends its FIN: lingering ends by a plain close")
          .situation("we had sent all and our FIN")
          .lesson(
              "Bound the wait for the peer's FIN; what was sent is not endangered by a plain close when all input was read.")
          .about(FailureKind.LINGER_TIMEOUT, Operation.CLOSE)
          .expects(
              e ->
                  e.kind(FailureKind.LINGER_TIMEOUT, Certainty.CERTAIN)
                      .ended(EndedBy.US, ConnectionState.OPEN_LINGERING, Operation.TIMER)
                      .cause(null)
                      .bytes(0, 100, 0)
                      .step("MILLRACE OPEN_DRAINING -> OPEN_LINGERING")
                      .step("PEER reads on, and the end is a FIN")
                      .callbacks("onOpen", "onClosed"))
          .plays(
              scene -> {
                Peer peer = scene.connect();
                peer.subject().write(100);
                peer.subject().close();
                peer.readToEnd();
                scene.pass(Duration.ofSeconds(6)); // Timeouts.linger is 5 s
                peer.subject().awaitRecord();
              });
}
