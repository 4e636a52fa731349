package dev.millrace.examples.lab;

import dev.millrace.ConnectionState;
import dev.millrace.EndedBy;
import dev.millrace.FileRegion;
import dev.millrace.failure.Certainty;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

/** Writing more than the other side takes. */
final class Writes {
  /** More than any send queue and receive buffer of a loopback connection hold together. */
  private static final int MUCH = 8 << 20;

  private Writes() {}

  static List<Experiment> all() {
    return List.of(PARTIAL, STALL, DRAIN_TIMEOUT, SLOW_READER, FILE_SHRINKS);
  }

  private static final Experiment PARTIAL =
      Experiment.named("partial-write")
          .title(
              "One write takes what fits, and no more before the peer has read a good part of it")
          .situation("8 MiB for a peer that had read nothing yet")
          .lesson(
              "Keep what a write did not take, ask for OP_WRITE, and drop it when nothing waits. Millrace's write takes all or nothing and does the rest.")
          .about(FailureKind.NONE, Operation.WRITE)
          .expects(
              e ->
                  e.nio("write a part", "write 0", "write a part")
                      .measure("one write took, bare NIO", 1, MUCH - 1)
                      .measure("the peer had to read until it was writable again", 1, MUCH)
                      .measure("arrived, Millrace", MUCH, MUCH)
                      .kind(FailureKind.NONE, Certainty.CERTAIN)
                      .ended(EndedBy.PEER, ConnectionState.ENDED_DRAINING, Operation.NONE)
                      .bytes(0, MUCH, 0)
                      .callbacks("onOpen", "onWritable", "onInputEnd", "onClosed"))
          .plays(
              scene -> {
                Bare bare = scene.bare(4_096);
                scene.measure("one write took, bare NIO", bare.fill(MUCH), "B");
                bare.writeInVain();
                Selector selector = bare.register(SelectionKey.OP_WRITE);
                scene.until(
                    "writable again",
                    () -> {
                      bare.peer.readSome();
                      return Bare.isReady(selector);
                    });
                scene.step(Actor.PEER, "reads, until OP_WRITE is ready again");
                scene.measure(
                    "the peer had to read until it was writable again", bare.peer.received(), "B");
                bare.write(MUCH);

                Peer peer = scene.connect();
                Subject subject = peer.subject();
                subject.write(MUCH);
                subject.awaitFullKernel();
                scene.measure(
                    "the kernel took at first, Millrace",
                    subject.connection.bytesHandedToKernel(),
                    "B");
                scene.until(
                    "all of it",
                    () -> {
                      peer.readSome();
                      return peer.received() == MUCH;
                    });
                scene.step(Actor.PEER, "reads all of it");
                scene.measure("arrived, Millrace", peer.received(), "B");
                peer.close();
                subject.awaitRecord();
              });

  private static final Experiment STALL =
      Experiment.named("write-stall")
          .title("A peer that never reads: no error, ever; only a time-out of one's own ends it")
          .situation("the peer never read")
          .lesson(
              "Count bytes and set a timer: the kernel gives no error before many minutes, and against a peer that acknowledges it never does.")
          .about(FailureKind.WRITE_STALL, Operation.WRITE)
          .expects(
              e ->
                  e.nio("write a part", "write 0")
                      .kind(FailureKind.WRITE_STALL, Certainty.CERTAIN)
                      .ended(EndedBy.TIMER, ConnectionState.OPEN, Operation.TIMER)
                      .cause(null)
                      .unsent(1, MUCH - 1)
                      .step("PEER reads on, and the end is a reset")
                      .callbacks("onOpen", "onClosed"))
          .plays(
              scene -> {
                Bare bare = scene.bare(4_096);
                scene.measure("the kernel took, bare NIO", bare.fill(MUCH), "B");
                bare.writeInVain();

                Peer peer = scene.connect(4_096);
                Subject subject = peer.subject();
                subject.write(MUCH);
                subject.awaitFullKernel();
                scene.pass(Duration.ofSeconds(29)); // Timeouts.writeStall is 30 s
                scene.step(Actor.MILLRACE, "still " + subject.connection.state());
                scene.pass(Duration.ofSeconds(2));
                subject.awaitRecord(Duration.ofSeconds(31));
                peer.readToEnd();
              });

  private static final Experiment DRAIN_TIMEOUT =
      Experiment.named("drain-timeout")
          .title(
              "close() delivers what is queued, but not to a peer that takes nothing for too long")
          .situation("we had closed, and the peer took nothing")
          .lesson(
              "Bound the drain by progress, and look at bytesUnsent: so much the peer certainly lacks.")
          .about(FailureKind.DRAIN_TIMEOUT, Operation.CLOSE)
          .expects(
              e ->
                  e.kind(FailureKind.DRAIN_TIMEOUT, Certainty.CERTAIN)
                      .ended(EndedBy.US, ConnectionState.OPEN_DRAINING, Operation.TIMER)
                      .cause(null)
                      .unsent(1, MUCH - 1)
                      .step("PEER reads on, and the end is a reset")
                      .callbacks("onOpen", "onClosed"))
          .plays(
              scene -> {
                Peer peer = scene.connect(4_096);
                Subject subject = peer.subject();
                subject.write(MUCH);
                subject.awaitFullKernel();
                subject.close();
                scene.turns(3);
                scene.pass(Duration.ofSeconds(6)); // Timeouts.drain is 5 s
                subject.awaitRecord(Duration.ofSeconds(6));
                peer.readToEnd();
              });

  private static final Experiment SLOW_READER =
      Experiment.named("slow-but-steady-reader")
          .title("A slow reader is not a stalled one: progress is counted in bytes, not in answers")
          .situation("the peer read 1 MiB every 4 seconds, drain time-out 5 s")
          .lesson("Measure time since the last byte that was taken, not since the answer began.")
          .about(FailureKind.NONE, Operation.CLOSE)
          .expects(
              e ->
                  e.kind(FailureKind.NONE, Certainty.CERTAIN)
                      .ended(EndedBy.US, ConnectionState.OPEN_LINGERING, Operation.NONE)
                      .bytes(0, MUCH, 0)
                      .measure("arrived", MUCH, MUCH)
                      .measure("seconds from close to end, on the loop's clock", 12, 40)
                      .step("PEER reads on, and the end is a FIN")
                      .callbacks("onOpen", "onClosed"))
          .plays(
              scene -> {
                // What the kernel has taken the peer reads later, while we linger.
                scene.timeouts = scene.timeouts.withLinger(Duration.ofSeconds(60));
                Peer peer = scene.connect();
                Subject subject = peer.subject();
                subject.write(MUCH);
                subject.awaitFullKernel();
                subject.close();
                long seconds = 0;
                while (peer.received() < MUCH) {
                  long goal = Math.min(MUCH, peer.received() + (1 << 20));
                  scene.until(
                      "a MiB",
                      () -> {
                        peer.readSome((int) (goal - peer.received()));
                        return peer.received() == goal;
                      });
                  scene.step(Actor.PEER, "reads 1 MiB");
                  scene.pass(Duration.ofSeconds(4));
                  seconds += 4;
                }
                scene.measure("arrived", peer.received(), "B");
                scene.measure("seconds from close to end, on the loop's clock", seconds, "s");
                peer.readToEnd();
                peer.close();
                subject.awaitRecord();
              });

  private static final Experiment FILE_SHRINKS =
      Experiment.named("file-shrinks")
          .title(
              "A file that becomes shorter while it is sent: transferTo says 0, as of a full socket")
          .situation("the file was cut to 1,000 of 100,000 bytes")
          .lesson(
              "Replace files by renaming; and compare a transferTo of 0 with the file's size before you wait for the socket.")
          .about(FailureKind.FILE_TRUNCATED, Operation.TRANSFER)
          .expects(
              e ->
                  e.nio("transferTo 1000", "transferTo 0", "transferTo 0")
                      .kind(FailureKind.FILE_TRUNCATED, Certainty.CERTAIN)
                      .ended(EndedBy.FAULT, ConnectionState.OPEN, Operation.TRANSFER)
                      .bytes(0, 1_000, 99_000)
                      .callbacks("onOpen", "onClosed"))
          .plays(
              scene -> {
                Path path = scene.keep(Temporary.file(".bin")).path();
                Files.write(path, new byte[100_000]);
                Bare bare = scene.bare();
                try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
                  cut(scene, path, Actor.JDK);
                  bare.transfer(file, 0, 100_000);
                  bare.transfer(file, 1_000, 99_000);
                  bare.transfer(file, 1_000, 99_000);
                }

                Files.write(path, new byte[100_000]);
                Peer peer = scene.connect();
                FileRegion region = FileRegion.open(path);
                cut(scene, path, Actor.MILLRACE);
                scene.step(
                    Actor.MILLRACE,
                    "write of the file: " + peer.subject().connection.write(region));
                peer.subject().awaitRecord();
                peer.readToEnd();
              });

  private static void cut(Scene scene, Path path, Actor actor) throws java.io.IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
      file.truncate(1_000);
    }
    scene.step(actor, "somebody cuts the file to 1,000 B, after it was opened");
  }
}
