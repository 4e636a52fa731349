package dev.millrace.examples.lab;

import dev.millrace.ConnectionState;
import dev.millrace.EndedBy;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.List;

/** Peers that are there and say nothing, or too little. */
final class TimeOuts {
  private TimeOuts() {}

  static List<Experiment> all() {
    return List.of(READ_IDLE, TRICKLE, PAUSED_IS_DEAF, HALF_CLOSED);
  }

  private static final Experiment READ_IDLE =
      Experiment.named("read-idle")
          .title("A peer that sends nothing: a read never fails by itself")
          .situation("the peer had sent nothing for a minute")
          .lesson(
              "Set a read time-out on every connection; without one a peer that vanished is kept for ever.")
          .about(FailureKind.READ_IDLE, Operation.READ)
          .expects(
              e ->
                  e.nio("read 0")
                      .step("MILLRACE still OPEN")
                      .kind(FailureKind.READ_IDLE, Certainty.CERTAIN)
                      .ended(EndedBy.TIMER, ConnectionState.OPEN, Operation.TIMER)
                      .cause(null)
                      .bytes(0, 0, 0)
                      .step("PEER reads on, and the end is a FIN")
                      .callbacks("onOpen", "onClosed"))
          .plays(
              scene -> {
                Bare bare = scene.bare();
                bare.read();

                Peer peer = scene.connect();
                scene.pass(Duration.ofSeconds(59)); // Timeouts.readIdle is 60 s
                scene.step(Actor.MILLRACE, "still " + peer.subject().connection.state());
                scene.pass(Duration.ofSeconds(2));
                peer.readToEnd();
                peer.close();
                peer.subject().awaitRecord();
              });

  private static final Experiment TRICKLE =
      Experiment.named("trickling-peer")
          .title("A byte every ten seconds is never idle: a message needs a deadline of its own")
          .situation("the peer sent one byte of its message every 10 s")
          .lesson(
              "Give each message a deadline of its own; an idle time-out is for the time between messages.")
          .about(FailureKind.DEADLINE, Operation.READ)
          .expects(
              e ->
                  e.kind(FailureKind.DEADLINE, Certainty.CERTAIN)
                      .ended(EndedBy.TIMER, ConnectionState.OPEN, Operation.TIMER)
                      .cause(null)
                      .bytes(10, 0, 0)
                      .unconsumed(10)
                      .step("PEER reads on, and the end is a FIN")
                      .callbacks("onOpen", "onData", "onDeadline", "onClosed"))
          .plays(
              scene -> {
                scene.script =
                    s ->
                        s.onData =
                            (subject, data) -> {
                              if (data.remaining() == 1) { // the first part of a message
                                subject.connection.deadline(Duration.ofSeconds(95));
                              }
                            };
                Peer peer = scene.connect();
                for (int i = 1; i <= 10; i++) {
                  int sent = i;
                  peer.send(1);
                  scene.until("the byte", () -> peer.subject().connection.bytesReceived() == sent);
                  scene.pass(Duration.ofSeconds(10));
                }
                peer.readToEnd();
                peer.close();
                peer.subject().awaitRecord();
              });

  private static final Experiment PAUSED_IS_DEAF =
      Experiment.named("paused-is-deaf")
          .title("With no interest in reading nobody hears that the peer has reset")
          .situation("the peer sent a reset while reading was paused")
          .lesson("Bound the time that reading may be paused; nobody will hear a reset meanwhile.")
          .about(FailureKind.PAUSED_TIMEOUT, Operation.READ)
          .expects(
              e ->
                  e.step("JDK select finds nothing ready")
                      .step("MILLRACE still OPEN")
                      .kind(FailureKind.PAUSED_TIMEOUT, Certainty.CERTAIN)
                      .ended(EndedBy.TIMER, ConnectionState.OPEN, Operation.TIMER)
                      .cause(null)
                      .bytes(0, 0, 0)
                      .callbacks("onOpen", "onClosed"))
          .plays(
              scene -> {
                Bare bare = scene.bare();
                Selector selector = bare.register(SelectionKey.OP_READ);
                selector.selectNow();
                bare.channel.keyFor(selector).interestOps(0);
                scene.step(Actor.JDK, "the program sets the interest to 0");
                bare.peer.reset();
                scene.step(
                    Actor.JDK,
                    selector.selectNow() == 0
                        ? "select finds nothing ready"
                        : "select finds it ready");

                scene.script = s -> s.onOpen = subject -> subject.connection.pauseReading();
                Peer peer = scene.connect();
                peer.reset();
                scene.pass(Duration.ofSeconds(299)); // Timeouts.paused is 5 min
                scene.step(Actor.MILLRACE, "still " + peer.subject().connection.state());
                scene.pass(Duration.ofSeconds(2));
                peer.subject().awaitRecord();
              });

  private static final Experiment HALF_CLOSED =
      Experiment.named("half-closed-timeout")
          .title("The peer's FIN was read, and the program neither writes nor closes")
          .situation("the peer had sent its FIN a minute ago")
          .lesson("When the input has ended, answer and close.")
          .about(FailureKind.HALF_CLOSED_TIMEOUT, Operation.TIMER)
          .expects(
              e ->
                  e.kind(FailureKind.HALF_CLOSED_TIMEOUT, Certainty.CERTAIN)
                      .ended(EndedBy.TIMER, ConnectionState.ENDED_OPEN, Operation.TIMER)
                      .cause(null)
                      .bytes(0, 0, 0)
                      .callbacks("onOpen", "onInputEnd", "onClosed"))
          .plays(
              scene -> {
                scene.script = s -> s.onInputEnd = subject -> {};
                Peer peer = scene.connect();
                peer.fin();
                scene.until("the FIN", peer.subject()::isInputEnded);
                scene.pass(Duration.ofSeconds(59)); // Timeouts.halfClosed is 60 s
                scene.step(Actor.MILLRACE, "still " + peer.subject().connection.state());
                scene.pass(Duration.ofSeconds(2));
                peer.subject().awaitRecord();
              });
}
