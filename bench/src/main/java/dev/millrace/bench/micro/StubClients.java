package dev.millrace.bench.micro;

import dev.millrace.bench.stub.StubProvider;
import dev.millrace.bench.stub.StubSocketChannel;
import java.nio.ByteBuffer;

/**
 * Clients of an {@link EchoLoop} on a {@link StubProvider}: they all send, the loop is turned. They
 * send bytes that come back, or requests to a server that answers something else.
 */
public final class StubClients {
  /**
   * Turns without a byte of an answer, one after the other, before the loop is taken for broken;
   * each has waited up to {@link EchoLoop#MAX_WAIT_MILLIS}.
   */
  private static final int FRUITLESS_TURNS = 10;

  private final StubProvider provider;
  private final EchoLoop loop;
  private final StubSocketChannel[] sockets;
  private final int bytes;

  /** What each sends; null for so many bytes of any kind. */
  private final ByteBuffer[] requests;

  /**
   * Connects, and has every connection accepted and served once.
   *
   * @param provider the loop's
   * @param loop the server
   * @param connections how many
   * @param bytes of each request
   */
  public StubClients(StubProvider provider, EchoLoop loop, int connections, int bytes) {
    this(provider, loop, connections, bytes, null);
  }

  /**
   * Connects clients that send requests, and has every connection accepted and served once.
   *
   * @param provider the loop's
   * @param loop the server
   * @param connections how many
   * @param bytes that answer what one sends at a time
   * @param requests what one sends at a time, from where it stands
   */
  public StubClients(
      StubProvider provider, EchoLoop loop, int connections, int bytes, ByteBuffer requests) {
    this.provider = provider;
    this.loop = loop;
    this.bytes = bytes;
    this.requests = requests == null ? null : new ByteBuffer[connections];
    sockets = new StubSocketChannel[connections];
    for (int i = 0; i < connections; i++) {
      sockets[i] = provider.connect();
      if (requests != null) {
        this.requests[i] = requests.slice();
      }
    }
    send();
    turnUntilAnswered((long) connections * bytes);
  }

  /**
   * Turns the loop until so much is answered to all clients together since they connected.
   *
   * @throws IllegalStateException if it does not come to that: who measures must not wait for ever
   */
  public void turnUntilAnswered(long bytesInAll) {
    int fruitless = 0;
    for (long before = answered(); before < bytesInAll; ) {
      loop.turn();
      long now = answered();
      fruitless = now > before ? 0 : fruitless + 1;
      if (fruitless == FRUITLESS_TURNS) {
        throw new IllegalStateException(
            "the server does not answer: of " + bytesInAll + " bytes it has answered " + now);
      }
      before = now;
    }
  }

  /** One round: every client sends, and the loop is turned once, which must answer them all. */
  public void exchange() {
    send();
    loop.turn();
  }

  private void send() {
    for (int i = 0; i < sockets.length; i++) {
      if (requests == null) {
        sockets[i].arrive(bytes);
      } else {
        sockets[i].arrive(requests[i].rewind());
      }
    }
  }

  /**
   * How many bytes were answered to all clients together.
   *
   * @return bytes, since they connected
   */
  public long answered() {
    long sum = 0;
    for (StubSocketChannel socket : sockets) {
      sum += socket.bytesWritten();
    }
    return sum;
  }

  /** The sockets, for what a measurement does to them. */
  public StubSocketChannel[] sockets() {
    return sockets.clone();
  }

  /** The provider that counts what is called. */
  public StubProvider provider() {
    return provider;
  }

  /** The server. */
  public EchoLoop loop() {
    return loop;
  }
}
