package dev.millrace.examples.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * The other end of a connection. It never blocks; where it has to wait, the scene turns its loop.
 */
final class Peer {
  private final Scene scene;
  private final SocketChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
  private Subject subject;
  private long received;
  private String ended;

  Peer(Scene scene, SocketChannel channel) {
    this.scene = scene;
    this.channel = channel;
  }

  void meets(Subject accepted) {
    subject = accepted;
  }

  /** The connection that this peer met; null for one that was not accepted by the server. */
  Subject subject() {
    return subject;
  }

  SocketChannel channel() {
    return channel;
  }

  /** Bytes that have arrived here. */
  long received() {
    return received;
  }

  /** How its input ended: {@code "FIN"}, {@code "reset"}, or null as long as it has not. */
  String ended() {
    return ended;
  }

  /** Sends so many bytes. */
  Peer send(int bytes) {
    scene.step(Actor.PEER, "sends " + bytes + " B");
    ByteBuffer source = ByteBuffer.allocate(bytes);
    scene.until("the peer sent " + bytes + " B", () -> write(source) && !source.hasRemaining());
    return this;
  }

  /** Sends what the kernel takes at once. */
  int sendSome(ByteBuffer source) {
    int before = source.remaining();
    write(source);
    return before - source.remaining();
  }

  private boolean write(ByteBuffer source) {
    try {
      channel.write(source);
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException("the peer's write failed", e);
    }
  }

  /** Sends its FIN and goes on reading. */
  Peer fin() throws IOException {
    scene.step(Actor.PEER, "sends its FIN, and goes on reading", "shutdownOutput");
    channel.shutdownOutput();
    return this;
  }

  /** Closes: a FIN, or a reset by the kernel if something was not read. */
  Peer close() throws IOException {
    scene.step(Actor.PEER, "closes");
    channel.close();
    return this;
  }

  /** Closes with a reset. */
  Peer reset() throws IOException {
    scene.step(Actor.PEER, "sends a reset", "SO_LINGER 0, then close");
    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    channel.close();
    return this;
  }

  /**
   * Whether a write fails: a byte is sent, and only by that a peer that has seen a FIN hears more.
   */
  boolean isReset() {
    try {
      channel.write(ByteBuffer.allocate(1));
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  /** Reads what is there now; whether anything moved, the end included. */
  boolean readSome() {
    return readSome(buffer.capacity());
  }

  boolean readSome(int atMost) {
    if (ended != null) {
      return false;
    }
    try {
      int n = channel.read(buffer.clear().limit(Math.min(atMost, buffer.capacity())));
      if (n < 0) {
        ended = "FIN";
        return true;
      }
      received += n;
      return n > 0;
    } catch (IOException e) {
      ended = "reset";
      return true;
    }
  }

  /** Reads so many bytes more. */
  Peer read(int bytes) {
    long goal = received + bytes;
    scene.until(
        "the peer has " + bytes + " B more",
        () -> {
          while (received < goal && readSome((int) Math.min(goal - received, Integer.MAX_VALUE))) {}
          return received >= goal || ended != null;
        });
    scene.step(Actor.PEER, "reads " + bytes + " B");
    return this;
  }

  /** Reads to the end, however that looks, and tells how it looked. */
  String readToEnd() {
    long before = received;
    scene.until(
        "the peer sees the end",
        () -> {
          while (readSome()) {}
          return ended != null;
        });
    scene.step(
        Actor.PEER,
        "reads on, and the end is a " + ended,
        Texts.bytes(received - before) + " came before it");
    return ended;
  }
}
