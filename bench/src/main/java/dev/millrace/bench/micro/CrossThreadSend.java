package dev.millrace.bench.micro;

import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;

/**
 * A message of 64 bytes is sent through a connection's {@code Sender}, by one producer or two, and
 * written by the loop on its own thread. Without a kernel, but for waking the loop. Messages are
 * there already and are sent again, so what is allocated is the sender's. A producer waits while
 * 1,024 of its messages are not written: so what is measured is the slower of the two sides.
 */
public class CrossThreadSend extends Pace {
  /** The core's loop and a connection on it. */
  @State(Scope.Benchmark)
  public static class Core {
    private SendingLoop loop;

    /** Starts it. */
    @Setup
    public void start() throws IOException {
      loop = new SendingLoop();
    }

    /** Stops it. */
    @TearDown
    public void stop() {
      loop.close();
    }
  }

  /** One that sends. */
  @State(Scope.Thread)
  public static class Producer {
    private final SendingThread thread = new SendingThread();
  }

  /** One producer. */
  @Benchmark
  @Threads(1)
  public void millrace1(Core core, Producer producer) {
    producer.thread.send(core.loop.sender());
  }

  /** Two producers. */
  @Benchmark
  @Threads(2)
  public void millrace2(Core core, Producer producer) {
    producer.thread.send(core.loop.sender());
  }
}
