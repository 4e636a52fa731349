package dev.millrace.examples.lab;

import dev.millrace.ConnectionState;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.io.IOException;
import java.util.List;

/** EPIPE: three ways to it, one of which Java calls something else. */
final class BrokenPipes {
  private BrokenPipes() {}

  static List<Experiment> all() {
    return List.of(AFTER_CLOSE, AFTER_FAILED_WRITE, AFTER_OWN_SHUTDOWN);
  }

  /** A reset that meets CLOSE_WAIT sets EPIPE, and not ECONNRESET (tcp_reset in Linux). */
  private static final Experiment AFTER_CLOSE =
      Experiment.named("epipe-after-close")
          .title(
              "Writing on to a peer that has closed: the first write succeeds, the next one fails")
          .situation("the peer closed, and answered our first write with a reset")
          .lesson(
              "Expect no error from the first write to a peer that has gone: only an answer of the peer's tells that it has your bytes.")
          .about(FailureKind.EPIPE, Operation.WRITE)
          .expects(
              e ->
                  e.nio("write 10", "write IOException", "read 5", "read -1")
                      .kindByText(FailureKind.EPIPE)
                      .endedByWrite(FailureKind.EPIPE, ConnectionState.ENDED_OPEN)
                      .cause(IOException.class)
                      .unsent(10, 10)
                      .callbacks("onOpen", "onData", "onInputEnd", "onClosed"))
          .plays(
              scene -> {
                Bare bare = scene.bare();
                bare.peer.send(5).close();
                bare.awaitReadable().write(10);
                bare.writeUntilItFails();
                bare.read();
                bare.read();

                scene.script = s -> s.onInputEnd = subject -> {};
                Peer peer = scene.connect();
                Subject subject = peer.subject();
                peer.send(5).close();
                scene.until("the FIN", subject::isInputEnded);
                subject.write(10);
                scene.turns(3);
                // The reset comes back at once on the loopback; where it does not, one more write.
                scene.until("a write that fails", () -> !subject.goesOn() || !subject.write10());
              });

  private static final Experiment AFTER_FAILED_WRITE =
      Experiment.named("epipe-after-failed-write")
          .title("The second write after a reset says EPIPE, whatever the first one said")
          .situation("the write before it failed with ECONNRESET")
          .lesson(
              "Keep the first failure and stop there: what later calls say is about the socket, no longer about the peer.")
          .about(FailureKind.EPIPE, Operation.WRITE)
          .expects(
              e ->
                  e.nio("write IOException", "write IOException", "read -1")
                      .kindByText(FailureKind.ECONNRESET)
                      .endedByWrite(FailureKind.ECONNRESET, ConnectionState.OPEN)
                      .cause(IOException.class)
                      .bytes(0, 0, 10)
                      .callbacks("onOpen", "onClosed")
                      .step("MILLRACE write 10 B: CLOSED"))
          .plays(
              scene -> {
                Bare bare = scene.bare();
                bare.peer.reset();
                bare.awaitReadable().write(10);
                bare.write(10);
                bare.read();

                // Where reading is wanted Millrace reads first; paused, its write is what finds it.
                scene.script = s -> s.onOpen = subject -> subject.connection.pauseReading();
                Peer peer = scene.connect();
                peer.reset();
                scene.turns(3);
                peer.subject().write(10);
                peer.subject().awaitRecord();
                // The first failure is latched: there is no second one to be misled by.
                peer.subject().write(10);
              });

  private static final Experiment AFTER_OWN_SHUTDOWN =
      Experiment.named("own-shutdown-then-write")
          .title(
              "Writing after one's own shutdownOutput: the kernel's EPIPE that Java does not call so")
          .situation("we had ended our output")
          .lesson(
              "Ask your own state before you write; Millrace answers CLOSED, a value, and makes no system call.")
          .about(FailureKind.CLOSED_LOCALLY, Operation.WRITE)
          .expects(
              e ->
                  e.nio("write AsynchronousCloseException", "read 5")
                      .step("MILLRACE write 10 B: CLOSED")
                      .kind(FailureKind.NONE, Certainty.CERTAIN)
                      .cause(null)
                      .bytes(5, 0, 0)
                      .callbacks("onOpen", "onData", "onInputEnd", "onClosed"))
          .plays(
              scene -> {
                Bare bare = scene.bare();
                bare.shutdownOutput();
                bare.write(10);
                bare.peer.send(5);
                bare.awaitReadable().read();

                Peer peer = scene.connect();
                Subject subject = peer.subject();
                subject.shutdownOutput();
                subject.write(10);
                peer.send(5).close();
                subject.awaitRecord();
              });
}
