package dev.millrace.bench.gate;

import dev.millrace.EventLoop;
import dev.millrace.bench.micro.SendingLoop;
import dev.millrace.bench.micro.SendingThread;
import dev.millrace.bench.report.Summary;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/** What one thread pays to have something done on a loop's: both of them together. */
final class ThreadCost {
  /** A round; far below the number of tasks that a loop refuses. */
  private static final int OPERATIONS = 20_000;

  private ThreadCost() {}

  static Summary bytesPerTask() throws IOException {
    try (EventLoop loop = new EventLoop()) {
      Thread thread = loop.start();
      AtomicLong done = new AtomicLong();
      Runnable task = () -> done.lazySet(done.getPlain() + 1); // one thread writes it
      return Allocation.perOperation(
          OPERATIONS,
          thread,
          () -> {
            long until = done.get() + OPERATIONS;
            for (int i = 0; i < OPERATIONS; i++) {
              loop.execute(task);
            }
            while (done.get() < until) {
              Thread.onSpinWait();
            }
          });
    }
  }

  static Summary bytesPerMessage() throws IOException {
    try (SendingLoop loop = new SendingLoop()) {
      SendingThread sending = new SendingThread();
      return Allocation.perOperation(
          OPERATIONS,
          loop.thread(),
          () -> {
            for (int i = 0; i < OPERATIONS; i++) {
              sending.send(loop.sender());
            }
            sending.awaitWritten();
          });
    }
  }
}
