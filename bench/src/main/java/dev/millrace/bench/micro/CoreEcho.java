package dev.millrace.bench.micro;

import dev.millrace.ConnectionHandler;
import dev.millrace.EventLoop;
import dev.millrace.LoopOptions;
import dev.millrace.Server;
import dev.millrace.failure.FailureTexts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The core's echo: a {@link Server} with all its defaults, so with all its time-outs, on a loop.
 */
public final class CoreEcho implements EchoLoop {
  private final EventLoop loop;
  private final Server server;

  /**
   * An echo that listens at a port of loopback.
   *
   * @param provider opens the sockets
   */
  public CoreEcho(SelectorProvider provider) throws IOException {
    this(provider, () -> (connection, data) -> connection.write(data));
  }

  /**
   * A server of something else, measured as the echo is.
   *
   * @param provider opens the sockets
   * @param handlers makes the handler of each connection
   */
  public CoreEcho(SelectorProvider provider, Supplier<? extends ConnectionHandler> handlers)
      throws IOException {
    // A provider without a kernel has no texts to be learned, and no failure is measured here.
    LoopOptions options =
        LoopOptions.defaults().withChecked(false).withFailureTexts(FailureTexts.none());
    loop = new EventLoop(provider, System::nanoTime, options);
    loop.turn(0); // adopts this thread, so that the listener is registered in start
    server =
        Server.builder()
            .loop(loop)
            .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .handler(handlers)
            .start();
  }

  /** The loop, for what a benchmark does with it beside turning it. */
  public EventLoop loop() {
    return loop;
  }

  @Override
  public InetSocketAddress address() {
    return (InetSocketAddress) server.addresses().get(0);
  }

  @Override
  public void turn() {
    loop.turn(TimeUnit.MILLISECONDS.toNanos(MAX_WAIT_MILLIS));
  }

  @Override
  public void close() {
    loop.close();
  }
}
