package dev.millrace.examples.kv;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One connection to a server that speaks RESP, ours or Redis. It reads while it writes, as a client
 * has to that pipelines more than the buffers on the way hold.
 */
final class RespClient implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final SocketChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private final ByteBuffer in = ByteBuffer.allocate(64 << 10);

  // What came and was not asked for yet lies between them.
  private byte[] received = new byte[64 << 10];
  private int start;
  private int end;
  private boolean ended;

  RespClient(SocketAddress address) throws IOException {
    channel = SocketChannel.open(address);
    channel.configureBlocking(false);
    if (!(address instanceof UnixDomainSocketAddress)) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true); // each piece at once
    }
    selector = Selector.open();
    key = channel.register(selector, SelectionKey.OP_READ);
  }

  /** A command as clients send it: an array of bulk strings. */
  static byte[] encode(List<byte[]> args) {
    int length = 32;
    for (byte[] arg : args) {
      length += arg.length + 32;
    }
    ByteBuffer out = ByteBuffer.allocate(length);
    out.put(ascii("*" + args.size() + "\r\n"));
    for (byte[] arg : args) {
      out.put(ascii("$" + arg.length + "\r\n")).put(arg).put(ascii("\r\n"));
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  static byte[] encode(String... args) {
    return encode(Arrays.stream(args).map(RespClient::ascii).toList());
  }

  /** Each char one byte. */
  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Sends a command and returns its one reply. */
  byte[] ask(String... args) throws IOException {
    return exchange(List.of(encode(args)), 1).get(0);
  }

  /** Sends the pieces, one write each, and returns so many replies. */
  List<byte[]> exchange(List<byte[]> pieces, int replies) throws IOException {
    send(pieces);
    List<byte[]> frames = new ArrayList<>(replies);
    while (frames.size() < replies) {
      frames.add(reply());
    }
    return frames;
  }

  void send(List<byte[]> pieces) throws IOException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    for (byte[] piece : pieces) {
      ByteBuffer out = ByteBuffer.wrap(piece);
      while (channel.write(out) >= 0 && out.hasRemaining()) {
        await(SelectionKey.OP_READ | SelectionKey.OP_WRITE, deadline);
        read();
      }
    }
  }

  void send(String... args) throws IOException {
    send(List.of(encode(args)));
  }

  /** The next reply, or push. */
  byte[] reply() throws IOException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      int frameEnd = RespFrames.end(received, start, end);
      if (frameEnd >= 0) {
        byte[] frame = Arrays.copyOfRange(received, start, frameEnd);
        start = frameEnd;
        return frame;
      }
      if (ended) {
        throw new IOException("the end instead of a reply, behind " + rest());
      }
      if (read() == 0) {
        await(SelectionKey.OP_READ, deadline);
      }
    }
  }

  /** Everything until the server closes; a reset is an end as well. */
  byte[] untilEnd() throws IOException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!ended) {
      if (read() == 0) {
        await(SelectionKey.OP_READ, deadline);
      }
    }
    byte[] all = Arrays.copyOfRange(received, start, end);
    start = end;
    return all;
  }

  void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  SocketAddress localAddress() throws IOException {
    return channel.getLocalAddress();
  }

  /** Reads what is there; 0 if nothing is, -1 at the end. */
  private int read() throws IOException {
    if (ended) {
      return -1;
    }
    in.clear();
    int n;
    try {
      n = channel.read(in);
    } catch (IOException e) {
      n = -1; // reset: what had come is still to be looked at
    }
    if (n < 0) {
      ended = true;
      key.interestOps(0);
      return n;
    }
    if (received.length - end < n) {
      byte[] larger = new byte[Math.max(received.length, 2 * (end - start + n))];
      System.arraycopy(received, start, larger, 0, end - start);
      end -= start;
      start = 0;
      received = larger;
    }
    in.flip().get(received, end, n);
    end += n;
    return n;
  }

  private void await(int ops, long deadline) throws IOException {
    key.interestOps(ended ? 0 : ops);
    long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    if (millis <= 0) {
      throw new IOException("nothing more comes, behind " + rest());
    }
    if (!ended) {
      selector.select(millis);
      selector.selectedKeys().clear();
    }
  }

  private String rest() {
    return RespFrames.text(Arrays.copyOfRange(received, start, end));
  }

  @Override
  public void close() throws IOException {
    channel.close();
    selector.close();
  }
}
