package dev.millrace.bench.micro;

import dev.millrace.examples.http.BodyDecoder;
import dev.millrace.examples.http.HeadParser;
import dev.millrace.examples.http.RequestHead;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;

/**
 * Requests are read as the HTTP example does it: from the view of a direct buffer, as the core
 * lends it, sixteen behind each other where they are small. Figures are for one request.
 */
public class HttpParsing extends Pace {
  /** As many as a client with a pipeline sends at once. */
  private static final int DEPTH = 16;

  /** The example's defaults, or about those. */
  private static final int MAX_HEADER_BYTES = 8 << 10;

  private static final int MAX_URI_BYTES = 8 << 10;
  private static final long MAX_BODY_BYTES = 1 << 20;

  /** What wrk sends. */
  private static final String PLAINTEXT = "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";

  /** What the TechEmpower benchmarks send for plaintext. */
  private static final String TECHEMPOWER =
      """
      GET /plaintext HTTP/1.1
      Host: tfb-server:8080
      Accept: text/plain,text/html;q=0.9,application/xhtml+xml;q=0.9,*/*;q=0.7
      Connection: keep-alive

      """;

  /** What a browser sends. */
  private static final String BROWSER =
      """
      GET /docs/index.html?lang=en&version=17 HTTP/1.1
      Host: www.example.org
      Connection: keep-alive
      Cache-Control: max-age=0
      Upgrade-Insecure-Requests: 1
      User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)\
       Chrome/126.0.0.0 Safari/537.36
      Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8
      Sec-Fetch-Site: none
      Sec-Fetch-Mode: navigate
      Sec-Fetch-User: ?1
      Sec-Fetch-Dest: document
      Accept-Encoding: gzip, deflate, br
      Accept-Language: en-GB,en;q=0.9
      Cookie: session=6f1ed002ab5595859014ebf0951522d9

      """;

  private static final int CHUNKS = 16;

  private static final String CHUNKED =
      "POST /echo HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nTransfer-Encoding: chunked\r\n\r\n"
          + ("400\r\n" + "x".repeat(0x400) + "\r\n").repeat(CHUNKS)
          + "0\r\n\r\n";

  private final byte[] root = bytes("/");
  private final HeadParser parser = new HeadParser(MAX_HEADER_BYTES, MAX_URI_BYTES);
  private final RequestHead head = new RequestHead();
  private final BodyDecoder body = new BodyDecoder(MAX_BODY_BYTES, MAX_HEADER_BYTES);

  private ByteBuffer plaintext;
  private ByteBuffer techEmpower;
  private ByteBuffer browser;
  private ByteBuffer chunked;

  /** Fills the buffers. */
  @Setup
  public void fill() {
    plaintext = lent(PLAINTEXT.repeat(DEPTH));
    techEmpower = lent(withCrLf(TECHEMPOWER).repeat(DEPTH));
    browser = lent(withCrLf(BROWSER));
    chunked = lent(CHUNKED);
  }

  /** The least a client can send, and what it asks for is looked up. */
  @Benchmark
  @OperationsPerInvocation(DEPTH)
  public int plaintext() {
    return all(plaintext);
  }

  /** A small request with a few fields. */
  @Benchmark
  @OperationsPerInvocation(DEPTH)
  public int techEmpower() {
    return all(techEmpower);
  }

  /** Fourteen fields, 600 bytes, alone in its buffer. */
  @Benchmark
  public int browser() {
    return all(browser);
  }

  /** A head, and a body of sixteen chunks of a KiB. */
  @Benchmark
  public long chunkedBody() {
    ByteBuffer in = chunked.position(0);
    require(parser.parse(in, head) == HeadParser.COMPLETE);
    body.begin(head);
    long bytes = 0;
    while (body.next(in) == BodyDecoder.Step.DATA) {
      int n = body.dataBytes();
      in.position(in.position() + n);
      body.took(n);
      bytes += n;
    }
    require(body.isDone() && bytes == CHUNKS * 0x400);
    return bytes;
  }

  /** Every request of a buffer. */
  private int all(ByteBuffer in) {
    in.position(0);
    int found = 0;
    while (in.hasRemaining()) {
      require(parser.parse(in, head) == HeadParser.COMPLETE);
      if (head.targetIs(root)) {
        found++;
      }
    }
    return found;
  }

  /** A figure for requests that were not read would be worth nothing. */
  private static void require(boolean isSo) {
    if (!isSo) {
      throw new IllegalStateException("not read");
    }
  }

  private static String withCrLf(String text) {
    return text.replace("\n", "\r\n");
  }

  private static ByteBuffer lent(String text) {
    byte[] bytes = bytes(text);
    return ByteBuffer.allocateDirect(64 << 10).put(bytes).flip().asReadOnlyBuffer();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
