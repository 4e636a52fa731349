package dev.millrace.bench.micro;

import dev.millrace.bench.stub.StubProvider;
import dev.millrace.bench.stub.StubSocketChannel;

/** Clients of an {@link EchoLoop} on a {@link StubProvider}: they all send, the loop is turned. */
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

  /**
   * Connects, and has every connection accepted and served once.
   *
   * @param provider the loop's
   * @param loop the server
   * @param connections how many
   * @param bytes of each request
   */
  public StubClients(StubProvider provider, EchoLoop loop, int connections, int bytes) {
    this.provider = provider;
    this.loop = loop;
    this.bytes = bytes;
    sockets = new StubSocketChannel[connections];
    for (int i = 0; i < connections; i++) {
      sockets[i] = provider.connect();
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
    for (StubSocketChannel socket : sockets) {
      socket.arrive(bytes);
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
