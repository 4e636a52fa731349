package dev.millrace.bench.compare;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Connections that asked once and then say nothing: each has made its server go through accept,
 * read and write, so that whatever a server keeps for a connection is there.
 *
 * <p>They are opened one after the other, since how fast is not the question. Thread rule: one
 * thread; it blocks.
 */
final class IdleConnections implements AutoCloseable {
  /**
   * A source address has 28,000 ephemeral ports, of which a bind or a connect may find only every
   * second one; another address has as many again.
   */
  private static final int CONNECTIONS_PER_ADDRESS = 10_000;

  private static final int REQUEST_BYTES = 64;

  /** An answer takes some microseconds; a server without a descriptor left may never give one. */
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(20);

  private final int answerLimitMillis;
  private final List<SocketChannel> channels = new ArrayList<>();
  private final ByteBuffer message = ByteBuffer.allocateDirect(REQUEST_BYTES);

  IdleConnections() {
    this(ANSWER_LIMIT);
  }

  /** With another limit: a test has a server that never answers. */
  IdleConnections(Duration answerLimit) {
    answerLimitMillis = Math.toIntExact(answerLimit.toMillis());
  }

  /**
   * Opens connections beside those that are open.
   *
   * @param server where to; loopback
   * @param count how many more
   * @throws IOException if one fails, with its number; those opened before stay open until {@link
   *     #close()}
   */
  void open(InetSocketAddress server, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      int number = channels.size() + 1;
      try {
        SocketChannel channel = SocketChannel.open();
        channels.add(channel);
        channel.bind(new InetSocketAddress(source(server.getPort(), number), 0));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.socket().connect(server, answerLimitMillis);
        exchange(channel);
      } catch (SocketTimeoutException e) {
        throw new IOException(
            "connection %d of %d failed: no answer in %d ms; has the server a descriptor left (ulimit -n)?"
                .formatted(number, number + count - i - 1, answerLimitMillis),
            e);
      } catch (IOException e) {
        throw new IOException(
            "connection %d of %d failed: %s".formatted(number, number + count - i - 1, e), e);
      }
    }
  }

  private void exchange(SocketChannel channel) throws IOException {
    message.clear();
    while (message.hasRemaining()) {
      channel.write(message);
    }
    // By the socket's stream: a channel that blocks has no time-out.
    channel.socket().setSoTimeout(answerLimitMillis);
    InputStream in = channel.socket().getInputStream();
    if (in.readNBytes(REQUEST_BYTES).length < REQUEST_BYTES) {
      throw new IOException("the server ended it");
    }
  }

  /**
   * An address of the loopback network that no other server's connections use: theirs, closed a
   * minute ago, still have their ports (TIME_WAIT, RFC 9293 §3.6.1).
   */
  private static InetAddress source(int port, int number) throws IOException {
    int host = 1 + number / CONNECTIONS_PER_ADDRESS;
    return InetAddress.getByAddress(new byte[] {127, (byte) (port >> 8), (byte) port, (byte) host});
  }

  /** How many of them the server has ended meanwhile; all stay open on this side. */
  int ended() throws IOException {
    int ended = 0;
    for (SocketChannel channel : channels) {
      channel.configureBlocking(false);
      message.clear();
      try {
        if (channel.read(message) != 0) {
          ended++;
        }
      } catch (IOException e) {
        ended++; // by a reset
      }
    }
    return ended;
  }

  int size() {
    return channels.size();
  }

  @Override
  public void close() throws IOException {
    IOException first = null;
    for (SocketChannel channel : channels) {
      try {
        channel.close();
      } catch (IOException e) {
        first = first == null ? e : first;
      }
    }
    channels.clear();
    if (first != null) {
      throw first;
    }
  }
}
