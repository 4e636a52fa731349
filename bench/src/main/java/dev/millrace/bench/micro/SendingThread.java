package dev.millrace.bench.micro;

import dev.millrace.Connection;
import dev.millrace.Sender;
import dev.millrace.WriteCompletion;
import dev.millrace.WriteResult;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends messages of 64 bytes from its own thread. The messages are a ring of buffers, each sent
 * again once the loop is known to have written it: so none is made while it is measured.
 */
public final class SendingThread implements WriteCompletion {
  private static final int BYTES = 64;

  /** How many buffers; a power of two, so that the next one is found by a mask. */
  private static final int RING = 1_024;

  /**
   * One message in so many asks to be told when it is written: half a ring, so that one half is
   * sent while the other is written. Asking costs 8 bytes more, which are a 64th of a byte a
   * message.
   */
  private static final int TELL_EVERY = RING / 2;

  private final ByteBuffer[] ring = new ByteBuffer[RING];
  private final AtomicLong written = new AtomicLong();
  private long sent;

  /** With buffers that were never sent. */
  public SendingThread() {
    for (int i = 0; i < RING; i++) {
      ring[i] = ByteBuffer.allocateDirect(BYTES);
    }
  }

  /** Sends one; waits while the ring is not free, or the sender is full. */
  public void send(Sender sender) {
    while (sent - written.get() >= RING) {
      letOthersRun();
    }
    ByteBuffer buffer = ring[(int) sent & (RING - 1)].clear();
    sent++;
    WriteResult result;
    while ((result = give(sender, buffer)) == WriteResult.FULL) {
      letOthersRun();
    }
    if (result != WriteResult.ACCEPTED) {
      throw new IllegalStateException("not sent: " + result);
    }
  }

  private WriteResult give(Sender sender, ByteBuffer buffer) {
    return sent % TELL_EVERY == 0 ? sender.send(buffer, this) : sender.send(buffer);
  }

  /** Waits until all that was sent and told of is written. */
  public void awaitWritten() {
    while (written.get() < sent / TELL_EVERY * TELL_EVERY) {
      letOthersRun();
    }
  }

  /** Instead of a spin: on a machine of two processors the loop may need this one. */
  @SuppressWarnings("ThreadPriorityCheck") // nothing relies on it, but that this takes less time
  static void letOthersRun() {
    Thread.yield();
  }

  @Override
  public void onHandedToKernel(Connection connection, boolean handedToKernel) {
    written.lazySet(written.getPlain() + TELL_EVERY); // the loop's thread alone writes it
  }
}
