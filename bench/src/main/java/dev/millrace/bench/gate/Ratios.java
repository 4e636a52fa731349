package dev.millrace.bench.gate;

import dev.millrace.bench.micro.EchoLoop;
import dev.millrace.bench.micro.LoopbackClients;
import dev.millrace.bench.micro.StubClients;
import dev.millrace.bench.report.Summary;
import dev.millrace.bench.stub.StubProvider;
import dev.millrace.bench.stub.StubSocketChannel;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.channels.spi.SelectorProvider;

/**
 * Processor time of a subject, divided by that of the floor, in pairs of short rounds in one
 * thread.
 *
 * <p>Each pair gives a ratio, and the median of many is what counts. What disturbs a round (an
 * interrupt, a neighbour that takes the cache, a slower clock) moves that one ratio, and what lasts
 * longer is in both halves of a pair. Which half is first changes from pair to pair, so that being
 * the first helps nobody.
 */
final class Ratios {
  /** A median of so many holds still to a percent or two, and takes some seconds. */
  private static final int PAIRS = 301;

  /** Before the first that counts: the JVM's last compiler is done with both after a second. */
  private static final int WARMUP_PAIRS = 300;

  /** Echoes in a round without a kernel: a millisecond, whatever the number of connections. */
  private static final int ECHOES = 32_000;

  private static final int STALLS = 400;

  /** Echoes in a round over sockets: a millisecond as well, most of it the kernel's. */
  private static final int SOCKET_ECHOES = 192;

  private static final int BYTES = 64;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private Ratios() {}

  /** Something that can be done in rounds, and tells what a round cost. */
  private interface Round {
    long nanos() throws IOException;
  }

  /** The processor time of what is run. */
  private static Round timed(Runnable work) {
    return () -> {
      long before = THREADS.getCurrentThreadCpuTime();
      work.run();
      return THREADS.getCurrentThreadCpuTime() - before;
    };
  }

  /** The ratio of two kinds of work. */
  static Summary of(Runnable subject, Runnable floor) {
    try {
      return ofRounds(timed(subject), timed(floor));
    } catch (IOException e) {
      throw new AssertionError("neither does any", e);
    }
  }

  private static Summary ofRounds(Round subject, Round floor) throws IOException {
    for (int i = 0; i < WARMUP_PAIRS; i++) {
      subject.nanos();
      floor.nanos();
    }
    double[] ratios = new double[PAIRS];
    for (int i = 0; i < PAIRS; i++) {
      long ours;
      long floors;
      if (i % 2 == 0) {
        ours = subject.nanos();
        floors = floor.nanos();
      } else {
        floors = floor.nanos();
        ours = subject.nanos();
      }
      ratios[i] = (double) ours / floors;
    }
    return Summary.of(ratios);
  }

  /** Echoes on connections without a kernel. */
  static Summary withoutKernel(EchoFactory subject, EchoFactory floor, int connections)
      throws IOException {
    StubProvider ours = new StubProvider();
    StubProvider floors = new StubProvider();
    try (EchoLoop one = subject.on(ours);
        EchoLoop other = floor.on(floors)) {
      StubClients oursClients = new StubClients(ours, one, connections, BYTES);
      StubClients floorsClients = new StubClients(floors, other, connections, BYTES);
      return of(() -> echo(oursClients, connections), () -> echo(floorsClients, connections));
    }
  }

  private static void echo(StubClients clients, int connections) {
    for (int n = ECHOES / connections; n > 0; n--) {
      clients.exchange();
    }
  }

  /** Answers that a peer takes in pieces, without a kernel. */
  static Summary ofStalls(EchoFactory subject, EchoFactory floor) throws IOException {
    StubProvider ours = new StubProvider();
    StubProvider floors = new StubProvider();
    try (EchoLoop one = subject.on(ours);
        EchoLoop other = floor.on(floors)) {
      StubSocketChannel oursSocket = EchoCost.slowClient(ours, one);
      StubSocketChannel floorsSocket = EchoCost.slowClient(floors, other);
      return of(() -> stall(one, oursSocket), () -> stall(other, floorsSocket));
    }
  }

  private static void stall(EchoLoop loop, StubSocketChannel socket) {
    for (int i = 0; i < STALLS; i++) {
      EchoCost.stall(loop, socket);
    }
  }

  /** Echoes over real sockets of loopback: the turns of the server, without what clients do. */
  static Summary overSockets(EchoFactory subject, EchoFactory floor, int connections)
      throws IOException {
    SelectorProvider kernel = SelectorProvider.provider();
    try (EchoLoop one = subject.on(kernel);
        EchoLoop other = floor.on(kernel);
        LoopbackClients oursClients = new LoopbackClients(one, connections, BYTES);
        LoopbackClients floorsClients = new LoopbackClients(other, connections, BYTES)) {
      return ofRounds(
          () -> turns(one, oursClients, connections),
          () -> turns(other, floorsClients, connections));
    }
  }

  private static long turns(EchoLoop loop, LoopbackClients clients, int connections)
      throws IOException {
    long nanos = 0;
    for (int n = SOCKET_ECHOES / connections; n > 0; n--) {
      clients.send();
      long before = THREADS.getCurrentThreadCpuTime();
      loop.turn();
      nanos += THREADS.getCurrentThreadCpuTime() - before;
      clients.receive();
    }
    return nanos;
  }
}
