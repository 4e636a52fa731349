package dev.millrace.sim;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The other side of a connection, as a script: steps that are done one after the other, each when
 * the one before is over. Reading goes on beside the script, as fast as it can unless told
 * otherwise.
 *
 * <pre>{@code
 * peer.connect(address).send("GET").pause(Duration.ofSeconds(2)).send(" /\n").awaitReceived(5).close();
 * }</pre>
 *
 * <p>When the script is over and the other side has ended its output, the peer closes by itself; on
 * a reset or a failure it drops the rest of the script. For the world's thread.
 */
public final class SimPeer {
  /** How it ended, as this side saw it. */
  public enum End {
    /** Not ended yet, or not begun. */
    OPEN,
    /** The connect failed: refused, timed out, unreachable. */
    NOT_CONNECTED,
    /** The other side ended its output in good order. */
    END_OF_INPUT,
    /** The other side sent a reset, or the network failed. */
    RESET,
    /** This side closed or reset before the other had ended. */
    CLOSED_HERE
  }

  /** Received bytes are kept up to so many, for {@link #receivedText}. */
  private static final int MAX_KEPT = 1 << 16;

  private static final int READ_AT_ONCE = 16_384;
  private static final int WRITE_AT_ONCE = 4_096;

  /** A slow reader takes so many sips a second. */
  private static final int SIPS_PER_SECOND = 20;

  private final SimHost host;
  private final SimWorld world;
  private final ArrayDeque<BooleanSupplier> steps = new ArrayDeque<>();
  private final ByteBuffer scratch;
  private final byte[] none = new byte[0];

  private Endpoint endpoint;
  private End end = End.OPEN;
  private boolean running;
  private boolean again;
  private boolean finSeen;
  private boolean closed;
  private boolean readingStopped;
  private long bytesPerSecond;
  private long nextSip;
  private boolean sipPlanned;
  private long received;
  private long sent;
  private byte[] kept = none;
  private Consumer<ByteBuffer> sink = bytes -> {};

  SimPeer(SimHost host) {
    this.host = host;
    this.world = host.world();
    this.scratch = world.scratch(READ_AT_ONCE);
  }

  SimPeer(SimHost host, Endpoint accepted) {
    this(host);
    endpoint = accepted;
    endpoint.watch(this::changed);
  }

  // ---- the script

  /**
   * Connects, now. Steps follow when the connection is there.
   *
   * @param to where to
   * @return this
   * @throws IllegalStateException if it was connected before
   */
  public SimPeer connect(InetSocketAddress to) {
    if (endpoint != null) {
      throw new IllegalStateException("a peer connects once; take another one");
    }
    endpoint = new Endpoint(host);
    endpoint.watch(this::changed);
    endpoint.connect(to);
    return this;
  }

  /**
   * A step: sends all of it, waiting where the kernel's queue is full.
   *
   * @param text sent as UTF-8
   * @return this
   */
  public SimPeer send(String text) {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * A step: sends all of it, waiting where the kernel's queue is full.
   *
   * @param bytes copied now
   * @return this
   */
  public SimPeer send(byte[] bytes) {
    ByteBuffer left = ByteBuffer.wrap(bytes.clone());
    return step(
        () -> {
          write(left, left.remaining());
          return !left.hasRemaining();
        });
  }

  /**
   * A step: sends bytes of a {@link BytePattern}, going on where the last such step of this peer
   * ended.
   *
   * @param key which pattern
   * @param count how many bytes
   * @return this
   */
  public SimPeer sendPattern(long key, long count) {
    long[] left = {count};
    return step(
        () -> {
          while (left[0] > 0) {
            int n = (int) Math.min(Math.min(left[0], WRITE_AT_ONCE), endpoint.room());
            scratch.clear();
            BytePattern.fill(scratch, key, sent, n);
            scratch.flip();
            int taken = write(scratch, n); // also of nothing: it tells of a failure
            if (taken <= 0) {
              return false;
            }
            left[0] -= taken;
          }
          return true;
        });
  }

  private int write(ByteBuffer bytes, int n) {
    if (closed) {
      return 0;
    }
    try {
      int taken = endpoint.write(bytes, n);
      sent += taken;
      return taken;
    } catch (Endpoint.Failed e) {
      failed();
      return -1;
    }
  }

  /**
   * A step: waits.
   *
   * @param time how long
   * @return this
   */
  public SimPeer pause(Duration time) {
    long[] until = {-1};
    return step(
        () -> {
          if (until[0] < 0) {
            until[0] = world.nowNanos() + time.toNanos();
            world.at(until[0], this::changed);
          }
          return world.nowNanos() >= until[0];
        });
  }

  /**
   * A step: waits until so many bytes have come in all, or no more can come.
   *
   * @param bytes the number since the connection was made
   * @return this
   */
  public SimPeer awaitReceived(long bytes) {
    return step(() -> received >= bytes || finSeen);
  }

  /**
   * A step: waits until the other side has ended its output.
   *
   * @return this
   */
  public SimPeer awaitEnd() {
    return step(() -> finSeen);
  }

  /**
   * A step: reads no more, so that its queue fills.
   *
   * @return this
   */
  public SimPeer stopReading() {
    return then(() -> readingStopped = true);
  }

  /**
   * A step: reads again.
   *
   * @return this
   */
  public SimPeer resumeReading() {
    return then(() -> readingStopped = false);
  }

  /**
   * A step: reads slowly from now on.
   *
   * @param bytesPerSecond about how much; 0 for as fast as it can
   * @return this
   */
  public SimPeer readAtMost(long bytesPerSecond) {
    return then(() -> this.bytesPerSecond = bytesPerSecond);
  }

  /**
   * A step: ends its output; reading goes on.
   *
   * @return this
   */
  public SimPeer shutdownOutput() {
    return then(() -> endpoint.shutdownOutput());
  }

  /**
   * A step: closes. With input unread that is a reset, as everywhere.
   *
   * @return this
   */
  public SimPeer close() {
    return then(() -> closeNow(End.CLOSED_HERE));
  }

  /**
   * A step: closes with a reset.
   *
   * @return this
   */
  public SimPeer reset() {
    return then(
        () -> {
          endpoint.reset();
          closeNow(End.CLOSED_HERE);
        });
  }

  /**
   * A step: does something.
   *
   * @param action what
   * @return this
   */
  public SimPeer then(Runnable action) {
    return step(
        () -> {
          action.run();
          return true;
        });
  }

  private SimPeer step(BooleanSupplier isDone) {
    steps.add(isDone);
    if (endpoint != null) {
      world.at(world.nowNanos(), this::changed);
    }
    return this;
  }

  /**
   * Has what is received looked at.
   *
   * @param sink called with each piece, in order; the buffer is lent for the call
   * @return this
   */
  public SimPeer onReceived(Consumer<ByteBuffer> sink) {
    this.sink = Objects.requireNonNull(sink, "sink");
    return this;
  }

  // ---- what came of it

  /**
   * How it ended.
   *
   * @return {@code OPEN} while it has not
   */
  public End end() {
    return end;
  }

  /**
   * Whether the script is done, and the connection over.
   *
   * @return true if nothing is left to do
   */
  public boolean isDone() {
    return closed;
  }

  /**
   * How many bytes came.
   *
   * @return the count
   */
  public long receivedBytes() {
    return received;
  }

  /**
   * How many bytes the kernel took from this peer.
   *
   * @return the count
   */
  public long sentBytes() {
    return sent;
  }

  /**
   * What came, the first 65,536 bytes of it.
   *
   * @return read as UTF-8
   */
  public String receivedText() {
    int n = (int) Math.min(received, kept.length);
    return new String(kept, 0, n, StandardCharsets.UTF_8);
  }

  /**
   * How many bytes have arrived at the other end that its program has not read.
   *
   * @return the count; 0 if there is no other end
   */
  public long unreadBytes() {
    Endpoint end = serverEnd();
    return end == null ? 0 : end.receivedBytes() - end.readBytes();
  }

  /** The other end, if there is one. */
  Endpoint serverEnd() {
    return endpoint == null || endpoint.path() == null ? null : endpoint.path().server;
  }

  /**
   * Its own address: what the server sees as the remote one.
   *
   * @return the address; null before {@link #connect}
   */
  public InetSocketAddress localAddress() {
    return endpoint == null ? null : endpoint.local();
  }

  /** Number, end and counts. */
  @Override
  public String toString() {
    return "SimPeer["
        + (endpoint == null ? "not connected" : host + "#" + endpoint.number)
        + " "
        + end
        + " sent="
        + sent
        + " received="
        + received
        + " steps="
        + steps.size()
        + "]";
  }

  // ---- what happens

  /** Something changed: reads, and goes on with the script. */
  void changed() {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      do {
        again = false;
        proceed();
      } while (again && !closed);
    } finally {
      running = false;
    }
  }

  private void proceed() {
    if (closed || endpoint.phase() == Endpoint.Phase.CONNECTING) {
      return;
    }
    if (endpoint.phase() == Endpoint.Phase.GONE && endpoint.path().server == null) {
      closeNow(End.NOT_CONNECTED);
      return;
    }
    boolean moved;
    do {
      readSome();
      moved = false;
      while (!closed && !steps.isEmpty() && steps.peek().getAsBoolean()) {
        steps.poll();
        moved = true; // it may read again, and what it reads may be what the next step waits for
      }
    } while (moved);
    if (!closed && finSeen && steps.isEmpty()) {
      closeNow(End.END_OF_INPUT);
    }
  }

  private void readSome() {
    while (!closed && !finSeen && !readingStopped) {
      long rate = rate();
      if (rate > 0 && world.nowNanos() < nextSip) {
        planSip();
        return;
      }
      int atMost = READ_AT_ONCE;
      if (rate > 0) {
        atMost = (int) Math.max(1, Math.min(READ_AT_ONCE, rate / SIPS_PER_SECOND));
      }
      int n;
      scratch.clear();
      try {
        n = endpoint.read(scratch, atMost);
      } catch (Endpoint.Failed e) {
        failed();
        return;
      }
      if (n == Endpoint.AGAIN) {
        return;
      }
      if (n == Endpoint.END && !endpoint.hasFin()) {
        closeNow(End.CLOSED_HERE); // a fault has reset this side
        return;
      }
      if (n == Endpoint.END) {
        finSeen = true;
        world.note(endpoint, "end of input", -1);
        return;
      }
      scratch.flip();
      keep(scratch);
      received += n;
      if (rate > 0) {
        nextSip = world.nowNanos() + n * 1_000_000_000L / rate;
      }
      sink.accept(scratch);
    }
  }

  private long rate() {
    long drain = endpoint.path().drainPerSecond;
    return drain == 0 || bytesPerSecond == 0
        ? Math.max(drain, bytesPerSecond)
        : Math.min(drain, bytesPerSecond);
  }

  private void planSip() {
    if (!sipPlanned) {
      sipPlanned = true;
      world.at(
          nextSip,
          () -> {
            sipPlanned = false;
            changed();
          });
    }
  }

  private void keep(ByteBuffer bytes) {
    int n = (int) Math.min(bytes.remaining(), MAX_KEPT - Math.min(received, MAX_KEPT));
    if (n > 0) {
      int at = (int) received;
      if (at + n > kept.length) {
        kept = Arrays.copyOf(kept, Math.max(at + n, Math.min(MAX_KEPT, 2 * kept.length)));
      }
      bytes.get(bytes.position(), kept, at, n);
    }
  }

  private void failed() {
    closeNow(finSeen ? End.END_OF_INPUT : End.RESET);
  }

  private void closeNow(End how) {
    if (!closed) {
      closed = true;
      end = how == End.CLOSED_HERE && finSeen ? End.END_OF_INPUT : how;
      steps.clear();
      endpoint.close();
    }
  }
}
