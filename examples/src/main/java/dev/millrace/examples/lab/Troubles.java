package dev.millrace.examples.lab;

import dev.millrace.ConnectionState;
import dev.millrace.EndedBy;
import dev.millrace.ShutdownReport;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import dev.millrace.fault.FaultKind;
import dev.millrace.fault.FaultPlan;
import dev.millrace.fault.FaultSelectorProvider;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/** What goes wrong on this side: the loop's thread, its handlers, its bounds, and its end. */
final class Troubles {
  private static final int ROUNDS = 1_000;

  private Troubles() {}

  static List<Experiment> all() {
    return List.of(
        INTERRUPT, SPURIOUS, HANDLER, TOO_LARGE, CONNECTION_CAP, SHUTDOWN_DEADLINE, LOOP_STOPPED);
  }

  private static final Experiment INTERRUPT =
      Experiment.named("interrupted-loop")
          .title("An interrupt of the loop's thread: a naive loop spins until somebody clears it")
          .situation("the thread was interrupted")
          .lesson(
              "Clear the status in the loop, and stop loops by a method of their own, not by interrupt.")
          .about(FailureKind.INTERRUPTED, Operation.NONE)
          .expects(
              e ->
                  e.measure("of 1,000 selects returned at once, bare NIO", ROUNDS, ROUNDS)
                      .nio("read 5")
                      .step("MILLRACE goes on, and the interrupt is cleared")
                      .step("PEER reads 5 B")
                      .callbacks("onOpen", "onData"))
          .plays(
              scene -> {
                Bare bare = scene.bare();
                Selector selector = bare.register(SelectionKey.OP_READ);
                scene.step(Actor.JDK, "somebody interrupts the loop's thread");
                Thread.currentThread().interrupt();
                int rounds = 0;
                while (rounds < ROUNDS
                    && selector.select(scene.context().patience().toMillis()) == 0
                    && Thread.currentThread().isInterrupted()) {
                  rounds++;
                }
                scene.step(Actor.JDK, "select returns at once with nothing ready, again and again");
                scene.measure("of 1,000 selects returned at once, bare NIO", rounds, "rounds");
                Thread.interrupted();
                bare.peer.send(5);
                bare.awaitReadable().read(); // the channels are not hurt

                scene.script = s -> s.onData = (subject, data) -> subject.connection.write(data);
                Peer peer = scene.connect();
                scene.step(Actor.MILLRACE, "somebody interrupts the loop's thread");
                Thread.currentThread().interrupt();
                scene.turn();
                scene.step(
                    Actor.MILLRACE,
                    Thread.currentThread().isInterrupted()
                        ? "is still interrupted"
                        : "goes on, and the interrupt is cleared");
                peer.send(5).read(5);
              });

  private static final Experiment SPURIOUS =
      Experiment.named("spurious-wake-up")
          .title("A channel that is reported ready and is not: a read that blocks would hang")
          .situation("the selector reported it ready for nothing")
          .lesson("Read non-blocking, and take 0 for an answer.")
          .about(FailureKind.SPIN, Operation.READ)
          .expects(
              e ->
                  e.nio("read 0")
                      .step("PEER reads 5 B")
                      .kind(FailureKind.NONE, Certainty.CERTAIN)
                      .bytes(5, 5, 0)
                      .callbacks("onOpen", "onData", "onInputEnd", "onClosed"))
          .plays(
              scene -> {
                // By the fault-injecting provider: the kernel does it seldom, and not on demand.
                FaultPlan always = FaultPlan.none().with(FaultKind.SPURIOUS_READY, 1);
                var faulty = new FaultSelectorProvider(SelectorProvider.provider(), always);
                scene.bare();
                try (Selector selector = faulty.openSelector();
                    SocketChannel channel = faulty.openSocketChannel()) {
                  channel.connect(scene.bareAddress());
                  channel.configureBlocking(false);
                  channel.register(selector, SelectionKey.OP_READ);
                  int ready = selector.selectNow();
                  scene.step(
                      Actor.JDK,
                      ready == 1 ? "select reports it ready to read" : "select is quiet");
                  int n = channel.read(ByteBuffer.allocate(8));
                  scene.returned(Operation.READ, n, Integer.toString(n));
                }

                // Every other time: what is ready for nothing 512 times in a row is cut as a spin.
                FaultPlan often = FaultPlan.none().with(FaultKind.SPURIOUS_READY, 0.5);
                scene.provider = new FaultSelectorProvider(SelectorProvider.provider(), often);
                scene.script = s -> s.onData = (subject, data) -> subject.connection.write(data);
                Peer peer = scene.connect();
                scene.turns(20);
                scene.step(Actor.MILLRACE, "20 turns of it: " + peer.subject().connection.state());
                peer.send(5).read(5).close();
                peer.subject().awaitRecord();
              });

  private static final Experiment HANDLER =
      Experiment.named("handler-throws")
          .title("A callback that throws ends its own connection, and not the loop with all others")
          .situation("a callback threw")
          .lesson("Guard every call of a handler; one connection pays for its own mistake.")
          .about(FailureKind.HANDLER_FAILED, Operation.HANDLER)
          .expects(
              e ->
                  e.step("JDK the exception comes out of select, and the loop is over")
                      .step("MILLRACE logs ERROR 'handler threw culprit={}'")
                      .step("MILLRACE another connection still echoes")
                      .kind(FailureKind.HANDLER_FAILED, Certainty.CERTAIN)
                      .ended(EndedBy.FAULT, ConnectionState.OPEN, Operation.HANDLER)
                      .cause(IllegalStateException.class)
                      .callbacks("onOpen", "onData", "onClosed"))
          .plays(
              scene -> {
                Bare bare = scene.bare();
                Selector selector = bare.register(SelectionKey.OP_READ);
                bare.peer.send(5);
                try {
                  selector.select(
                      key -> {
                        throw new IllegalStateException("a mistake in a handler");
                      },
                      scene.context().patience().toMillis());
                } catch (IllegalStateException e) {
                  scene.step(
                      Actor.JDK, "the exception comes out of select, and the loop is over", e + "");
                }

                Peer peer = scene.connect();
                peer.subject().onData =
                    (subject, data) -> {
                      throw new IllegalStateException("a mistake in a handler");
                    };
                Peer other = scene.connect();
                other.subject().onData = (subject, data) -> subject.connection.write(data);
                peer.send(5).readToEnd();
                peer.close();
                peer.subject().awaitRecord();
                other.send(5).read(5);
                scene.step(Actor.MILLRACE, "another connection still echoes");
              });

  private static final Experiment TOO_LARGE =
      Experiment.named("message-too-large")
          .title("A message that never ends: what the handler leaves unconsumed is bounded")
          .situation("2,001 bytes without an end, maxKeptBytes 1,024")
          .lesson(
              "Bound a message in the parser, below the core's bound: then the peer can be given an answer.")
          .about(FailureKind.MESSAGE_TOO_LARGE, Operation.READ)
          .expects(
              e ->
                  e.kind(FailureKind.MESSAGE_TOO_LARGE, Certainty.CERTAIN)
                      .ended(EndedBy.LIMIT, ConnectionState.OPEN, Operation.READ)
                      .cause(null)
                      .bytes(2_001, 0, 0)
                      .unconsumed(2_001)
                      .callbacks("onOpen", "onData", "onClosed"))
          .plays(
              scene -> {
                scene.limits = scene.limits.withMaxKeptBytes(1_024);
                scene.script = s -> s.onData = (subject, data) -> {};
                Peer peer = scene.connect();
                peer.send(2_000);
                scene.until("onData", () -> peer.subject().callbacks.contains("onData"));
                // What came with one read is offered whole; the byte behind it is one too many.
                peer.send(1).readToEnd();
                peer.close();
                peer.subject().awaitRecord();
              });

  private static final Experiment CONNECTION_CAP =
      Experiment.named("connection-cap")
          .title("One connection too many: the kernel has connected it before anybody asks us")
          .situation("the server had as many connections as it may")
          .lesson(
              "Clients: take a FIN before the first byte for 'busy', and try again later. Servers: cap well below the descriptor limit.")
          .about(FailureKind.CONNECTION_CAP, Operation.ACCEPT)
          .expects(
              e ->
                  e.measure("rejected by the cap", 1, 1)
                      .measure("open", 1, 1)
                      .step("PEER reads on, and the end is a FIN")
                      .callbacks("onOpen"))
          .plays(
              scene -> {
                scene.server(builder -> builder.maxConnections(1));
                scene.connect();
                Peer second = scene.dial(scene.server().addresses().get(0), 0);
                second.readToEnd();
                var stats = scene.server().stats();
                scene.measure("rejected by the cap", stats.rejectedByCap(), "connections");
                scene.measure("open", stats.open(), "connections");
              });

  private static final Experiment SHUTDOWN_DEADLINE =
      Experiment.named("shutdown-deadline")
          .title("A shutdown drains, up to its deadline; then it says what was lost, and whose")
          .situation("the peer took nothing until the shutdown's deadline")
          .lesson("Give a shutdown a deadline, and read its report.")
          .about(FailureKind.SHUTDOWN_DEADLINE, Operation.CLOSE)
          .expects(
              e ->
                  e.kind(FailureKind.SHUTDOWN_DEADLINE, Certainty.CERTAIN)
                      .ended(EndedBy.SHUTDOWN, ConnectionState.OPEN_DRAINING, Operation.CLOSE)
                      .cause(null)
                      .unsent(1, (8 << 20) - 1)
                      .measure("cut by the shutdown", 1, 1)
                      .callbacks("onOpen", "onShutdown", "onClosed"))
          .plays(
              scene -> {
                Peer peer = scene.connect(4_096);
                Subject subject = peer.subject();
                subject.write(8 << 20);
                subject.awaitFullKernel();
                scene.step(Actor.MILLRACE, "the program calls shutdown(2 s)");
                var shutdown = scene.server().shutdown(Duration.ofSeconds(2));
                scene.turns(3);
                scene.pass(Duration.ofSeconds(3));
                scene.until("the report", shutdown::isDone);
                ShutdownReport report = shutdown.join();
                scene.step(Actor.MILLRACE, "reports what became of the connections", report + "");
                scene.measure("cut by the shutdown", report.cut(), "connections");
                scene.measure("lost in the shutdown", report.unsentBytes(), "B");
              });

  private static final Experiment LOOP_STOPPED =
      Experiment.named("stopped-loop")
          .title(
              "A loop that is stopped under its connections tells each of them, and then refuses")
          .situation("the loop was stopped with 8 MiB queued")
          .lesson("Shut servers down before their loop is stopped.")
          .about(FailureKind.LOOP_STOPPED, Operation.CLOSE)
          .expects(
              e ->
                  e.kind(FailureKind.LOOP_STOPPED, Certainty.CERTAIN)
                      .ended(EndedBy.SHUTDOWN, ConnectionState.OPEN, Operation.CLOSE)
                      .cause(null)
                      .unsent(1, (8 << 20) - 1)
                      .step("MILLRACE execute() throws RejectedExecutionException")
                      .callbacks("onOpen", "onClosed"))
          .plays(
              scene -> {
                Peer peer = scene.connect(4_096);
                peer.subject().write(8 << 20);
                peer.subject().awaitFullKernel();
                scene.step(Actor.MILLRACE, "the program stops the loop");
                scene.loop().stop();
                scene.turn();
                try {
                  scene.loop().execute(() -> {});
                } catch (RejectedExecutionException e) {
                  scene.step(Actor.MILLRACE, "execute() throws RejectedExecutionException", e + "");
                }
                peer.readToEnd();
              });
}
