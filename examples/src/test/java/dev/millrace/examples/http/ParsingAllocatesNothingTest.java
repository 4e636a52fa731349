package dev.millrace.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests are read over and over, and no object is made for any of them. */
@Timeout(30)
class ParsingAllocatesNothingTest {
  private static final int REQUESTS = 20_000;

  /** One small object for each request would be 320,000 bytes. */
  private static final long NOISE_BYTES = 4_096;

  private final HeadParser parser = new HeadParser(8192, 8192);
  private final RequestHead head = new RequestHead();
  private final BodyDecoder body = new BodyDecoder(1 << 20, 8192);
  private final byte[] root = Reading.bytes("/");

  private void read(ByteBuffer in, int times) {
    for (int i = 0; i < times; i++) {
      in.position(0);
      assertEquals(HeadParser.COMPLETE, parser.parse(in, head));
      assertTrue(head.targetIs(root));
      BodyDecoder.Step step = body.begin(head);
      while (step != BodyDecoder.Step.END) {
        step = body.next(in);
        if (step == BodyDecoder.Step.DATA) {
          int n = body.dataBytes();
          in.position(in.position() + n);
          body.took(n);
        }
      }
    }
  }

  private void allocatesNothing(String request) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    byte[] bytes = Reading.bytes(request);
    ByteBuffer in = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip().asReadOnlyBuffer();
    read(in, REQUESTS);
    long least = Long.MAX_VALUE;
    // The least of some, because a compilation that ends meanwhile may allocate in this thread.
    for (int i = 0; i < 5 && least > NOISE_BYTES; i++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      read(in, REQUESTS);
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertTrue(least <= NOISE_BYTES, least + " bytes for " + REQUESTS + " requests");
  }

  @Test
  void aGet() {
    allocatesNothing("GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nConnection: keep-alive\r\n\r\n");
  }

  @Test
  void aPostInChunks() {
    String head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    String chunks = "3;x\r\nabc\r\n5\r\nabcde\r\n0\r\nA: b\r\n\r\n";
    allocatesNothing(head + chunks);
  }
}
