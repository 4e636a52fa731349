package dev.millrace.examples.lab;

import dev.millrace.failure.Classifier;
import dev.millrace.failure.Failure;
import dev.millrace.failure.FailureKind;
import dev.millrace.failure.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * One channel as a program without a core has it: non-blocking, and asked call by call. Every call
 * is a step of the kernel's and one of the JDK's, and a row.
 */
final class Bare {
  /** What {@link #read} and {@link #write} return where the JDK threw. */
  static final int THREW = Integer.MIN_VALUE;

  final SocketChannel channel;
  final Peer peer;

  private final Scene scene;
  private final Classifier classifier;
  private boolean inputEnded;
  private boolean sawReset;

  Bare(Scene scene, SocketChannel channel, Peer peer) {
    this.scene = scene;
    this.channel = channel;
    this.peer = peer;
    this.classifier = new Classifier(scene.context().texts());
  }

  /** One read into a buffer with room for 64 bytes: how many came, -1, or {@link #THREW}. */
  int read() {
    return read(ByteBuffer.allocateDirect(64));
  }

  int read(ByteBuffer target) {
    try {
      int n = channel.read(target);
      inputEnded |= n < 0;
      scene.returned(Operation.READ, n, Integer.toString(n));
      return n;
    } catch (IOException e) {
      Failure failure = classifier.read(e);
      if (sawReset) {
        scene.threwWithoutCall(failure); // the JDK remembers it (SocketChannelImpl.connectionReset)
      } else {
        scene.threw(failure);
      }
      sawReset |= failure.kind() == FailureKind.ECONNRESET;
      return THREW;
    }
  }

  /** One read into a buffer that has no room: the JDK answers by itself. */
  void readWithoutCall(ByteBuffer full) throws IOException {
    int n = channel.read(full);
    scene.returnedWithoutCall(Operation.READ, Integer.toString(n));
  }

  /** In how many of so many selects it was ready. */
  int readyRounds(Selector selector, int rounds) throws IOException {
    int ready = 0;
    for (int i = 0; i < rounds; i++) {
      selector.selectedKeys().clear();
      ready += selector.select(scene.context().patience().toMillis());
    }
    return ready;
  }

  /** One write of so many bytes: how many were taken, or {@link #THREW}. */
  int write(int bytes) {
    ByteBuffer source = ByteBuffer.allocateDirect(bytes);
    try {
      int n = channel.write(source);
      // How much a full socket takes depends on the machine, and is told as a measure.
      scene.returned(Operation.WRITE, n, n == bytes || n == 0 ? Integer.toString(n) : "a part");
      return n;
    } catch (IOException e) {
      scene.threw(classifier.write(e, inputEnded));
      return THREW;
    }
  }

  /**
   * Writes until it fails: what a write causes at the peer takes a moment to come back. Only the
   * write that failed is written down.
   */
  void writeUntilItFails() {
    Throwable[] thrown = new Throwable[1];
    scene.until(
        "a write that fails",
        () -> {
          try {
            channel.write(ByteBuffer.allocateDirect(10));
          } catch (IOException e) {
            thrown[0] = e;
          }
          return thrown[0] != null;
        });
    scene.threw(classifier.write(thrown[0], inputEnded));
  }

  /** Half-closes. */
  void shutdownOutput() throws IOException {
    scene.step(Actor.JDK, "the program calls shutdownOutput()");
    channel.shutdownOutput();
  }

  void close() throws IOException {
    scene.step(Actor.JDK, "the program calls close()");
    channel.close();
  }

  /** Closes with a reset. */
  void reset() throws IOException {
    scene.step(Actor.JDK, "the program calls close() with SO_LINGER 0");
    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    channel.close();
  }

  /** Registers it with a selector of its own, which the scene closes. */
  Selector register(int ops) throws IOException {
    Selector selector = scene.keep(Selector.open());
    channel.register(selector, ops);
    return selector;
  }

  /** Writes so many bytes, and lets the peer read where the kernel takes no more. */
  void writeAll(int bytes) {
    ByteBuffer source = ByteBuffer.allocateDirect(bytes);
    scene.until(
        "the kernel took " + Texts.bytes(bytes),
        () -> {
          try {
            if (channel.write(source) == 0) {
              peer.readSome();
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          return !source.hasRemaining();
        });
    scene.returned(Operation.WRITE, bytes, Integer.toString(bytes));
  }

  /** Whether a select finds something ready at once. */
  static boolean isReady(Selector selector) {
    try {
      selector.selectedKeys().clear();
      return selector.selectNow() > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One transfer of a part of a file. */
  void transfer(FileChannel file, long position, long count) {
    try {
      long n = file.transferTo(position, count, channel);
      scene.returned(Operation.TRANSFER, n, Long.toString(n));
    } catch (IOException e) {
      scene.threw(classifier.transfer(e, inputEnded));
    }
  }

  /** Writes until the kernel takes no more, and tells how much it took. */
  long fill() {
    return fill(16 << 20);
  }

  /** The same, with so many bytes in the first write. */
  long fill(int bytes) {
    return Math.max(write(bytes), 0) + takeAllRoom();
  }

  /**
   * A write of which nothing is taken. On its way from the send queue to the peer's buffer a byte
   * still makes room, so what is taken before that is taken in silence.
   */
  void writeInVain() {
    takeAllRoom();
    scene.returned(Operation.WRITE, 0, "0");
  }

  private long takeAllRoom() {
    ByteBuffer source = ByteBuffer.allocateDirect(1 << 16);
    long took = 0;
    try {
      int n;
      do {
        n = channel.write(source.clear());
        took += n;
      } while (n > 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return took;
  }

  /** Waits until the kernel reports it readable: for bytes, an end or an error. */
  Bare awaitReadable() throws IOException {
    return await(SelectionKey.OP_READ, "readable");
  }

  /** Waits until the kernel reports it writable. */
  Bare awaitWritable() throws IOException {
    return await(SelectionKey.OP_WRITE, "writable");
  }

  private Bare await(int ops, String what) throws IOException {
    try (Selector selector = Selector.open()) {
      channel.register(selector, ops);
      if (selector.select(scene.context().patience().toMillis()) == 0) {
        throw new IOException("the channel never became " + what);
      }
    }
    return this;
  }
}
