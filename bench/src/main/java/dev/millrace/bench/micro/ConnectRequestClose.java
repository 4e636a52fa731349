package dev.millrace.bench.micro;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.bench.stub.StubProvider;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A connection's life: accept, one echo of 64 bytes, the peer's FIN, the close, and with the core
 * the record that tells of it. Without a kernel; the stub's own objects of a connection are in
 * both.
 */
public class ConnectRequestClose extends Pace {
  /** The core's echo. */
  @State(Scope.Thread)
  public static class Core {
    private final StubProvider provider = new StubProvider();
    private EchoLoop loop;
    private CloseRecord record;

    /** Listens. */
    @Setup
    public void listen() throws IOException {
      ConnectionHandler echo =
          new ConnectionHandler() {
            @Override
            public void onData(Connection connection, ByteBuffer data) {
              connection.write(data);
            }

            @Override
            public void onClosed(Connection connection, CloseRecord closed) {
              record = closed;
            }
          };
      loop = new CoreEcho(provider, () -> echo);
    }

    /** Ends all. */
    @TearDown
    public void close() {
      loop.close();
    }
  }

  /** The floor with time-outs. */
  @State(Scope.Thread)
  public static class Bare {
    private final StubProvider provider = new StubProvider();
    private EchoLoop loop;

    /** Listens. */
    @Setup
    public void listen() throws IOException {
      loop = new BareEcho(provider, true);
    }

    /** Ends all. */
    @TearDown
    public void close() {
      loop.close();
    }
  }

  /** The core, whose record is used. */
  @Benchmark
  public CloseRecord millrace(Core core) {
    core.record = null;
    new BriefClient(core.provider, core.loop).live();
    if (core.record == null) {
      throw new IllegalStateException("no record of the close");
    }
    return core.record;
  }

  /** The floor. */
  @Benchmark
  public void bareTimeouts(Bare bare) {
    new BriefClient(bare.provider, bare.loop).live();
  }
}
