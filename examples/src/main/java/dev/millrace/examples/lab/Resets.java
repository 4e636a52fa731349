package dev.millrace.examples.lab;

import dev.millrace.ConnectionState;
import dev.millrace.EndedBy;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.net.SocketException;
import java.util.List;

/** Resets: how a read, a write, and nobody at all hears of one. */
final class Resets {
  private Resets() {}

  static List<Experiment> all() {
    return List.of(ON_READ, ON_WRITE);
  }

  static final Experiment ON_READ =
      Experiment.named("econnreset-on-read")
          .title("A peer resets an idle connection, and a read hears of it")
          .situation("the peer sent a reset")
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

  static final Experiment ON_WRITE =
      Experiment.named("econnreset-on-write")
          .title("A peer resets while bytes for it are waiting, and a write hears of it")
          .situation("the peer sent a reset, our send queue is full")
          .about(FailureKind.ECONNRESET, Operation.WRITE)
          .expects(
              e ->
                  e.nio("write a part", "write IOException", "write IOException", "read -1")
                      .kindByText(FailureKind.ECONNRESET)
                      .ended(EndedBy.PEER, ConnectionState.OPEN, Operation.WRITE)
                      .cause(java.io.IOException.class)
                      .callbacks("onOpen", "onClosed"))
          .plays(
              scene -> {
                Bare bare = scene.bare(4_096);
                bare.write(16 << 20);
                bare.peer.reset();
                bare.awaitWritable().write(10);
                bare.write(10);
                bare.read();

                // Above the high water mark nothing is read, so that the write is what finds it.
                scene.limits = scene.limits.withLowWaterBytes(0).withHighWaterBytes(1);
                Peer peer = scene.connect(4_096);
                peer.subject().write(8 << 20);
                scene.turns(3);
                peer.reset();
                peer.subject().awaitRecord();
              });
}
