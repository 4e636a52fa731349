package dev.millrace.bench.micro;

import dev.millrace.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;

/**
 * A task is given to a loop that runs on its own thread, by one producer or two, and runs there.
 * The task object is there already, so what is allocated is the queue's. A producer waits while
 * 1,024 of its tasks have not run: so what is measured is the slower of the two sides.
 */
public class CrossThreadTask extends Pace {
  /** As many as a turn of the core's loop runs; a power of two is not needed. */
  static final int WINDOW = 1_024;

  /** The core's loop on its own thread. */
  @State(Scope.Benchmark)
  public static class Core {
    private EventLoop loop;

    /** Starts it. */
    @Setup
    public void start() throws IOException {
      loop = new EventLoop();
      loop.start();
    }

    /** Stops it. */
    @TearDown
    public void stop() {
      loop.close();
    }
  }

  /** Netty's NIO event loop. */
  @State(Scope.Benchmark)
  public static class Netty {
    private EventLoopGroup group;
    private Executor loop;

    /** Starts it. */
    @Setup
    public void start() {
      group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
      loop = group.next();
    }

    /** Stops it. */
    @TearDown
    public void stop() {
      group.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  /** Gives the same task again and again, which counts how often it has run. */
  @State(Scope.Thread)
  public static class Producer implements Runnable {
    private final AtomicLong run = new AtomicLong();
    private long given;

    @Override
    public void run() {
      run.lazySet(run.getPlain() + 1); // the loop's thread alone writes it
    }

    private void give(Executor loop) {
      while (given - run.get() >= WINDOW) {
        SendingThread.letOthersRun();
      }
      given++;
      loop.execute(this);
    }
  }

  /** One producer, the core. */
  @Benchmark
  @Threads(1)
  public void millrace1(Core core, Producer producer) {
    producer.give(core.loop);
  }

  /** Two producers, the core. */
  @Benchmark
  @Threads(2)
  public void millrace2(Core core, Producer producer) {
    producer.give(core.loop);
  }

  /** One producer, Netty. */
  @Benchmark
  @Threads(1)
  public void netty1(Netty netty, Producer producer) {
    producer.give(netty.loop);
  }

  /** Two producers, Netty. */
  @Benchmark
  @Threads(2)
  public void netty2(Netty netty, Producer producer) {
    producer.give(netty.loop);
  }
}
