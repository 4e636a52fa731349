package dev.millrace.examples.http;

import dev.millrace.CloseRecord;
import dev.millrace.ConnectionHandler;
import dev.millrace.EventLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * An HTTP server's part that its connections share: the handlers' factory, the buffer that answers
 * are written into, and the date.
 *
 * <pre>{@code
 * HttpSettings settings = HttpSettings.defaults().withRoot(Path.of("site"));
 * Server.builder()
 *     .listen("127.0.0.1", 8080)
 *     .limits(settings.limits())
 *     .timeouts(settings.timeouts(Timeouts.defaults()))
 *     .handler(new HttpService(settings))
 *     .start();
 * }</pre>
 *
 * <p>Thread rule: one service for one loop; everything in it is touched by that loop's thread only.
 */
public final class HttpService implements Supplier<ConnectionHandler> {
  static final String HELLO = "Hello, World!\n";

  private static final int NANOS_PER_MILLI = 1_000_000;

  /** What {@code /bytes} streams: lines of 64 bytes, so it looks the same from every 64th byte. */
  private static final String LINE =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.\n";

  /** As much as a connection may have waiting; so it is filled with one write. */
  private static final int PATTERN_BYTES = 64 << 10;

  final HttpSettings settings;
  final StaticFiles files;

  /** Answers of somebody else's, who is asked first; null if there are none. */
  final Pages pages;

  final byte[] date = new byte[HttpDate.BYTES];
  final ResponseWriter writer = new ResponseWriter(date);

  private final LongSupplier wallMillis;
  private final Consumer<CloseRecord> ended;
  private final PreparedAnswer hello;
  private final PreparedAnswer helloKeepAlive;
  private final ByteBuffer pattern;

  /** When the date is another one, on the loop's clock; nothing before the first connection. */
  private long dateDueNanos;

  private boolean isDated;
  private long dateSeconds;

  /** One for a hello of its own at "/", which an index page in the root takes the place of. */
  final boolean saysHello;

  /** The server is shutting down: who asks for its health is told. */
  boolean isShuttingDown;

  /**
   * A service with these settings.
   *
   * @throws IllegalArgumentException if the root is no directory, or can't be read
   */
  public HttpService(HttpSettings settings) {
    this(settings, null, System::currentTimeMillis, record -> {});
  }

  /**
   * A service that asks somebody else first, and says no hello of its own.
   *
   * @param pages answers what it knows, on the loop's thread
   * @throws IllegalArgumentException if the root is no directory, or can't be read
   */
  public HttpService(HttpSettings settings, Pages pages) {
    this(settings, pages, System::currentTimeMillis, record -> {});
  }

  /** With a calendar of one's own, and to be told of each connection's end. */
  HttpService(HttpSettings settings, LongSupplier wallMillis, Consumer<CloseRecord> ended) {
    this(settings, null, wallMillis, ended);
  }

  private HttpService(
      HttpSettings settings, Pages pages, LongSupplier wallMillis, Consumer<CloseRecord> ended) {
    this.settings = settings;
    this.pages = pages;
    this.wallMillis = wallMillis;
    this.ended = ended;
    try {
      files = settings.root() == null ? null : new StaticFiles(settings.root());
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "root is " + settings.root() + ", allowed is a directory that can be read", e);
    }
    saysHello = pages == null && (files == null || !files.hasIndex());
    byte[] lines = ResponseWriter.ascii(LINE.repeat(PATTERN_BYTES / LINE.length()));
    pattern = ByteBuffer.wrap(lines);
    RequestHead request = new RequestHead();
    request.minorVersion = 1;
    hello = prepareHello(request);
    request.minorVersion = 0;
    helloKeepAlive = prepareHello(request);
  }

  private PreparedAnswer prepareHello(RequestHead request) {
    writer.begin(Status.OK, request, true);
    writer.field("Content-Type", "text/plain; charset=utf-8").contentLength(HELLO.length());
    writer.endHead().put(HELLO);
    return new PreparedAnswer(writer);
  }

  @Override
  public ConnectionHandler get() {
    return new HttpConnection(this);
  }

  /** The whole answer to {@code GET /} on a connection that stays open. */
  ByteBuffer hello(int minorVersion) {
    return (minorVersion == 1 ? hello : helloKeepAlive).buffer();
  }

  /** So many bytes of the pattern, or fewer, beginning at this position of the stream. */
  ByteBuffer pattern(long position, long bytes) {
    int from = (int) (position % LINE.length());
    int n = (int) Math.min(bytes, PATTERN_BYTES - from);
    return pattern.clear().limit(from + n).position(from);
  }

  /** What the answers' Date says. */
  Instant dated() {
    return Instant.ofEpochSecond(dateSeconds);
  }

  /** Wall-clock time. */
  Instant now() {
    return Instant.ofEpochMilli(wallMillis.getAsLong());
  }

  /**
   * Brings the date up to date (RFC 9110 section 6.6.1). Asked for each answer, so it looks at the
   * turn's time, which is there; the calendar is asked once a second, and not at all while nobody
   * asks us.
   */
  void refreshDate(EventLoop loop) {
    long nowNanos = loop.nowNanos();
    if (isDated && nowNanos - dateDueNanos < 0) {
      return;
    }
    long millis = wallMillis.getAsLong();
    dateSeconds = Math.floorDiv(millis, 1_000L);
    HttpDate.write(dateSeconds, date, 0);
    hello.date(date);
    helloKeepAlive.date(date);
    dateDueNanos = nowNanos + (1_000 - Math.floorMod(millis, 1_000L)) * NANOS_PER_MILLI;
    isDated = true;
  }

  void ended(CloseRecord record) {
    ended.accept(record);
  }
}
