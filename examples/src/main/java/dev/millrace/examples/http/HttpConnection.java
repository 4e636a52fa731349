package dev.millrace.examples.http;

import dev.millrace.CloseRecord;
import dev.millrace.Connection;
import dev.millrace.ConnectionHandler;
import dev.millrace.WriteResult;
import dev.millrace.timer.Timer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * One connection of the HTTP server: reads a request, answers it, and goes on with the next, which
 * may be there already (pipelining, RFC 9112 section 9.3.2). One request is worked on at a time, so
 * the answers are in order by themselves.
 *
 * <p><b>Back-pressure.</b> A request whose answer finds no room is not consumed, and comes again
 * from the core when there is some; so does the rest of a body that is echoed. While an answer is
 * sent in many steps reading is paused. No request is taken from the input, and no piece of a body
 * sent, once {@code Limits.highWaterBytes} are waiting. So a connection holds that much output and
 * at most one short answer, or a chunk's frame, beyond it, and of input a read buffer or one head,
 * however large the answers are and however many requests come at once.
 *
 * <p><b>Time.</b> What the client owes us is bounded by one deadline of its own: a head, from its
 * first byte to its last, then a body; while we don't read for want of room it does not run out.
 * Between requests the connection is idle, and the core's read idle is on; it is off while anything
 * is under way, so an answer may take as long as it takes. A client that does not read its answer
 * is cut by the core's write stall.
 *
 * <p><b>Ends.</b> After an error that leaves it open where the next request begins, or that the
 * client did not wait for, the connection closes behind the answer. The core's close goes on
 * reading for a while and throws away what comes, so the answer arrives although the client is
 * still sending (RFC 9112 section 9.6).
 */
final class HttpConnection implements ConnectionHandler {
  private static final byte[] SLASH = ResponseWriter.ascii("/");
  private static final byte[] CONTINUE = ResponseWriter.ascii("HTTP/1.1 100 Continue\r\n\r\n");
  private static final String HEALTHY = "ok\n";
  private static final byte[] LAST_CHUNK = ResponseWriter.ascii("0\r\n");
  private static final String BYTES = "/bytes/";
  private static final String SLOW = "/slow/";
  private static final String TEXT = "text/plain; charset=utf-8";

  /** A pebibyte takes a day at 100 Gbit/s: who asks for more has mistyped. */
  private static final long MAX_STREAM_BYTES = 1L << 50;

  /** No client waits longer for an answer. */
  private static final long MAX_DELAY_MILLIS = TimeUnit.HOURS.toMillis(1);

  /** As large as leaves in one piece with its frame, and small beside the high water mark. */
  private static final int MAX_CHUNK_BYTES = 16 << 10;

  /**
   * What is under way.
   *
   * <pre>
   *               short answer
   *             +--------------+
   *             |              v    POST /echo
   *         +--------------------+ ------------------&gt; ECHO ----------+
   *   +----&gt;|        HEAD        |                                    |
   *   |     +--------------------+ --- /slow --------&gt; WAITING --+    |
   *   |         ^      |                                         |    |
   *   |         |      +------------- /bytes, a file -&gt; SENDING  |    |
   *   |         |                                          |     |    |
   *   |         +----------- answered, body was read ------+-----+----+
   *   |                                                    |
   *   +--- body read --- DISCARD &lt;--- answered, body left -+
   *
   *   HEAD -- a page, not at once --&gt; LATE -- answered --&gt; as above
   *   HEAD or LATE -- a page without end --&gt; STREAMING -- ended --&gt; as above
   *
   *   from any, when the answer is the last one, and on bad framing: CLOSING
   * </pre>
   */
  private enum State {
    /** Between two requests, or in the head of one. */
    HEAD,
    /** In a body that goes back to where it came from. */
    ECHO,
    /** In a body that nobody wanted, behind its answer. */
    DISCARD,
    /** The timer of an answer runs. Input is watched: a client that goes away is seen. */
    WAITING,
    /** A page's answer is to come, or waits for room. Input is watched. */
    LATE,
    /** An answer goes out as the client takes it. Reading is paused. */
    SENDING,
    /** An answer goes out as it comes into being. Input is watched. */
    STREAMING,
    /** Nothing more is read, and nothing more answered. */
    CLOSING
  }

  /** What the connection waits for, which decides which time-out runs. */
  private enum Owed {
    /** The next request: read idle. */
    REQUEST,
    /** The rest of a head: the request's time-out. */
    HEAD,
    /** The rest of a body: the request's time-out again. */
    BODY,
    /** Nothing: it's our turn, and the core sees to writes that stall. */
    NOTHING
  }

  private final HttpService service;
  private final HeadParser parser;
  private final RequestHead request = new RequestHead();

  /** Made with the first body: most connections never have one. */
  private BodyDecoder body;

  private State state = State.HEAD;

  /** What the time-outs are set for; null if they have to be set anew. */
  private Owed timed = Owed.REQUEST;

  /** Whether the connection stays open behind the answer under way. */
  private boolean isKept;

  /** Whether the server ends: the answer under way is the last. */
  private boolean isEnding;

  /** Whether input was left because there was no room to answer it. */
  private boolean hasUnanswered;

  private boolean isHeadOut;
  private long sent;
  private long length;
  private FileAnswer file;
  private Delay delay;

  /** The request that a page has not answered yet. */
  private Exchange exchange;

  /** A page's answer that found no room yet. */
  private ByteBuffer late;

  private AnswerStream stream;

  HttpConnection(HttpService service) {
    this.service = service;
    HttpSettings settings = service.settings;
    parser = new HeadParser(settings.maxHeaderBytes(), settings.maxUriBytes());
  }

  // ---- events

  @Override
  public void onData(Connection connection, ByteBuffer data) {
    service.refreshDate(connection.loop());
    hasUnanswered = false;
    while (proceed(connection, data) && data.hasRemaining()) {
      // A request, or a piece of a body, in each round.
      if (connection.room() == 0) {
        // Answers end at the hard limit, which is for one that is large. Many small ones stop here:
        // the rest is offered again when there is room.
        hasUnanswered = true;
        break;
      }
    }
    settle(connection);
  }

  @Override
  public void onWritable(Connection connection) {
    service.refreshDate(connection.loop());
    if (timed == Owed.HEAD || timed == Owed.BODY) {
      timed = null; // we had stopped reading: the client's time begins now
    }
    if (state == State.SENDING) {
      send(connection);
    } else if (state == State.WAITING && delay.isOver) {
      answerDelayed(connection);
    } else if (late != null) {
      writeLate(connection);
    } else if (state == State.ECHO && body.isDone()) {
      endEcho(connection);
    }
    // Else there is input that was left for want of room, and the core offers it again.
    settle(connection);
  }

  @Override
  public void onDeadline(Connection connection) {
    if (connection.queuedBytes() > connection.limits().lowWaterBytes()) {
      // It may be we who don't read, because the client has not taken what we sent: then nothing is
      // owed to us. How long that lasts is the write stall's business.
      connection.deadline(service.settings.requestTimeout());
      return;
    }
    // The answer to a body that is discarded is out already, and one that is echoed is under way: a
    // second would be taken for the answer to another request.
    if (state == State.HEAD || (state == State.ECHO && !isHeadOut)) {
      service.refreshDate(connection.loop());
      lastWord(connection, Status.REQUEST_TIMEOUT);
    }
    state = State.CLOSING; // the core closes now, and says in the record why
  }

  /**
   * The client has ended its side. In the middle of a request that's an error; while it waits for
   * an answer it is taken for gone, since nothing tells one that only half-closed from one that was
   * killed (RFC 9112 section 9.5 calls it a signal to be acted on). An answer in the middle of
   * being sent is finished first: reading is paused then, and this comes after it.
   */
  @Override
  public void onInputEnd(Connection connection, int unconsumed) {
    if (parser.isInHead() || (state == State.ECHO && !isHeadOut)) {
      service.refreshDate(connection.loop());
      lastWord(connection, Status.BAD_REQUEST);
    }
    close(connection);
  }

  @Override
  public void onShutdown(Connection connection) {
    service.isShuttingDown = true;
    isEnding = true;
    boolean isIdle = state == State.HEAD && !parser.isInHead() && !hasUnanswered;
    if (isIdle || state == State.DISCARD) {
      close(connection);
    } else if (state == State.STREAMING) {
      endStream(connection);
    }
  }

  @Override
  public void onClosed(Connection connection, CloseRecord record) {
    state = State.CLOSING;
    if (delay != null) {
      connection.loop().cancel(delay);
    }
    if (file != null) {
      file.close();
    }
    exchange = null;
    late = null;
    if (stream != null) {
      AnswerStream over = stream;
      stream = null;
      over.ended();
    }
    service.ended(record);
  }

  /** Sets the time-outs for what is waited for now, if that has changed. */
  private void settle(Connection connection) {
    Owed owed =
        switch (state) {
          case HEAD -> parser.isInHead() ? Owed.HEAD : Owed.REQUEST;
          case ECHO, DISCARD -> Owed.BODY;
          case WAITING, LATE, SENDING, STREAMING, CLOSING -> Owed.NOTHING;
        };
    if (owed == timed || state == State.CLOSING) {
      return;
    }
    timed = owed;
    boolean isLate = owed == Owed.HEAD || owed == Owed.BODY;
    connection.deadline(isLate ? service.settings.requestTimeout() : Duration.ZERO);
    connection.readIdle(owed == Owed.REQUEST ? connection.timeouts().readIdle() : Duration.ZERO);
  }

  // ---- requests

  /** Takes the next thing from the input; false if nothing can be taken now. */
  private boolean proceed(Connection connection, ByteBuffer data) {
    switch (state) {
      case HEAD -> {
        return head(connection, data);
      }
      case ECHO, DISCARD -> {
        return body(connection, data);
      }
      case WAITING, LATE, SENDING, STREAMING -> {
        // The next request is here early. It stays where it is, and reading stops, or more than may
        // be kept could come.
        connection.pauseReading();
        return false;
      }
      default -> {
        data.position(data.limit()); // nobody reads it any more
        return false;
      }
    }
  }

  private boolean head(Connection connection, ByteBuffer data) {
    int start = data.position();
    int code = parser.parse(data, request);
    if (code == HeadParser.INCOMPLETE) {
      return false;
    }
    if (code != HeadParser.COMPLETE) {
      hasUnanswered = !refuse(connection, Status.of(code));
      return false;
    }
    if (timed == Owed.HEAD) {
      timed = null; // the next head has its own time
    }
    try {
      if (answer(connection, data.hasRemaining())) {
        return true;
      }
    } catch (RuntimeException e) {
      refuse(connection, Status.INTERNAL_SERVER_ERROR);
      throw e; // the core logs it, and closes behind what was written
    }
    // No room: nothing was written, and the request comes again.
    data.position(start);
    hasUnanswered = true;
    return false;
  }

  /**
   * Answers the request, or begins to; false if there is no room for that, and then nothing has
   * changed.
   *
   * @param hasMore whether something follows the head in the input
   */
  private boolean answer(Connection connection, boolean hasMore) {
    if (service.saysHello
        && request.method() == Method.GET
        && request.targetIs(SLASH)
        && request.isKeepAlive()
        && !request.hasBody()
        && !isEnding) {
      // What the rest of this method would write, byte by byte, at a fraction of the cost.
      return isTaken(connection, connection.write(service.hello(request.minorVersion())));
    }
    isKept = request.isKeepAlive();
    if (request.hasBody()) {
      if (body == null) {
        HttpSettings settings = service.settings;
        body = new BodyDecoder(settings.maxBodyBytes(), settings.maxHeaderBytes());
      }
      if (body.begin(request) == BodyDecoder.Step.BAD) {
        isKept = false;
        return respond(connection, Status.of(body.status()));
      }
    }
    // Another expectation may be ignored, and is at "/" (RFC 9110 section 10.1.1).
    String expectation = request.minorVersion() == 0 ? null : request.header("expect");
    if (expectation != null && !expectation.equalsIgnoreCase("100-continue")) {
      return respond(connection, Status.EXPECTATION_FAILED);
    }
    return route(connection, hasMore);
  }

  private boolean route(Connection connection, boolean hasMore) {
    Method method = request.method();
    if (method == Method.OTHER || method == Method.CONNECT || method == Method.TRACE) {
      return respond(connection, Status.NOT_IMPLEMENTED); // for no resource (RFC 9110 section 9.1)
    }
    String path = request.path();
    if (path.equals("*")) {
      return notAllowed(connection, "GET, HEAD, POST, OPTIONS");
    }
    if (service.pages != null && page(connection)) {
      return true;
    }
    if (path.equals("/echo")) {
      return method == Method.POST
          ? echo(connection, hasMore)
          : notAllowed(connection, "POST, OPTIONS");
    }
    StaticFiles.Found found = null;
    if (!isOurs(path)) {
      found = service.files == null ? StaticFiles.Found.NOTHING : service.files.find(path);
      if (found.status() == Status.MOVED_PERMANENTLY) {
        String query = request.query();
        String location = path + "/" + (query == null ? "" : "?" + query);
        return respond(connection, found.status(), "Location", location);
      }
      if (found.status() != Status.OK) {
        return respond(connection, found.status());
      }
    }
    if (method != Method.GET && method != Method.HEAD) {
      return notAllowed(connection, "GET, HEAD, OPTIONS");
    }
    if (found != null) {
      return file(connection, found);
    }
    if (path.equals("/")) {
      return respond(connection, Status.OK, null, null, HttpService.HELLO);
    }
    if (path.equals("/healthz")) {
      return service.isShuttingDown
          ? respond(connection, Status.SERVICE_UNAVAILABLE)
          : respond(connection, Status.OK, null, null, HEALTHY);
    }
    return path.startsWith(BYTES) ? bytes(connection, path) : slow(connection, path);
  }

  private boolean isOurs(String path) {
    return (path.equals("/") && service.saysHello)
        || path.equals("/healthz")
        || path.startsWith(BYTES)
        || path.startsWith(SLOW);
  }

  /** The number at the path's end; -1 if it is none, or more than {@code max}. */
  private static long number(String path, String prefix, long max) {
    String digits = path.substring(prefix.length());
    if (!digits.matches("[0-9]{1,18}")) {
      return -1;
    }
    long n = Long.parseLong(digits);
    return n > max ? -1 : n;
  }

  // ---- short answers

  /** OPTIONS is told what is allowed; for every other method the same is an error. */
  private boolean notAllowed(Connection connection, String allowed) {
    Status status =
        request.method() == Method.OPTIONS ? Status.NO_CONTENT : Status.METHOD_NOT_ALLOWED;
    return respond(connection, status, "Allow", allowed);
  }

  private boolean respond(Connection connection, Status status) {
    return respond(connection, status, null, null, status.body);
  }

  private boolean respond(Connection connection, Status status, String name, String value) {
    return respond(connection, status, name, value, status.body);
  }

  /** Answers with one field more, if it has a name, and text; false if there is no room. */
  private boolean respond(
      Connection connection, Status status, String name, String value, String text) {
    ResponseWriter writer = begin(status);
    if (name != null) {
      writer.field(name, value);
    }
    if (status != Status.NO_CONTENT) {
      writer.field("Content-Type", TEXT).contentLength(text.length());
    }
    writer.endHead();
    if (status != Status.NO_CONTENT && request.method() != Method.HEAD) {
      writer.put(text);
    }
    return isTaken(connection, connection.write(writer.buffer())) && answered(connection);
  }

  /** Says the last word and closes; false if there is no room for it. */
  private boolean refuse(Connection connection, Status status) {
    boolean isTaken = lastWord(connection, status);
    if (isTaken) {
      close(connection);
    }
    return isTaken;
  }

  /** The answer to what can't be understood, or didn't come; false if there is no room for it. */
  private boolean lastWord(Connection connection, Status status) {
    isKept = false;
    ResponseWriter writer = begin(status);
    writer.field("Content-Type", TEXT).contentLength(status.body.length()).endHead();
    if (request.method() != Method.HEAD) { // known as soon as it was read; OTHER before that
      writer.put(status.body);
    }
    return isTaken(connection, connection.write(writer.buffer()));
  }

  private ResponseWriter begin(Status status) {
    if (request.expectsContinue() && state != State.ECHO) {
      // Whoever is answered instead of being told to go on, well or not, may send the body, or not:
      // nobody knows what comes next (RFC 9110 section 10.1.1).
      isKept = false;
    }
    isKept &= !isEnding;
    return service.writer.begin(status, request, isKept);
  }

  /**
   * Whether an answer has left our hands; false if there is no room for it, and then {@code
   * onWritable} follows.
   */
  private boolean isTaken(Connection connection, WriteResult result) {
    if (result == WriteResult.FULL) {
      return false;
    }
    if (result == WriteResult.TOO_LARGE) {
      // HttpSettings.limits() has room for the largest one, so these are others.
      connection.abort("the hard limit is less than one answer");
    }
    if (result != WriteResult.ACCEPTED) {
      state = State.CLOSING; // a write has failed, or it was closed: the record says why
    }
    return true;
  }

  /** The answer is written to its end. Always true. */
  private boolean answered(Connection connection) {
    if (state == State.CLOSING) {
      return true;
    }
    if (!isKept || isEnding) {
      close(connection);
      return true;
    }
    state = request.hasBody() && !body.isDone() ? State.DISCARD : State.HEAD;
    connection.resumeReading();
    return true;
  }

  /** Closes behind what was written. */
  private void close(Connection connection) {
    state = State.CLOSING;
    if (delay != null) {
      connection.loop().cancel(delay);
    }
    connection.close();
  }

  // ---- bodies

  /** Begins to send a body back. The head goes out with its first byte, or with its end. */
  private boolean echo(Connection connection, boolean hasMore) {
    if (!request.hasBody()) {
      return isTaken(connection, connection.write(echoHead().buffer())) && answered(connection);
    }
    if (request.expectsContinue()
        && !hasMore
        && !isTaken(connection, connection.write(ByteBuffer.wrap(CONTINUE)))) {
      return false;
    }
    isHeadOut = false;
    state = State.ECHO;
    return true;
  }

  /** Reads a body on; false if more input, or room, is needed. */
  private boolean body(Connection connection, ByteBuffer data) {
    while (true) {
      switch (body.next(data)) {
        case DATA -> {
          if (state == State.DISCARD) {
            int n = body.dataBytes();
            data.position(data.position() + n);
            body.took(n);
          } else if (!echoData(connection, data)) {
            return false;
          }
        }
        case MORE -> {
          return false;
        }
        case END -> {
          if (timed == Owed.BODY) {
            timed = null; // the next body has its own time
          }
          if (state == State.ECHO) {
            return endEcho(connection);
          }
          state = State.HEAD;
          return true;
        }
        case BAD -> {
          if (state == State.ECHO && !isHeadOut) {
            refuse(connection, Status.of(body.status()));
          } else {
            // The one answer is out, or is on its way and stays without its end.
            close(connection);
          }
          return false;
        }
      }
    }
  }

  /** Sends back what there is of the body, as far as there is room; false if there is none. */
  private boolean echoData(Connection connection, ByteBuffer data) {
    int room = connection.room();
    if (room == 0) {
      return false;
    }
    int start = data.position();
    int limit = data.limit();
    if (request.isChunked()) {
      int n = Math.min(body.dataBytes(), Math.min(room, MAX_CHUNK_BYTES));
      ResponseWriter writer = isHeadOut ? service.writer.clear() : echoHead();
      writer.chunk(data.limit(start + n));
      data.limit(limit);
      if (!isTaken(connection, connection.write(writer.buffer()))) {
        data.position(start);
        return false;
      }
      isHeadOut = true;
      body.took(n);
      return state == State.ECHO;
    }
    if (!isHeadOut && !isTaken(connection, connection.write(echoHead().buffer()))) {
      return false;
    }
    isHeadOut = true;
    int n = Math.min(body.dataBytes(), room);
    data.limit(start + n);
    // The very buffer that is lent: where nothing is written before it, it goes out uncopied.
    boolean isTaken = isTaken(connection, connection.write(data));
    data.limit(limit);
    body.took(data.position() - start);
    return isTaken && state == State.ECHO;
  }

  private ResponseWriter echoHead() {
    String type = request.header("content-type");
    ResponseWriter writer = begin(Status.OK);
    writer.field("Content-Type", type == null ? "application/octet-stream" : type);
    if (request.isChunked()) {
      writer.field("Transfer-Encoding", "chunked");
    } else {
      writer.contentLength(Math.max(0, request.contentLength()));
    }
    return writer.endHead();
  }

  /** The end of a body that was sent back; false if there is no room for it. */
  private boolean endEcho(Connection connection) {
    ResponseWriter writer = isHeadOut ? service.writer.clear() : echoHead();
    if (request.isChunked()) {
      writer.put(LAST_CHUNK).put(Trailers.toSend(body.trailers())).endHead();
    }
    if (writer.size() > 0 && !isTaken(connection, connection.write(writer.buffer()))) {
      return false;
    }
    return answered(connection);
  }

  // ---- long answers

  private boolean bytes(Connection connection, String path) {
    long count = number(path, BYTES, MAX_STREAM_BYTES);
    if (count < 0) {
      return respond(connection, Status.NOT_FOUND);
    }
    ResponseWriter writer = begin(Status.OK).field("Content-Type", TEXT).contentLength(count);
    if (!isTaken(connection, connection.write(writer.endHead().buffer()))) {
      return false;
    }
    if (request.method() == Method.HEAD) {
      return answered(connection);
    }
    length = count;
    sent = 0;
    return beginToSend(connection);
  }

  private boolean file(Connection connection, StaticFiles.Found found) {
    FileAnswer answer;
    try {
      answer = new FileAnswer(request, found, service.now(), service.dated());
    } catch (AccessDeniedException | NoSuchFileException e) {
      return respond(connection, Status.NOT_FOUND);
    } catch (IOException e) {
      // It is there: so it's our want of descriptors, or the disk.
      return respond(connection, Status.SERVICE_UNAVAILABLE);
    }
    if (answer.status() == Status.RANGE_NOT_SATISFIABLE) {
      return respond(connection, answer.status(), "Content-Range", answer.contentRange());
    }
    if (answer.status() == Status.PRECONDITION_FAILED) {
      return respond(connection, answer.status());
    }
    if (!isTaken(connection, answer.begin(connection, begin(answer.status())))) {
      answer.close();
      return false;
    }
    if (!answer.hasBody()) {
      return answered(connection);
    }
    file = answer;
    return beginToSend(connection);
  }

  /** Always true. */
  private boolean beginToSend(Connection connection) {
    if (state != State.CLOSING) {
      state = State.SENDING;
      send(connection);
    }
    if (state == State.SENDING) {
      connection.pauseReading();
    }
    return true;
  }

  /** Sends on, as far as there is room. */
  private void send(Connection connection) {
    if (file != null) {
      // What is refused for want of room is tried again in onWritable; every end is onClosed.
      file.proceed(connection, this::fileSent);
      return;
    }
    int room;
    while (sent < length && (room = connection.room()) > 0) {
      ByteBuffer piece = service.pattern(sent, Math.min(room, length - sent));
      int n = piece.remaining();
      if (connection.write(piece) != WriteResult.ACCEPTED) {
        return; // onWritable follows, or the end
      }
      sent += n;
    }
    if (sent == length) {
      answered(connection);
    }
  }

  /** One descriptor at a time is open, however many requests wait and parts are asked for. */
  private void fileSent(Connection connection, boolean handedToKernel) {
    if (handedToKernel && state == State.SENDING) {
      try {
        if (!file.isLastHandedOver()) {
          send(connection);
          return;
        }
      } catch (IOException e) {
        // A head that promises more is out: that the answer is cut short has to say it.
        state = State.CLOSING;
        connection.close("the next part of a file can't be sent: " + e);
        return;
      }
      file = null;
      answered(connection);
      settle(connection);
    }
  }

  // ---- pages

  /** Has the page answer, at once or later; false if it is none of its requests. */
  private boolean page(Connection connection) {
    Exchange asked = new Exchange(this, connection, request);
    exchange = asked;
    state = State.LATE;
    if (service.pages.answer(asked)) {
      return true;
    }
    if (exchange != asked || state != State.LATE) {
      throw new IllegalStateException("a page answered " + request + " and said that it didn't");
    }
    exchange = null;
    state = State.HEAD;
    return false;
  }

  /** Whether this is still to be answered. */
  boolean isOpen(Exchange asked) {
    return exchange == asked && late == null;
  }

  /** Writes a page's answer; from a callback of this connection or from anywhere on the loop. */
  void respond(Exchange asked, Status status, String type, byte[] content, String... fields) {
    Connection connection = asked.connection();
    service.refreshDate(connection.loop());
    ResponseWriter writer = begin(status);
    fields(writer, fields);
    if (status != Status.NO_CONTENT) {
      writer.field("Content-Type", type).contentLength(content.length);
    }
    writer.endHead();
    if (status != Status.NO_CONTENT && request.method() != Method.HEAD) {
      writer.put(content);
    }
    ByteBuffer whole = writer.buffer();
    if (isTaken(connection, connection.write(whole))) {
      exchange = null;
      answered(connection);
    } else {
      // The request can't come again: what the page did may be done only once. So its answer waits.
      late = ByteBuffer.allocate(whole.remaining()).put(whole).flip();
    }
    settle(connection);
  }

  private void writeLate(Connection connection) {
    if (isTaken(connection, connection.write(late))) {
      late = null;
      exchange = null;
      answered(connection);
    }
  }

  /** Begins an answer without a known end; null if there is no room, or nothing is to follow. */
  AnswerStream stream(Exchange asked, String type, Runnable onEnd, String... fields) {
    Connection connection = asked.connection();
    service.refreshDate(connection.loop());
    boolean isChunked = request.minorVersion() > 0;
    isKept &= isChunked; // else the end of the connection is the end of the answer
    ResponseWriter writer = begin(Status.OK);
    fields(writer, fields);
    writer.field("Content-Type", type);
    if (isChunked && request.method() != Method.HEAD) {
      writer.field("Transfer-Encoding", "chunked");
    }
    exchange = null;
    boolean isTaken = isTaken(connection, connection.write(writer.endHead().buffer()));
    AnswerStream made = null;
    if (!isTaken) {
      close(connection); // the loop's memory is used up: a stream is the first that goes without
    } else if (request.method() == Method.HEAD) {
      answered(connection);
    } else if (state != State.CLOSING) {
      state = State.STREAMING;
      made = new AnswerStream(this, connection, onEnd, isChunked);
      stream = made;
    }
    settle(connection);
    return made;
  }

  private static void fields(ResponseWriter writer, String... fields) {
    for (int i = 0; i < fields.length; i += 2) {
      writer.field(fields[i], fields[i + 1]);
    }
  }

  /** Sends the next piece of a stream; false if it was not taken. */
  boolean write(AnswerStream to, ByteBuffer piece, boolean isChunked) {
    if (to != stream || state != State.STREAMING) {
      return false;
    }
    ByteBuffer framed = isChunked ? service.writer.clear().chunk(piece).buffer() : piece;
    return to.connection().write(framed) == WriteResult.ACCEPTED;
  }

  /** Ends the stream under way, and goes on with the next request. */
  void endStream(Connection connection) {
    AnswerStream over = stream;
    stream = null;
    if (over.isChunked()) {
      ByteBuffer last = service.writer.clear().put(LAST_CHUNK).endHead().buffer();
      if (!isTaken(connection, connection.write(last))) {
        isKept = false; // its framing shows that it was cut short
      }
    }
    answered(connection);
    settle(connection);
    over.ended();
  }

  /** Whether this one still goes on. */
  boolean isOpen(AnswerStream asked) {
    return stream == asked && state == State.STREAMING;
  }

  // ---- late answers

  private boolean slow(Connection connection, String path) {
    long millis = number(path, SLOW, MAX_DELAY_MILLIS);
    if (millis < 0) {
      return respond(connection, Status.NOT_FOUND);
    }
    if (delay == null) {
      delay = new Delay(connection);
    }
    delay.isOver = false;
    delay.millis = millis;
    connection.loop().schedule(delay, TimeUnit.MILLISECONDS.toNanos(millis));
    state = State.WAITING;
    return true;
  }

  private void answerDelayed(Connection connection) {
    String text = "waited " + delay.millis + " ms\n";
    respond(connection, Status.OK, null, null, text);
  }

  /** The timer of {@code /slow}: nothing sleeps, and the loop serves the others. */
  private final class Delay extends Timer {
    private final Connection connection;
    private long millis;

    /** True from its firing on; the answer may have to wait for room. */
    private boolean isOver;

    Delay(Connection connection) {
      this.connection = connection;
    }

    @Override
    protected void onTimer() {
      isOver = true;
      service.refreshDate(connection.loop());
      answerDelayed(connection);
      settle(connection);
    }
  }
}
