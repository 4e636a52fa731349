package dev.millrace.fault;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A connection around the platform's, which moves the bytes. What this one does to them is to ask
 * for fewer at a time, and to end or to hold up the connection; never are bytes changed, dropped in
 * the middle or put in another order.
 *
 * <p>A fault that would have to wait waits in blocking mode as the real thing does: a stalled read
 * until the channel is closed or the thread interrupted.
 *
 * <p>Thread rule: that of {@link SocketChannel}.
 */
final class FaultSocketChannel extends SocketChannel implements FaultChannel {
  private static final int ALL =
      SelectionKey.OP_READ | SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT;

  private final SocketChannel real;
  private final FaultPlan plan;
  private final Dice dice;
  private final Dice connects;
  private final Course course;
  private final Registrations registrations = new Registrations();
  private final Object closing = new Object();

  private volatile boolean inputShut;
  private volatile boolean outputShut;

  /** The connect that was never begun, or null. */
  private volatile DoomedConnect doomed;

  /**
   * A connect that comes to nothing.
   *
   * @param failure the text it fails with
   * @param at when, in {@link System#nanoTime}
   * @param isForEver it stays pending and {@code at} means nothing
   */
  private record DoomedConnect(SocketAddress to, String failure, long at, boolean isForEver) {
    long nanosLeft() {
      return isForEver ? Long.MAX_VALUE : Math.max(0, at - System.nanoTime());
    }
  }

  FaultSocketChannel(
      FaultSelectorProvider provider, FaultPlan plan, Dice dice, SocketChannel real) {
    super(provider);
    this.real = real;
    this.plan = plan;
    this.dice = dice;
    this.connects = Lane.CONNECT.of(dice);
    this.course = new Course(plan, dice);
  }

  // ---- as the selector sees it

  @Override
  public SelectableChannel real() {
    return real;
  }

  @Override
  public Registrations registrations() {
    return registrations;
  }

  @Override
  public Dice dice() {
    return dice;
  }

  @Override
  public int hiddenOps() {
    // The kernel says of a socket that was never connected that it hung up.
    return doomed != null ? ALL : real.isConnected() ? course.hiddenOps() : 0;
  }

  @Override
  public int raisedOps() {
    DoomedConnect connect = doomed;
    if (connect != null) {
      return connect.nanosLeft() == 0 ? SelectionKey.OP_CONNECT : 0;
    }
    return real.isConnected() ? course.raisedOps() : 0;
  }

  @Override
  public long nanosToRaise() {
    DoomedConnect connect = doomed;
    return connect != null ? connect.nanosLeft() : Long.MAX_VALUE;
  }

  // ---- reading and writing

  @Override
  public int read(ByteBuffer dst) throws IOException {
    try {
      if (!dst.hasRemaining() || isBeyondFaults(inputShut)) {
        return real.read(dst);
      }
      long most = mayRead();
      if (most <= 0) {
        return (int) most;
      }
      int limit = dst.limit();
      int n;
      try {
        dst.limit(limit(dst, most));
        n = real.read(dst);
      } finally {
        dst.limit(limit);
      }
      tell(course.read(n));
      return n;
    } finally {
      closeWithReal();
    }
  }

  @Override
  public long read(ByteBuffer[] dsts, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, dsts.length);
    try {
      if (!hasRemaining(dsts, offset, length) || isBeyondFaults(inputShut)) {
        return real.read(dsts, offset, length);
      }
      long most = mayRead();
      if (most <= 0) {
        return most;
      }
      long n = limited(real::read, dsts, offset, length, most);
      tell(course.read(n));
      return n;
    } finally {
      closeWithReal();
    }
  }

  @Override
  public int write(ByteBuffer src) throws IOException {
    try {
      if (!src.hasRemaining() || isBeyondFaults(outputShut)) {
        return real.write(src);
      }
      long most = mayWrite();
      if (most <= 0) {
        return 0;
      }
      int limit = src.limit();
      int n;
      try {
        src.limit(limit(src, most));
        n = real.write(src);
      } finally {
        src.limit(limit);
      }
      tell(course.wrote(n));
      return n;
    } finally {
      closeWithReal();
    }
  }

  @Override
  public long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, srcs.length);
    try {
      if (!hasRemaining(srcs, offset, length) || isBeyondFaults(outputShut)) {
        return real.write(srcs, offset, length);
      }
      long most = mayWrite();
      if (most <= 0) {
        return 0;
      }
      long n = limited(real::write, srcs, offset, length, most);
      tell(course.wrote(n));
      return n;
    } finally {
      closeWithReal();
    }
  }

  /** Closed, not connected yet, or shut by the program itself: the real channel says what is. */
  private boolean isBeyondFaults(boolean shut) {
    return shut || !isOpen() || !real.isConnected();
  }

  private long mayRead() throws IOException {
    boolean blocking = isBlocking();
    if (blocking && course.isStalled()) {
      awaitClose(Long.MAX_VALUE);
    }
    try {
      return course.mayRead(blocking);
    } catch (IOException e) {
      tell(true);
      throw e;
    }
  }

  private long mayWrite() throws IOException {
    boolean blocking = isBlocking();
    if (blocking && course.isStalled()) {
      awaitClose(Long.MAX_VALUE);
    }
    try {
      return course.mayWrite(blocking);
    } catch (IOException e) {
      tell(true);
      throw e;
    }
  }

  private void tell(boolean readinessChanged) {
    if (readinessChanged) {
      registrations.readinessChanged();
    }
  }

  private static int limit(ByteBuffer buffer, long most) {
    return buffer.position() + (int) Math.min(most, buffer.remaining());
  }

  private static boolean hasRemaining(ByteBuffer[] buffers, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      if (buffers[i].hasRemaining()) {
        return true;
      }
    }
    return false;
  }

  /** A scattering read or a gathering write. */
  private interface Transfer {
    long transfer(ByteBuffer[] buffers, int offset, int length) throws IOException;
  }

  /** Takes the buffers as far as {@code most} bytes reach, the last of them perhaps in part. */
  private static long limited(
      Transfer transfer, ByteBuffer[] buffers, int offset, int length, long most)
      throws IOException {
    long left = most;
    for (int i = offset; i < offset + length; i++) {
      ByteBuffer last = buffers[i];
      if (last.remaining() >= left) {
        int limit = last.limit();
        try {
          last.limit(limit(last, left));
          return transfer.transfer(buffers, offset, i - offset + 1);
        } finally {
          last.limit(limit);
        }
      }
      left -= last.remaining();
    }
    return transfer.transfer(buffers, offset, length);
  }

  // ---- connecting

  @Override
  public boolean connect(SocketAddress remote) throws IOException {
    DoomedConnect connect;
    synchronized (connects) {
      if (doomed != null && isOpen()) {
        throw new ConnectionPendingException();
      }
      connect = isWellFormed(remote) && mayConnect() ? decide(remote) : null;
      doomed = connect;
    }
    if (connect != null) {
      registrations.readinessChanged();
      return isBlocking() && finishConnect();
    }
    try {
      return real.connect(remote);
    } finally {
      closeWithReal();
    }
  }

  /** What the platform would refuse is left to it. */
  private static boolean isWellFormed(SocketAddress remote) {
    return (remote instanceof InetSocketAddress inet && !inet.isUnresolved())
        || remote instanceof UnixDomainSocketAddress;
  }

  private boolean mayConnect() {
    return isOpen() && !real.isConnected() && !real.isConnectionPending();
  }

  private DoomedConnect decide(SocketAddress to) {
    if (plan.happens(FaultKind.CONNECT_REFUSED, connects)) {
      return new DoomedConnect(to, "Connection refused", System.nanoTime(), false);
    }
    if (plan.happens(FaultKind.CONNECT_PENDING, connects)) {
      return new DoomedConnect(to, "", 0, true);
    }
    if (plan.happens(FaultKind.CONNECT_FAILS_LATE, connects)) {
      long delay = plan.amount(FaultKind.CONNECT_FAILS_LATE, connects);
      return new DoomedConnect(to, "Connection timed out", System.nanoTime() + delay, false);
    }
    return null;
  }

  @Override
  public boolean finishConnect() throws IOException {
    DoomedConnect connect = doomed;
    if (connect == null) {
      try {
        return real.finishConnect();
      } finally {
        closeWithReal();
      }
    }
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
    if (isBlocking() && connect.nanosLeft() > 0) {
      awaitClose(connect.nanosLeft());
    }
    if (connect.nanosLeft() > 0) {
      return false;
    }
    close(); // as the JDK does with a connect that failed
    throw new ConnectException(connect.failure());
  }

  @Override
  public boolean isConnected() {
    return real.isConnected();
  }

  @Override
  public boolean isConnectionPending() {
    return doomed != null ? isOpen() : real.isConnectionPending();
  }

  @Override
  public SocketAddress getRemoteAddress() throws IOException {
    DoomedConnect connect = doomed;
    return connect != null && isOpen() ? connect.to() : real.getRemoteAddress();
  }

  // ---- the rest is the platform's

  @Override
  public SocketChannel bind(SocketAddress local) throws IOException {
    real.bind(local);
    return this;
  }

  @Override
  public <T> SocketChannel setOption(SocketOption<T> name, T value) throws IOException {
    real.setOption(name, value);
    return this;
  }

  @Override
  public <T> T getOption(SocketOption<T> name) throws IOException {
    return real.getOption(name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return real.supportedOptions();
  }

  @Override
  public SocketChannel shutdownInput() throws IOException {
    real.shutdownInput();
    inputShut = true;
    return this;
  }

  @Override
  public SocketChannel shutdownOutput() throws IOException {
    real.shutdownOutput();
    outputShut = true;
    return this;
  }

  /** The platform's own: for options and addresses. What it reads and writes meets no fault. */
  @Override
  public Socket socket() {
    return real.socket();
  }

  @Override
  public SocketAddress getLocalAddress() throws IOException {
    return real.getLocalAddress();
  }

  @Override
  protected void implCloseSelectableChannel() throws IOException {
    synchronized (closing) {
      closing.notifyAll();
    }
    if (doomed == null && real.isConnected() && course.endsInReset()) {
      try {
        real.setOption(StandardSocketOptions.SO_LINGER, 0);
      } catch (IOException | UnsupportedOperationException e) {
        // Then its peer gets a FIN. The real connection has a failure of its own, most likely.
      }
    }
    real.close();
  }

  @Override
  protected void implConfigureBlocking(boolean block) throws IOException {
    registrations.cancelStale();
    real.configureBlocking(block);
  }

  /** The JDK closes the real channel by itself: after a failed connect, or at an interrupt. */
  private void closeWithReal() throws IOException {
    if (!real.isOpen() && isOpen()) {
      close();
    }
  }

  /**
   * Waits as a blocking call of the JDK does: close and interrupt end it, and the channel with it.
   */
  private void awaitClose(long nanos) throws AsynchronousCloseException {
    long deadline = System.nanoTime() + nanos;
    begin();
    try {
      synchronized (closing) {
        while (isOpen()) {
          long left = nanos == Long.MAX_VALUE ? nanos : deadline - System.nanoTime();
          if (left <= 0) {
            break;
          }
          TimeUnit.NANOSECONDS.timedWait(closing, left);
        }
      }
    } catch (InterruptedException e) {
      // Since some JDK after 17 the thread may hear of it before its channel does. To begin with
      // the
      // status set closes the channel, and end says so.
      Thread.currentThread().interrupt();
      begin();
    } finally {
      end(false);
    }
  }

  @Override
  public String toString() {
    return "FaultSocketChannel[" + real + "]";
  }
}
