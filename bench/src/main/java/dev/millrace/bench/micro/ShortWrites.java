package dev.millrace.bench.micro;

import dev.millrace.bench.stub.StubProvider;
import dev.millrace.bench.stub.StubSocketChannel;
import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One echo of 16 KiB to a peer that takes it in so many pieces: all but the first wait in the
 * outbound queue, and each takes a turn. Without a kernel, beside the least code that does it.
 */
public class ShortWrites extends Pace {
  private static final int BYTES = 16 << 10;

  /** In how many writes the peer takes an answer. */
  @Param({"1", "2", "16"})
  public int pieces;

  /** The core's echo and its client. */
  @State(Scope.Thread)
  public static class Core {
    private SlowClient client;

    /** Connects. */
    @Setup
    public void connect(ShortWrites benchmark) throws IOException {
      StubProvider provider = new StubProvider();
      client = new SlowClient(provider, new CoreEcho(provider), benchmark.pieces);
    }

    /** Ends all. */
    @TearDown
    public void close() {
      client.loop.close();
    }
  }

  /** The floor with time-outs, and its client. */
  @State(Scope.Thread)
  public static class Bare {
    private SlowClient client;

    /** Connects. */
    @Setup
    public void connect(ShortWrites benchmark) throws IOException {
      StubProvider provider = new StubProvider();
      client = new SlowClient(provider, new BareEcho(provider, true), benchmark.pieces);
    }

    /** Ends all. */
    @TearDown
    public void close() {
      client.loop.close();
    }
  }

  private static final class SlowClient {
    private final EchoLoop loop;
    private final StubSocketChannel socket;

    SlowClient(StubProvider provider, EchoLoop loop, int pieces) {
      this.loop = loop;
      socket = new StubClients(provider, loop, 1, BYTES).sockets()[0];
      socket.takeAtMost(BYTES / pieces);
    }

    long echo() {
      socket.arrive(BYTES);
      long until = socket.bytesRead() + BYTES;
      while (socket.bytesWritten() < until) {
        loop.turn();
      }
      return until;
    }
  }

  /** The core. */
  @Benchmark
  public long millrace(Core core) {
    return core.client.echo();
  }

  /** The floor, which keeps one buffer for what is left. */
  @Benchmark
  public long bareTimeouts(Bare bare) {
    return bare.client.echo();
  }
}
