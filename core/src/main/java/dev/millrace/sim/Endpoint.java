package dev.millrace.sim;

import dev.millrace.fault.FaultKind;
import dev.millrace.fault.FaultPlan;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * One end of a TCP connection as the kernel has it. What it answers, and in which order, is Linux's
 * (tcp_recvmsg, tcp_sendmsg, tcp_reset, tcp_close):
 *
 * <ul>
 *   <li>A reset leaves one pending error, which the next read or write takes with it. Input that
 *       had arrived before is still read, and read first.
 *   <li>Which error a reset leaves depends on the state: after the peer's FIN it is EPIPE, which a
 *       read never sees, because the end of the stream comes first.
 *   <li>A close with unread input sends a reset at once and drops what was not sent. A close
 *       without sends the FIN behind it; input that still comes is answered with a reset.
 *   <li>After a reset or a failure everything is readable and writable: the call tells.
 * </ul>
 */
final class Endpoint {
  /** Answers of {@link #read} and of nothing else. */
  static final int END = -1;

  /** The answer of a call that would have to wait. */
  static final int AGAIN = -2;

  /** SYNs without an answer are repeated after 1, 2, 4 … seconds; six of them, as Linux does. */
  private static final int SYN_RETRIES = 6;

  private static final long SYN_RETRY_NANOS = 1_000_000_000L;

  enum Phase {
    FRESH,
    CONNECTING,
    ESTABLISHED,
    GONE
  }

  /** Told when something changed that it may wait for. */
  interface Watcher {
    void changed();
  }

  final SimHost host;
  final long number;
  int sendBuffer;
  int receiveBuffer;
  boolean lingersZero;

  private final SimWorld world;
  private Phase phase = Phase.FRESH;
  private Watcher watcher;
  private Path path;
  private Endpoint peer;
  private Flow out;
  private Flow in;
  private InetSocketAddress local;
  private InetSocketAddress remote;

  /** The error that the next call takes with it. */
  private Errno pending;

  private boolean vanished;
  private long taken;
  private boolean bound;

  // What was moved in one turn of the program that holds this end.
  private long turn = -1;
  private long readInTurn;
  private long writtenInTurn;
  private long mostReadInTurn;
  private long mostWrittenInTurn;
  private boolean finReceived;
  private boolean outputShut;
  private boolean inputShut;

  /** Nobody holds it any more: what still comes is answered with a reset. */
  private boolean orphan;

  Endpoint(SimHost host) {
    this.host = host;
    this.world = host.world();
    this.number = world.nextNumber();
    this.sendBuffer = host.sendBuffer();
    this.receiveBuffer = host.receiveBuffer();
  }

  void watch(Watcher watcher) {
    this.watcher = watcher;
  }

  void changed() {
    world.changed();
    if (watcher != null && !orphan) {
      watcher.changed();
    }
  }

  Phase phase() {
    return phase;
  }

  boolean isGone() {
    return orphan || phase == Phase.GONE;
  }

  InetSocketAddress local() {
    return local;
  }

  InetSocketAddress remote() {
    return remote;
  }

  Path path() {
    return path;
  }

  long receivedBytes() {
    return in == null ? 0 : in.deliveredBytes();
  }

  /** What a program was given by reads of this end. */
  long readBytes() {
    return in == null ? 0 : in.readBytes();
  }

  /** What was taken from a program by writes to this end. */
  long writtenBytes() {
    return taken;
  }

  /** The most bytes that a program took between two of its polls. */
  long mostReadInTurn() {
    return mostReadInTurn;
  }

  /** The most bytes that a program gave between two of its polls. */
  long mostWrittenInTurn() {
    return mostWrittenInTurn;
  }

  private void countInTurn(int in, int out) {
    if (turn != world.polls()) {
      turn = world.polls();
      readInTurn = 0;
      writtenInTurn = 0;
    }
    readInTurn += in;
    writtenInTurn += out;
    mostReadInTurn = Math.max(mostReadInTurn, readInTurn);
    mostWrittenInTurn = Math.max(mostWrittenInTurn, writtenInTurn);
  }

  void bind(InetSocketAddress asked) throws Failed {
    local = host.claim(asked);
    bound = true;
    host.bound(this);
  }

  /** Whether a program has bound it, other than by connecting. */
  boolean isBound() {
    return bound;
  }

  // ---- connecting

  void connect(InetSocketAddress to) {
    FaultPlan plan = host.plan();
    remote = to;
    if (local == null) {
      local = new InetSocketAddress(host.addressTowards(to), host.nextPort());
    } else if (local.getAddress().isAnyLocalAddress()) {
      local = new InetSocketAddress(host.addressTowards(to), local.getPort());
    }
    phase = Phase.CONNECTING;
    path = new Path(world, this, plan);
    world.note(this, "connect", to.getPort());
    if (plan.happens(FaultKind.CONNECT_REFUSED, world.dice())) {
      path.send(this, 0, () -> path.send(this, 0, () -> fail(Errno.ECONNREFUSED)));
    } else if (plan.happens(FaultKind.CONNECT_FAILS_LATE, world.dice())) {
      long late = plan.amount(FaultKind.CONNECT_FAILS_LATE, world.dice());
      world.after(late, () -> fail(Errno.ETIMEDOUT));
    } else if (plan.happens(FaultKind.CONNECT_PENDING, world.dice())) {
      world.note(this, "fault connect pending", -1);
    } else {
      syn(to, 0);
    }
  }

  private void syn(InetSocketAddress to, int attempt) {
    if (phase != Phase.CONNECTING) {
      return;
    }
    path.send(this, 0, () -> world.synArrived(this, to));
    if (attempt < SYN_RETRIES) {
      world.after(SYN_RETRY_NANOS << attempt, () -> synAgain(to, attempt + 1));
    } else {
      world.after(SYN_RETRY_NANOS << attempt, () -> fail(Errno.ETIMEDOUT));
    }
  }

  private void synAgain(InetSocketAddress to, int attempt) {
    if (path.server == null) {
      syn(to, attempt);
    }
  }

  void refused(Errno why) {
    path.send(this, 0, () -> fail(why));
  }

  private void fail(Errno why) {
    if (phase == Phase.CONNECTING) {
      pending = why;
      gone();
    }
  }

  /** The other end of a connection that is being made; it answers the SYN. */
  void answer(Endpoint client, Listening listening) {
    local = client.remote;
    remote = client.local;
    peer = client;
    path = client.path;
    path.server = this;
    client.peer = this;
    out = new Flow(world, path, this, client);
    in = new Flow(world, path, client, this);
    client.out = in;
    client.in = out;
    phase = Phase.ESTABLISHED;
    path.send(this, 0, () -> client.answered(this, listening));
  }

  private void answered(Endpoint server, Listening listening) {
    if (phase != Phase.CONNECTING) {
      server.resetArrived(); // closed while connecting
      listening.gaveUp();
      return;
    }
    phase = Phase.ESTABLISHED;
    world.note(this, "connected", -1);
    path.send(this, 0, () -> listening.established(server));
    path.draw(host.isUnderTest() ? host.plan() : server.host.plan());
    changed();
  }

  // ---- calls

  /** Reads; the bytes, {@link #END}, or {@link #AGAIN}. */
  int read(ByteBuffer target, int atMost) throws Failed {
    if (in != null && in.available() > 0) {
      int n = in.read(target, atMost);
      countInTurn(n, 0);
      world.moved();
      world.note(this, "read", n);
      return n;
    }
    if (finReceived) {
      world.moved();
      return END;
    }
    takePending();
    return inputShut ? END : AGAIN;
  }

  /** Writes; the bytes, 0 if the queue is full. */
  int write(ByteBuffer source, int atMost) throws Failed {
    takePending();
    if (outputShut) {
      throw new Failed(Errno.EPIPE);
    }
    int n = out.write(source, atMost);
    if (n > 0) {
      taken += n;
      countInTurn(0, n);
      world.moved();
      world.note(this, "write", n);
    }
    return n;
  }

  private void takePending() throws Failed {
    Errno error = pending;
    if (error != null) {
      pending = null;
      world.moved();
      world.note(this, error.name(), -1);
      throw new Failed(error);
    }
  }

  /** The pending error of a connect, or of what came right after; null if there is none. */
  Errno takeConnectError() {
    Errno error = pending;
    pending = null;
    return error;
  }

  /** The connection times out or is cut off on the way: only this side is told. */
  void vanish(Errno why) {
    if (phase == Phase.ESTABLISHED) {
      world.note(this, why == Errno.ETIMEDOUT ? "fault time-out" : "fault unreachable", -1);
      pending = why;
      vanished = true;
      gone();
    }
  }

  /** The network is well again: the other side's next probe is answered, by a reset. */
  void answerProbe() {
    if (vanished && peer != null) {
      path.send(this, 0, peer::resetArrived);
    }
  }

  /** Whether the end of the input is the other side's doing, and not a failure's. */
  boolean hasFin() {
    return finReceived;
  }

  /** Whether there are bytes to read, errors and ends aside. */
  boolean hasInput() {
    return in != null && in.available() > 0;
  }

  boolean isReadable() {
    return inputShut || finReceived || (in != null && in.available() > 0);
  }

  boolean isWritable() {
    return outputShut || (out != null && phase == Phase.ESTABLISHED && out.isWritable());
  }

  /**
   * EPOLLERR or EPOLLHUP: reported whatever was asked for. A socket that was never connected is
   * hung up, too.
   */
  boolean isBroken() {
    return pending != null
        || phase == Phase.FRESH
        || (phase != Phase.CONNECTING && outputShut && (inputShut || finReceived));
  }

  void shutdownOutput() {
    if (!outputShut && phase == Phase.ESTABLISHED) {
      world.moved();
      world.note(this, "FIN", -1);
      outputShut = true;
      out.finish();
      changed();
    }
  }

  /** Room for writes now; 0 if there is no connection. */
  int room() {
    return out == null ? 0 : out.room();
  }

  void shutdownInput() {
    inputShut = true;
    changed();
  }

  /** The last descriptor is closed. */
  void close() {
    if (orphan) {
      return;
    }
    world.moved();
    world.note(this, "close", -1);
    if (bound) {
      host.unbind(this);
    }
    if (phase == Phase.ESTABLISHED) {
      if (lingersZero || in.available() > 0) {
        reset();
      } else {
        shutdownOutput();
      }
    }
    orphan = true;
    if (phase != Phase.ESTABLISHED) {
      phase = Phase.GONE;
    }
    watcher = null;
  }

  /** Sends a reset and forgets the connection. */
  void reset() {
    if (phase == Phase.ESTABLISHED) {
      world.moved();
      world.note(this, "RST", -1);
      out.dropUnsent();
      path.send(this, 0, peer::resetArrived);
      gone();
    }
  }

  // ---- what arrives

  void finArrived() {
    if (phase != Phase.ESTABLISHED) {
      return;
    }
    world.note(this, "FIN arrived", -1);
    finReceived = true;
    changed();
  }

  void resetArrived() {
    if (phase != Phase.ESTABLISHED || (finReceived && outputShut && out.isDrained())) {
      return; // over already, for this side in good order
    }
    world.note(this, "RST arrived", -1);
    pending = finReceived ? Errno.EPIPE : Errno.ECONNRESET;
    out.dropUnsent();
    gone();
  }

  /**
   * Whether input that comes is answered with a reset: nobody is there, or the program has said of
   * both directions that it is through with them (RFC 1122 §4.2.2.13).
   */
  boolean refusesInput() {
    return isGone() || (outputShut && inputShut && !finReceived);
  }

  /** Something came for one that is gone, or wants nothing. */
  void answerWithReset() {
    world.note(this, "RST in answer", -1);
    if (out != null) {
      out.dropUnsent();
    }
    if (!isGone()) {
      pending = Errno.ECONNRESET;
      gone();
    }
    phase = Phase.GONE;
    if (peer != null) {
      path.send(this, 0, peer::resetArrived);
    }
  }

  private void gone() {
    phase = Phase.GONE;
    outputShut = true;
    inputShut = true;
    changed();
  }

  /** The world ends. */
  void release() {
    if (out != null) {
      out.release();
    }
  }

  /** A call failed with an errno. No stack trace: it is turned into the JDK's exception at once. */
  static final class Failed extends Exception {
    private static final long serialVersionUID = 1L;

    final transient Errno errno;

    Failed(Errno errno) {
      super(errno.name(), null, false, false);
      this.errno = errno;
    }
  }
}
