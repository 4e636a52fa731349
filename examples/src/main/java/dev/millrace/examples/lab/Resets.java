package dev.millrace.examples.lab;

import dev.millrace.ConnectionState;
import dev.millrace.EndedBy;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.List;

/** Resets: how a read, a write, and nobody at all hears of one. */
final class Resets {
  private Resets() {}

  static List<Experiment> all() {
    return List.of(
        ON_READ,
        ON_WRITE,
        CLEAN_END_AFTER_FAILED_WRITE,
        DATA_SURVIVES,
        AFTER_FIN,
        ABORT,
        SO_LINGER_0);
  }

  private static final Experiment ON_READ =
      Experiment.named("econnreset-on-read")
          .title("A peer resets an idle connection, and a read hears of it")
          .situation("the peer sent a reset")
          .lesson(
              "Read before you write wherever reading is wanted: only a read names a reset by its class, in every language.")
          .about(FailureKind.ECONNRESET, Operation.READ)
          .expects(
              e ->
                  e.nio("read SocketException", "read SocketException", "write IOException")
                      .kind(FailureKind.ECONNRESET, Certainty.CERTAIN)
                      .ended(EndedBy.PEER, ConnectionState.OPEN, Operation.READ)
                      .cause(SocketException.class)
                      .bytes(0, 0, 0)
                      .callbacks("onOpen", "onClosed"))
          .plays(
              scene -> {
                Bare bare = scene.bare();
                bare.peer.reset();
                bare.awaitReadable().read();
                bare.read();
                bare.write(10);

                Peer peer = scene.connect();
                peer.reset();
                peer.subject().awaitRecord();
              });

  private static final Experiment ON_WRITE =
      Experiment.named("econnreset-on-write")
          .title("A peer resets while bytes for it are waiting, and a write hears of it")
          .situation("the peer sent a reset while our send queue was full")
          .lesson(
              "Take any failed write for the end of the connection; its text may refine a log line and decides nothing.")
          .about(FailureKind.ECONNRESET, Operation.WRITE)
          .expects(
              e ->
                  e.nio("write a part", "write IOException", "write IOException", "read -1")
                      .kindByText(FailureKind.ECONNRESET)
                      .endedByWrite(FailureKind.ECONNRESET, ConnectionState.OPEN)
                      .cause(IOException.class)
                      .unsent(1, (8 << 20) - 1)
                      .callbacks("onOpen", "onClosed"))
          .plays(
              scene -> {
                Bare bare = scene.bare(4_096);
                bare.fill();
                bare.peer.reset();
                bare.awaitReadable().write(10);
                bare.write(10);
                bare.read();

                // Above the high water mark nothing is read, so that a write is what finds it.
                scene.limits = scene.limits.withLowWaterBytes(0).withHighWaterBytes(1);
                Peer peer = scene.connect(4_096);
                peer.subject().write(8 << 20);
                peer.subject().awaitFullKernel();
                peer.reset();
                peer.subject().awaitRecord();
              });

  /** The trap: the failed write took the error out of the socket, and what is left is an end. */
  private static final Experiment CLEAN_END_AFTER_FAILED_WRITE =
      Experiment.named("clean-end-after-failed-write")
          .title("After a write that failed, a read says -1: a reset looks like a clean end")
          .situation("a write had failed before")
          .lesson(
              "Believe a -1 only if no operation has failed before; Millrace latches the failure and calls no onInputEnd.")
          .about(FailureKind.ECONNRESET, Operation.WRITE)
          .expects(
              e ->
                  e.nio("write IOException", "read 14", "read -1")
                      .kindByText(FailureKind.ECONNRESET)
                      .endedByWrite(FailureKind.ECONNRESET, ConnectionState.OPEN)
                      .cause(IOException.class)
                      .bytes(14, 0, 10)
                      .callbacks("onOpen", "onData", "onClosed")) // and no onInputEnd
          .plays(
              scene -> {
                Bare bare = scene.bare();
                bare.peer.send(14).reset();
                bare.awaitReadable().writeUntilItFails();
                bare.read();
                bare.read();

                scene.script = s -> s.onOpen = subject -> subject.connection.pauseReading();
                Peer peer = scene.connect();
                peer.send(14).reset();
                scene.turns(3);
                peer.subject().write(10);
                peer.subject().connection.resumeReading();
                peer.subject().awaitRecord();
              });

  private static final Experiment DATA_SURVIVES =
      Experiment.named("data-survives-reset")
          .title("What arrived before a reset can still be read, on Linux")
          .situation("the peer sent 5 bytes and a reset")
          .lesson(
              "Drain what can be read before you give the connection up; other systems throw it away.")
          .about(FailureKind.ECONNRESET, Operation.READ)
          .expects(
              e ->
                  e.nio("read 5", "read SocketException")
                      .kind(FailureKind.ECONNRESET, Certainty.CERTAIN)
                      .ended(EndedBy.PEER, ConnectionState.OPEN, Operation.READ)
                      .cause(SocketException.class)
                      .bytes(5, 0, 0)
                      .unconsumed(0)
                      .callbacks("onOpen", "onData", "onClosed"))
          .plays(
              scene -> {
                Bare bare = scene.bare();
                bare.peer.send(5).reset();
                bare.awaitReadable().read();
                bare.awaitReadable().read();

                Peer peer = scene.connect();
                peer.send(5).reset();
                peer.subject().awaitRecord();
              });

  private static final Experiment AFTER_FIN =
      Experiment.named("reset-after-fin")
          .title(
              "A reset that follows a FIN is invisible to reads; only a write meets it, as EPIPE")
          .situation("the peer sent its FIN, then a reset")
          .lesson("After a FIN do not wait for a read to tell more; write, or bound the time.")
          .about(FailureKind.EPIPE, Operation.WRITE)
          .expects(
              e ->
                  e.nio("read -1", "read -1", "read -1", "write IOException")
                      .step("MILLRACE the reset goes unnoticed: ENDED_OPEN")
                      .kindByText(FailureKind.EPIPE)
                      .endedByWrite(FailureKind.EPIPE, ConnectionState.ENDED_OPEN)
                      .cause(IOException.class)
                      .unsent(10, 10)
                      .callbacks("onOpen", "onInputEnd", "onClosed"))
          .plays(
              scene -> {
                Bare bare = scene.bare();
                bare.peer.fin();
                bare.awaitReadable().read();
                bare.peer.reset();
                bare.read();
                bare.read();
                bare.writeUntilItFails();

                scene.script = s -> s.onInputEnd = subject -> {};
                Peer peer = scene.connect();
                Subject subject = peer.subject();
                peer.fin();
                scene.until("the FIN", subject::isInputEnded);
                peer.reset();
                scene.turns(3);
                scene.step(
                    Actor.MILLRACE, "the reset goes unnoticed: " + subject.connection.state());
                scene.until("a write that fails", () -> !subject.goesOn() || !subject.write10());
              });

  private static final Experiment ABORT =
      Experiment.named("abort-seen-by-peer")
          .title("abort() sends a reset: what the peer has not read yet is lost")
          .situation("we aborted with bytes waiting")
          .lesson("Abort only whom nothing is owed any more; close() delivers.")
          .about(FailureKind.ABORTED, Operation.CLOSE)
          .expects(
              e ->
                  e.nio("write a part")
                      .kind(FailureKind.ABORTED, Certainty.CERTAIN)
                      .ended(EndedBy.US, ConnectionState.OPEN, Operation.CLOSE)
                      .cause(null)
                      .unsent(1, (8 << 20) - 1)
                      .measure("arrived at the peer, bare NIO", 0, (16 << 20) - 1)
                      .measure("arrived at the peer, Millrace", 0, (8 << 20) - 1)
                      .step("PEER reads on, and the end is a reset")
                      .callbacks("onOpen", "onClosed"))
          .plays(
              scene -> {
                Bare bare = scene.bare(4_096);
                scene.measure("the kernel had taken, bare NIO", bare.fill(), "B");
                bare.reset();
                bare.peer.readToEnd();
                scene.measure("arrived at the peer, bare NIO", bare.peer.received(), "B");

                Peer peer = scene.connect(4_096);
                peer.subject().write(8 << 20);
                peer.subject().awaitFullKernel();
                peer.subject().abort();
                peer.subject().awaitRecord();
                peer.readToEnd();
                scene.measure(
                    "the kernel had taken, Millrace",
                    peer.subject().record.bytesHandedToKernel(),
                    "B");
                scene.measure("arrived at the peer, Millrace", peer.received(), "B");
              });

  private static final Experiment SO_LINGER_0 =
      Experiment.named("linger-zero-while-registered")
          .title(
              "close() with SO_LINGER 0 of a registered channel does nothing before the next select")
          .situation("closed with SO_LINGER 0 while registered with a selector")
          .lesson(
              "Let a select follow each close; Millrace closes in the last phase of a turn, and the next poll is the first.")
          .about(FailureKind.ABORTED, Operation.CLOSE)
          .expects(
              e ->
                  e.step("PEER sees nothing")
                      .step("PEER reads on, and the end is a reset")
                      .measure("turns until the peer saw Millrace's reset", 1, 3)
                      .kind(FailureKind.ABORTED, Certainty.CERTAIN)
                      .ended(EndedBy.US, ConnectionState.OPEN, Operation.CLOSE)
                      .callbacks("onOpen", "onClosed"))
          .plays(
              scene -> {
                Bare bare = scene.bare();
                Selector selector = bare.register(SelectionKey.OP_READ);
                selector.selectNow();
                bare.reset();
                boolean moved = bare.peer.readSome();
                scene.step(Actor.PEER, moved ? "sees " + bare.peer.ended() : "sees nothing");
                scene.step(Actor.JDK, "the program calls selectNow()");
                selector.selectNow();
                bare.peer.readToEnd();

                // The closes are the last phase of a turn, and the next poll is the first.
                Peer peer = scene.connect();
                peer.subject().abort();
                int turns = 0;
                while (!peer.readSome() && turns < 100) {
                  scene.turn();
                  turns++;
                }
                scene.measure("turns until the peer saw Millrace's reset", turns, "turns");
                peer.readToEnd();
              });
}
