package dev.millrace.bench.micro;

import dev.millrace.bench.stub.StubProvider;
import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One echo of 64 bytes without a kernel: a turn dispatches {@code ready} keys, and for each comes a
 * read, the handler, a write. Beside it the same by the least code, on the same stub of a socket.
 * The stub's own work is in all of them, so differences say more than ratios.
 */
public class HotLoop extends Pace {
  /** Whole turns for every number of ready keys. */
  private static final int ECHOES = 8_000;

  private static final int BYTES = 64;

  /** How many keys one poll finds ready. */
  @Param({"1", "64", "1000"})
  public int ready;

  /** The core's echo and its clients. */
  @State(Scope.Thread)
  public static class Core {
    private StubClients clients;

    /** Connects. */
    @Setup
    public void connect(HotLoop benchmark) throws IOException {
      StubProvider provider = new StubProvider();
      clients = new StubClients(provider, new CoreEcho(provider), benchmark.ready, BYTES);
    }

    /** Ends all. */
    @TearDown
    public void close() {
      clients.loop().close();
    }
  }

  /** The floor and its clients. */
  @State(Scope.Thread)
  public static class Bare {
    private StubClients clients;

    /** Connects. */
    @Setup
    public void connect(HotLoop benchmark) throws IOException {
      StubProvider provider = new StubProvider();
      clients = new StubClients(provider, new BareEcho(provider, false), benchmark.ready, BYTES);
    }

    /** Ends all. */
    @TearDown
    public void close() {
      clients.loop().close();
    }
  }

  /** The floor with time-outs, and its clients. */
  @State(Scope.Thread)
  public static class BareTimeouts {
    private StubClients clients;

    /** Connects. */
    @Setup
    public void connect(HotLoop benchmark) throws IOException {
      StubProvider provider = new StubProvider();
      clients = new StubClients(provider, new BareEcho(provider, true), benchmark.ready, BYTES);
    }

    /** Ends all. */
    @TearDown
    public void close() {
      clients.loop().close();
    }
  }

  /** Turns that make {@link #ECHOES} echoes. */
  private long run(StubClients clients) {
    long before = clients.answered();
    for (int n = ECHOES / ready; n > 0; n--) {
      clients.exchange();
    }
    long answered = clients.answered() - before;
    if (answered != (long) ECHOES * BYTES) {
      throw new IllegalStateException(answered + " bytes were answered, not all");
    }
    return answered;
  }

  /** The core. */
  @Benchmark
  @OperationsPerInvocation(ECHOES)
  public long millrace(Core core) {
    return run(core.clients);
  }

  /** The floor. */
  @Benchmark
  @OperationsPerInvocation(ECHOES)
  public long bare(Bare bare) {
    return run(bare.clients);
  }

  /** The floor with time-outs. */
  @Benchmark
  @OperationsPerInvocation(ECHOES)
  public long bareTimeouts(BareTimeouts bare) {
    return run(bare.clients);
  }
}
