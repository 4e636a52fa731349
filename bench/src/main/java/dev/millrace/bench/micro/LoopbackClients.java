package dev.millrace.bench.micro;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Clients of an {@link EchoLoop} in its own thread, over real sockets of loopback: they all send,
 * the loop is turned, they all receive. No second thread has to be scheduled, so a round costs the
 * same each time, and what one sends is there when the loop polls: loopback delivers within the
 * call.
 */
public final class LoopbackClients implements AutoCloseable {
  /**
   * Turns in which nothing came back, one after the other, before the loop is taken for broken;
   * each has waited up to {@link EchoLoop#MAX_WAIT_MILLIS}.
   */
  private static final int FRUITLESS_TURNS = 10;

  private final EchoLoop loop;
  private final SocketChannel[] clients;
  private final int[] missing;
  private final ByteBuffer request;
  private final ByteBuffer response;

  /**
   * Connects, and has every connection accepted and served once.
   *
   * @param loop the server
   * @param connections how many
   * @param bytes of each request, and of each response
   */
  public LoopbackClients(EchoLoop loop, int connections, int bytes) throws IOException {
    this.loop = loop;
    clients = new SocketChannel[connections];
    missing = new int[connections];
    request = ByteBuffer.allocateDirect(bytes);
    response = ByteBuffer.allocateDirect(bytes);
    for (int i = 0; i < bytes; i++) {
      request.put(i, (byte) (i * 31 + 7));
    }
    for (int i = 0; i < connections; i++) {
      clients[i] = SocketChannel.open(loop.address());
      clients[i].setOption(StandardSocketOptions.TCP_NODELAY, true);
      clients[i].configureBlocking(false);
    }
    send();
    loop.turn();
    receive();
  }

  /** One round: every client sends, the loop is turned, every client gets its answer. */
  public void exchange() throws IOException {
    send();
    loop.turn();
    receive();
  }

  /** Every client sends a request; what follows is a turn of the loop, and {@link #receive}. */
  public void send() throws IOException {
    for (int i = 0; i < clients.length; i++) {
      if (clients[i].write(request.clear()) != request.capacity()) {
        throw new IOException("the request was not taken whole: it is too large for this");
      }
      missing[i] = request.capacity();
    }
  }

  /**
   * Every client receives, and compares, all of its answer; the loop is turned again where
   * something is missing.
   *
   * @return how many more turns that took; 0 nearly always
   */
  public int receive() throws IOException {
    int turns = 0;
    int fruitless = 0;
    for (int i = 0; i < clients.length; i++) {
      while (missing[i] > 0) {
        response.clear().limit(missing[i]);
        int n = clients[i].read(response);
        if (n < 0) {
          throw new IOException("the server ended a connection that it was to answer");
        }
        if (n > 0) {
          verify(request.capacity() - missing[i], n);
          missing[i] -= n;
          fruitless = 0;
        } else if (fruitless++ == FRUITLESS_TURNS) {
          throw new IOException("the server does not answer");
        } else {
          loop.turn();
          turns++;
        }
      }
    }
    return turns;
  }

  private void verify(int from, int n) throws IOException {
    request.clear().position(from).limit(from + n);
    if (!request.equals(response.flip())) {
      throw new IOException(
          "the answer is not what was sent, within bytes " + from + " to " + (from + n));
    }
  }

  /** How many clients there are. */
  public int connections() {
    return clients.length;
  }

  @Override
  public void close() throws IOException {
    for (SocketChannel client : clients) {
      client.close();
    }
  }
}
