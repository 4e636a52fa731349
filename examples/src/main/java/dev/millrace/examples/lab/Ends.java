package dev.millrace.examples.lab;

import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.List;

/** Ends of streams: half of one, one that never seems to come, and one that comes too early. */
final class Ends {
  /** Enough to tell a spin from a stray wake-up, and done in a few milliseconds. */
  private static final int ROUNDS = 1_000;

  private Ends() {}

  static List<Experiment> all() {
    return List.of(HALF_CLOSE, SPIN_AFTER_FIN, TRUNCATION, FULL_BUFFER);
  }

  private static final Experiment HALF_CLOSE =
      Experiment.named("half-close")
          .title("A FIN is half of an end: the answer still goes out")
          .situation("the peer had sent its request and its FIN")
          .lesson(
              "Answer after the FIN, and then close: many clients send their request, shut their output down, and wait.")
          .about(FailureKind.NONE, Operation.READ)
          .expects(
              e ->
                  e.nio("read 5", "read -1", "write 10")
                      .kind(FailureKind.NONE, Certainty.CERTAIN)
                      .bytes(5, 10, 0)
                      .step("PEER reads 10 B")
                      .callbacks("onOpen", "onData", "onInputEnd", "onClosed"))
          .plays(
              scene -> {
                Bare bare = scene.bare();
                bare.peer.send(5).fin();
                bare.awaitReadable().read();
                bare.awaitReadable().read();
                bare.write(10);
                bare.peer.read(10);

                scene.script =
                    s ->
                        s.onInputEnd =
                            subject -> {
                              subject.write(10);
                              subject.close();
                            };
                Peer peer = scene.connect();
                peer.send(5).fin();
                peer.read(10).readToEnd();
                peer.close();
                peer.subject().awaitRecord();
              });

  private static final Experiment SPIN_AFTER_FIN =
      Experiment.named("spin-after-fin")
          .title(
              "After the peer's FIN a channel is readable for ever: a loop that keeps OP_READ spins")
          .situation("the peer had sent its FIN, and OP_READ was kept")
          .lesson("Drop OP_READ after -1; Millrace does, for good.")
          .about(FailureKind.SPIN, Operation.READ)
          .expects(
              e ->
                  e.nio("read -1")
                      .measure("of 1,000 selects found it ready, bare NIO", ROUNDS, ROUNDS)
                      .measure("of 1,000 selects found it ready, interest 0", 0, 0)
                      .measure("of 1,000 turns found work, Millrace", 0, 0)
                      .callbacks("onOpen", "onInputEnd"))
          .plays(
              scene -> {
                Bare bare = scene.bare();
                Selector selector = bare.register(SelectionKey.OP_READ);
                bare.peer.fin();
                selector.select(scene.context().patience().toMillis());
                bare.read();
                long began = System.nanoTime();
                int ready = bare.readyRounds(selector, ROUNDS);
                long nanos = System.nanoTime() - began;
                scene.step(
                    Actor.JDK,
                    "select returns at once, again and again",
                    Texts.number(ROUNDS * 1_000_000_000L / Math.max(nanos, 1))
                        + " rounds a second");
                scene.measure("of 1,000 selects found it ready, bare NIO", ready, "rounds");
                bare.channel.keyFor(selector).interestOps(0);
                scene.step(Actor.JDK, "the program sets the interest to 0");
                int still = 0;
                for (int i = 0; i < ROUNDS; i++) {
                  still += selector.selectNow();
                }
                scene.measure("of 1,000 selects found it ready, interest 0", still, "rounds");

                scene.script = s -> s.onInputEnd = subject -> {};
                Peer peer = scene.connect();
                peer.fin();
                scene.until("the FIN", peer.subject()::isInputEnded);
                int busy = 0;
                for (int i = 0; i < ROUNDS; i++) {
                  busy += scene.loop().turn(0) ? 1 : 0;
                }
                scene.step(Actor.MILLRACE, "no interest in reading any more, and no wake-up");
                scene.measure("of 1,000 turns found work, Millrace", busy, "turns");
              });

  private static final Experiment TRUNCATION =
      Experiment.named("truncated-message")
          .title("A clean FIN in the middle of a message: TCP says all is well, and it is not")
          .situation("the peer's FIN came after 5 of 10 bytes")
          .lesson(
              "Let the protocol say where a message ends (a length, a delimiter), and treat a FIN before that as a failure.")
          .about(FailureKind.NONE, Operation.READ)
          .expects(
              e ->
                  e.nio("read 5", "read -1")
                      .kind(FailureKind.NONE, Certainty.CERTAIN)
                      .unconsumed(5)
                      .step("MILLRACE onInputEnd(unconsumed = 5): the message is not whole")
                      .callbacks("onOpen", "onData", "onInputEnd", "onClosed"))
          .plays(
              scene -> {
                Bare bare = scene.bare();
                bare.peer.send(5).close();
                bare.awaitReadable().read();
                bare.awaitReadable().read();

                scene.script =
                    s -> {
                      s.onData = (subject, data) -> {}; // a message has 10 bytes, so it waits
                      s.onInputEnd =
                          subject -> {
                            scene.step(
                                Actor.MILLRACE,
                                "onInputEnd(unconsumed = "
                                    + subject.unconsumed
                                    + "): the message is not whole");
                            subject.connection.close("truncated message");
                          };
                    };
                Peer peer = scene.connect();
                peer.send(5).close();
                peer.subject().awaitRecord();
              });

  private static final Experiment FULL_BUFFER =
      Experiment.named("full-buffer-hides-the-end")
          .title("A read into a full buffer returns 0 and hides the end of the stream")
          .situation("the buffer had no room left")
          .lesson(
              "Never read into a buffer without room: make room, or stop reading and drop OP_READ.")
          .about(FailureKind.NONE, Operation.READ)
          .expects(
              e ->
                  e.nio("read 8", "read 0", "read 0", "read -1")
                      .measure("of 1,000 selects found it ready", ROUNDS, ROUNDS)
                      .kind(FailureKind.NONE, Certainty.CERTAIN)
                      .unconsumed(8)
                      .callbacks("onOpen", "onData", "onInputEnd", "onClosed"))
          .plays(
              scene -> {
                Bare bare = scene.bare();
                bare.peer.send(8).fin();
                ByteBuffer full = ByteBuffer.allocateDirect(8);
                bare.awaitReadable().read(full);
                bare.awaitReadable().readWithoutCall(full);
                bare.readWithoutCall(full);
                Selector selector = bare.register(SelectionKey.OP_READ);
                scene.measure(
                    "of 1,000 selects found it ready",
                    bare.readyRounds(selector, ROUNDS),
                    "rounds");
                bare.read(full.clear());

                // Bytes that a handler leaves are kept, and the next read gets a buffer with room.
                scene.script = s -> s.onData = (subject, data) -> {};
                Peer peer = scene.connect();
                peer.send(8).fin();
                peer.readToEnd();
                peer.close();
                peer.subject().awaitRecord();
              });
}
