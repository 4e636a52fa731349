package dev.millrace.fault;

import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.SelectionKey;

/**
 * What becomes of one connection: where it is reset, where it stalls and where its input ends,
 * decided when it begins; and what each read and write meets on the way.
 *
 * <p>The errors have the classes and the order that the JDK's have on Linux. A reset is told once:
 * a read that sees it first throws {@code SocketException} from then on; a write that sees it first
 * takes the evidence with it, so that reads say -1. After a failure like a vanished peer's reads
 * say -1 and writes "Broken pipe". The texts are English, whatever the locale.
 *
 * <p>Thread rule: any thread. The places are exact as long as one thread at a time uses the
 * connection; a read and a write that run at the same time may together pass one.
 */
final class Course {
  private static final int BOTH = SelectionKey.OP_READ | SelectionKey.OP_WRITE;
  private static final String TIMED_OUT = "Connection timed out";

  private final FaultPlan plan;
  private final Dice reads;
  private final Dice writes;
  private final long resetAt;
  private final long stallAt;
  private final long inputEndsAt;

  private long moved;
  private long received;
  private boolean vanished;
  private boolean seenByRead;
  private boolean seenByWrite;

  Course(FaultPlan plan, Dice dice) {
    this.plan = plan;
    this.reads = Lane.READ.of(dice);
    this.writes = Lane.WRITE.of(dice);
    Dice places = Lane.COURSE.of(dice);
    this.resetAt = place(FaultKind.RESET_AT, places);
    this.stallAt = place(FaultKind.STALL_AT, places);
    this.inputEndsAt = place(FaultKind.HALF_CLOSE_AT, places);
  }

  private long place(FaultKind kind, Dice dice) {
    return plan.happens(kind, dice) ? plan.amount(kind, dice) : Long.MAX_VALUE;
  }

  /**
   * Decides about a read that asks for at least a byte.
   *
   * @return how many bytes it may move at the most, 0 for none now, -1 for the end of input
   * @throws IOException the read's failure
   */
  synchronized long mayRead(boolean blocking) throws IOException {
    if (isStalled()) {
      return 0;
    }
    if (hasInputEnded() || vanished || seenByWrite) {
      return -1;
    }
    if (isReset()) {
      seenByRead = true;
      throw new SocketException("Connection reset");
    }
    if (plan.happens(FaultKind.READ_ERROR, reads)) {
      vanished = true;
      throw new IOException(TIMED_OUT);
    }
    long most = Math.min(toTheEnd(), inputEndsAt - received);
    return shortened(FaultKind.SHORT_READ, reads, most, blocking);
  }

  /**
   * Decides about a write of at least a byte.
   *
   * @return how many bytes it may move at the most, 0 for none now
   * @throws IOException the write's failure
   */
  synchronized long mayWrite(boolean blocking) throws IOException {
    if (isStalled()) {
      return 0;
    }
    if (vanished || seenByRead || seenByWrite) {
      throw new IOException("Broken pipe");
    }
    if (isReset()) {
      seenByWrite = true;
      throw new IOException("Connection reset by peer");
    }
    if (plan.happens(FaultKind.WRITE_ERROR, writes)) {
      vanished = true;
      throw new IOException(TIMED_OUT);
    }
    return shortened(FaultKind.SHORT_WRITE, writes, toTheEnd(), blocking);
  }

  /** A blocking channel moves a byte at least: there, nothing at all would be wrong, not short. */
  private long shortened(FaultKind kind, Dice dice, long most, boolean blocking) {
    if (!plan.happens(kind, dice)) {
      return most;
    }
    return Math.max(blocking ? 1 : 0, Math.min(most, plan.amount(kind, dice)));
  }

  private long toTheEnd() {
    return Math.min(resetAt, stallAt) - moved;
  }

  /** Counts what a read moved; -1 and 0 count nothing. True if readiness has changed by it. */
  synchronized boolean read(long bytes) {
    if (bytes > 0) {
      received += bytes;
    }
    return moved(bytes);
  }

  /** Counts what a write moved. True if readiness has changed by it. */
  synchronized boolean wrote(long bytes) {
    return moved(bytes);
  }

  private boolean moved(long bytes) {
    if (bytes > 0) {
      moved += bytes;
    }
    return raisedOps() != 0;
  }

  /** Nothing moves any more, and nothing more is heard. */
  synchronized boolean isStalled() {
    return moved >= stallAt && stallAt <= resetAt;
  }

  private boolean isReset() {
    return moved >= resetAt && resetAt < stallAt;
  }

  private boolean hasInputEnded() {
    return received >= inputEndsAt;
  }

  /** The peer of such a connection is to learn of its end by a reset, not by a clean FIN. */
  synchronized boolean endsInReset() {
    return vanished || isReset();
  }

  /** Ready whatever the kernel says: an error is ready for both, an end of input for reading. */
  synchronized int raisedOps() {
    if (isStalled()) {
      return 0;
    }
    return vanished || isReset() ? BOTH : hasInputEnded() ? SelectionKey.OP_READ : 0;
  }

  synchronized int hiddenOps() {
    return isStalled() ? BOTH : 0;
  }
}
