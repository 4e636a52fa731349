package dev.millrace.bench.micro;

import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One echo of 64 bytes over a real socket of loopback, client and server in one thread: the
 * client's write and read are part of it, so ratios are nearer to 1 than those of a server alone.
 */
public class HotLoopSockets extends Pace {
  /** Whole rounds for every number of connections. */
  private static final int ECHOES = 64;

  private static final int BYTES = 64;

  /** How many keys one poll finds ready. */
  @Param({"1", "64"})
  public int connections;

  /** The core's echo and its clients. */
  @State(Scope.Thread)
  public static class Core {
    private Exchange exchange;

    /** Connects. */
    @Setup
    public void connect(HotLoopSockets benchmark) throws IOException {
      exchange = new Exchange(new CoreEcho(SelectorProvider.provider()), benchmark.connections);
    }

    /** Ends all. */
    @TearDown
    public void close() throws IOException {
      exchange.close();
    }
  }

  /** The floor and its clients. */
  @State(Scope.Thread)
  public static class Bare {
    private Exchange exchange;

    /** Connects. */
    @Setup
    public void connect(HotLoopSockets benchmark) throws IOException {
      exchange =
          new Exchange(new BareEcho(SelectorProvider.provider(), false), benchmark.connections);
    }

    /** Ends all. */
    @TearDown
    public void close() throws IOException {
      exchange.close();
    }
  }

  /** The floor with time-outs, and its clients. */
  @State(Scope.Thread)
  public static class BareTimeouts {
    private Exchange exchange;

    /** Connects. */
    @Setup
    public void connect(HotLoopSockets benchmark) throws IOException {
      exchange =
          new Exchange(new BareEcho(SelectorProvider.provider(), true), benchmark.connections);
    }

    /** Ends all. */
    @TearDown
    public void close() throws IOException {
      exchange.close();
    }
  }

  private static final class Exchange {
    private final EchoLoop loop;
    private final LoopbackClients clients;

    Exchange(EchoLoop loop, int connections) throws IOException {
      this.loop = loop;
      this.clients = new LoopbackClients(loop, connections, BYTES);
    }

    void run() throws IOException {
      for (int n = ECHOES / clients.connections(); n > 0; n--) {
        clients.exchange();
      }
    }

    void close() throws IOException {
      clients.close();
      loop.close();
    }
  }

  /** The core. */
  @Benchmark
  @OperationsPerInvocation(ECHOES)
  public void millrace(Core core) throws IOException {
    core.exchange.run();
  }

  /** The floor. */
  @Benchmark
  @OperationsPerInvocation(ECHOES)
  public void bare(Bare bare) throws IOException {
    bare.exchange.run();
  }

  /** The floor with time-outs. */
  @Benchmark
  @OperationsPerInvocation(ECHOES)
  public void bareTimeouts(BareTimeouts bare) throws IOException {
    bare.exchange.run();
  }
}
