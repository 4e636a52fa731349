package dev.millrace.bench.peer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.microhttp.EventLoop;
import org.microhttp.Handler;
import org.microhttp.Header;
import org.microhttp.NoopLogger;
import org.microhttp.Options;
import org.microhttp.Request;
import org.microhttp.Response;

/**
 * Microhttp's plaintext as its entry in the TechEmpower benchmarks has it, on one loop for
 * connections; it accepts on a second one.
 *
 * <p>It writes each answer by itself, and sets no TCP_NODELAY, for which it has no setting. So with
 * several requests under way the kernel holds the second answer back until the first has been
 * acknowledged (Nagle's algorithm, RFC 9293 3.7.4). Under this load that costs it little, since
 * each answer is followed by the next request, which acknowledges it. A client that sends 16
 * requests at once and then waits for all answers waits for the kernel's delayed acknowledgement,
 * 40 ms each time.
 */
final class MicroHttp implements Handler {
  static final String SETTINGS =
      "microhttp "
          + Versions.of("microhttp")
          + "; EventLoop with one loop for connections and its own for accepting, resolution 1 s as in"
          + " its TechEmpower entry, its request time-out, a write for each answer, no TCP_NODELAY"
          + " (it has no setting for it), backlog 4096";

  /** Of its TechEmpower entry; how finely it sees time-outs. */
  private static final Duration RESOLUTION = Duration.ofSeconds(1);

  private long second = -1;
  private List<Header> headers;

  private MicroHttp() {}

  static InetSocketAddress start(int port, Duration readTimeout) throws IOException {
    InetSocketAddress asked = Peer.loopback(port);
    Options options =
        Options.builder()
            .withHost(asked.getAddress().getHostAddress())
            .withPort(port)
            .withAcceptLength(Peer.BACKLOG)
            .withConcurrency(1)
            .withResolution(RESOLUTION)
            .withRequestTimeout(
                readTimeout.isZero() ? ServerOptions.LONGEST_READ_TIMEOUT : readTimeout)
            .build();
    EventLoop loop = new EventLoop(options, NoopLogger.instance(), new MicroHttp());
    loop.start();
    return Peer.loopback(loop.getPort());
  }

  /** On the one loop for connections. */
  @Override
  public void handle(Request request, Consumer<Response> callback) {
    if (!request.uri().equals(Hello.PATH)) {
      callback.accept(new Response(404, "Not Found", List.of(), new byte[0]));
      return;
    }
    long millis = System.currentTimeMillis();
    if (millis / 1_000 != second) {
      second = millis / 1_000;
      headers =
          List.of(new Header("Content-Type", Hello.TYPE), new Header("Date", Hello.date(millis)));
    }
    callback.accept(new Response(200, "OK", headers, Hello.BYTES));
  }
}
