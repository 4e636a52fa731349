package dev.millrace.bench.micro;

import dev.millrace.examples.kv.Args;
import dev.millrace.examples.kv.Input;
import dev.millrace.examples.kv.RespParser;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;

/**
 * Requests are read as the kv example does it: from the view of a direct buffer, as the core lends
 * it, sixteen behind each other. Figures are for one request.
 *
 * <p>The last two tell what it costs to copy the view into an array first: they only go from header
 * to header of sixteen GETs, once by single reads of the buffer, once by one copy and reads of the
 * array.
 */
public class RespParsing extends Pace {
  /** As many as a client with a pipeline sends at once. */
  private static final int DEPTH = 16;

  private static final int MAX_BULK_BYTES = 1 << 20;

  private static final String PING = "*1\r\n$4\r\nPING\r\n";
  private static final String GET = "*2\r\n$3\r\nGET\r\n$16\r\nkey:000000000042\r\n";
  private static final String SET =
      "*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000042\r\n$16\r\nxxxxxxxxxxxxxxxx\r\n";
  private static final String INLINE = "GET key:000000000042\r\n";

  private final RespParser parser = new RespParser(MAX_BULK_BYTES, 2 * MAX_BULK_BYTES);
  private final Input in = new Input();
  private final Args args = new Args();
  private final byte[] array = new byte[64 << 10];

  private ByteBuffer pings;
  private ByteBuffer gets;
  private ByteBuffer sets;
  private ByteBuffer inline;

  /** Fills the buffers. */
  @Setup
  public void fill() {
    pings = lent(PING);
    gets = lent(GET);
    sets = lent(SET);
    inline = lent(INLINE);
  }

  /** One argument. */
  @Benchmark
  @OperationsPerInvocation(DEPTH)
  public int ping() {
    return all(pings);
  }

  /** Two. */
  @Benchmark
  @OperationsPerInvocation(DEPTH)
  public int get() {
    return all(gets);
  }

  /** Three. */
  @Benchmark
  @OperationsPerInvocation(DEPTH)
  public int set() {
    return all(sets);
  }

  /** A line of two words. */
  @Benchmark
  @OperationsPerInvocation(DEPTH)
  public int inline() {
    return all(inline);
  }

  private int all(ByteBuffer data) {
    in.begin(data.position(0));
    int n = 0;
    int bytes = 0;
    while (parser.next(in, args)) {
      bytes += args.length(args.count() - 1);
      n++;
    }
    in.end();
    if (n != DEPTH || data.hasRemaining()) {
      throw new IllegalStateException("found " + n + " requests");
    }
    return bytes;
  }

  /** From header to header by single reads of the buffer. */
  @Benchmark
  @OperationsPerInvocation(DEPTH)
  public int singleReads() {
    ByteBuffer data = gets;
    int end = data.capacity();
    int headers = 0;
    for (int at = 0; at < end; headers++) {
      byte kind = data.get(at++);
      int n = 0;
      for (byte b; (b = data.get(at++)) != '\r'; ) {
        n = n * 10 + b - '0';
      }
      at += kind == '$' ? n + 3 : 1;
    }
    return headers;
  }

  /** The same in a copy. */
  @Benchmark
  @OperationsPerInvocation(DEPTH)
  public int copyAndReads() {
    ByteBuffer data = gets;
    int end = data.capacity();
    byte[] a = array;
    data.get(0, a, 0, end);
    int headers = 0;
    for (int at = 0; at < end; headers++) {
      byte kind = a[at++];
      int n = 0;
      for (byte b; (b = a[at++]) != '\r'; ) {
        n = n * 10 + b - '0';
      }
      at += kind == '$' ? n + 3 : 1;
    }
    return headers;
  }

  private static ByteBuffer lent(String request) {
    byte[] bytes = request.repeat(DEPTH).getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip().asReadOnlyBuffer();
  }
}
