package dev.millrace.bench.gate;

import dev.millrace.bench.micro.BriefClient;
import dev.millrace.bench.micro.EchoLoop;
import dev.millrace.bench.micro.StubClients;
import dev.millrace.bench.report.Summary;
import dev.millrace.bench.stub.Calls;
import dev.millrace.bench.stub.StubProvider;
import dev.millrace.bench.stub.StubSocketChannel;
import java.io.IOException;

/**
 * What a server asks of sockets without a kernel, and of the heap, for its work.
 *
 * @param bytes allocated for one operation
 * @param calls made for all of them
 * @param operations how many there were
 */
record EchoCost(Summary bytes, Calls calls, long operations) {
  private static final int BYTES = 64;

  /** As many as the comparisons with peers have. */
  private static final int CONNECTIONS = 64;

  /** Turns in a round: some 13,000 echoes. */
  private static final int TURNS = 200;

  /** An answer that fits one chunk of the outbound queue. */
  private static final int STALLED_BYTES = 16 << 10;

  /** In how many writes the peer takes it. */
  static final int PIECES = 4;

  /** One for each piece is usual; a server that forgets the rest would turn without an end. */
  private static final int MOST_TURNS_OF_A_STALL = 4 * PIECES;

  private static final int STALLS = 2_000;

  /** More, since what ends a connection is compiled only after many have ended. */
  private static final int LIVES = 5_000;

  /**
   * Echoes of 64 bytes on 64 connections.
   *
   * @param depth how many requests arrive at a time on each
   */
  static EchoCost ofEchoes(EchoFactory server, int depth) throws IOException {
    StubProvider provider = new StubProvider();
    try (EchoLoop loop = server.on(provider)) {
      StubClients clients = new StubClients(provider, loop, CONNECTIONS, BYTES * depth);
      return of(
          provider,
          TURNS * CONNECTIONS * depth,
          () -> {
            long until = clients.answered() + (long) TURNS * CONNECTIONS * depth * BYTES;
            for (int i = 0; i < TURNS; i++) {
              clients.exchange();
            }
            clients.turnUntilAnswered(until); // who needs more turns is measured with them
          });
    }
  }

  /** Answers that the peer takes in {@link #PIECES}. */
  static EchoCost ofStalls(EchoFactory server) throws IOException {
    StubProvider provider = new StubProvider();
    try (EchoLoop loop = server.on(provider)) {
      StubSocketChannel socket = slowClient(provider, loop);
      return of(
          provider,
          STALLS,
          () -> {
            for (int i = 0; i < STALLS; i++) {
              stall(loop, socket);
            }
          });
    }
  }

  /** One such answer. */
  static void stall(EchoLoop loop, StubSocketChannel socket) {
    long until = socket.bytesWritten() + STALLED_BYTES;
    socket.arrive(STALLED_BYTES);
    for (int turns = 0; socket.bytesWritten() < until; turns++) {
      if (turns == MOST_TURNS_OF_A_STALL) {
        throw new IllegalStateException("the server does not write on what was left");
      }
      loop.turn();
    }
  }

  /** A connection of such answers. */
  static StubSocketChannel slowClient(StubProvider provider, EchoLoop loop) {
    StubSocketChannel socket = new StubClients(provider, loop, 1, STALLED_BYTES).sockets()[0];
    socket.takeAtMost(STALLED_BYTES / PIECES);
    return socket;
  }

  /** Connections that ask once and go. */
  static EchoCost ofConnections(EchoFactory server) throws IOException {
    StubProvider provider = new StubProvider();
    try (EchoLoop loop = server.on(provider)) {
      BriefClient client = new BriefClient(provider, loop);
      return of(
          provider,
          LIVES,
          () -> {
            for (int i = 0; i < LIVES; i++) {
              client.live();
            }
          });
    }
  }

  private static EchoCost of(StubProvider provider, int operations, Runnable round) {
    Summary bytes = Allocation.perOperation(operations, round);
    Calls before = provider.calls();
    round.run();
    return new EchoCost(bytes, provider.calls().minus(before), operations);
  }

  /** A count for one operation. */
  Summary each(long count) {
    return Summary.exact((double) count / operations);
  }

  /** Calls that an echo has no use for. */
  long otherCalls() {
    return calls.all() - calls.selects() - calls.reads() - calls.writes() - calls.interestPuts();
  }
}
