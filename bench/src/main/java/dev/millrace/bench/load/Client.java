package dev.millrace.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/**
 * One connection, or with {@code reconnect} one after the other. What is due goes out in one write,
 * as far as the depth allows; what came in is taken with one read and checked.
 *
 * <pre>
 *            connect                     up
 *     DOWN ----------> CONNECTING ----------------> UP
 *      ^                   | failed                 | lost, or with reconnect: answered
 *      '-------------------'------------------------'
 * </pre>
 *
 * <p>Thread rule: its worker's thread.
 */
final class Client {
  private enum State {
    DOWN,
    CONNECTING,
    UP
  }

  /**
   * Reads in one event at the most: a server that answers faster than this thread reads must not
   * keep it from the others. Each is a buffer full.
   */
  private static final int READS_PER_EVENT = 4;

  private final Worker worker;
  private final LoadOptions options;
  private final Flight flight;
  private State state = State.DOWN;
  private SocketChannel channel;
  private SelectionKey key;
  private Conversation conversation;
  private long number;

  /** The number in the flight of this conversation's request 0. */
  private long base;

  // The next byte to be written, and whether the socket refused it.
  private long nextRequest;
  private int nextFrom;
  private boolean blocked;

  private boolean hasAnswered;
  private boolean settled;

  /** Waits for a place among those that connect, or for its next try. */
  private boolean waiting;

  /** When it began to connect, or may try again. */
  private long stampNanos;

  /** Is in the worker's list of those to be served in this turn. */
  private boolean marked;

  // The intended start of a request that found the connection free: it measures the generator.
  private boolean late;
  private long lateFromNanos;

  Client(Worker worker, LoadOptions options, int capacity) {
    this.worker = worker;
    this.options = options;
    this.flight = new Flight(capacity);
  }

  // ---- what the worker asks for

  /** Connects for the first time; with {@code reconnect} the first request finds it open. */
  void open() {
    connect();
  }

  /** The load begins: a closed loop fills its depth. An open one waits for its schedule. */
  void start(long nowNanos) {
    if (state == State.UP) {
      refill(nowNanos);
      pump(nowNanos);
    } else if (state == State.DOWN) {
      waitUntil(nowNanos);
    }
  }

  /**
   * A request is due.
   *
   * @return whether the worker has to {@link #serve} it in this turn, and did not know it
   */
  boolean due(long intendedNanos) {
    boolean free =
        flight.queued() == 0
            && !waiting
            && (options.reconnect() ? flight.isEmpty() : state == State.UP)
            && flight.inFlight() < options.depth();
    if (!flight.due(intendedNanos)) {
      worker.tally().dropped++;
      return false;
    }
    if (free) {
      late = true;
      lateFromNanos = intendedNanos;
    }
    boolean fresh = !marked;
    marked = true;
    return fresh;
  }

  /** Sends what became due. */
  void serve(long nowNanos) {
    marked = false;
    if (late) {
      late = false;
      worker.tally().late(nowNanos - lateFromNanos);
    }
    advance(nowNanos);
  }

  /** Its time has come, or its turn to connect. */
  void retry(long nowNanos) {
    waiting = false;
    if (options.reconnect() && worker.isLoading() && flight.inFlight() == 0) {
      refill(nowNanos);
      advance(nowNanos);
    } else {
      connect();
    }
  }

  boolean isConnecting() {
    return state == State.CONNECTING;
  }

  long stampNanos() {
    return stampNanos;
  }

  void connectTimedOut() {
    connectFailed("no answer in " + Worker.CONNECT_TIMEOUT_SECONDS + " s");
  }

  int inFlight() {
    return flight.inFlight();
  }

  int queued() {
    return flight.queued();
  }

  long oldestNanos(long nowNanos) {
    return flight.oldestNanos(nowNanos);
  }

  // ---- what the selector tells

  void ready() {
    try {
      if (state == State.CONNECTING) {
        finishConnect();
        return;
      }
      int ops = key.readyOps();
      if ((ops & SelectionKey.OP_READ) != 0) {
        read();
      }
      if (state == State.UP && (ops & SelectionKey.OP_WRITE) != 0) {
        blocked = false;
        key.interestOps(SelectionKey.OP_READ);
        flush();
      }
    } catch (WrongAnswerException e) {
      throw worker.wrong(conversationName() + ": " + e.getMessage());
    } catch (IOException e) {
      lost(Worker.kind(e));
    }
  }

  private String conversationName() {
    return "connection " + number + " (" + Worker.localAddress(channel) + ")";
  }

  // ---- connecting

  private void connect() {
    if (!worker.mayConnect()) {
      waiting = true;
      worker.waitForPlace(this);
      return;
    }
    stampNanos = System.nanoTime();
    try {
      channel = worker.openChannel();
      boolean up = channel.connect(options.target());
      key = worker.register(channel, this, up ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT);
      if (up) {
        up();
      } else {
        state = State.CONNECTING;
        worker.connecting(this);
      }
    } catch (IOException e) {
      worker.failIfNoPortIsLeft(e);
      connectFailed(Worker.kind(e));
    }
  }

  private void finishConnect() {
    try {
      if (!channel.finishConnect()) {
        return;
      }
    } catch (IOException e) {
      worker.failIfNoPortIsLeft(e);
      connectFailed(Worker.kind(e));
      return;
    }
    worker.connectEnded();
    key.interestOps(SelectionKey.OP_READ);
    up();
  }

  private void up() {
    state = State.UP;
    number = worker.nextConnectionNumber();
    conversation = options.protocol().converse(number, options.size());
    base = options.reconnect() ? flight.begun() - flight.inFlight() : flight.begun();
    nextRequest = base;
    nextFrom = 0;
    blocked = false;
    hasAnswered = false;
    settle();
    long now = System.nanoTime();
    refill(now);
    pump(now);
  }

  private void connectFailed(String kind) {
    Tally.count(worker.tally().connectFailures, kind);
    close();
    worker.tally().lostRequests += flight.lost();
    settle();
    retryLater();
  }

  private void settle() {
    if (!settled) {
      settled = true;
      worker.settled();
    }
  }

  private void retryLater() {
    if (worker.isLoading()) {
      waitUntil(System.nanoTime() + Worker.RETRY_NANOS);
    }
  }

  private void waitUntil(long nanos) {
    waiting = true;
    stampNanos = nanos;
    worker.waitForTime(this);
  }

  // ---- talking

  /** In a closed loop there is always as much to do as the depth allows. */
  private void refill(long nowNanos) {
    if (!options.isOpenLoop() && worker.isLoading()) {
      for (int n = options.depth() - flight.inFlight() - flight.queued(); n > 0; n--) {
        flight.due(nowNanos);
      }
    }
  }

  /** Does what can be done for what is queued. */
  private void advance(long nowNanos) {
    if (state == State.UP) {
      pump(nowNanos);
    } else if (options.reconnect() && state == State.DOWN && !waiting && worker.isLoading()) {
      // The connect is part of the request.
      if (flight.begin(1, nowNanos) > 0) {
        connect();
      }
    }
  }

  /** Sends; after the load, only what has begun already. */
  private void pump(long nowNanos) {
    if (worker.isLoading()) {
      flight.begin(options.depth(), nowNanos);
    }
    if (!blocked && nextRequest < flight.begun()) {
      try {
        flush();
      } catch (IOException e) {
        lost(Worker.kind(e));
      }
    }
  }

  /** Writes what began. What the socket refuses is rendered once more when it takes bytes again. */
  private void flush() throws IOException {
    ByteBuffer out = worker.out();
    while (nextRequest < flight.begun()) {
      out.clear();
      long request = nextRequest;
      int from = nextFrom;
      while (request < flight.begun() && out.hasRemaining()) {
        conversation.request(request - base, from, out);
        from = 0;
        request++;
      }
      out.flip();
      int bytes = channel.write(out);
      sent(bytes);
      if (out.hasRemaining()) {
        blocked = true;
        key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        return;
      }
    }
  }

  private void sent(int bytes) {
    int left = bytes;
    while (left > 0) {
      int rest = conversation.requestBytes(nextRequest - base) - nextFrom;
      if (left < rest) {
        nextFrom += left;
        return;
      }
      left -= rest;
      nextFrom = 0;
      nextRequest++;
    }
  }

  private void read() throws IOException {
    ByteBuffer in = worker.in();
    for (int i = 0; i < READS_PER_EVENT && state == State.UP; i++) {
      in.clear();
      int n = channel.read(in);
      if (n < 0) {
        lost("ended by the server");
        return;
      }
      if (n == 0) {
        return;
      }
      long now = System.nanoTime();
      in.flip();
      worker.tally().bytes += n;
      int answers = conversation.answers(in);
      if (answers > 0) {
        flight.answered(answers, now, worker.tally());
        hasAnswered = true;
        if (options.reconnect()) {
          next(now);
          return;
        }
        refill(now);
        pump(now);
      }
      if (n < in.capacity()) {
        return; // a short read: what is not here yet will be told of
      }
    }
  }

  /** The exchange is over. Nothing is unread, so this is a FIN and not a reset. */
  private void next(long nowNanos) {
    close();
    refill(nowNanos);
    advance(nowNanos);
  }

  private void lost(String kind) {
    Tally.count(worker.tally().lost, kind);
    worker.tally().lostRequests += flight.lost();
    boolean atOnce = hasAnswered;
    close();
    if (atOnce && worker.isLoading()) {
      retry(System.nanoTime());
    } else {
      retryLater();
    }
  }

  void close() {
    if (state == State.CONNECTING) {
      worker.connectEnded();
    }
    state = State.DOWN;
    if (channel != null) {
      worker.close(channel);
      channel = null;
    }
  }
}
