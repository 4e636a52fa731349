package dev.millrace.bench.peer;

import static io.activej.bytebuf.ByteBufStrings.encodeAscii;

import io.activej.bytebuf.ByteBuf;
import io.activej.eventloop.Eventloop;
import io.activej.http.AsyncHttpServer;
import io.activej.http.HttpHeaderValue;
import io.activej.http.HttpHeaders;
import io.activej.http.HttpRequest;
import io.activej.http.HttpResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * ActiveJ's plaintext as its entry in the TechEmpower benchmarks has it: header values made once,
 * the date once a second. It answers all requests of a read with one write by itself.
 */
final class ActiveJHttp {
  static final String SETTINGS =
      "AsyncHttpServer as in its TechEmpower entry (header values made once, one date a second), its"
          + " time-outs for keep-alive and for reading, pooled buffers of 64 KiB, no inspectors,"
          + " TCP_NODELAY, backlog 4096";

  private static final HttpHeaderValue TYPE = HttpHeaderValue.ofBytes(encodeAscii(Hello.TYPE));

  private static final long TICK_MILLIS = 1_000;

  private final Eventloop eventloop;
  private HttpHeaderValue date;

  private ActiveJHttp(Eventloop eventloop) {
    this.eventloop = eventloop;
    tick();
  }

  static InetSocketAddress start(int port, Duration readTimeout) throws IOException {
    // Of keep-alive, it takes zero for "none".
    Duration timeout = readTimeout.isZero() ? ServerOptions.LONGEST_READ_TIMEOUT : readTimeout;
    return ActiveJLoop.start(
        port,
        ActiveJLoop.sockets(),
        eventloop ->
            AsyncHttpServer.create(eventloop, new ActiveJHttp(eventloop)::answer)
                .withKeepAliveTimeout(timeout)
                .withReadWriteTimeout(timeout));
  }

  private void tick() {
    date = HttpHeaderValue.ofBytes(encodeAscii(Hello.date(eventloop.currentTimeMillis())));
    eventloop.delayBackground(TICK_MILLIS, this::tick);
  }

  private HttpResponse answer(HttpRequest request) {
    if (!request.getPath().equals(Hello.PATH)) {
      return HttpResponse.notFound404();
    }
    return HttpResponse.ok200()
        .withBody(ByteBuf.wrap(Hello.BYTES, 0, Hello.BYTES.length))
        .withHeader(HttpHeaders.CONTENT_TYPE, TYPE)
        .withHeader(HttpHeaders.DATE, date);
  }
}
