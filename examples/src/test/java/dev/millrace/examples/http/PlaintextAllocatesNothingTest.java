package dev.millrace.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.millrace.EventLoop;
import dev.millrace.LoopOptions;
import dev.millrace.Server;
import dev.millrace.ShutdownReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In steady state {@code GET /} costs no garbage: measured on the thread that drives the loop. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PlaintextAllocatesNothingTest {
  private static final int WARM_UP = 20_000;
  private static final int MEASURED = 20_000;

  private static final String REQUEST =
      "GET / HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: test\r\nAccept: */*\r\n\r\n";

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** A microsecond passes with each look: so the date changes again and again while we measure. */
  private long nanos;

  private long tick() {
    return nanos += 1_000;
  }

  private void measure(int pipelined) throws IOException {
    HttpSettings settings = HttpSettings.defaults();
    // Unchecked as in production: the checked mode makes a view for each callback.
    LoopOptions options = LoopOptions.defaults().withChecked(false);
    try (EventLoop loop = new EventLoop(SelectorProvider.provider(), this::tick, options)) {
      Server server =
          Server.builder()
              .loop(loop)
              .listen("127.0.0.1", 0)
              .limits(settings.limits())
              .handler(new HttpService(settings, () -> nanos / 1_000_000, record -> {}))
              .start();
      try (SocketChannel client =
          SocketChannel.open(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()))) {
        client.configureBlocking(false);
        byte[] bytes = REQUEST.repeat(pipelined).getBytes(StandardCharsets.US_ASCII);
        ByteBuffer request = ByteBuffer.allocateDirect(bytes.length).put(bytes);
        ByteBuffer answer = ByteBuffer.allocateDirect(64 << 10);
        int size = exchange(loop, client, request, answer, 0);
        byte[] text = new byte[size];
        answer.get(0, text);
        Answer.Reader reader = new Answer.Reader(text);
        for (int i = 0; i < pipelined; i++) {
          assertEquals("Hello, World!\n", reader.next("GET").body());
        }
        assertTrue(reader.isAtEnd());
        long least = Long.MAX_VALUE;
        long idle = Long.MAX_VALUE;
        for (int round = 0; round == 0 || (round < 5 && least > idle); round++) {
          for (int i = 0; i < WARM_UP / pipelined; i++) {
            exchange(loop, client, request, answer, size);
          }
          long before = threads.getCurrentThreadAllocatedBytes();
          idle = Math.min(idle, threads.getCurrentThreadAllocatedBytes() - before);
          before = threads.getCurrentThreadAllocatedBytes();
          for (int i = 0; i < MEASURED / pipelined; i++) {
            exchange(loop, client, request, answer, size);
          }
          // The least of a few, because code that is compiled anew allocates once in this thread.
          least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertTrue(least <= idle, least + " bytes allocated by " + MEASURED + " requests");
      }
      CompletableFuture<ShutdownReport> report = server.shutdown(Duration.ZERO);
      while (!report.isDone()) {
        loop.turn(0);
      }
    }
  }

  /** Sends and reads on until so many bytes are there; of size 0 until nothing more comes. */
  private static int exchange(
      EventLoop loop, SocketChannel client, ByteBuffer request, ByteBuffer answer, int size) {
    try {
      request.rewind();
      answer.clear();
      client.write(request);
      for (int quiet = 0; size == 0 ? quiet < 1_000 : answer.position() < size; quiet++) {
        loop.turn(0);
        int n = client.read(answer);
        if (n < 0) {
          throw new IOException("the server has closed");
        }
      }
      return answer.position();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void oneByOne() throws IOException {
    measure(1);
  }

  @Test
  void sixteenAtATime() throws IOException {
    measure(16);
  }
}
