package dev.millrace.examples.proxy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.millrace.EventLoop;
import dev.millrace.LoopOptions;
import dev.millrace.Server;
import dev.millrace.failure.FailureTexts;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * In steady state a forwarded chunk costs no garbage. As for the core's echo: the JDK's selector
 * boxes the number of each ready descriptor above 127, which is not ours.
 */
@Timeout(120)
class ForwardingAllocatesNothingTest {
  private static final int WARM_UP = 20_000;
  private static final int MEASURED = 5_000;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void smallChunks() throws Exception {
    forward(64, WARM_UP, MEASURED);
  }

  @Test
  void chunksThatPauseTheOtherSideEachTime() throws Exception {
    forward(512 << 10, 500, 200);
  }

  private void forward(int size, int warmUp, int measured) throws Exception {
    LoopOptions options =
        LoopOptions.defaults().withFailureTexts(FailureTexts.none()).withChecked(false);
    try (ServerSocketChannel listener = ServerSocketChannel.open();
        EventLoop loop = new EventLoop(SelectorProvider.provider(), System::nanoTime, options)) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      loop.turn(0);
      ProxySettings settings =
          ProxySettings.to(List.of((InetSocketAddress) listener.getLocalAddress()));
      ProxyService service = new ProxyService(settings);
      Server server =
          Server.builder()
              .loop(loop)
              .listen("127.0.0.1", 0)
              .limits(settings.limits())
              .timeouts(settings.timeouts())
              .handler(service)
              .start();
      try (SocketChannel client = SocketChannel.open()) {
        client.setOption(StandardSocketOptions.SO_RCVBUF, 16 << 10);
        client.connect(server.addresses().get(0));
        listener.configureBlocking(false);
        SocketChannel target = null;
        while (target == null) {
          loop.turn(1_000_000);
          target = listener.accept();
        }
        try (SocketChannel accepted = target) {
          client.configureBlocking(false);
          accepted.configureBlocking(false);
          measure(loop, client, accepted, size, warmUp, measured);
        }
      }
      while (service.pairs() > 0) {
        loop.turn(1_000_000);
      }
    }
  }

  private void measure(
      EventLoop loop, SocketChannel a, SocketChannel b, int size, int warmUp, int measured)
      throws IOException {
    ByteBuffer out = ByteBuffer.allocateDirect(size);
    ByteBuffer in = ByteBuffer.allocateDirect(size);
    for (int i = 0; i < warmUp; i++) {
      round(loop, a, b, out, in);
    }
    // The least of a few: code that is compiled anew meanwhile allocates once in this thread.
    long least = Long.MAX_VALUE;
    for (int n = 0; n < 5 && least > 0; n++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < measured; i++) {
        round(loop, a, b, out, in);
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertTrue(least == 0, least + " bytes allocated by " + measured + " rounds");
  }

  /** So many bytes there, and then as many back. */
  private static void round(
      EventLoop loop, SocketChannel a, SocketChannel b, ByteBuffer out, ByteBuffer in)
      throws IOException {
    move(loop, a, b, out, in);
    move(loop, b, a, out, in);
  }

  private static void move(
      EventLoop loop, SocketChannel from, SocketChannel to, ByteBuffer out, ByteBuffer in)
      throws IOException {
    out.clear();
    in.clear();
    while (in.hasRemaining()) {
      int sent = out.hasRemaining() ? from.write(out) : 0;
      loop.turn(0);
      if (sent == 0) {
        to.read(in); // only when no more can be sent: so the queues fill
      }
    }
  }
}
