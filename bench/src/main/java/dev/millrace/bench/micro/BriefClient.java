package dev.millrace.bench.micro;

import dev.millrace.bench.stub.StubProvider;
import dev.millrace.bench.stub.StubSocketChannel;

/** A client that connects, asks once, and goes. */
public final class BriefClient {
  private static final int BYTES = 64;

  private final StubProvider provider;
  private final EchoLoop loop;

  /**
   * A client that has not connected yet.
   *
   * @param provider the loop's
   * @param loop the server
   */
  public BriefClient(StubProvider provider, EchoLoop loop) {
    this.provider = provider;
    this.loop = loop;
  }

  /** All of it: three turns, or the server is broken. */
  public void live() {
    StubSocketChannel socket = provider.connect();
    socket.arrive(BYTES);
    loop.turn(); // accepts
    loop.turn(); // answers
    socket.arriveEnd();
    loop.turn(); // closes
    if (socket.bytesWritten() != BYTES || socket.isOpen()) {
      throw new IllegalStateException(
          "after three turns " + socket.bytesWritten() + " bytes are answered: " + socket.isOpen());
    }
  }
}
